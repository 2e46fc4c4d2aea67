"""What a rewrite of history works with, and what it finds in a stretch before anything is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clearspan_server.ingest.renormalise import Today
from clearspan_server.model.rewrite import Stretch, Tally
from clearspan_server.model.span import Span
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
SpanIds = tuple[str, str]  # trace id, span id


@dataclass(slots=True, frozen=True)
class Scope:
    """The means for one project; rules of a version below `below` are outdated."""

    engine: Engine
    today: Today
    below: int

    def values(self, stretch: Stretch) -> dict[str, object]:
        """What statements about a stretch are bound to."""
        return {
            "project": stretch.project,
            "from_ns": stretch.from_ns,
            "to_ns": stretch.to_ns,
            "below": self.below,
        }


@dataclass(slots=True)
class Survey:
    """What would change in a stretch.

    Of `changed` spans, in the order of their start, the traces and sums follow. `touched` ones become others in
    nothing that anybody adds up or reads, and are written alone.
    """

    tally: Tally
    changed: list[SpanIds] = field(default_factory=list)
    touched: list[SpanIds] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Way:
    """How one kind of rewrite goes.

    `hours` is the statement that counts what it has before it, `read_at_once` how many spans a stretch may hold.
    `again` gives, of spans as they are stored now, those that are to be written.
    """

    hours: str
    read_at_once: int
    survey: Callable[[Scope, Stretch], Survey]
    again: Callable[[Scope, list[Span]], list[Span]]


def whole_spans(scope: Scope, stretch: Stretch, ids: Sequence[SpanIds]) -> list[Span]:
    """Some spans of a stretch, as they are stored now."""
    wanted = set(ids)
    values = {
        **scope.values(stretch),
        "trace_ids": sorted({trace_id for trace_id, _ in ids}),
        "span_ids": sorted({span_id for _, span_id in ids}),
    }
    rows = scope.engine.query(statement(_SCHEMA, "spans_whole"), values)
    return [
        Span(**row | {"is_deleted": False})
        for row in rows
        if (row["trace_id"], row["span_id"]) in wanted
    ]
