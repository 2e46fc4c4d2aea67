"""What the pictures show: a server with two hours of the demo's traces, and what breaks layouts."""

import copy
import gzip
import json
import random
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from typing_extensions import override

from clearspan_server.demo.fleet import metrics

DEMOS = 8  # at a time, each with customers of its own
DEMO_TRACES = 60  # of each, which takes two minutes
HISTORY_S = 7_200  # the hour that is shown, and the one before it to compare with
NEWEST_S = 12  # how long ago the last trace began when the pictures are taken

Json = dict[str, Any]  # OTLP/JSON and answers of the API
PROMPT = "support/answer"
_SYSTEM = "You are the support agent of a book shop. Answer in {{language}}."
PROMPT_VERSIONS: tuple[Json, ...] = (
    {"template": f"{_SYSTEM}\n\n{{{{question}}}}", "message": "The first one"},
    {
        "template": [
            {"role": "system", "content": f"{_SYSTEM} Name the article that you use."},
            {"role": "user", "content": "{{question}}"},
        ],
        "config": {"model": "gpt-4o", "temperature": 0.2},
        "labels": ["production"],
        "message": "Names its sources",
    },
    {
        "template": [
            {
                "role": "system",
                "content": f"{_SYSTEM} Use only what stands in the articles below, and say so where"
                " they do not tell.\n\n{{articles}}",
            },
            {"role": "user", "content": "{{question}}"},
        ],
        "config": {"model": "gpt-4o-mini", "temperature": 0.2},
        "labels": ["staging"],
        "message": "Only what the articles say",
    },
)


