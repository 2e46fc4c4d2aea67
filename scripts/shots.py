"""Takes pictures of the pages, in both themes, from a server of its own with two hours of the demo's traces.

Those that the manual shows go to docs/images/, all others to build/shots/ to be looked at.
`scripts/shots.py trace error` takes those alone.
"""

import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from shots_server import DEMO_TRACES, DEMOS, Json, Server, fill, happens, serving
from shots_terminal import TERMINAL_SCENES, TerminalScene, terminal_picture
from small_png import small_png
from tree import ROOT

PUBLISHED = ROOT / "docs" / "images"
OTHERS = ROOT / "build" / "shots"
# Pictures stay in the repository for ever.
MAX_PUBLISHED_BYTES = 250_000

PATIENCE_MS = 20_000
SIZES = {"1440": (1440, 900), "1024": (1024, 768), "390": (390, 844)}
THEMES = ("light", "dark")
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True, frozen=True)
class Scene:
    """A page in a state: where it is, what must be seen, and what is done before the picture."""

    name: str
    path: str
    wait_for: str
    act: Callable[[Page], None] = lambda _: None
    sizes: tuple[str, ...] = ("1440",)
    is_published: bool = False
    is_stranger: bool = False


def scenes(server: Server, spans: list[Json]) -> list[Scene]:
    """Every picture, the published ones first."""
    return [*_published(server, spans), *_others(server)]


def _published(server: Server, spans: list[Json]) -> Iterator[Scene]:
    """Every page at its best."""
    trace, call = _call_in(server, "ok")
    failed, _ = _call_in(server, "error")
    session = server.get("/api/v1/sessions?project=demo&sort=-traces&limit=1")["sessions"][0]
    chart, row, table = ".uplot canvas", ".row", "tbody tr"
    slow = "scale:3:kind:llm"
    for name, path, wait_for in (
        ("overview", "overview?range=1h", chart),
        ("traces", "traces?range=1h", row),
        ("trace", f"traces/{trace}?span={call}", ".turn"),
        ("transcript", f"traces/{trace}?lens=transcript", ".entry"),
        ("graph", f"traces/{trace}?lens=graph", ".graph-node, .graph-table-row"),
        ("replay", f"traces/{failed}?lens=replay&at=7", ".replay-detail"),
        ("what-if", f"traces/{trace}?lens=whatif&whatif={slow}", ".whatif-is"),
        ("compare", f"compare?a={failed}&b={trace}", ".compare-line"),
        ("spans", "spans?range=1h&sort=-cost", row),
        ("sessions", "sessions?range=1h", row),
        ("session", f"sessions/{session['session_id']}", ".session-turn"),
        ("users", "users?range=1h&sort=-cost", row),
        ("failures", "failures?range=1h", row),
        ("cost", "cost?range=1h", chart),
        ("cost-what-if", "cost?range=1h&model=gpt-4o", ".whatif-verdict"),
        ("dashboard", "dashboards/models?range=1h", chart),
        ("dashboards", "dashboards?range=1h", ".shipped-one"),
        ("metrics", "metrics?range=1h", chart),
        ("prompts", "prompts?range=6h", ".prompt-row .unit"),
        ("prompt", "prompts/support%2Fanswer?range=6h", ".template-text mark"),
        ("prompt-diff", "prompts/support%2Fanswer?version=3&with=2&range=6h", "ins"),
        ("prompt-figures", "prompts/support%2Fanswer?tab=figures&range=6h", ".version-bars"),
        ("logs", "live?tab=logs", row),
        ("delivery", "delivery?range=15m", chart),
        ("settings", "settings", table),
        ("keys", "settings/keys", table),
        ("providers", "settings/providers", "main li"),
        ("prices", "settings/prices", "main input"),
        ("redaction", "settings/redaction", "textarea"),
        ("retention", "settings/retention", "main input"),
        ("storage", "settings/storage", table),
        ("versions", "settings/versions", table),
    ):
        yield Scene(name, f"/p/demo/{path}", wait_for, sizes=tuple(SIZES), is_published=True)

    def happen(page: Page) -> None:
        happens(server, spans)
        page.locator(".row").nth(12).wait_for()

    every = tuple(SIZES)
    sql = "/p/demo/sql?sql=" + quote(_ASKED)
    yield Scene("sql", sql, ".sql-examples", _run, every, is_published=True)
    yield Scene("chat", "/p/demo/chat", ".suggestions", _talk, every, is_published=True)
    asked = f"/p/demo/playground?trace={trace}&span={call}"
    yield Scene("playground", asked, ".request-messages", _compare, every, is_published=True)
    erasure = "/p/demo/settings/erasure"
    yield Scene("erasure", erasure, "main input", _preview, every, is_published=True)
    yield Scene("live", "/p/demo/live", "h1", happen, every, is_published=True)
    yield Scene(
        "sign-in", "/", ".sign-in", sizes=("1440", "390"), is_published=True, is_stranger=True
    )


