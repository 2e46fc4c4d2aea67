"""`GET /traces/{trace_id}/contents`: what several spans say, in one bounded answer; `…/matches`: which say words."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.detail import documents_of, whole_of
from clearspan_server.api.encode import as_json
from clearspan_server.api.messages import messages, structure
from clearspan_server.api.shapes_contents import SpanContent, TraceContents, TraceMatches
from clearspan_server.api.window import ScopeQuery
from clearspan_server.model.long_text import SAID, field_of, without_hashes
from clearspan_server.query.contents import find_in_contents, read_contents
from clearspan_server.store.engine import Row

MAX_SPANS = 50  # of one request

router = APIRouter(prefix="/api/v1", tags=["traces"])


class ContentsQuery(ScopeQuery):
    """Whose bodies."""

    span: tuple[Annotated[str, Field(max_length=64)], ...] = Field(
        min_length=1, max_length=MAX_SPANS, description="A span's id; once for each span."
    )


@router.get("/traces/{trace_id}/contents", response_model=TraceContents)
def get_contents(
    trace_id: str,
    asked: Annotated[ContentsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """The conversations, tool calls and documents of up to 50 spans of a trace, at most about 8 MB of them.

    What does not fit any more is named in `left_out`; at least one span is always answered.
    """
    rows = read_contents(access.engine, access.project, trace_id, asked.span)
    full = bool(rows) and len(rows) < rows[0]["found"]
    answered = {row["span_id"] for row in rows}
    left_out = [span_id for span_id in asked.span if span_id not in answered] if full else []
    return as_json(TraceContents(spans=[_content(row, access) for row in rows], left_out=left_out))


class MatchesQuery(ScopeQuery):
    """What is looked for."""

    words: str = Field(
        min_length=1, max_length=1_000, description="As they stand in a text, in any case."
    )


@router.get("/traces/{trace_id}/matches")
def get_matches(
    trace_id: str,
    asked: Annotated[MatchesQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> TraceMatches:
    """The spans of a trace that say the words, in all of their texts, in order of start."""
    found = find_in_contents(
        access.engine, access.project, trace_id, asked.words, everywhere=access.has_attributes
    )
    return TraceMatches(span_ids=found)


def _content(row: Row, access: ReadAccess) -> SpanContent:
    given, answer = structure(row["input"]), structure(row["output"])
    asked, answered = messages(given), messages(answer)
    return SpanContent(
        span_id=row["span_id"],
        input=given if asked is None else None,
        output=answer if answered is None else None,
        input_messages=asked,
        output_messages=answered,
        retrieval_query=row["retrieval_query"],
        documents=documents_of(row),
        tool_definitions=structure(row["tool_definitions"]),
        tool_arguments=structure(row["tool_arguments"]),
        tool_result=structure(row["tool_result"]),
        truncated=without_hashes(
            note for note in row["truncated"] if access.has_attributes or field_of(note) in SAID
        ),
        whole=[one for one in whole_of(row) if access.has_attributes or one.field in SAID],
    )
