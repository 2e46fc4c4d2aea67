"""What a browser has to load, how long it takes until a page can be read, and what holds it up while it is scrolled.

    python -m bench.queries.browser URL PROJECT TRACE_ID

prints it as JSON; Chromium, without anything in its cache. A token is read from BENCH_TOKEN.
"""

import gzip
import json
import os
import statistics
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from bench.processes import ROOT, Failed, measure
from bench.queries.tasks import longest_tasks
from bench.server import Server
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROUNDS = 3
_SCROLLS = (
    2  # the better one counts: whatever else the machine does makes a task longer, never shorter
)
_ROWS = 10_000

_LIMIT_MS = 60_000
# A row of a list, or of a trace's tree; once the first is drawn the page can be read.
_ROW = "main [role=row]:not([aria-label=Columns]), main [role=treeitem], main tbody tr"
_DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
_WATCHED = """
window.longTasks = [];
new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
"""
# Unfolds the largest group of a tree, then scrolls twenty rows a frame, as a wheel that is flung, over so many rows; at
# the end of what is loaded it waits for more, and gives up when none come. Gives the longest task of the main thread
# in milliseconds, and how far it came.
_SCROLLED = """
async rows => {
    const scroller = document.querySelector("[role=grid], [role=tree]");
    const frame = () => new Promise(requestAnimationFrame);
    const count = group => Number(group.ariaLabel.split("×").at(-1).replaceAll(",", "")) || 0;
    const groups = [...scroller.querySelectorAll("[aria-expanded=false]")];
    groups.sort((a, b) => count(b) - count(a))[0]?.querySelector("button").click();
    await new Promise(done => setTimeout(done, 2000));
    const row = scroller.querySelector("[data-row], [role=treeitem]").clientHeight;
    window.longTasks.length = 0;
    for (let idle = 0; scroller.scrollTop < rows * row && idle < 300; await frame()) {
        const before = scroller.scrollTop;
        scroller.scrollTop += 20 * row;
        idle = scroller.scrollTop === before ? idle + 1 : 0;
    }
    await new Promise(done => setTimeout(done, 500));
    return { longest_ms: Math.max(0, ...window.longTasks), rows: Math.round(scroller.scrollTop / row) };
}
"""
_SCRIPTS = "performance.getEntriesByType('resource').map(one => one.name).filter(name => name.endsWith('.js'))"


@dataclass(slots=True, frozen=True)
class Views:
    """Bytes of the scripts that the list of traces needs, packed with gzip; seconds until the first row is drawn.

    Of scrolling the milliseconds of the longest task of the main thread, 0 for below 50, and how many rows were passed.
    """

    script_bytes: int
    list_s: float
    big_trace_s: float
    list_scroll_ms: float
    list_scrolled: int
    big_scroll_ms: float
    big_scrolled: int
    # Milliseconds of processor time of the longest task, by what is done with a trace of 100 000 spans.
    big_tasks_ms: dict[str, float]


def look(server: Server, project: str, trace_id: str) -> Views | str:
    """Everything, or why it could not be seen."""
    environment = {"BENCH_TOKEN": server.token, "PYTHONPATH": str(ROOT / "scripts")}
    try:
        found = measure("queries.browser", server.url, project, trace_id, environment=environment)
        return Views(**found)
    except Failed as failure:
        return f"not measured: {failure}"


@dataclass(slots=True, frozen=True)
class _Visit:
    """A server, and the token that lets a browser in."""

    browser: Browser
    url: str
    token: str

    def seen(self, path: str) -> tuple[float, set[str]]:
        """Seconds from asking for the address until a row is drawn, and the scripts that it took."""
        with self._page() as page:
            begun_s = time.perf_counter()
            page.goto(self.url + path, wait_until="commit")
            page.locator(_ROW).first.wait_for()
            page.evaluate(_DRAWN)
            seconds = time.perf_counter() - begun_s
            return seconds, set(page.evaluate(_SCRIPTS))

    def scrolled(self, path: str, rows: int) -> tuple[float, int]:
        """The longest task while so many rows are scrolled, in milliseconds, and how many there were."""
        with self._page() as page:
            page.add_init_script(_WATCHED)
            page.goto(self.url + path)
            page.locator(_ROW).first.wait_for()
            page.wait_for_load_state("networkidle")
            found = page.evaluate(_SCROLLED, rows)
            return found["longest_ms"], found["rows"]

    @contextmanager
    def _page(self) -> Generator[Page]:
        with self.opened() as context:
            yield context.new_page()

    @contextmanager
    def opened(self) -> Generator[BrowserContext]:
        """A profile of its own, signed in, with nothing in its cache."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(_LIMIT_MS)
        session, headers = f"{self.url}/api/v1/session", {"origin": self.url}
        context.request.post(session, data={"token": self.token}, headers=headers)
        yield context
        context.close()


def _packed_bytes(script: str) -> int:
    with urllib.request.urlopen(script, timeout=30) as reply:
        return len(gzip.compress(reply.read()))


def main() -> None:
    """The median of a few rounds of each view, and the better one of two scrolls."""
    from shots import CHROMIUM_FLAGS, find_chromium  # noqa: PLC0415 - only this process has its folder on its path

    url, project, trace_id = sys.argv[1:4]
    token, traces = os.environ["BENCH_TOKEN"], f"/p/{project}/traces"
    with sync_playwright() as playwright:
        chromium = find_chromium()
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        visit = _Visit(browser, url, token)
        lists = [visit.seen(traces) for _ in range(ROUNDS)]
        big = [visit.seen(f"{traces}/{trace_id}") for _ in range(ROUNDS)]
        # Without live rows: the event stream would keep the network from being idle.
        list_scrolls = [
            visit.scrolled(f"{traces}?range=7d&live=off", _ROWS) for _ in range(_SCROLLS)
        ]
        of_big = f"{traces}/{trace_id}?live=off"
        big_scrolls = [visit.scrolled(of_big, _ROWS) for _ in range(_SCROLLS)]
        with visit.opened() as context:
            big_tasks_ms = longest_tasks(browser, context, url, project, trace_id)
        browser.close()
    found = Views(
        script_bytes=sum(map(_packed_bytes, lists[0][1])),
        list_s=statistics.median(seconds for seconds, _ in lists),
        big_trace_s=statistics.median(seconds for seconds, _ in big),
        list_scroll_ms=min(ms for ms, _ in list_scrolls),
        list_scrolled=min(rows for _, rows in list_scrolls),
        big_scroll_ms=min(ms for ms, _ in big_scrolls),
        big_scrolled=min(rows for _, rows in big_scrolls),
        big_tasks_ms=big_tasks_ms,
    )
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
