"""What the server's tests share."""

import gc
from collections.abc import Generator, Iterator
from pathlib import PurePath

import pytest
from xdist.scheduler import LoadFileScheduling

from browsing import browser, demo, let_in, stranger, visitor
from clearspan_server.store.engine import Engine
from clearspan_server.store.migrations import migrate
from drilling import drill, drilled
from passing import passing
from reading import Reader
from running import Server, start
from team import team
from transports import narrow

# Fixtures of several files, known to pytest by being here.
__all__ = [
    "browser",
    "demo",
    "drill",
    "drilled",
    "let_in",
    "narrow",
    "passing",
    "stranger",
    "team",
    "visitor",
]


# Files of half a minute and more, with those below. They begin, so that at the end no worker waits for another's.
LONG = (
    "test_browser_states",
    "test_kill",
    "test_twice",
    "test_chaos",
    "test_dist",
    "test_captures",
    "test_cli_move",
    "test_normalisations",
    "test_doctor",
    "test_erasure",
    "test_lifecycle",
    "test_upgrade",
    "test_order",
    "test_told",
    "test_start",
    "test_cold",
    "test_repricing",
    "test_price_month",
    "test_resilience",
    "test_backup",
    "test_privacies",
    "test_protocols",
    "test_sql",
)


# Files that share a server of their own kind: one worker runs all of them, so that it is started once.
TOGETHER = {
    "demo": (
        *("test_browser_states", "test_browser_delivery", "test_browser_compare"),
        *("test_browser_entry", "test_browser_explore", "test_browser_figures"),
        *("test_browser_lenses", "test_browser_lists", "test_browser_live"),
        *("test_browser_metrics", "test_browser_prices", "test_browser_replay"),
        *("test_browser_sql", "test_browser_trace", "test_browser_whatif"),
        *("test_browser_dashboards", "test_browser_prompts", "test_browser_providers"),
        *("test_browser_chat", "test_browser_playground"),
    ),
    "drill": ("test_deliveries", "test_doctor", "test_health", "test_writer"),
    "passing": (
        *("test_gateway_endings", "test_gateway_safety", "test_answers", "test_chat_keys"),
        "test_erasure_talks",
        *("test_chat", "test_chat_kept", "test_playground"),
        *("test_providers", "test_virtual_keys"),
    ),
    "narrow": ("test_grpc", "test_protocols"),
    "team": (
        *("test_access_matrix", "test_accounts", "test_browser_share"),
        *("test_nginx", "test_privacies", "test_shares"),
    ),
}


def scope_of(nodeid: str) -> str:
    """What goes to a worker as one: a file, or those that stand together."""
    file = nodeid.partition("::")[0]
    stem = PurePath(file).stem
    return next((name for name, stems in TOGETHER.items() if stem in stems), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """That of `--dist loadfile`, with scopes of ours."""
    if config.getvalue("dist") != "loadfile":
        return None
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = scope_of  # noqa: SLF001 - its documentation says to override it
    return scheduler


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
