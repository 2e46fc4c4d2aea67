"""A server whose gateway leads to simulators, and to a provider that answers byte for byte what a test says."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from clearspan_server.simulator.serve import running
from running import Server, serving, settle, until
from simulated import FAST, Json

FORMS = (
    *("openai", "azure", "anthropic", "gemini", "groq", "mistral", "cohere", "ollama"),
    *("openrouter", "together", "fireworks", "deepseek", "xai", "vllm"),
)
OF_THE_ENVIRONMENT = "sk-of-the-environment-0815"  # the server's key of DeepSeek
ORGANISATION = "org-of-the-operator"  # at OpenAI, and its project there
WAIT_S = 5  # how long a provider may be silent here; a busy machine needs some of it for an honest answer
OPEN_STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


def chunk(data: bytes) -> bytes:
    """As HTTP/1.1 frames it; of nothing, the end."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(text: str) -> bytes:
    """A piece of a streamed answer in OpenAI's form, in a chunk of its own."""
    said = json.dumps([{"index": 0, "delta": {"content": text}}])
    told = (
        f'{{"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-4o","choices":{said}}}'
    )
    return chunk(f"data: {told}\n\n".encode())


END = chunk(
    b'data: {"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


@dataclass(slots=True)
class Seen:
    """A request as it came, and when whoever asked went away."""

    head: bytes
    body: bytes = b""
    left_s: float | None = None

    @property
    def headers(self) -> list[bytes]:
        return self.head.rstrip().split(b"\r\n")[1:]


Script = Callable[[], Iterator[bytes]]


@dataclass(slots=True)
class Provider:
    """Answers each path by its script, and notes what came; `reads` is false for one that leaves bodies alone."""

    url: str = ""
    scripts: dict[str, Script] = field(default_factory=dict)
    seen: dict[str, list[Seen]] = field(default_factory=dict)

    def on(self, path: str, script: Script) -> None:
        self.scripts[path] = script

    def last(self, path: str) -> Seen:
        """The latest request to a path."""
        return self.seen[path][-1]

    def serve(self, door: socket.socket) -> None:
        """Let connections in until the door is closed."""
        with suppress(OSError):
            while True:
                caller, _ = door.accept()
                threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with closing(caller), suppress(OSError):
            head = _until(caller, b"", b"\r\n\r\n")
            head, _, body = head.partition(b"\r\n\r\n")
            path = head.split(b" ")[1].partition(b"?")[0].decode()
            seen = Seen(head)
            self.seen.setdefault(path, []).append(seen)
            seen.body = _body(caller, head, body)
            try:
                for piece in self.scripts[path]():
                    caller.sendall(_closing(piece))
                    _check_open(caller)
            except OSError:
                seen.left_s = time.monotonic()


def _closing(piece: bytes) -> bytes:
    """The beginning of an answer says that no other comes over its line; other pieces as they are."""
    is_head = piece.startswith(b"HTTP/1.1 ")
    return piece.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) if is_head else piece


def _until(caller: socket.socket, held: bytes, mark: bytes) -> bytes:
    while mark not in held:
        data = caller.recv(65_536)
        if not data:
            raise OSError
        held += data
    return held


def _body(caller: socket.socket, head: bytes, held: bytes) -> bytes:
    lowered = head.lower()
    if b"transfer-encoding: chunked" in lowered:
        return _until(caller, held, b"0\r\n\r\n")
    _, _, rest = lowered.partition(b"content-length:")
    wanted, pieces = int(rest.split(b"\r\n")[0] or 0), [held]
    came = len(held)
    while came < wanted and (data := caller.recv(1_048_576)):
        pieces.append(data)
        came += len(data)
    return b"".join(pieces)


def _check_open(caller: socket.socket) -> None:
    """Raise OSError when the other side has closed: it sends nothing more before it has its answer."""
    caller.settimeout(0)
    try:
        if caller.recv(1, socket.MSG_PEEK) == b"":
            raise ConnectionResetError
    except BlockingIOError:
        pass
    finally:
        caller.settimeout(None)


@contextmanager
def provider() -> Iterator[Provider]:
    """A scripted provider on a port of its own."""
    made = Provider()
    with closing(socket.create_server(("127.0.0.1", 0), backlog=300)) as door:
        made.url = f"http://127.0.0.1:{door.getsockname()[1]}"
        threading.Thread(target=made.serve, args=(door,), daemon=True).start()
        yield made
        door.shutdown(socket.SHUT_RDWR)  # wakes who waits at it


@dataclass(slots=True, frozen=True)
class Passing:
    """The server, a simulator like the one behind it, and the scripted provider, which it knows as `raw`."""

    server: Server
    direct: str
    behind: str
    provider: Provider

    def url(self, name: str) -> str:
        """The base URL of a provider, through the gateway."""
        return f"{self.server.url}/gateway/{name}"

    def spans(self, project: str) -> list[Json]:
        """All spans of a project, once each call has its record."""
        until(self._is_quiet)
        settle(self.server)
        found: list[Json] = self.server.get(f"/api/v1/spans?project={project}&limit=200")["spans"]
        return found

    def span(self, project: str) -> Json:
        """The only span of a project, with everything that is known of it."""
        [found] = until(lambda: self.spans(project))
        where = f"/api/v1/traces/{found['trace_id']}/spans/{found['span_id']}?project={project}"
        told: Json = self.server.get(where)
        return told

    def _is_quiet(self) -> bool:
        told = self.metrics()
        return all(f"\nclearspan_gateway_{name}_calls 0.0" in told for name in ("open", "waiting"))

    def metrics(self) -> str:
        return httpx2.get(f"{self.server.url}/metrics").text

    def ask(self, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """A question to the scripted provider; `_` in the name of a header is `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        told = CHAT if body is None else body
        with httpx2.Client(timeout=60) as client:
            return client.post(self.url("raw") + path, json=told, headers=named)


CHAT: Json = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "Where is my order?"}],
}


@pytest.fixture(scope="session")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Passing]:
    """A server in front of them all."""
    with passing_in(tmp_path_factory.mktemp("passing")) as made:
        yield made


@contextmanager
def passing_in(folder: Path) -> Iterator[Passing]:
    """One whose simulators have answered nothing yet."""
    with ExitStack() as stack:
        direct, behind = (stack.enter_context(running(FAST)) for _ in range(2))
        raw = stack.enter_context(provider())
        urls = [f"{name}={behind}" for name in FORMS]
        urls += [
            f"raw={raw.url}",
            f"deepseek={raw.url}",
            f"below={raw.url}/some/where",
            "closed=http://127.0.0.1:9",
        ]
        with pytest.MonkeyPatch.context() as patch:  # of this server alone
            patch.setitem(os.environ, "CLEARSPAN_GATEWAY_URLS", ", ".join(urls))
            patch.setitem(os.environ, "CLEARSPAN_GATEWAY_WAIT_S", str(WAIT_S))
            patch.setitem(os.environ, "CLEARSPAN_BATCH_AGE_MS", "50")
            patch.setitem(os.environ, "DEEPSEEK_API_KEY", OF_THE_ENVIRONMENT)
            patch.setitem(os.environ, "OPENAI_ORG_ID", ORGANISATION)
            patch.setitem(os.environ, "OPENAI_PROJECT_ID", ORGANISATION)
            server = stack.enter_context(serving(folder / "data"))
        yield Passing(server, direct, behind, raw)
