"""A model provider on loopback that answers as the first folder of the address tells it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
WORDS = ("Paris", " is", " the", " capital")
USAGE: Json = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}


@dataclass
class Provider:
    """Where it listens, and what it was asked."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    failures_left: int = 0  # requests that are refused before one is answered
    released: threading.Event = field(default_factory=threading.Event)  # ends what hangs

    def at(self, manner: str) -> str:
        """The base address under which it answers in this manner: ok, fail, cut, hang, short, refuse, moved/ok."""
        return f"{self.url}/{manner}/v1"


def answer(model: str) -> bytes:
    """A chat completion that came whole."""
    said = {"role": "assistant", "content": "".join(WORDS)}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    return json.dumps(_frame("chat.completion", model, choice) | {"usage": USAGE}).encode()


def pieces(model: str) -> list[bytes]:
    """The events of a streamed chat completion, its usage in the last before the end marker."""
    kind = "chat.completion.chunk"
    deltas = [{"role": "assistant", "content": ""}, *({"content": word} for word in WORDS)]
    frames = [
        _frame(kind, model, {"index": 0, "delta": delta, "finish_reason": None}) for delta in deltas
    ]
    frames.append(_frame(kind, model, {"index": 0, "delta": {}, "finish_reason": "stop"}))
    frames.append({**frames[0], "choices": [], "usage": USAGE})
    return [_event(frame) for frame in frames] + [b"data: [DONE]\n\n"]


def _frame(kind: str, model: str, choice: Json) -> Json:
    return {"id": "c-1", "object": kind, "created": 1, "model": model, "choices": [choice]}


def _event(frame: Json) -> bytes:
    return b"data: " + json.dumps(frame).encode() + b"\n\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: Provider

    def do_GET(self) -> None:
        self._whole(200, b"{}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.provider.bodies.append(body)
        self.provider.headers.append({k.lower(): v for k, v in self.headers.items()})
        manner = self.path.split("/")[1]
        if manner == "moved":
            self._whole(307, b"moved", {"location": self.path.removeprefix("/moved")})
            return
        if "chat/completions" not in self.path:
            self._whole(200, b'{"said": "no model"}')
            return
        if manner == "refuse" or self.provider.failures_left > 0:
            self.provider.failures_left -= 1
            error = {"message": "slow down", "type": "rate_limit_error", "code": "rate_limited"}
            self._whole(429, json.dumps({"error": error}).encode(), {"retry-after": "0"})
            return
        asked = json.loads(body)
        if asked.get("stream"):
            self._stream(manner, pieces(f"{asked['model']}-2026"))
        elif manner == "hang":
            self.provider.released.wait(60)
        else:
            self._whole(200, answer(f"{asked['model']}-2026"))

    def _whole(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        given = {"content-type": "application/json", "content-length": str(len(body))}
        for name, value in {**given, "x-request-id": "r-1", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, manner: str, events: list[bytes]) -> None:
        self.send_response_only(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        first, rest = events[:3], events[3:]
        for event in first:
            self._chunk(event)
        if manner == "fail":
            self._chunk(_event({"error": {"message": "overloaded", "type": "server_error"}}))
        elif manner == "cut":
            self.close_connection = True
            return
        elif manner == "hang":
            self.provider.released.wait(60)
            self.close_connection = True
            return
        elif manner == "short":  # a proper end of the body, without the stream's own end
            pass
        else:
            for event in rest:
                self._chunk(event)
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def log_message(self, *args: object) -> None:  # type: ignore[explicit-override]  # of Python 3.12
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:  # type: ignore[explicit-override]  # of Python 3.12
        """A client that goes away is what some tests are about."""


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider on a free port."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield provider
    finally:
        provider.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