@dataclass(slots=True, frozen=True)
class Told:
    """What demos have told: spans, and log records with the names of their loggers."""

    spans: list[Json]
    logs: list[tuple[str, Json]]


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

    def post(self, path: str, body: object) -> None:
        """Write something by the API."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        urllib.request.urlopen(request, timeout=30).close()

    def send(self, spans: list[Json], project: str, service: str) -> None:
        """Store spans of one project."""
        scope_spans = [{"scope": {"name": "clearspan"}, "spans": spans}]
        group = {"resource": _resource(service), "scopeSpans": scope_spans}
        self.export("traces", {"resourceSpans": [group]}, project)

    def export(self, signal: str, body: object, project: str) -> None:
        """Hand over a request of OTLP."""
        headers = {"content-type": "application/json", "x-clearspan-project": project}
        request = urllib.request.Request(
            f"{self.url}/v1/{signal}", json.dumps(body).encode(), headers
        )
        urllib.request.urlopen(request, timeout=30).close()


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


def demos() -> Told:
    """What several demos tell while they run at their natural pace."""
    told = Told([], [])

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                data = gzip.decompress(data)
            if self.path == "/v1/traces":
                told.spans.extend(_finished(json.loads(data)))
            if self.path == "/v1/logs":
                told.logs.extend(_logged(json.loads(data)))
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
    return told


def _finished(request: Json) -> Iterator[Json]:
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            yield from (span for span in scope["spans"] if span["endTimeUnixNano"] != "0")


def _logged(request: Json) -> Iterator[tuple[str, Json]]:
    for resource in request["resourceLogs"]:
        for scope in resource["scopeLogs"]:
            yield from ((scope["scope"]["name"], record) for record in scope["logRecords"])


def spread(told: Told) -> None:
    """Move each trace, whole and with its logs, to a moment of the last two hours; their order stays."""
    spans = told.spans
    traces: dict[str, list[Json]] = defaultdict(list)
    for span in spans:
        traces[span["traceId"]].append(span)
    started = {
        trace_id: min(int(span["startTimeUnixNano"]) for span in members)
        for trace_id, members in traces.items()
    }
    newest_ns = time.time_ns() - NEWEST_S * 1_000_000_000
    in_order = sorted(traces, key=started.__getitem__)
    shifts_ns: dict[str, int] = {}
    for trace_id, age_s in zip(in_order, _ages(len(traces)), strict=True):
        shifts_ns[trace_id] = newest_ns - int(age_s * 1e9) - started[trace_id]
        for span in traces[trace_id]:
            _move(span, shifts_ns[trace_id])
    for _, record in told.logs:
        shift_ns = shifts_ns.get(record.get("traceId", ""), 0)
        record["timeUnixNano"] = str(int(record["timeUnixNano"]) + shift_ns)


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


def _resource(service: str) -> Json:
    return {"attributes": [_attribute("service.name", service)]}


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


def fill(server: Server) -> list[Json]:
    """Give the server its history and wait until all of it is listed; the spans of the demo."""
    told = demos()
    spread(told)
    spans = told.spans
    name_prompts(server, spans)
    for at in range(0, len(spans), 500):
        server.send(spans[at : at + 500], "demo", "support-desk")
    tell(server, told.logs)
    server.send(unusual_spans(), "unusual", "éclairage")
    server.send(large_trace(3_000), "large", "batch")
    server.send(refused_spans(), "demo", "old exporter")
    judge(server, spans)
    for name, scope in (("support-desk", "ingest"), ("dashboard", "read")):
        server.post("/api/v1/keys", {"project": "demo", "name": name, "scopes": [scope]})
    count = len({span["traceId"] for span in spans})
    deadline = time.monotonic() + 60
    while _listed(server) < count:
        if time.monotonic() > deadline:
            sys.exit(f"only {_listed(server)} of {count} traces are listed after a minute")
        time.sleep(0.2)
    return spans


def name_prompts(server: Server, spans: list[Json]) -> None:
    """Keep versions of a prompt, and let the calls of the demo name them: the older a call, the older its version."""
    for version in PROMPT_VERSIONS:
        prompt = {"name": PROMPT, "tags": ["support"], **version}
        server.post("/api/v1/prompts?project=demo", prompt)
    greet = {"name": "support/greeting", "template": "Greet {{name}} in one sentence."}
    server.post("/api/v1/prompts?project=demo", greet | {"labels": ["production"]})
    calls = [span for span in spans if _kind(span) == "llm"]
    calls.sort(key=lambda span: int(span["startTimeUnixNano"]))
    for at, span in enumerate(calls):
        number = 1 + at * len(PROMPT_VERSIONS) // len(calls)
        span["attributes"].append(_attribute("clearspan.prompt.name", PROMPT))
        span["attributes"].append(_attribute("clearspan.prompt.version", str(number)))


def _kind(span: Json) -> str:
    found = [pair["value"] for pair in span["attributes"] if pair["key"] == "clearspan.kind"]
    return str(found[0].get("stringValue", "")) if found else ""


def tell(server: Server, logs: list[tuple[str, Json]]) -> None:
    """Log records of the demo's loggers, and what its model server has measured meanwhile."""
    groups: dict[str, list[Json]] = defaultdict(list)
    for name, record in logs:
        groups[name].append(record)
    scopes = [{"scope": {"name": name}, "logRecords": records} for name, records in groups.items()]
    group = {"resource": _resource("support-desk"), "scopeLogs": scopes}
    server.export("logs", {"resourceLogs": [group]}, "demo")
    now_s = int(time.time())
    server.export("metrics", metrics(now_s - HISTORY_S, now_s), "demo")


def judge(server: Server, spans: list[Json]) -> None:
    """Thumbs of some customers, mostly up."""
    draw = random.Random(7)
    trace_ids = sorted({span["traceId"] for span in spans})
    scores = [
        {"trace_id": trace_id, "name": "thumbs", "value": draw.choice((1, 1, 1, -1))}
        for trace_id in draw.sample(trace_ids, len(trace_ids) // 4)
    ]
    server.post("/api/v1/scores?project=demo", scores)


def happens(server: Server, spans: list[Json], count: int = 16) -> None:
    """The newest traces once more, now, one after the other."""
    traces: dict[str, list[Json]] = defaultdict(list)
    for span in spans:
        traces[span["traceId"]].append(span)
    for members in list(traces.values())[-count:]:
        trace_id = uuid.uuid4().hex
        shift_ns = time.time_ns() - max(int(span["endTimeUnixNano"]) for span in members)
        again = [copy.deepcopy(span) | {"traceId": trace_id} for span in members]
        for span in again:
            _move(span, shift_ns)
        server.send(again, "demo", "support-desk")
        time.sleep(0.2)


def _listed(server: Server) -> int:
    totals = server.get("/api/v1/overview?project=demo&from=0")["totals"]
    return int(totals["traces"])