def _others(server: Server) -> list[Scene]:
    """What is looked at while the pages are made: states, sizes, and what breaks layouts."""
    every = tuple(SIZES)
    trace, call = _call_in(server, "ok")
    failed, refused = _call_in(server, "error")
    shown = f"/p/demo/traces/{trace}"
    chart, row, line = ".uplot canvas", ".row", "[role=treeitem]"
    return [
        Scene("trace-root", shown, line, sizes=("1440", "390")),
        Scene("trace-usage", f"{shown}?span={call}&tab=usage", ".usage", sizes=every),
        Scene("trace-details", f"{shown}?span={call}&tab=details", ".details"),
        Scene("trace-raw", f"{shown}?span={call}&tab=raw", ".raw"),
        Scene("trace-search", shown, line, lambda page: _select(page, "help centre")),
        Scene("trace-tool", shown, line, lambda page: _select(page, "order_status")),
        Scene("trace-large", f"/p/large/traces/{99:032x}", line),
        Scene("error", f"/p/demo/traces/{failed}?span={refused}", ".failure", _unfold, every),
        Scene("filtered", "/p/demo/traces?range=6h&filter=status:error", row),
        Scene("filtering", "/p/demo/traces", row, lambda page: _write(page, "latency>2s mod")),
        Scene("filter-wrong", "/p/demo/traces", row, lambda page: _write(page, "latancy>2s")),
        Scene("unusual", "/p/unusual/traces?range=all", row, sizes=every),
        Scene("unusual-trace", f"/p/unusual/traces/{1:032x}", line, sizes=("1440", "390")),
        Scene("unusual-arabic", f"/p/unusual/traces/{2:032x}", ".turn"),
        Scene("unusual-markdown", f"/p/unusual/traces/{5:032x}", ".turn"),
        Scene("empty", "/p/nothing/overview", ".notice", sizes=every),
        Scene("no-match", "/p/demo/traces?filter=zanzibar", ".notice"),
        Scene("quiet", "/p/demo/overview?range=1s", chart),
        Scene("missing", f"/p/demo/traces/{'0' * 31}1", ".notice"),
        Scene("failed", "/p/demo/traces?filter=kind:llm", ".notice", sizes=("1440", "390")),
        Scene("loading", "/p/demo/traces?filter=kind:tool", ".waiting"),
        Scene("delivery-quiet", "/p/demo/delivery?range=1s", ".delivery-quiet"),
        Scene("delivery-empty", "/p/nothing/delivery?range=all", ".notice", sizes=("1440", "390")),
        Scene("delivery-failed", "/p/large/delivery", ".notice"),
        Scene("palette", "/p/demo/traces", row, lambda page: _press(page, "Control+k")),
        Scene("help", "/p/demo/traces", row, lambda page: _press(page, "?")),
        Scene("nowhere", "/p/demo/nowhere", ".notice"),
    ]


def _call_in(server: Server, status: str) -> tuple[str, str]:
    """A trace that ended so, and the last model call in it: one whose whole conversation is in view."""
    query = f"/api/v1/traces?project=demo&filter=status:{status}&limit=100&sort=tokens"
    rows = [row for row in server.get(query)["traces"] if row["tool_count"] == 2]
    trace_id = min(rows, key=lambda row: row["error_count"])["trace_id"]
    spans = server.get(f"/api/v1/traces/{trace_id}?project=demo")["spans"]
    return trace_id, [span for span in spans if span["kind"] == "llm"][-1]["span_id"]


def _select(page: Page, name: str) -> None:
    page.get_by_role("treeitem", name=name).first.click()
    page.get_by_role("region", name="Span").get_by_role("heading", name=name).wait_for()


def _unfold(page: Page) -> None:
    page.get_by_text("Stack", exact=True).click()


def _preview(page: Page) -> None:
    """What is stored of the customer who asks most."""
    page.get_by_label("Id, as it was sent").fill("mei.tanaka")
    page.get_by_role("button", name="Preview").click()
    page.locator(".removal summary").first.click()


_ASKED = """select toStartOfFiveMinutes(start_minute) as at, kind, count() as spans
from spans
group by at, kind
order by at"""


def _run(page: Page) -> None:
    """The answer as bars."""
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Bars").click()
    page.locator(".uplot canvas").wait_for()


def _talk(page: Page) -> None:
    """Two answers, the second of another model, with their figures."""
    field = page.get_by_label("Message", exact=True)
    for at, text in enumerate(("How do I return a lamp?", "And when is the money back?")):
        field.fill(text)
        field.press("Enter")
        page.locator(".answer-figures").nth(at).wait_for()
        if at == 0:
            _choose(page, "Model: ", "gpt-4.1")


