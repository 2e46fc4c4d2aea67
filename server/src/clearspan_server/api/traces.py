"""`GET /traces` and `GET /traces/{trace_id}`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.caching import caching, etag, holds
from clearspan_server.api.encode import as_json, trace_row, trace_span
from clearspan_server.api.fields import as_page, chosen_fields
from clearspan_server.api.judged import judged_trace, said_of_traces, said_version
from clearspan_server.api.listing import ListQuery
from clearspan_server.api.shapes import Trace, TraceList, TraceRow
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery, window
from clearspan_server.query.traces import list_traces, read_trace, state_of, trace_version

router = APIRouter(prefix="/api/v1", tags=["traces"])


@router.get("/traces", response_model=TraceList)
def get_traces(
    asked: Annotated[ListQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """A page of traces.

    A term asks the trace where that has the field, else one of its spans; span terms that stand side by side must
    hold for the same span.
    """
    fields = chosen_fields(asked.fields, TraceRow, ("trace_id",))
    page = list_traces(
        access.engine, access.project, window(asked), asked.filter, still, asked.paging()
    )
    said = said_of_traces(access, page.rows)
    rows = [
        trace_row(row, state_of(row, still), one) for row, one in zip(page.rows, said, strict=True)
    ]
    return as_page("traces", rows, page.next_cursor, fields)


@router.get(
    "/traces/{trace_id}",
    response_model=Trace,
    responses={304: {"description": "As the caller has it already: `if-none-match` says so."}},
)
def get_trace(
    request: Request,
    trace_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """One trace: its totals, and its spans in order of start without bodies; at most 100 000 of them.

    A finished one has an `etag`: until something of it comes or changes, or is said of it, `if-none-match` is
    answered by 304.
    """
    said_then = said_version(access, trace_id)  # before it is read: what is said meanwhile is news
    known = request.headers.get("if-none-match", "")
    if known:
        version = trace_version(access.engine, access.project, trace_id)
        if version and holds(known, etag(version, said_then)):
            return Response(status_code=304, headers=caching(version, said_then))
    found = read_trace(access.engine, access.project, trace_id)
    start_ns = found.summary["start_ns"]
    judged = judged_trace(access, trace_id, [row["span_id"] for row in found.spans])
    spans = [
        trace_span(row, scores, place, start_ns)
        for row, scores, place in zip(found.spans, judged, found.places, strict=True)
    ]
    (said,) = said_of_traces(access, [found.summary])
    summary = trace_row(found.summary, state_of(found.summary, still), said)
    response = as_json(Trace(trace=summary, spans=spans, cold=bool(access.warm([trace_id]))))
    if summary.state == "finished":  # any other follows from the clock, too
        response.headers.update(caching(found.version, said_then))
    return response
