"""Exporters: where finished spans can go, and what an exporter has to be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from clearspan.tracer import Span


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
