"""A server that receives what the SDK sends, and a way to run programs that use the SDK."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import clearspan
import pytest

SOURCES = Path(__file__).parent.parent / "src"
DEADLINE_S = 20.0

Json = dict[str, Any]


@dataclass
class Request:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        document: Json = json.loads(self.body)
        return document

    @property
    def spans(self) -> list[Json]:
        return [
            span
            for resource in self.json.get("resourceSpans", [])
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]


@dataclass
class Receiver:
    """Keeps every request. Answers with the next of ``answers``, in the end with ``{}``."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    heartbeat_status: int = 404

    def posts(self, path: str = "/v1/traces") -> list[Request]:
        return [request for request in list(self.requests) if request.path.startswith(path)]

    def spans(self) -> list[Json]:
        return [span for request in self.posts() for span in request.spans]

    def span(self, name: str) -> Json:
        """The only span of that name, its attributes as a plain dict."""
        (found,) = [span for span in self.spans() if span["name"] == name]
        return {**found, "attributes": plain_attributes(found["attributes"])}


def plain_attributes(attributes: list[Json]) -> Json:
    return {item["key"]: plain_value(item["value"]) for item in attributes}


def plain_value(value: Json) -> Any:  # noqa: ANN401  # OTLP's AnyValue is any value
    (kind, content) = next(iter(value.items()))
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [plain_value(item) for item in content["values"]]
    return content


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_heartbeat = self.path.endswith("/heartbeat")
        status, extra, content = self.receiver.heartbeat_status, {}, b""
        if not is_heartbeat:
            answers = self.receiver.answers
            status, extra, content = answers.pop(0) if answers else (200, {}, b"{}")
        self.receiver.requests.append(Request(self.path, headers, body))
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()
    handler = type("BoundHandler", (Handler,), {"receiver": received})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    received.url = f"http://127.0.0.1:{server.server_port}"
    yield received
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def recording(receiver: Receiver) -> Receiver:
    """The receiver, with this process recording to it."""
    clearspan.init(endpoint=receiver.url, service="tests")
    return receiver


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Internal errors are raised, and the machine's own settings do not matter."""
    for name in list(os.environ):
        if name.startswith(("CLEARSPAN_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CLEARSPAN_STRICT", "1")


@dataclass
class Ended:
    """How a program ended."""

    code: int
    out: str
    err: str
    took_s: float


RunProgram = Callable[..., Ended]


@pytest.fixture
def run_program(tmp_path: Path) -> RunProgram:
    def run(source: str, **environment: str) -> Ended:
        script = tmp_path / "program.py"
        script.write_text(source, encoding="utf-8")
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("CLEARSPAN_", "OTEL_"))
        }
        began_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-W", "error", str(script)],
            env={**inherited, "PYTHONPATH": str(SOURCES), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - began_s)

    return run


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until a condition holds; fails when it does not within the deadline."""

    def wait(holds: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < deadline_s, "the condition never held"
            time.sleep(0.01)

    return wait
