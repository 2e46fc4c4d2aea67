"""A model call on the HTTP wire: its span, from the request to the last byte of the answer."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from time import time_ns
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit
from weakref import ref

from clearspan import attempts, wire
from clearspan.errors import report
from clearspan.instrument.inflate import inflater
from clearspan.recorder import is_behind
from clearspan.tracer import Scope, Span, here, switch

P = ParamSpec("P")
R = TypeVar("R")

# What was parsed from fewer bytes has no text that must be cut, and is kept without a copy.
SMALL_BYTES = 65_536
PARSED_BYTES = 4  # about what a byte of JSON takes in memory
MOST_FILE_BYTES = 64_000_000  # a larger file of a form is told as an empty one
MOST_SLICES = 1_000  # that wait; some clients read byte by byte
SLICE_BYTES = 150  # about what a slice takes in memory besides its bytes
NO_CONTENT = 204
DOING = "recording a model call"
INTERRUPTED = "StreamInterrupted"  # the error of an answer that ended before its end
_CUT = (INTERRUPTED, "the answer ended before its end marker")
_Slice = tuple[bytes, int]  # of a body, without its content encoding, and its Unix time in ns
_AMAZON = re.compile(r"attempt=(\d+)")
_KINDS = {"embeddings": "embedding", "rerank": "reranker"}


def harmless(function: Callable[P, R]) -> Callable[P, R | None]:
    """What goes wrong in ``function`` is reported, and None returned: the program goes on."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, DOING)
            return None

    return guarded


class ModelSpan(Span):
    """A model call as a framework tells it; ``is_sent`` once it was recorded below it, on the wire."""

    __slots__ = ("is_sent",)

    def __init__(self, name: str, facts: dict[str, object]) -> None:
        self.is_sent = False
        super().__init__(name, "llm", facts)


class CallSpan(Span):
    """The span of a call, which alone ends it."""

    __slots__ = ("call",)

    call: ref[ModelCall]

    def abandon(self) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
        """Ends the call, with what has come so far."""
        if (call := self.call()) is not None:
            call.cancel()

    def __del__(self) -> None:  # type: ignore[explicit-override]  # as above
        """The call is forgotten with it, perhaps after it, and has more to say."""


