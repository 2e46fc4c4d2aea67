"""`GET /traces` and `GET /traces/{trace_id}`."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import as_json, trace_row, trace_span
from clearspan_server.api.listing import ListQuery
from clearspan_server.api.shapes import Trace, TraceList
from clearspan_server.api.state import State
from clearspan_server.api.window import ScopeQuery, window
from clearspan_server.query.traces import Patience, list_traces, read_trace, state_of
from clearspan_server.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["traces"])

_SECOND_NS = 1_000_000_000


def _patience(request: Request) -> Patience:
    server: State | None = getattr(request.app.state, "server", None)
    settings = server.settings if server else Settings()
    return Patience(settings.quiet_s * _SECOND_NS, settings.idle_s * _SECOND_NS)


@router.get("/traces")
def get_traces(
    asked: Annotated[ListQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    patience: Annotated[Patience, Depends(_patience)],
) -> TraceList:
    """A page of traces.

    Kind, model, provider, name, error type and full text ask for one span that fulfils them all; status, latency,
    cost, tokens, user, session, service, environment and tag ask the trace.
    """
    page = list_traces(
        access.engine, access.project, window(asked), asked.filter(), asked.q, asked.paging()
    )
    now_ns = time.time_ns()
    rows = [trace_row(row, state_of(row, patience, now_ns)) for row in page.rows]
    return TraceList(traces=rows, next_cursor=page.next_cursor)


@router.get("/traces/{trace_id}", response_model=Trace)
def get_trace(
    trace_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    patience: Annotated[Patience, Depends(_patience)],
) -> Response:
    """One trace: its totals, and its spans in order of start without bodies; at most 100 000 of them."""
    found = read_trace(access.engine, access.project, trace_id)
    start_ns = found.summary["start_ns"]
    spans = [
        trace_span(row, place.depth, row["start_ns"] - start_ns, orphan=place.orphan)
        for row, place in zip(found.spans, found.places, strict=True)
    ]
    state = state_of(found.summary, patience, time.time_ns())
    return as_json(Trace(trace=trace_row(found.summary, state), spans=spans))
