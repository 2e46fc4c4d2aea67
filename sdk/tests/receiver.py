"""A server on loopback that keeps what the SDK sends and answers as told."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from waiting import wait_until

Json = dict[str, Any]


@dataclass
class Answer:
    """What the server says."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


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
    """Keeps every request. Answers with the next of ``answers``, in the end with 200."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    heartbeat: Answer = field(default_factory=lambda: Answer(404))
    pages: dict[str, Any] = field(default_factory=dict)  # what a GET of a path is answered with
    is_held: bool = False  # what came is not answered yet
    refused: dict[str, int] = field(default_factory=dict)  # status of a GET that is

    def posts(self, path: str = "/v1/traces") -> list[Request]:
        return [request for request in list(self.requests) if request.path.startswith(path)]

    def spans(self) -> list[Json]:
        return [span for request in self.posts() for span in request.spans]

    def span(self, name: str) -> Json:
        """The only span of that name, its attributes as a plain dict."""
        (found,) = [span for span in self.spans() if span["name"] == name]
        return {**found, "attributes": plain_attributes(found["attributes"])}

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("/heartbeat"):
            return self.heartbeat
        return self.answers.pop(0) if self.answers else Answer()


def plain_attributes(attributes: list[Json]) -> Json:
    return {item["key"]: plain_value(item["value"]) for item in attributes}


def plain_value(value: Json) -> object:
    ((kind, content),) = value.items()
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [plain_value(item) for item in content["values"]]
    return content


@contextmanager
def serving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = receiver.pages.get(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Request(self.path, headers, b""))
            missing = Answer(receiver.refused.get(self.path, 404))
            self.reply(missing if page is None else Answer(body=json.dumps(page).encode()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body)
            answer = receiver.answer(request)
            receiver.requests.append(request)
            wait_until(lambda: not receiver.is_held)
            self.reply(answer)

        def reply(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()
