"""Attempts: a call repeated under one parent after it failed is one call, retried."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from time import monotonic
from typing import NamedTuple

from clearspan.errors import report
from clearspan.tracer import Span

WITHIN_S = 60.0
MAX_FAILED = 1_000


class Failed(NamedTuple):
    """The latest attempt of a call that has failed so far."""

    first_id: str
    trace_id: str
    number: int
    end_s: float


_failed: dict[int, Failed] = {}  # by the hash of the call, which may hold a long text
_lock = threading.RLock()  # reentrant, because a finaliser may end a span in between


def _restart() -> None:
    """In a forked child, where a thread that does not exist may hold the lock."""
    global _lock  # noqa: PLW0603  # one per process
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart)


def earlier(call: Hashable) -> Failed | None:
    """The attempt before one that starts now; None when none has failed lately."""
    if not _failed:  # and nothing long is hashed
        return None
    with _lock:
        former = _failed.pop(hash(call), None)
    return former if former and monotonic() - former.end_s <= WITHIN_S else None


def note(call: Hashable, span: Span) -> None:
    """Remembers a failed attempt for the next one."""
    if span.status != "error":
        return
    try:
        said = span.fields.get("attempt"), span.fields.get("retry_of")
    except Exception as error:  # noqa: BLE001  # the funnel: the program has replaced a slot
        report(error, "remembering a failed attempt")
        return
    # What the program says itself may be of any type.
    number = said[0] if isinstance(said[0], int) else 1
    first_id = said[1] if isinstance(said[1], str) else span.span_id
    with _lock:
        _failed[hash(call)] = Failed(first_id, span.trace_id, number, monotonic())
        if len(_failed) > MAX_FAILED:
            del _failed[next(iter(_failed))]


class Attempt(Span):
    """The span of a tool call that knows whether it repeats a failed one of the same parent."""

    __slots__ = ("_call",)

    def __init__(self, name: str, facts: dict[str, object]) -> None:
        self._call: Hashable = None
        super().__init__(name, "tool", facts)

    def compare(self, arguments: object) -> None:
        """Sets ``attempt`` and ``retry_of`` when the call with these plain arguments has failed."""
        if not self.parent_id:
            return
        self._call = (self.trace_id, self.parent_id, self.name, hash(repr(arguments)))
        former = earlier(self._call)
        if former:
            self.fields.setdefault("attempt", former.number + 1)
            self.fields.setdefault("retry_of", former.first_id)

    def end(self, at_ns: int = 0) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
        """Ends the span; a failed one is remembered for the next attempt."""
        if not self.ended and self._call is not None:
            note(self._call, self)
        super().end(at_ns)