class ModelCall:
    """One call; the transports tell it what happens. It ends once, whatever they tell.

    ``answered``, then ``received`` for each slice of the body, then ``end``; or ``fail`` at any time.
    Dropped without an end, it was cancelled.
    """

    __slots__ = (
        *("_answer", "_endpoint", "_headers", "_inflate", "_is_over", "_key", "_last_ns"),
        *("_most_bytes", "_size_bytes", "_slices", "_status", "is_reading", "span", "target"),
        "__weakref__",
    )

    def __init__(
        self, endpoint: wire.Endpoint, target: str, key: tuple[object, ...], span: CallSpan
    ) -> None:
        self.span = span
        span.call = ref(self)
        self.target = target  # host and path
        self.is_reading = False  # of a transport whose reading functions call each other
        self._endpoint = endpoint
        self._key = key
        self._answer: wire.Answer | None = None
        self._inflate = inflater("")
        self._is_over = False
        self._status = 0
        self._headers: dict[str, str] = {}  # of the answer, their names in lower case
        self._slices: list[_Slice] = []  # that nobody has read
        self._size_bytes = 0  # of the answer so far
        self._most_bytes = SMALL_BYTES  # of it, before what waits is read
        self._last_ns = 0  # when its last slice came

    @harmless
    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The status line and headers came."""
        if self._is_over:
            return
        self._status = self.span.fields["http.response.status_code"] = status
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._answer = wire.Answer(self._endpoint, status, self._headers)
        self._inflate = inflater(self._headers.get("content-encoding", ""))

    def send_on(self, url: str) -> None:
        """What was answered so far only says that the request is to go elsewhere."""
        self.target = _address(url.partition("?")[0])[1]

    def goes_to(self, url: str) -> bool:
        """Whether the request goes to this address."""
        return self.target == _address(url.partition("?")[0])[1]

    def received(self, data: bytes, *, is_decoded: bool = False) -> None:
        """A slice of the body came.

        Args:
            data: as it came, or ``is_decoded``: without its content encoding.
            is_decoded: whether the HTTP client has undone the content encoding.
        """
        answer = self._answer
        if answer is None or not data:
            return
        try:
            data = bytes(data) if is_decoded or self._inflate is bytes else self._inflated(data)
            now_ns = self._last_ns = time_ns()
            self._slices.append((data, now_ns))
            self._size_bytes += len(data)
            if self._size_bytes > self._most_bytes or len(self._slices) > MOST_SLICES:
                self._read(answer)
        except Exception as error:  # noqa: BLE001  # as `harmless`, which would take as long again
            report(error, DOING)

    def _inflated(self, data: bytes) -> bytes:
        if self._inflate is None:
            return b""
        try:
            return self._inflate(data)
        except Exception:  # noqa: BLE001  # each library has its own; the client will say the same
            self._inflate = None
            return b""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While the transport reads: its functions call each other, and close what has ended."""
        self.is_reading = True
        try:
            yield
        except Exception as error:  # who was only interrupted may read on
            self.fail(error)
            raise
        finally:
            self.is_reading = False

    def end(self) -> None:
        """The body is over: well if its end marker came, else it was cut."""
        self._conclude(self._interrupt, is_end=True)

    def cancel(self) -> None:
        """Nobody reads on, which is well after the end marker.

        The call lasted as long as it was read: when a stream was forgotten is the garbage collector's affair.
        """
        # Not in the very moment of the last slice: it may be the first, too.
        self._conclude(self.span.cancel, at_ns=self._last_ns and self._last_ns + 1)

    def fail(self, error: BaseException) -> None:
        """The request or its stream raised ``error``: a failure, or somebody's wish to stop."""
        if isinstance(error, GeneratorExit):
            self.cancel()
        else:
            self._conclude(lambda: self.span.close_with(error))

    @harmless
    def _conclude(
        self, verdict: Callable[[], None], *, is_end: bool = False, at_ns: int = 0
    ) -> None:
        if self._is_over:
            return
        self._is_over = True
        answer, self._answer = self._answer, None  # for a program that keeps its responses
        try:
            if answer is not None and not is_behind() and self._seems_well(is_end=is_end):
                slices, self._slices = self._slices, []  # likewise
                read = functools.partial(_heard, ref(self.span), answer, slices)
                size_bytes = self._size_bytes * PARSED_BYTES + len(slices) * SLICE_BYTES
                self.span.postpone(read, size_bytes)
            else:
                if answer is not None:
                    self._record(answer)
                if answer is None or not answer.is_complete:
                    verdict()
        finally:
            attempts.note(self._key, self.span)
            self._key = ()
            self.span.end(at_ns)

    def _seems_well(self, *, is_end: bool) -> bool:
        """Whether nothing but reading the answer, which can wait, is left."""
        if self._most_bytes > SMALL_BYTES:  # some of it has been read
            return False
        body = b"".join([data for data, _ in self._slices])
        # A document that was left before its end may look like a whole one.
        is_marked = is_end or body[:1] != b"{"
        return is_marked and wire.seems_well(self._status, self._headers, body)

    def _interrupt(self) -> None:
        has_body = (
            self._status != NO_CONTENT and self._status // 100 != 3
        )  # nor has what is sent on
        if self._inflate is not None and has_body:
            self.span.error(*_CUT)

    def _read(self, answer: wire.Answer) -> None:
        """Reads the slices that came since the last time."""
        slices, self._slices = self._slices, []
        self._most_bytes = self._size_bytes + SMALL_BYTES
        _feed(answer, slices, self.span)

    def _record(self, answer: wire.Answer) -> None:
        """Records what was understood of the answer, and its own error before any other."""
        self._read(answer)
        _keep(self.span, _told(answer), self._size_bytes)
        if answer.error is not None:
            self.span.error(answer.error.type, answer.error.message)

    def __del__(self) -> None:
        self.cancel()


class InFlight:
    """Makes a call's span current while its request is sent."""

    __slots__ = ("_by", "_call", "_outside", "_token")

    def __init__(self, call: ModelCall, by: object = None) -> None:
        self._call = call
        self._by = by  # the client, if it calls itself on the way

    def __enter__(self) -> None:
        self._token = _sending.set((self._call.target, self._by))
        self._outside = switch(self._call.span)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: object
    ) -> None:
        try:
            _sending.reset(self._token)
        except ValueError:
            self._outside = None  # a coroutine that was closed in another context than it began in
        else:
            switch(self._outside)
        if error is not None:
            self._call.fail(error)


_sending: ContextVar[tuple[str, object]] = ContextVar("clearspan.sending", default=("", None))


def is_in_flight(client: object) -> bool:
    """Whether this client is sending a request here."""
    return _sending.get()[1] is client


