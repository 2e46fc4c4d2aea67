"""`GET /spans/{span_id}/mapping`: which rule filled which field of a span."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.shapes_mapping import FilledField, SpanMapping
from clearspan_server.api.window import ScopeQuery
from clearspan_server.ingest.mapping import explain
from clearspan_server.ingest.normalise import VERSION
from clearspan_server.ingest.stored import draft_of
from clearspan_server.model.span import Span
from clearspan_server.query.spans import read_span, trace_of_span

router = APIRouter(prefix="/api/v1", tags=["spans"])


class MappingQuery(ScopeQuery):
    """The trace, where it is known: the span is found faster then."""

    trace_id: str = Field(default="", description="Without it the newest span of this id is meant.")


@router.get("/spans/{span_id}/mapping")
def get_mapping(
    span_id: str,
    asked: Annotated[MappingQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> SpanMapping:
    """Which rule of which convention fills each field of the span, from which attributes, and what no rule reads.

    By today's rules, from what is stored; `stored_version` is the version of the rules that filled the stored span.
    """
    trace_id = asked.trace_id or trace_of_span(access.engine, access.project, span_id)
    stored = Span(**read_span(access.engine, access.project, trace_id, span_id))
    found = explain(draft_of(stored))
    return SpanMapping(
        dialects=found.dialects,
        fields=[
            FilledField(field=one.field, dialect=one.dialect, attributes=list(one.attributes))
            for one in found.filled
        ],
        unread=found.unread,
        stored_version=stored.normaliser_version,
        version=VERSION,
    )
