"""The tracer core: ids, the current place, the span and its life from start to end.

Read it from top to bottom. A `Span` starts when it is made, is current inside its `with` block,
and ends once. What happens to it then is the affair of the `Sink`.
"""

from __future__ import annotations

import os
from _random import Random  # the generator without the distributions, which take 5 ms to import
from contextvars import ContextVar, Token
from time import time_ns
from typing import Protocol

from clearspan.failure import Failure, is_stop
from clearspan.fields import NOTHING, Carried, Facts
from clearspan.opentelemetry import otel_ids

# Of our own, so that a program that seeds `random` does not repeat ids; seeded anew after a fork.
_random = Random()
_bits = _random.getrandbits
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


class Scope:
    """A place where spans start, current in its `with` block; both ids may be ""."""

    __slots__ = ("carried", "is_remote", "span_id", "token", "trace_id", "was_left")

    def __init__(self, trace_id: str, span_id: str, carried: Carried, *, is_remote: bool) -> None:
        self.trace_id = trace_id
        self.span_id = span_id
        self.carried = carried
        self.is_remote = is_remote  # the parent belongs to another process
        # Leads back to what was current before.
        self.token: Token[Scope | Span | None] | None = None
        self.was_left = False  # in another context than the one where it is current

    def __enter__(self) -> Scope:  # noqa: PYI034  # Self is of Python 3.11
        self.token = _current.set(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        leave(self)


class Sink(Protocol):
    """Where spans go. Called on the program's thread, so both must be fast and never raise."""

    def started(self, span: Span, /) -> None: ...
    def ended(self, span: Span, /) -> None: ...


class NoSink:
    """Records nothing."""

    def started(self, span: Span, /) -> None: ...
    def ended(self, span: Span, /) -> None: ...


_current: ContextVar[Scope | Span | None] = ContextVar("clearspan", default=None)
_nowhere = Scope("", "", NOTHING, is_remote=False)
_sink: Sink = NoSink()


def send_to(sink: Sink) -> Sink:
    """Makes ``sink`` receive the spans of this process from now on; returns the former one."""
    global _sink  # one per process; a parameter would have to pass every call
    former, _sink = _sink, sink
    return former


def switch(place: Scope | Span | None) -> Scope | Span | None:
    """Makes ``place`` the current one; returns the former."""
    former = _current.get()
    _current.set(place)
    return former


def leave(place: Scope | Span) -> None:
    """Makes the place around ``place`` current again.

    Blocks of interleaved generators end out of order, and a block can be closed in another context
    than the one it was opened in. Such a place is only marked, and stepped over by `here`.
    """
    token = place.token
    if token is not None and _current.get() is place:
        try:
            _current.reset(token)
            place.token = None  # or a chain of tasks that start each other would be kept for ever
        except ValueError:
            place.was_left = True
    else:
        place.was_left = True


def around(place: Scope | Span) -> Scope | Span | None:
    """What was current when ``place`` became so."""
    outer = place.token.old_value if place.token else None
    return None if outer is Token.MISSING else outer


def here() -> Scope | Span:
    """The current place; without one, that of the active OpenTelemetry span; else nowhere."""
    place = _current.get()
    while place is not None and place.was_left:
        place = around(place)
    place = place or _nowhere
    if not place.trace_id and (ids := otel_ids()):
        return Scope(*ids, place.carried, is_remote=True)
    return place


class Span(Facts):
    """One unit of work. Starts when made; ends when its `with` block does, or at `end()`."""

    __slots__ = (
        *("trace_id", "span_id", "parent_id", "token", "was_left", "name", "kind"),
        *("parent_is_remote", "start_ns", "end_ns", "ended", "status", "failure", "__weakref__"),
        "__dict__",  # a misspelt field lands here; an AttributeError would harm the program
    )

    is_remote = False

    def __init__(self, name: str, kind: str, facts: dict[str, object]) -> None:
        place = _current.get()
        if place is None or place.was_left or not place.trace_id:
            place = here()
        self.trace_id: str = place.trace_id or _bits(128).to_bytes(16, "big").hex()
        self.parent_id: str = place.span_id
        self.parent_is_remote = place.is_remote
        self.span_id: str = _bits(64).to_bytes(8, "big").hex()
        self.carried = place.carried
        self.token: Token[Scope | Span | None] | None = None
        self.was_left: bool = False
        self.name = name
        self.kind = kind
        self.status = "ok"  # the first of error() and cancel() changes it
        self.failure: Failure | None = None
        self.truncated = self.large = self.later = None
        self.fields = facts
        self.ended = False
        self.end_ns = 0
        if facts:
            self.make_plain(facts)
        self.start_ns = time_ns()
        _sink.started(self)

    def error(self, error: BaseException | str, message: str = "") -> None:
        """Marks the span as failed, with an exception or with the type and message of an error."""
        if self.status == "ok":
            self.status = "error"
            self.failure = Failure.of(error, message)

    def cancel(self) -> None:
        """Marks the span as cancelled: somebody stopped it, nothing went wrong."""
        if self.status == "ok":
            self.status = "cancelled"

    def first_token(self, now_ns: int = 0) -> None:
        """Notes the time to the first token of a stream, now or at a Unix time; only the first call counts."""
        if "first_token_ns" not in self.fields:
            self.fields["first_token_ns"] = (now_ns or time_ns()) - self.start_ns
            self.fields.setdefault("streamed", True)

    def end(self, at_ns: int = 0) -> None:
        """Ends the span, now or at a Unix time, and hands it over; only the first call counts."""
        if not self.ended:
            self.ended = True
            now_ns = at_ns or time_ns()
            self.end_ns = now_ns if now_ns > self.start_ns else self.start_ns  # noqa: FURB136  # 60 ns
            _sink.ended(self)

    def __enter__(self) -> Span:  # noqa: PYI034  # Self is of Python 3.11
        self.token = _current.set(self)
        return self

    def __exit__(self, kind: object, error: BaseException | None, stack: object) -> None:
        if error is not None:
            self.close_with(error)
        leave(self)
        self.end()

    def close_with(self, error: BaseException) -> None:
        """Takes the verdict from what left the block: a failure, or a stop from outside."""
        if isinstance(error, Exception):
            self.error(error)
        elif is_stop(error):
            self.cancel()

    def abandon(self) -> None:
        """Ends, in the one way that is left, what was forgotten or is open at the program's end."""
        if not self.ended:
            self.cancel()
            self.end()

    __del__ = abandon
