"""What the server's tests share."""

import gc
from collections.abc import Generator, Iterator

import pytest

from browsing import browser, demo, let_in, stranger, visitor
from clearspan_server.store.engine import Engine
from clearspan_server.store.migrations import migrate
from drilling import drill, drilled
from reading import Reader
from running import Server, start
from team import team
from transports import narrow

# Fixtures of several files, known to pytest by being here.
__all__ = ["browser", "demo", "drill", "drilled", "let_in", "narrow", "stranger", "team", "visitor"]


# Files of half a minute and more. They begin, so that at the end no worker waits for another's.
LONG = (
    "test_kill",
    "test_twice",
    "test_chaos",
    "test_dist",
    "test_captures",
    "test_normalisations",
    "test_lifecycle",
    "test_browser_states",
    "test_start",
    "test_browser_delivery",
    "test_price_month",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays: the collector need not look at it now, nor ever again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The embedded engine, migrated; a process can open one folder, so tests tell themselves apart by project."""
    opened = Engine(tmp_path_factory.mktemp("engine"))
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def reader(engine: Engine) -> Iterator[Reader]:
    """A project of its own, stored into and read through the API."""
    with Reader(engine) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server in a process of its own, shared by tests that leave it usable."""
    running = start(tmp_path_factory.mktemp("server") / "data")
    yield running
    running.stop()
