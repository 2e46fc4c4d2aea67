"""Rows of the engine as the API's JSON: times, money, traces and spans in lists."""

from decimal import Decimal

from fastapi import Response

from clearspan_server.api.shapes import ListedSpan, Shape, SpanRow, TraceRow, TraceSpan
from clearspan_server.api.window import rfc3339
from clearspan_server.model.tree import Place
from clearspan_server.query.scores import Judgements
from clearspan_server.store.engine import Row

_AS_THEY_ARE = tuple(
    name
    for name in SpanRow.model_fields
    if name not in ("start", "end", "duration_ns", "total_cost", "scores")
)
_OF_LISTED = tuple(name for name in ListedSpan.model_fields if name not in SpanRow.model_fields)
_TRACE_AS_THEY_ARE = tuple(
    name
    for name in TraceRow.model_fields
    if name
    not in (
        *("state", "received", "start", "end", "duration_ns", "total_cost"),
        *("scores", "bookmarked", "comments"),
    )
)


def as_json(shape: Shape) -> Response:
    """The shape as a response, written here in the caller's thread: a large one must not hold the event loop."""
    return Response(shape.model_dump_json(), media_type="application/json")


def money(amount: Decimal) -> str:
    """US dollars as plain digits without trailing zeros."""
    return format(amount.normalize(), "f")


def money_or_none(amount: Decimal | None) -> str | None:
    """As `money`; null is unknown."""
    return None if amount is None else money(amount)


def trace_row(row: Row, state: str, said: Row) -> TraceRow:
    """A row of the table `traces`, or of `query.summary`, where the trace stands now, and what is said of it."""
    plain = {name: row[name] for name in _TRACE_AS_THEY_ARE}
    received = rfc3339(row["received_ns"])
    told = {"state": state, "received": received}
    return TraceRow.model_validate(plain | _measures(row) | told | said)


def span_row(row: Row, scores: Judgements) -> ListedSpan:
    """A span in a list."""
    beyond = {name: row[name] for name in _OF_LISTED}
    return ListedSpan(**span_values(row), **beyond, scores=scores)


def trace_span(row: Row, scores: Judgements, place: Place, trace_start_ns: int) -> TraceSpan:
    """A span in its trace."""
    return TraceSpan(
        **span_values(row),
        scores=scores,
        depth=place.depth,
        start_offset_ns=row["start_ns"] - trace_start_ns,
        orphan=place.orphan,
    )


def span_values(row: Row) -> Row:
    """The fields of a `SpanRow` but its scores."""
    return {name: row[name] for name in _AS_THEY_ARE} | _measures(row)


def _measures(row: Row) -> Row:
    start_ns, end_ns = row["start_ns"], row["end_ns"]
    return {
        "start": rfc3339(start_ns),
        "end": None if end_ns is None else rfc3339(end_ns),
        "duration_ns": None if end_ns is None else end_ns - start_ns,
        "total_cost": money_or_none(row["total_cost"]),
    }
