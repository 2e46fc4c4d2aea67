"""`GET /spans` and `GET /traces/{trace_id}/spans/{span_id}`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.detail import span_detail
from clearspan_server.api.encode import as_json, span_row
from clearspan_server.api.fields import as_page, chosen_fields
from clearspan_server.api.judged import judged_spans
from clearspan_server.api.listing import ListQuery
from clearspan_server.api.shapes import ListedSpan, SpanDetail, SpanList
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery, window
from clearspan_server.query.spans import list_spans, read_span

router = APIRouter(prefix="/api/v1", tags=["spans"])


@router.get("/spans", response_model=SpanList)
def get_spans(
    asked: Annotated[ListQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """A page of spans, without their bodies; a span that does not say its user or session has its trace's."""
    fields = chosen_fields(asked.fields, ListedSpan, ("trace_id", "span_id"))
    page = list_spans(
        access.engine, access.project, window(asked), asked.filter, still, asked.paging()
    )
    rows = list(map(span_row, page.rows, judged_spans(access, page.rows)))
    return as_page("spans", rows, page.next_cursor, fields)


@router.get("/traces/{trace_id}/spans/{span_id}", response_model=SpanDetail)
def get_span(
    trace_id: str,
    span_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """One span with its conversation, tool call, documents, attributes and events."""
    row = read_span(access.engine, access.project, trace_id, span_id)
    (scores,) = judged_spans(access, [row])
    return as_json(span_detail(row, access.book, scores))