@harmless
def begin(
    method: str, url: str, headers: Mapping[str, str], body: Callable[[], bytes | None]
) -> ModelCall | None:
    """The record of a request that is a model call, started; None for every other request.

    Args:
        method: of HTTP.
        url: the whole address.
        headers: of the request, in any mapping that knows names in lower case.
        body: reads the body; called only for an address that looks like a model call's.
    """
    endpoint = wire.recognise(method, url, headers)
    if endpoint is None:
        return None
    host, target = _address(url.partition("?")[0])
    if target == _sending.get()[0]:
        return None  # the same request, on its way through a second library
    sent = body() or b""
    question = wire.question(endpoint, sent, headers.get("content-type", ""))
    if question is None:
        return None  # it only looks like a model call
    place = here()
    if isinstance(place, ModelSpan):
        place.is_sent = True
    key = (place.span_id, url, sent)
    former = attempts.earlier(key)
    attempt = max(_count(endpoint, headers), former.number + 1 if former else 0)
    facts: dict[str, object] = {
        "provider": endpoint.provider,
        "operation": endpoint.operation,
        "model": question.model,
        "streamed": endpoint.streamed,
        "server.address": host,
        "attempt": attempt,
        "retry_of": former and former.first_id,
    }
    facts = {name: fact for name, fact in facts.items() if fact}
    name = f"{endpoint.operation} {question.model}".rstrip()
    kind = _KINDS.get(endpoint.operation, "llm")
    if former:
        with Scope(former.trace_id, place.span_id, place.carried, is_remote=False):
            span = CallSpan(name, kind, {})
    else:
        span = CallSpan(name, kind, {})
    span.adopt(facts, 0)
    if len(sent) <= SMALL_BYTES and not is_behind():
        span.postpone(functools.partial(_asked, question), len(sent) * PARSED_BYTES)
    else:
        _keep(span, _asked(question), len(sent))
    return ModelCall(endpoint, target, key, span)


def form(boundary: bytes, parts: Iterable[tuple[bytes, bytes | int]]) -> bytes:
    """A multipart form that is not written yet, with zeros for files, which only the client may read.

    Args:
        boundary: between the parts.
        parts: of each its headers with the empty line behind them, and its data, or a file's bytes.
    """
    whole = bytearray()
    for head, data in parts:
        whole += b"--%b\r\n%b" % (boundary, head)
        whole += data if isinstance(data, bytes) else bytes(data if data <= MOST_FILE_BYTES else 0)
        whole += b"\r\n"
    return bytes(whole + b"--%b--\r\n" % boundary)


@functools.lru_cache(256)
def _address(url: str) -> tuple[str | None, str]:
    """The host, and host and path."""
    parts = urlsplit(url)
    return parts.hostname, f"{parts.hostname}{parts.path}"


def _count(endpoint: wire.Endpoint, headers: Mapping[str, str]) -> int:
    """The attempt, from 1, as the vendor's client says it in the headers of a request; 0 unless it does."""
    count = headers.get("x-stainless-retry-count", "")
    if count.isdigit():
        return int(count) + 1
    if endpoint.provider != "aws.bedrock":
        return 0
    found = _AMAZON.search(headers.get("amz-sdk-request", ""))
    return int(found[1]) if found else 0


def _keep(span: Span, facts: dict[str, object], size_bytes: int) -> None:
    """Gives a span what was read from bytes; only what was large must be cut."""
    is_small = size_bytes <= SMALL_BYTES
    if not is_small:  # not by `set`, which would read what was postponed
        span.make_plain(facts)
    span.adopt(facts, size_bytes * PARSED_BYTES if is_small else 0)


def _asked(question: wire.Question) -> dict[str, object]:
    """What a question asks, as facts of its span."""
    asked = question.read()
    facts: dict[str, object] = {
        "input": asked.messages,
        "tools": asked.tools,
        "parameters": asked.parameters,
        "streamed": asked.streamed,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _feed(answer: wire.Answer, slices: list[_Slice], span: Span) -> None:
    """Reads slices of an answer; notes when its first token came."""
    for data, now_ns in slices:
        if answer.feed(data):
            span.first_token(now_ns)


def _heard(span: ref[Span], answer: wire.Answer, slices: list[_Slice]) -> dict[str, object]:
    """What an answer says that seems to have come whole, as facts of its span; it may still not be well."""
    place = span()
    if place is None:
        return {}
    _feed(answer, slices, place)
    facts = _told(answer)
    if answer.error is not None:
        place.error(answer.error.type, answer.error.message)
    elif not answer.is_complete:
        place.error(*_CUT)
    return facts


def _told(answer: wire.Answer) -> dict[str, object]:
    """What was understood of an answer, as facts of its span."""
    reply = answer.close()
    facts: dict[str, object] = {
        "response_model": reply.model,
        "response_id": reply.response_id,
        "request_id": reply.request_id,
        "finish_reason": reply.finish_reason,
        "gen_ai.response.service_tier": reply.service_tier,
        "output": reply.messages,
        "usage": reply.usage and _usage(reply.usage),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _usage(usage: wire.Usage) -> dict[str, int]:
    """The counts that are known, by the names of `Span.usage`."""
    return {name: count for name in _COUNTS if (count := getattr(usage, name)) is not None} | dict(
        usage.other
    )


_COUNTS = tuple(field.name for field in fields(wire.Usage) if field.name != "other")
