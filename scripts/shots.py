"""Takes pictures of the pages, in both themes, from a server of its own with two hours of the demo's traces.

The three that the README shows go to docs/images/, all others to build/shots/ to be looked at.
`scripts/shots.py trace error` takes those alone.
"""

import gzip
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, StorageState, sync_playwright
from typing_extensions import override

from small_png import small_png
from tree import ROOT

PUBLISHED = ROOT / "docs" / "images"
OTHERS = ROOT / "build" / "shots"
# Pictures stay in the repository for ever.
MAX_PUBLISHED_BYTES = 250_000

DEMOS = 8  # at a time, each with customers of its own
DEMO_TRACES = 60  # of each, which takes two minutes
HISTORY_S = 7_200  # the hour that is shown, and the one before it to compare with
NEWEST_S = 12  # how long ago the last trace began when the pictures are taken

PATIENCE_MS = 20_000
SIZES = {"1440": (1440, 900), "1024": (1024, 768), "390": (390, 844)}
THEMES = ("light", "dark")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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

Json = dict[str, Any]  # OTLP/JSON and answers of the API


@dataclass(slots=True, frozen=True)
class Server:
    """A running server: its address and the token of its folder."""

    url: str
    token: str

    def get(self, path: str) -> Json:
        """The JSON of a route."""
        headers = {"authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: Json = json.loads(answer.read())
        return found

    def send(self, spans: list[Json], project: str, service: str) -> None:
        """Store spans of one project."""
        resource = {"attributes": [_attribute("service.name", service)]}
        scope_spans = [{"scope": {"name": "clearspan"}, "spans": spans}]
        body = {"resourceSpans": [{"resource": resource, "scopeSpans": scope_spans}]}
        headers = {"content-type": "application/json", "x-clearspan-project": project}
        request = urllib.request.Request(
            f"{self.url}/v1/traces", json.dumps(body).encode(), headers
        )
        urllib.request.urlopen(request, timeout=30).close()


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


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server on an empty folder."""
    command = [sys.executable, "-m", "clearspan_server", "up", "--json"]
    command += ["--port", "0", "--grpc-port", "0"]
    with subprocess.Popen(
        [*command, "--data", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        announced = process.stdout.readline() if process.stdout else ""
        if not announced:
            sys.exit(f"the server did not start: {process.communicate()[1]}")
        token = (folder / "token").read_text(encoding="utf-8").strip()
        try:
            yield Server(json.loads(announced)["http"], token)
        finally:
            process.terminate()


def demo_spans() -> list[Json]:
    """What several demos send while they run at their natural pace."""
    spans: list[Json] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                data = gzip.decompress(data)
            if self.path == "/v1/traces":
                spans.extend(_finished(json.loads(data)))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{receiver.server_address[1]}"
        command = [sys.executable, "-m", "clearspan_server.demo", "--endpoint", url]
        options = ["--interval", "0", "--count", str(DEMO_TRACES)]
        running = [
            subprocess.Popen([*command, *options, "--seed", str(seed)]) for seed in range(DEMOS)
        ]
        for process in running:
            process.wait()
        receiver.shutdown()
    return spans


def _finished(request: Json) -> Iterator[Json]:
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            yield from (span for span in scope["spans"] if span["endTimeUnixNano"] != "0")


def spread(spans: list[Json]) -> list[Json]:
    """Move each trace, whole, to a moment of the last two hours; their order stays."""
    traces: dict[str, list[Json]] = defaultdict(list)
    for span in spans:
        traces[span["traceId"]].append(span)
    started = {
        trace_id: min(int(span["startTimeUnixNano"]) for span in members)
        for trace_id, members in traces.items()
    }
    newest_ns = time.time_ns() - NEWEST_S * 1_000_000_000
    in_order = sorted(traces, key=started.__getitem__)
    for trace_id, age_s in zip(in_order, _ages(len(traces)), strict=True):
        shift_ns = newest_ns - int(age_s * 1e9) - started[trace_id]
        for span in traces[trace_id]:
            _move(span, shift_ns)
    return spans


def _ages(count: int) -> list[float]:
    """Seconds before the newest, the oldest first: calm and busy quarters of an hour, ever more of them."""
    draw = random.Random(3)
    weights = [draw.uniform(0.3, 1.0) * (1 + slot / 60) for slot in range(HISTORY_S // 60)]
    minutes = draw.choices(range(len(weights)), weights, k=count - 1)
    ages = [HISTORY_S - 60 * (minute + draw.random()) for minute in minutes]
    return [*sorted(ages, reverse=True), 0.0]


def _move(span: Json, shift_ns: int) -> None:
    for key in ("startTimeUnixNano", "endTimeUnixNano"):
        span[key] = str(int(span[key]) + shift_ns)
    for event in span.get("events", ()):
        event["timeUnixNano"] = str(int(event["timeUnixNano"]) + shift_ns)


def _attribute(key: str, value: str) -> Json:
    return {"key": key, "value": {"stringValue": value}}


def unusual_spans() -> list[Json]:
    """What breaks layouts: long names, other scripts, much text, no text, a span that has not ended."""
    texts = {
        "a" * 5_000: "A name of 5 kB without a blank.",
        "توليد الإجابة": "كم يستغرق رد المبلغ؟ أريد إلغاء الطلب رقم ١٠٤٢.",
        "生成回答": "退款需要多久？我的订单还没有到。",
        "返金の確認": "荷物がまだ届いていません。返金してください。",
        "chat 🪔 lampe à l’huile": "Ça marche ?\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nprint(1)\n```",
        "<b>bold</b>": "<script>alert(1)</script> ![image](https://example.invalid/a.png)",
        "one very long answer": "Sentence after sentence without an end. " * 2_000,
        "": "",
    }
    now_ns = time.time_ns()
    spans = []
    for number, (name, text) in enumerate(texts.items()):
        start_ns = now_ns - (number + 1) * 7_000_000_000
        spans.append(
            {
                "traceId": f"{number + 1:032x}",
                "spanId": f"{number + 1:016x}",
                "name": name,
                "startTimeUnixNano": str(start_ns),
                "endTimeUnixNano": str(start_ns + 10 ** (number + 3)),
                "attributes": [
                    _attribute("gen_ai.operation.name", "chat"),
                    _attribute("gen_ai.request.model", "a-model-nobody-knows"),
                    _attribute("gen_ai.input.messages", _messages("user", text)),
                    _attribute("gen_ai.output.messages", _messages("assistant", text)),
                    _attribute("user.id", text[:80]),
                ],
            }
        )
    return spans


def _messages(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def large_trace(spans: int) -> list[Json]:
    """One trace of many spans on several levels."""
    draw = random.Random(5)
    start_ns = time.time_ns() - 30_000_000_000
    made: list[Json] = []
    for number in range(spans):
        parent = made[draw.randrange(max(0, number - 40), number)] if number else None
        begin_ns = start_ns + number * 5_000_000
        span = {
            "traceId": f"{99:032x}",
            "spanId": f"{number + 1:016x}",
            "parentSpanId": parent["spanId"] if parent else "",
            "name": draw.choice(("plan", "look up", "chat gpt-4o", "write", "check")),
            "startTimeUnixNano": str(begin_ns),
            "endTimeUnixNano": str(begin_ns + draw.randrange(1_000_000, 900_000_000)),
            "attributes": [
                _attribute("clearspan.kind", draw.choice(("llm", "tool", "chain", "db", "http")))
            ],
        }
        made.append(span)
    made[0]["endTimeUnixNano"] = str(time.time_ns() - 5_000_000_000)
    return made


def refused_spans() -> list[Json]:
    """Spans that cannot be kept: without a trace, and with an id of the wrong length."""
    now_ns = str(time.time_ns())
    times = {"startTimeUnixNano": now_ns, "endTimeUnixNano": now_ns}
    ids = ("0" * 32, "0" * 32, "abc")
    return [
        {"traceId": trace_id, "spanId": "ab" * 8, "name": "lost", **times, "attributes": []}
        for trace_id in ids
    ]


def fill(server: Server) -> None:
    """Give the server its history and wait until all of it is listed."""
    spans = spread(demo_spans())
    for at in range(0, len(spans), 500):
        server.send(spans[at : at + 500], "demo", "support-desk")
    server.send(unusual_spans(), "unusual", "éclairage")
    server.send(large_trace(3_000), "large", "batch")
    server.send(refused_spans(), "demo", "old exporter")
    count = len({span["traceId"] for span in spans})
    deadline = time.monotonic() + 60
    while _listed(server) < count:
        if time.monotonic() > deadline:
            sys.exit(f"only {_listed(server)} of {count} traces are listed after a minute")
        time.sleep(0.2)


def _listed(server: Server) -> int:
    totals = server.get("/api/v1/overview?project=demo&from=0")["totals"]
    return int(totals["traces"])


def scenes(server: Server) -> list[Scene]:
    """Every picture, the published ones first."""
    every = tuple(SIZES)
    trace, call = _call_in(server, "ok")
    failed, refused = _call_in(server, "error")
    shown = f"/p/demo/traces/{trace}"
    chart, row, line = ".uplot canvas", ".row", "[role=treeitem]"
    return [
        Scene("overview", "/p/demo/overview?range=1h", chart, sizes=every, is_published=True),
        Scene("traces", "/p/demo/traces?range=1h", row, sizes=every, is_published=True),
        Scene("trace", f"{shown}?span={call}", ".turn", sizes=every, is_published=True),
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
        Scene("delivery", "/p/demo/delivery?range=15m", ".uplot canvas", sizes=every),
        Scene("delivery-quiet", "/p/demo/delivery?range=1s", ".delivery-quiet"),
        Scene("delivery-empty", "/p/nothing/delivery?range=all", ".notice", sizes=("1440", "390")),
        Scene("delivery-failed", "/p/large/delivery", ".notice"),
        Scene("palette", "/p/demo/traces", row, lambda page: _press(page, "Control+k")),
        Scene("help", "/p/demo/traces", row, lambda page: _press(page, "?")),
        Scene("sign-in", "/", ".sign-in", sizes=("1440", "390"), is_stranger=True),
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
        page.locator(".waiting").wait_for(state="detached")
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
    path = OTHERS / f"{scene.name}-{size}-{theme}.png"
    if scene.is_published and size == "1440":
        path = PUBLISHED / f"{scene.name}-{theme}.png"
        png = small_png(camera.browser, png)
        if len(png) > MAX_PUBLISHED_BYTES:
            sys.exit(f"{path.name} has {len(png)} bytes, more than {MAX_PUBLISHED_BYTES}")
    path.write_bytes(png)
    print(f"  {path.relative_to(ROOT)}  {len(png) // 1000} kB", flush=True)


def main(chosen: list[str]) -> None:
    """Take every picture, or those of the scenes that are named."""
    for folder in (PUBLISHED, OTHERS):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serving(Path(data)) as server:
        print(f"▸ {DEMOS * DEMO_TRACES} traces of the demo, about two minutes", flush=True)
        fill(server)
        with camera(server) as used:
            for scene in scenes(server):
                if chosen and scene.name not in chosen:
                    continue
                for size, theme in itertools.product(scene.sizes, THEMES):
                    take(used, scene, size, theme)


if __name__ == "__main__":
    main(sys.argv[1:])