def _compare(page: Page) -> None:
    """What two models make of a request, and the difference."""
    _choose(page, "One more model", "gpt-4o-mini")
    page.get_by_role("button", name="Run").click()
    for at in range(2):
        page.locator(".output-figures > :nth-child(4)").nth(at).wait_for()
        page.get_by_role("button", name="Compare").nth(at).click()
    page.locator(".run-difference").wait_for()


def _choose(page: Page, button: str, model: str) -> None:
    page.get_by_role("button", name=button).first.click()
    page.get_by_placeholder("A model, also one").fill(model)
    page.get_by_role("option", name=model).first.click()


def _press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.get_by_role("dialog").wait_for()


def _write(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name="Filter")
    box.fill(text)
    box.press("End")


@dataclass(slots=True, frozen=True)
class Camera:
    """A browser, and the cookie with which it is let in."""

    browser: Browser
    server: Server
    cookie: StorageState


@contextmanager
def camera(server: Server) -> Iterator[Camera]:
    """A camera for a server."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page()
        page.goto(f"{server.url}/#token={server.token}")
        page.wait_for_url("**/overview*")
        cookie = page.context.storage_state()
        page.close()
        yield Camera(browser, server, {"cookies": cookie["cookies"], "origins": []})
        browser.close()


def picture(camera: Camera, scene: Scene, size: str, theme: str) -> bytes:
    """A PNG of a scene, taken once the page, its fonts and its charts stand still."""
    width, height = SIZES[size]
    context = camera.browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        storage_state=None if scene.is_stranger else camera.cookie,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    # States that only a bad connection shows.
    page.route("**/api/v1/traces?*kind%3Allm*", lambda route: route.fulfill(status=500, body="no"))
    page.route("**/api/v1/traces?*kind%3Atool*", lambda _: None)
    page.route(
        "**/api/v1/deliveries?*project=large*", lambda route: route.fulfill(status=500, body="no")
    )
    page.goto(camera.server.url + scene.path)
    page.locator(scene.wait_for).first.wait_for()
    scene.act(page)
    if scene.name != "loading":
        page.wait_for_function("() => !document.querySelector('.waiting')")
    if scene.is_published and page.locator(".facets").is_visible():
        page.locator(".facet").first.wait_for()
    page.evaluate("() => document.fonts.ready.then(() => true)")
    # What has been drawn is on screen with the frame after the next.
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    png = page.screenshot()
    page.unroute_all(behavior="ignoreErrors")
    context.close()
    return png


def find_chromium() -> str:
    """Where a Chromium is; ends the program when there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None and Path(CHROMIUM_MACOS).exists():
        found = CHROMIUM_MACOS
    return found or sys.exit("No Chromium on PATH: `make shots` tells how to get one.")


def take(camera: Camera, scene: Scene, size: str, theme: str) -> None:
    """Take one picture and tell where it is."""
    png = picture(camera, scene, size, theme)
    if scene.is_published and size == "1440":
        publish(camera, f"{scene.name}-{theme}.png", png)
    else:
        keep(OTHERS / f"{scene.name}-{size}-{theme}.png", png)


def take_terminal(camera: Camera, scene: TerminalScene, theme: str) -> None:
    """Take one picture of a terminal."""
    png = terminal_picture(camera.browser, camera.server, scene, theme)
    if scene.is_published:
        publish(camera, f"{scene.name}-{theme}.png", png)
    else:
        keep(OTHERS / f"{scene.name}-{theme}.png", png)


def publish(camera: Camera, name: str, png: bytes) -> None:
    """Keep a picture that the manual shows, as small as it can be."""
    small = small_png(camera.browser, png)
    if len(small) > MAX_PUBLISHED_BYTES:
        sys.exit(f"{name} has {len(small)} bytes, more than {MAX_PUBLISHED_BYTES}")
    keep(PUBLISHED / name, small)


def keep(path: Path, png: bytes) -> None:
    """Write a picture and tell where it is."""
    path.write_bytes(png)
    print(f"  {path.relative_to(ROOT)}  {len(png) // 1000} kB", flush=True)


def main(chosen: list[str]) -> None:
    """Take every picture, or those of the scenes that are named."""
    for folder in (PUBLISHED, OTHERS):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serving(Path(data)) as server:
        print(f"▸ {DEMOS * DEMO_TRACES} traces of the demo, about two minutes", flush=True)
        spans = fill(server)
        with camera(server) as used:
            for scene in scenes(server, spans):
                if chosen and scene.name not in chosen:
                    continue
                for size, theme in itertools.product(scene.sizes, THEMES):
                    take(used, scene, size, theme)
            for shown in TERMINAL_SCENES:
                for theme in shown.themes if not chosen or shown.name in chosen else ():
                    take_terminal(used, shown, theme)


if __name__ == "__main__":
    main(sys.argv[1:])
