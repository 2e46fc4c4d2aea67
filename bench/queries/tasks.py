"""What holds up the main thread of a browser while somebody works with a trace of 100 000 spans.

    python -m bench.queries.tasks URL PROJECT TRACE_ID

prints, for each thing that is done, the longest task in milliseconds of processor time, which says the same on a busy
machine. A token is read from BENCH_TOKEN.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from bench.processes import Failed
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_LIMIT_MS = 120_000
_REST_MS = 600
_CATEGORIES = ["toplevel", "__metadata"]
# Scrolls by so many pixels a frame, so many frames.
_FLUNG = """
async ([selector, pixels, frames]) => {
    const scroller = document.querySelector(selector);
    for (let frame = 0; frame < frames; frame += 1) {
        scroller.scrollTop += pixels;
        await new Promise(requestAnimationFrame);
    }
}
"""
_TREE, _TRANSCRIPT, _REPLAY = "[role=tree]", "[role=feed]", "[aria-label='What happened']"
_FIND = "Find in this trace"


def _flung(selector: str, pixels: int, frames: int = 150) -> Callable[[Page], object]:
    return lambda page: page.evaluate(_FLUNG, [selector, pixels, frames])


def _button(name: str) -> Callable[[Page], object]:
    return lambda page: page.get_by_role("button", name=name, exact=True).click()


def _pressed(*keys: str, rest_ms: int = 30) -> Callable[[Page], object]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key, delay=rest_ms)

    return press


def _typed(label: str, text: str) -> Callable[[Page], object]:
    return lambda page: page.get_by_label(label).press_sequentially(text, delay=50)


def _entered(label: str, *keys: str) -> Callable[[Page], object]:
    def enter(page: Page) -> None:
        for key in keys:
            page.get_by_label(label).press(key, delay=50)

    return enter


def _dragged(page: Page) -> None:
    box = page.get_by_role("slider", name="Step").bounding_box()
    if box is None:
        return
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=30)
    page.mouse.up()


# By lens: what is awaited, and what is done one after the other.
_WORK: dict[str, tuple[str, dict[str, Callable[[Page], object]]]] = {
    "tree": (
        "[role=treeitem]",
        {
            "unfold all of the tree": _button("Unfold all"),
            "scroll the tree": _flung(_TREE, 520),
            "type into its search": _typed(_FIND, "order"),
            "step through what was found": _entered(_FIND, *["Enter"] * 5, *["Shift+Enter"] * 3),
            "leave its search": _entered(_FIND, "Escape"),
            "fold all of the tree": _button("Fold all"),
            "step along the rows": _pressed(*["j"] * 10),
        },
    ),
    "transcript": (
        ".entry",
        {
            "scroll the transcript": _flung(_TRANSCRIPT, 300),
            "jump in the transcript": _flung(_TRANSCRIPT, 3_000_000, 1),
            "step along the transcript": _pressed(*["j"] * 8),
        },
    ),
    "graph": (
        ".graph-node, [role=table]",
        {
            "search in the graph": _typed("Find in this graph", "a"),
            "step through what the graph has": _entered("Find in this graph", *["Enter"] * 5),
            "read the graph as a table": _button("Table"),
        },
    ),
    "replay": (
        ".replay-line",
        {
            "drag the slider of the replay": _dragged,
            "step along the replay": _pressed(*["ArrowRight"] * 10),
            "scroll the steps of the replay": _flung(_REPLAY, -300),
            "scroll the tree of the replay": _flung(_TREE, 520),
            "go to the ends of the replay": _pressed("End", "Home", rest_ms=200),
        },
    ),
}


def longest_tasks(
    browser: Browser, context: BrowserContext, url: str, project: str, trace_id: str
) -> dict[str, float]:
    """Milliseconds of processor time by what was done, each the better of two rounds."""
    found: dict[str, float] = {}
    for lens, (awaited, actions) in [*_WORK.items()] * 2:
        page = context.new_page()
        page.set_default_timeout(_LIMIT_MS)
        page.goto(f"{url}/p/{project}/traces/{trace_id}?live=off&lens={lens}")
        page.locator(awaited).first.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(_REST_MS)
        for what, act in actions.items():
            browser.start_tracing(page=page, categories=_CATEGORIES)
            act(page)
            page.wait_for_timeout(_REST_MS)
            longest_ms = _longest_ms(json.loads(browser.stop_tracing())["traceEvents"])
            found[what] = min(longest_ms, found.get(what, longest_ms))
        page.close()
    return found


def _longest_ms(events: list[dict[str, Any]]) -> float:
    """Of the tasks that the main threads of pages ran."""
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        one["tdur"]
        for one in events
        if one["name"].endswith("::RunTask") and (one["pid"], one["tid"]) in mains and "tdur" in one
    ]
    if not tasks:
        raise Failed("the browser told of no task of a page")
    return float(max(tasks)) / 1000


def main() -> None:
    """All of it once, against a server that runs."""
    from shots import CHROMIUM_FLAGS, find_chromium  # noqa: PLC0415 - only this process has its folder on its path

    url, project, trace_id = sys.argv[1:4]
    with sync_playwright() as playwright:
        chromium = find_chromium()
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        token, headers = {"token": os.environ["BENCH_TOKEN"]}, {"origin": url}
        context.request.post(f"{url}/api/v1/session", data=token, headers=headers)
        print(json.dumps(longest_tasks(browser, context, url, project, trace_id), indent=1))
        browser.close()


if __name__ == "__main__":
    main()
