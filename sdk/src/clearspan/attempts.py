"""Attempts: a tool called again with the same arguments after it failed is one call, retried."""

from __future__ import annotations

import threading
from time import monotonic
from typing import NamedTuple

from clearspan.tracer import Span

WITHIN_S = 60.0
MAX_FAILED = 1_000

Call = tuple[str, str, str, int]  # trace, parent, tool, and hash of the arguments


class Failed(NamedTuple):
    """The latest attempt of a call that has failed so far."""

    first_id: str
    number: int
    end_s: float


_failed: dict[Call, Failed] = {}
_lock = threading.RLock()  # reentrant, because a finaliser may end a span in between


class Attempt(Span):
    """The span of a tool call that knows whether it repeats a failed one of the same parent."""

    __slots__ = ("_call",)

    def __init__(self, name: str, facts: dict[str, object]) -> None:
        self._call: Call | None = None
        super().__init__(name, "tool", facts)

    def compare(self, arguments: object) -> None:
        """Sets ``attempt`` and ``retry_of`` when the call with these plain arguments has failed."""
        if not self.parent_id:
            return
        self._call = (self.trace_id, self.parent_id, self.name, hash(repr(arguments)))
        with _lock:
            former = _failed.pop(self._call, None)
        if former and monotonic() - former.end_s <= WITHIN_S:
            self.fields.setdefault("attempt", former.number + 1)
            self.fields.setdefault("retry_of", former.first_id)

    def end(self) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
        """Ends the span; a failed one is remembered for the next attempt."""
        if not self.ended and self.status == "error" and self._call:
            number, first_id = self.attempt or 1, self.retry_of or self.span_id
            with _lock:
                _failed[self._call] = Failed(first_id, number, monotonic())
                if len(_failed) > MAX_FAILED:
                    del _failed[next(iter(_failed))]
        super().end()
