"""A re-pricing: a window of a project's history, how far it is, and what it changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nsmallest
from typing import Literal

RepricingState = Literal["running", "done", "cancelled"]
SHOWN_DIFFERENCES = 10


@dataclass(slots=True, frozen=True)
class Difference:
    """What one span cost and costs, in US dollars; None is unknown."""

    trace_id: str
    span_id: str
    name: str
    model: str
    start_ns: int
    old: Decimal | None
    new: Decimal | None

    @property
    def size(self) -> Decimal:
        """How much it is, whichever way; what is unknown counts as nothing."""
        return abs((self.new or Decimal()) - (self.old or Decimal()))


@dataclass(slots=True)
class Tally:
    """What a re-pricing found so far.

    `spans` have usage; `changed` of them cost something else now; `kept` have a cost from the list, which knows no
    price for them any more, and keep it. Totals are of counted spans.
    """

    spans: int = 0
    changed: int = 0
    kept: int = 0
    old_total: Decimal = field(default_factory=Decimal)
    new_total: Decimal = field(default_factory=Decimal)
    biggest: list[Difference] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add what another part of the window holds."""
        self.spans += other.spans
        self.changed += other.changed
        self.kept += other.kept
        self.old_total += other.old_total
        self.new_total += other.new_total
        self.biggest = biggest([*self.biggest, *other.biggest])


def biggest(differences: Iterable[Difference]) -> list[Difference]:
    """The ten that are worth a look."""
    return nsmallest(
        SHOWN_DIFFERENCES, differences, key=lambda one: (-one.size, one.start_ns, one.span_id)
    )


@dataclass(slots=True)
class Repricing:
    """One job; times in nanoseconds since the epoch.

    `next_ns` is the start of what is still to do, `error` why it does not go on, while it tries again.
    """

    id: int
    project: str
    from_ns: int
    to_ns: int
    is_dry: bool
    created_ns: int
    next_ns: int
    state: RepricingState = "running"
    ended_ns: int | None = None
    spans_total: int = 0
    tally: Tally = field(default_factory=Tally)
    error: str = ""
