"""Exporters: where finished spans can go, and what an exporter has to be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic, sleep
from typing import NamedTuple, Protocol, runtime_checkable

from clearspan.tracer import Span

TURN_S = 0.001


class Pace:
    """How the delivery thread shares the interpreter with the threads of the program.

    Who waits for it, such as an event loop that a piece of a stream has woken, would get it after
    5 ms, as often as it waits; from a thread that gives way it takes it at once.
    """

    __slots__ = ("_until_s", "is_hurried")

    def __init__(self) -> None:
        self.is_hurried = False  # a program that never waits itself would leave too little
        self._until_s = 0.0

    def give_way(self) -> None:
        """Lets other threads go first, once a turn."""
        if not self.is_hurried and monotonic() >= self._until_s:
            sleep(0)
            self._until_s = monotonic() + TURN_S


pace = Pace()


class Outcome(NamedTuple):
    """What became of a batch. Spans after the first ``settled`` ones are to be exported again."""

    settled: int
    lost: int = 0  # of the settled ones, those that were refused for good
    retry_after_s: float = 0.0  # asked for by the other side
    is_away: bool = False  # nobody answers at the address


class Exporter(Protocol):
    """Takes spans out of the process. All methods are called by the delivery thread alone."""

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:
        """Exports finished spans; ``dropped`` were thrown away so far because the queue was full."""

    def watch(self, open_spans: Sequence[Span]) -> None:
        """Is told about once a second which spans have been open for more than a second."""

    def close(self) -> None:
        """Gives back what it holds; no call follows."""


@runtime_checkable
class Spilling(Exporter, Protocol):
    """An exporter that keeps spans on disk while nobody answers."""

    def spill(self, spans: Sequence[Span], dropped: int) -> Outcome:
        """Keeps spans for later; those it lost had to go for them. Called by any thread."""

    def resend(self, *, others: bool) -> Outcome | None:
        """Sends the oldest of what this process, or else an ended one, has kept; None without any.

        ``settled`` spans are on disk no more.
        """

    def spilled(self) -> bool:
        """Whether anything that this process has kept is still on disk."""
