"""Answers the model calls of a block from a cassette, as `clearspan.testing.freeze` writes it."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple

from clearspan import wire
from clearspan.capturing import capture_spans, is_capturing
from clearspan.instrument.patching import patch, unpatch
from clearspan.rebuild import FORMS, Rebuilt, refusal
from clearspan.wire.forms import Json, mapping, mappings, text

GROUP = "clearspan.testing.replay"
# What stands for a text that was not recorded: the server's word, and the SDK's.
HIDDEN = re.compile(r"\[redacted:[\w-]+\]|\*\*\*")
MEDIA = "medium"


class _Asked(NamedTuple):
    """A question as it is compared: who is asked what, in whatever form."""

    provider: str
    operation: str
    model: str
    said: tuple[tuple[str, str], ...]  # role and text of each part

    def differs(self, other: _Asked) -> str:
        """In what ``other``, which was recorded, is another question; "" when it is the same."""
        for name in ("provider", "operation", "model"):
            if getattr(self, name) != getattr(other, name):
                return f"{name} {getattr(self, name)!r} instead of {getattr(other, name)!r}"
        if len(self.said) != len(other.said):
            return f"{len(self.said)} parts instead of {len(other.said)}"
        for mine, theirs in zip(self.said, other.said, strict=True):
            if mine[0] != theirs[0] or not _same(mine[1], theirs[1]):
                return f"{mine!r:.200} instead of {theirs!r:.200}"
        return ""


class Replay:
    """A cassette being played."""

    def __init__(self, calls: list[Json]) -> None:
        self._calls = [(_recorded(call), mapping(call.get("answer"))) for call in calls]
        self._used = [0] * len(calls)
        self.missed: list[str] = []  # what was asked and could not be answered

    @property
    def left(self) -> list[str]:
        """The recorded calls that have not been asked, as `provider operation model`."""
        return [
            " ".join(asked[:3])
            for (asked, _), count in zip(self._calls, self._used, strict=True)
            if not count
        ]

    def answer(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> Callable[[bytes], Rebuilt] | None:
        """What answers the body of a request; None for one that is no model call."""
        endpoint = wire.recognise(method, url, headers)
        if endpoint is None:
            return None
        path = url.partition("?")[0].rstrip("/")
        form = next((form for tail, form in FORMS.items() if path.endswith(tail)), None)

        def reply(body: bytes) -> Rebuilt:
            if form is None:
                known = ", ".join(FORMS)
                what = f"{endpoint.provider} {endpoint.operation} at {path}"
                return self._miss(501, f"the form of {what} cannot be rebuilt, only {known}")
            question = wire.question(endpoint, body, headers.get("content-type", ""))
            request = question.read() if question else wire.Request()
            said = _said(request.messages)
            asked = _Asked(endpoint.provider, endpoint.operation, request.model, said)
            found = self._find(asked)
            if found is None:
                return self._miss(400, self._explain(asked))
            return form(found, mapping(json.loads(body)))

        return reply

    def _find(self, asked: _Asked) -> Json | None:
        """The answer that was given: of several to the same question the next, at last the last."""
        same = [
            number
            for number, (recorded, _) in enumerate(self._calls)
            if not asked.differs(recorded)
        ]
        if not same:
            return None
        number = next((number for number in same if not self._used[number]), same[-1])
        self._used[number] += 1
        return self._calls[number][1]

    def _explain(self, asked: _Asked) -> str:
        told = [
            f"  call {number}: {asked.differs(recorded)}"
            for number, (recorded, _) in enumerate(self._calls)
        ]
        name = " ".join(asked[:3])
        return "\n".join([f"{name} was asked what was not recorded:", *told])

    def _miss(self, status: int, message: str) -> Rebuilt:
        self.missed.append(message)
        return refusal(status, "not_recorded", message)


@contextmanager
def replay(cassette: str | os.PathLike[str]) -> Generator[Replay]:
    """Answers model calls over httpx and urllib3 from ``cassette`` inside the block, in any thread.

    A call is answered when provider, operation, model and messages are those of a recorded one,
    in OpenAI's form (chat completions, responses) or Anthropic's, streamed if the request says so.
    Other requests go to the network. What could not be answered fails the block at its end.
    Spans, scores and metrics of the block are not exported; `capture_spans` shows its spans.

    Example:
        >>> from clearspan.testing import replay
        >>> import json, pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp(), "cassette.json")
        >>> _ = file.write_text(json.dumps({"clearspan": 1, "calls": []}))
        >>> with replay(file) as calls:
        ...     pass
        >>> calls.left
        []
    """
    playing = Replay(mappings(json.loads(Path(cassette).read_text("utf-8")).get("calls")))
    with nullcontext() if is_capturing() else capture_spans():
        try:
            _patch(playing)
            yield playing
        finally:
            unpatch(GROUP)
    if playing.missed:
        raise AssertionError("\n".join(playing.missed))


def _patch(playing: Replay) -> None:
    for name in ("httpcore", "httpcore2", "urllib3.connectionpool"):
        with suppress(ImportError):
            # Below what `clearspan.instrument` patches, so that replayed calls are recorded.
            library: Any = importlib.import_module(name)
            if name.startswith("urllib3"):
                _patch_urllib3(library, playing)
            else:
                _patch_httpcore(library, playing)


def _patch_httpcore(library: Any, playing: Replay) -> None:  # noqa: ANN401  # a module
    def found(request: Any) -> Callable[[bytes], Rebuilt] | None:  # noqa: ANN401  # its request
        url = request.url
        address = f"{url.scheme.decode()}://{url.host.decode()}{url.target.decode()}"
        headers = {name.decode("latin-1").lower(): value for name, value in request.headers}
        read = {name: value.decode("latin-1") for name, value in headers.items()}
        return playing.answer(request.method.decode(), address, read)

    def response(rebuilt: Rebuilt) -> object:
        headers = [(name.encode(), value.encode()) for name, value in rebuilt.headers.items()]
        return library.Response(rebuilt.status, headers=headers, content=rebuilt.body)

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(pool: object, request: Any) -> object:  # noqa: ANN401  # the same
            answer = found(request)
            if answer is None:
                return original(pool, request)
            return response(answer(b"".join(request.stream)))

        return handle_request

    def make_async(original: Callable[..., Any]) -> Callable[..., Any]:
        async def handle_async_request(pool: object, request: Any) -> object:  # noqa: ANN401  # the same
            answer = found(request)
            if answer is None:
                return await original(pool, request)
            return response(answer(b"".join([data async for data in request.stream])))

        return handle_async_request

    patch(GROUP, library.ConnectionPool, "handle_request", make)
    patch(GROUP, library.AsyncConnectionPool, "handle_async_request", make_async)


def _patch_urllib3(library: Any, playing: Replay) -> None:  # noqa: ANN401  # a module
    response: Any = importlib.import_module("urllib3.response")

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def _make_request(
            pool: Any,  # noqa: ANN401  # urllib3's
            conn: object,
            method: str,
            url: str,
            body: Any = None,  # noqa: ANN401  # urllib3's
            headers: Any = None,  # noqa: ANN401  # urllib3's
            **options: Any,  # noqa: ANN401  # urllib3's
        ) -> object:
            read = {str(name).lower(): str(value) for name, value in dict(headers or {}).items()}
            answer = playing.answer(method, f"{pool.scheme}://{pool.host}{url}", read)
            if answer is None:
                return original(pool, conn, method, url, body=body, headers=headers, **options)
            sent = body if isinstance(body, bytes) else str(body or "").encode()
            rebuilt = answer(sent)
            return response.HTTPResponse(
                body=io.BytesIO(rebuilt.body),
                headers=rebuilt.headers,
                status=rebuilt.status,
                request_method=method,
                request_url=url,
                preload_content=options.get("preload_content", True),
                decode_content=options.get("decode_content", True),
            )

        return _make_request

    patch(GROUP, library.HTTPConnectionPool, "_make_request", make)


def _recorded(call: Json) -> _Asked:
    provider, operation, model = (text(call.get(name)) for name in _Asked._fields[:3])
    return _Asked(provider, operation, model, _said(mappings(call.get("messages"))))


def _said(messages: list[Json]) -> tuple[tuple[str, str], ...]:
    """Role and text of every part; a thought is left out, since most providers take none back."""
    return tuple(
        ("system" if message["role"] == "developer" else str(message["role"]), said)
        for message in messages
        for part in mappings(message.get("parts"))
        if (said := _of_part(part)) is not None
    )


def _of_part(part: Json) -> str | None:
    kind = part.get("type")
    if kind == "reasoning":
        return None
    if kind == "text":
        return text(part.get("content"))
    if kind == "tool_call":
        return f"{part.get('name')}({_canonical(part.get('arguments', part.get('data')))})"
    if kind in {"tool_call_response", "tool_result"}:
        return _canonical(part.get("response") or part.get("data") or part.get("content"))
    return MEDIA


def _canonical(value: object) -> str:
    """JSON with sorted keys, also of JSON that came as a text; any other text as it is."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _same(asked: str, recorded: str) -> bool:
    first, *between = HIDDEN.split(recorded)
    if not between:
        return asked == recorded
    # Piece by piece, each at its first place: one expression for all could search for ever.
    last = between.pop()
    end = len(first)
    for piece in between:
        place = asked.find(piece, end)
        if place < 0:
            return False
        end = place + len(piece)
    return asked.startswith(first) and asked.endswith(last) and end <= len(asked) - len(last)
