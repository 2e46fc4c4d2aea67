"""`GET /compare`: two traces, or a trace and what is usual of those that pass a filter."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import as_json, money_or_none
from clearspan_server.api.narrowing import FilterQuery
from clearspan_server.api.shapes_compare import (
    ComparedRow,
    ComparedSpan,
    ComparedTrace,
    Comparison,
    Divergence,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import rfc3339, window
from clearspan_server.errors import NotFound
from clearspan_server.query.compare import Compare, Compared, compare, says
from clearspan_server.query.compare_align import aligned
from clearspan_server.query.compare_read import (
    MAX_SPANS,
    read_compared,
    read_texts,
    read_usual,
)
from clearspan_server.query.filter import Stillness
from clearspan_server.query.page import Paging
from clearspan_server.query.traces import list_traces
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["compare"])

MOST_TRACES = 50


class CompareQuery(FilterQuery):
    """Two traces; or, without the second, a window and a filter."""

    first: str = Field(alias="a", min_length=1, max_length=64, description="The id of a trace.")
    second: str = Field(
        default="",
        alias="b",
        max_length=64,
        description="Of the trace that it is compared with; else with the newest 50 that pass the filter.",
    )


@router.get("/compare", response_model=Comparison)
def get_comparison(
    asked: Annotated[CompareQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """Two traces aligned by structure: what differs at each step, in time, cost, tokens and text, and where first.

    Without `b`, the trace beside the medians of the newest 50 of the window that pass the filter: steps that at least
    half of these have.
    """
    access.warm([asked.first, asked.second])
    a = read_compared(access.engine, access.project, asked.first)
    if asked.second:
        b, traces = read_compared(access.engine, access.project, asked.second), 1
    else:
        b, traces = _usual(asked, access, still)
    pairs = aligned(a.sided, b.sided)
    if asked.second:
        texts = {
            "a": read_texts(access.engine, access.project, asked.first, a),
            "b": read_texts(access.engine, access.project, asked.second, b),
        }
        found = compare(a, b, pairs, texts)
    else:
        found = compare(a, b, pairs, {}, only_structure=True)
    return as_json(_comparison(found, a, b, asked, traces))


def _usual(asked: CompareQuery, access: ReadAccess, still: Stillness) -> tuple[Compared, int]:
    paging = Paging(limit=MOST_TRACES + 1)
    page = list_traces(access.engine, access.project, window(asked), asked.filter, still, paging)
    others = [row["trace_id"] for row in page.rows if row["trace_id"] != asked.first]
    if not others:
        raise NotFound(f"no other trace of the window passes the filter {asked.filter!r}")
    access.warm(others[:MOST_TRACES])
    return read_usual(access.engine, access.project, others[:MOST_TRACES])


def _comparison(
    found: Compare, a: Compared, b: Compared, asked: CompareQuery, traces: int
) -> Comparison:
    divergence = None
    if found.first is not None:
        row, aspect = found.first
        divergence = Divergence(row=row, aspect=aspect, says=says(found, a, b))
    rows = [
        ComparedRow(
            depth=pair.depth,
            kind=_row(a, pair.a)["kind"] if pair.a is not None else _row(b, pair.b)["kind"],
            first=_span(a, pair.a),
            second=_span(b, pair.b),
            differs=differs,
        )
        for pair, differs in zip(found.pairs, found.differs, strict=True)
    ]
    return Comparison(
        first=_trace(a, asked.first, 1),
        second=_trace(b, asked.second, traces),
        equal=found.first is None,
        divergence=divergence,
        rows=rows,
        cut=MAX_SPANS in (len(a.rows), len(b.rows)),
    )


def _row(side: Compared, at: int | None) -> Row:
    return side.rows[at or 0]


def _trace(side: Compared, trace_id: str, traces: int) -> ComparedTrace:
    tree, root = side.sided.tree, side.rows[0]
    paying = [row for row, step in zip(side.rows, tree.steps, strict=True) if step.pays]
    costs = [row["total_cost"] for row in paying if row["total_cost"] is not None]
    return ComparedTrace(
        trace_id=trace_id,
        traces=traces,
        name=root["name"],
        status=root["status"],
        start=rfc3339(root["start_ns"]) if trace_id else None,
        duration_ns=round(tree.end_ns),
        input_tokens=_sum(paying, "input_tokens"),
        output_tokens=_sum(paying, "output_tokens"),
        total_cost=money_or_none(sum(costs, Decimal()) if costs else None),
        span_count=len(side.rows),
    )


def _sum(rows: list[Row], column: str) -> int | None:
    known = [row[column] for row in rows if row[column] is not None]
    return sum(known) if known else None


def _span(side: Compared, at: int | None) -> ComparedSpan | None:
    if at is None:
        return None
    row, step = side.rows[at], side.sided.tree.steps[at]
    return ComparedSpan(
        span_id="" if "share" in row else row["span_id"],
        name=row["name"],
        status=row["status"],
        start_offset_ns=round(step.start_ns),
        duration_ns=None if step.end_ns is None else round(step.end_ns - step.start_ns),
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        total_cost=money_or_none(row["total_cost"]),
        share=row.get("share", 1),
    )
