"""`GET /traces/{trace_id}/outline`: a trace as its page draws it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import as_json, money_or_none, trace_row
from clearspan_server.api.judged import judged_trace, said_of_traces
from clearspan_server.api.shapes_outline import SpanColumns, TraceOutline
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery
from clearspan_server.query.scores import Judgements
from clearspan_server.query.traces import Columns, read_columns, state_of

router = APIRouter(prefix="/api/v1", tags=["traces"])

_COMPUTED = ("start_offset_ns", "duration_ns", "total_cost", "scores")
_AS_THEY_ARE = tuple(name for name in SpanColumns.model_fields if name not in _COMPUTED)


@router.get("/traces/{trace_id}/outline", response_model=TraceOutline)
def get_outline(
    trace_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """What is drawn of a trace, column by column: a quarter of the size of its spans as rows, for very many of them.

    At most 100 000 spans, in order of start.
    """
    found = read_columns(access.engine, access.project, trace_id)
    (said,) = said_of_traces(access, [found.summary])
    trace = trace_row(found.summary, state_of(found.summary, still), said)
    scores = judged_trace(access, trace_id, found.columns["span_id"])
    spans = _span_columns(found.columns, scores, found.summary["start_ns"])
    # Not checked again: the engine's columns have these types, and there are two million values.
    return as_json(TraceOutline.model_construct(trace=trace, spans=spans))


def _span_columns(columns: Columns, scores: list[Judgements], start_ns: int) -> SpanColumns:
    starts, ends = columns["start_ns"], columns["end_ns"]
    return SpanColumns.model_construct(
        None,
        **{name: columns[name] for name in _AS_THEY_ARE},
        start_offset_ns=[start - start_ns for start in starts],
        duration_ns=[
            None if end is None else end - start for start, end in zip(starts, ends, strict=True)
        ],
        total_cost=[money_or_none(amount) for amount in columns["total_cost"]],
        scores=scores,
    )
