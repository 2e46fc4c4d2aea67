"""What a rewrite of history works with, and what it finds in a stretch before anything is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clearspan_server.ingest.renormalise import Today
from clearspan_server.model.rewrite import Stretch, Tally
from clearspan_server.model.span import Span
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
SpanIds = tuple[str, str, int]  # trace id, span id, start in nanoseconds


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

    `minutes` is the statement that counts what it has before it, `read_at_once` how many spans a stretch may hold.
    `again` gives, of spans as they are stored now, those that are to be written.
    """

    minutes: str
    read_at_once: int
    survey: Callable[[Scope, Stretch], Survey]
    again: Callable[[Scope, list[Span]], list[Span]]


def whole_spans(scope: Scope, project: str, ids: Sequence[SpanIds]) -> list[Span]:
    """Some spans as they are stored now; in the order of their start they lie together and are read quickly."""
    if not ids:
        return []
    starts = [start_ns for _, _, start_ns in ids]
    wanted = {(trace_id, span_id) for trace_id, span_id, _ in ids}
    values = {
        **scope.values(Stretch(project, min(starts), max(starts) + 1)),
        "trace_ids": sorted({trace_id for trace_id, _ in wanted}),
        "span_ids": sorted({span_id for _, span_id in wanted}),
    }
    rows = scope.engine.query(statement(_SCHEMA, "spans_whole"), values)
    return [
        Span(**row | {"is_deleted": False})
        for row in rows
        if (row["trace_id"], row["span_id"]) in wanted
    ]
