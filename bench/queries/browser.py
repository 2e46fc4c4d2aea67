"""What a browser has to load, and how long it takes until a page can be read.

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
from dataclasses import asdict, dataclass

from bench.processes import ROOT, Failed, measure
from bench.server import Server
from playwright.sync_api import Browser, sync_playwright

ROUNDS = 3

_LIMIT_MS = 60_000
# A row of a list, or of a trace's tree; once the first is drawn the page can be read.
_ROW = "main [role=row]:not([aria-label=Columns]), main [role=treeitem], main tbody tr"
_DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
_SCRIPTS = "performance.getEntriesByType('resource').map(one => one.name).filter(name => name.endsWith('.js'))"


@dataclass(slots=True, frozen=True)
class Views:
    """Bytes of the scripts that the list of traces needs, packed with gzip; seconds until the first row is drawn."""

    script_bytes: int
    list_s: float
    big_trace_s: float


def look(server: Server, project: str, trace_id: str) -> Views | str:
    """Everything, or why it could not be seen."""
    environment = {"BENCH_TOKEN": server.token, "PYTHONPATH": str(ROOT / "scripts")}
    try:
        found = measure("queries.browser", server.url, project, trace_id, environment=environment)
        return Views(**found)
    except Failed as failure:
        return f"not measured: {failure}"


def _seen(browser: Browser, url: str, token: str, path: str) -> tuple[float, set[str]]:
    """Seconds from asking for the address until a row is drawn, and the scripts that it took."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(_LIMIT_MS)
    context.request.post(f"{url}/api/v1/session", data={"token": token}, headers={"origin": url})
    page = context.new_page()
    begun_s = time.perf_counter()
    page.goto(url + path, wait_until="commit")
    page.locator(_ROW).first.wait_for()
    page.evaluate(_DRAWN)
    seconds = time.perf_counter() - begun_s
    scripts = set(page.evaluate(_SCRIPTS))
    context.close()
    return seconds, scripts


def _packed_bytes(script: str) -> int:
    with urllib.request.urlopen(script, timeout=30) as reply:
        return len(gzip.compress(reply.read()))


def main() -> None:
    """The median of a few rounds of each view."""
    from shots import CHROMIUM_FLAGS, find_chromium  # noqa: PLC0415 - only this process has its folder on its path

    url, project, trace_id = sys.argv[1:4]
    token, traces = os.environ["BENCH_TOKEN"], f"/p/{project}/traces"
    with sync_playwright() as playwright:
        chromium = find_chromium()
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        lists = [_seen(browser, url, token, traces) for _ in range(ROUNDS)]
        big = [_seen(browser, url, token, f"{traces}/{trace_id}") for _ in range(ROUNDS)]
        browser.close()
    found = Views(
        script_bytes=sum(map(_packed_bytes, lists[0][1])),
        list_s=statistics.median(seconds for seconds, _ in lists),
        big_trace_s=statistics.median(seconds for seconds, _ in big),
    )
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
