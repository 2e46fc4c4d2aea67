"""A rewrite of history: its window in a project, how far it is, and what it changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nsmallest
from typing import Literal

RewriteKind = Literal["reprice", "normalise", "rescan"]
RewriteState = Literal["running", "done", "cancelled"]
SHOWN_DIFFERENCES = 10
SHOWN_CHANGES = 20
_MOST_MODELS = 100
_SHOWN_OF_A_FIELD = 5


@dataclass(slots=True, frozen=True)
class Stretch:
    """A part of a project's history: spans that start in it; its end is exclusive."""

    project: str
    from_ns: int
    to_ns: int


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


@dataclass(slots=True, frozen=True)
class Change:
    """What one field of a span held and holds, as text, its beginning where it is long."""

    trace_id: str
    span_id: str
    field: str
    old: str
    new: str


@dataclass(slots=True)
class ModelTally:
    """What a re-pricing finds of the spans of one model; without a name it is of all beyond the first hundred.

    `spans` have usage, `changed` of them cost something else now, and `gained` of these had no cost. Totals are of
    counted spans.
    """

    provider: str
    model: str
    spans: int = 0
    changed: int = 0
    gained: int = 0
    old_total: Decimal = field(default_factory=Decimal)
    new_total: Decimal = field(default_factory=Decimal)

    def add(self, other: "ModelTally") -> None:
        """Add what another part of the window holds of it."""
        self.spans += other.spans
        self.changed += other.changed
        self.gained += other.gained
        self.old_total += other.old_total
        self.new_total += other.new_total


@dataclass(slots=True)
class Tally:
    """What a rewrite found so far.

    `spans` were looked at, `changed` of them become others. Totals are of counted spans. A re-pricing also tells how
    many `kept` a cost from the list, which knows no price for them any more, what it finds by model, and the biggest
    differences; a normalisation how many spans change by field, with examples, and a rescan besides what it found, by
    type, and how many `records` change that are no spans, by what they are.
    """

    spans: int = 0
    changed: int = 0
    kept: int = 0
    old_total: Decimal = field(default_factory=Decimal)
    new_total: Decimal = field(default_factory=Decimal)
    models: list[ModelTally] = field(default_factory=list)
    biggest: list[Difference] = field(default_factory=list)
    fields: dict[str, int] = field(default_factory=dict)
    examples: list[Change] = field(default_factory=list)
    types: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add what another part of the window holds."""
        self.spans += other.spans
        self.changed += other.changed
        self.kept += other.kept
        self.old_total += other.old_total
        self.new_total += other.new_total
        self.models = by_model([*self.models, *other.models])
        self.biggest = biggest([*self.biggest, *other.biggest])
        for name, count in other.fields.items():
            self.fields[name] = self.fields.get(name, 0) + count
        for name, count in other.types.items():
            self.types[name] = self.types.get(name, 0) + count
        for name, count in other.records.items():
            self.records[name] = self.records.get(name, 0) + count
        for change in other.examples:
            self.show(change)

    def show(self, change: Change) -> None:
        """Keep an example, unless there are enough of its field or in all."""
        shown = [one.field for one in self.examples]
        if len(shown) < SHOWN_CHANGES and shown.count(change.field) < _SHOWN_OF_A_FIELD:
            self.examples.append(change)


def by_model(found: Iterable[ModelTally]) -> list[ModelTally]:
    """One tally a model; names come from senders, and what is beyond the first hundred is told together."""
    models: dict[tuple[str, str], ModelTally] = {}
    for one in found:
        key = (one.provider, one.model)
        if key not in models and len(models) >= _MOST_MODELS:
            key = ("", "")
        models.setdefault(key, ModelTally(*key)).add(one)
    return list(models.values())


def biggest(differences: Iterable[Difference]) -> list[Difference]:
    """The ten that are worth a look."""
    return nsmallest(
        SHOWN_DIFFERENCES, differences, key=lambda one: (-one.size, one.start_ns, one.span_id)
    )


@dataclass(slots=True)
class Rewrite:
    """One job; times in nanoseconds since the epoch.

    `is_full` when a normalisation reads every span again, not only those that older rules have filled. `next_ns` is
    the start of what is still to do, `error` why it does not go on, while it tries again.
    """

    id: int
    kind: RewriteKind
    project: str
    from_ns: int
    to_ns: int
    is_dry: bool
    is_full: bool
    created_ns: int
    next_ns: int
    state: RewriteState = "running"
    ended_ns: int | None = None
    spans_total: int = 0
    tally: Tally = field(default_factory=Tally)
    error: str = ""
