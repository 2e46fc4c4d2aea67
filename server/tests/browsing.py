"""A Chromium for tests of the built interface: who visits, what their page asked for and complained of."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from clearspan_server.api.pages import STATIC
from running import Server, serving, until

# Two of a deck of 23 turns end in an error, one is cancelled; everything the pages show is in there.
DEMO_TRACES = 40
DESKTOP = (1440, 900)
PHONE = (390, 844)
# A page answers in a fraction of a second; this is for a machine that is busy with something else.
PATIENCE_MS = 60_000

_NAMES = (
    "chromium-headless-shell",  # does the same with two thirds of the work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# Said on a machine so busy that a page comes to what was fetched ahead only after seconds.
_IMPATIENT = "preloaded using link preload but not used"
_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class Visitor:
    """A page of one server, with every address it asked for and every complaint it made."""

    server: Server
    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    # Part of a complaint that the test provokes: browsers log every answer of 400 and above.
    forgiven: str | None = None

    def go(self, path: str) -> None:
        """Open an address of the server."""
        self.page.goto(self.server.url + path)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window another width and height."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def asked_for(self, part: str) -> list[str]:
        """The paths with `part` in them that the page asked for so far."""
        return [path for path in map(_path, self.asked) if part in path]

    def scrolls_sideways(self) -> bool:
        """Whether the window or the page in its frame holds anything wider than itself."""
        wider = "each => each.scrollWidth > each.clientWidth"
        inside = f"[document.scrollingElement, ...document.querySelectorAll('main')].some({wider})"
        return bool(self.page.evaluate(inside))

    def check(self) -> None:
        """Nothing was complained of, and nothing but the server was asked."""
        strangers = [url for url in self.asked if not url.startswith((self.server.url, "data:"))]
        unexpected = [
            said for said in self.complaints if self.forgiven is None or self.forgiven not in said
        ]
        assert strangers == []
        assert unexpected == []


def _path(url: str) -> str:
    return urlsplit(url).path


def find_chromium() -> str:
    """Where a Chromium is; fails the test when there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and os.access(_MACOS, os.X_OK):
        found = _MACOS
    if found is None:
        pytest.fail("No Chromium on PATH: `make test` tells how to get one.", pytrace=False)
    return found


@contextmanager
def visiting(context: BrowserContext, server: Server) -> Iterator[Visitor]:
    """A visitor with a fresh page, which must have behaved at the end."""
    page = context.new_page()
    visitor = Visitor(server, page)
    page.on("request", lambda request: visitor.asked.append(request.url))
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    page.on("console", _listener(visitor))
    visitor.resize(DESKTOP)
    try:
        yield visitor
        visitor.check()
    finally:
        page.close()


@contextmanager
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: no cookie, nothing cached; light, and nothing moves."""
    context = browser.new_context(
        locale="en-GB",
        timezone_id="Europe/Berlin",
        color_scheme="light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def _listener(visitor: Visitor) -> Callable[[Any], None]:
    def hear(message: Any) -> None:
        if message.type in ("error", "warning") and _IMPATIENT not in message.text:
            visitor.complaints.append(f"{message.type}: {message.text}")

    return hear


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo's traces in the project `demo`."""
    if not (STATIC / "index.html").is_file():
        pytest.fail("The interface has not been built: `make web` builds it.", pytrace=False)
    with serving(tmp_path_factory.mktemp("demo") / "data") as server:
        command = [sys.executable, "-m", "clearspan_server.demo", "--endpoint", server.url]
        options = ["--interval", "0", "--speed", "40", "--seed", "7", "--count", str(DEMO_TRACES)]
        subprocess.run([*command, *options], check=True, timeout=120)
        until(lambda: _finished(server) == DEMO_TRACES)
        yield server


def _finished(server: Server) -> int:
    rows = server.get("/api/v1/traces?project=demo&limit=100")["traces"]
    return sum(row["end"] is not None for row in rows)


# A module's, not the session's: Playwright keeps an event loop running in this thread,
# in which tests of other modules could start none of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_chromium()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def let_in(browser: Browser, demo: Server) -> Iterator[BrowserContext]:
    """A profile with the cookie for the demo; one for all tests of a module, as its cache makes them quick."""
    with profile(browser) as context:
        with visiting(context, demo) as visitor:
            visitor.go(f"/#token={demo.token}")
            visitor.page.wait_for_url("**/overview*")
        yield context


@pytest.fixture
def visitor(let_in: BrowserContext, demo: Server) -> Iterator[Visitor]:
    """Somebody who was let in."""
    with visiting(let_in, demo) as made:
        yield made
        made.page.evaluate("localStorage.clear()")  # the theme and the like are of this visit only


@pytest.fixture
def stranger(browser: Browser, demo: Server) -> Iterator[Visitor]:
    """Somebody without a cookie."""
    with profile(browser) as context, visiting(context, demo) as made:
        yield made
