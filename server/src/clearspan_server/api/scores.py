"""`/scores`: judgements of traces, spans and sessions, taken through the journal as spans are."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from clearspan_server.api.access import (
    ReadAccess,
    author_of,
    read_access,
    scoring_access,
    written_project,
)
from clearspan_server.api.otlp import receipt_of
from clearspan_server.api.privacy import found_as
from clearspan_server.api.shapes_scores import (
    ScoreList,
    ScoreName,
    ScoreNames,
    ScoreRequest,
    ScoreRow,
    ScoresTaken,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ALL_TIME, ScopeQuery, WindowQuery, parse_time, rfc3339
from clearspan_server.errors import BadInput, UnsupportedType
from clearspan_server.ingest import receive
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.decode_scores import MAX_SCORES, checked_id
from clearspan_server.model.score import judgement
from clearspan_server.query.scores import Asked, list_scores, score_names
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1/scores", tags=["scores"])

_JSON = "application/json"
_ONE = ScoreRequest.model_json_schema()
_SEVERAL = {"type": "array", "maxItems": MAX_SCORES, "items": _ONE}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {_JSON: {"schema": {"anyOf": [_ONE, _SEVERAL]}}},
    }
}


class ScoreQuery(WindowQuery):
    """Which scores; without `from` and `to` those of any time."""

    trace_id: str = Field(default="", max_length=200)
    span_id: str = Field(default="", max_length=200)
    session_id: str = Field(default="", max_length=1_000)
    name: str = Field(default="", max_length=200)
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str = Field(default="", description="`next_cursor` of the page before.")


@router.post("", openapi_extra=_BODY)
async def post_scores(
    request: Request, access: Annotated[IngestAccess, Depends(scoring_access)]
) -> ScoresTaken:
    """One score, or a list of at most 1 000; answered once they are on disk, and listed a moment later.

    A score of an id that is known replaces it, so that a request may be repeated. A trace may come after its scores.
    All are taken, or none; then the error names the first that is wrong. A key needs the scope `ingest` or `write`.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _JSON:
        raise UnsupportedType(f"the content type is {content_type[:100]!r}; scores come as {_JSON}")
    receipt = await receipt_of(request, _asked(request, access), state_of(request))
    # Shielded: the entry is on its way to the disk, whoever goes away.
    await asyncio.shield(asyncio.wrap_future(receipt.durable))
    if receipt.rejected:
        raise BadInput(receipt.reasons)
    return ScoresTaken(ids=list(receipt.names))


@router.get("")
def get_scores(
    asked: Annotated[ScoreQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> ScoreList:
    """A page of scores, newest first."""
    wanted = Asked(asked.trace_id.lower(), asked.span_id.lower(), asked.session_id, asked.name)
    page = list_scores(
        access.engine, access.project, _window(asked), wanted, asked.limit, asked.cursor
    )
    return ScoreList(scores=[_row(row) for row in page.rows], next_cursor=page.next_cursor)


@router.get("/names")
def get_score_names(
    asked: Annotated[ScopeQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> ScoreNames:
    """What is judged in the project, the most used first: each name with its type, count and average."""
    del asked
    return ScoreNames(
        names=[
            ScoreName(
                name=row["name"],
                type=row["type"],
                count=row["count"],
                average=row["average"],
                last=rfc3339(row["last_ns"]),
            )
            for row in score_names(access.engine, access.project)
        ]
    )


@router.delete("/{score_id}", status_code=204, response_class=Response)
def delete_score(request: Request, score_id: str) -> Response:
    """Take a score away for good, whether or not it is there; a key needs the scope `write`."""
    access = IngestAccess(
        project=written_project(request, ""),
        environment="",
        sender=request.headers.get("user-agent", "")[:100],
        author=author_of(request),
    )
    take_away(request, _asked(request, access), checked_id(score_id))
    return Response(status_code=204)


def take_away(request: Request, asked: receive.Request, score_id: str) -> None:
    """Delete a score for good; also one of before ids were hashed that held personal data, where there is one."""
    server, project = state_of(request), asked.access.project
    stored_as = found_as(server, project, score_id)
    names = [stored_as]
    if stored_as != score_id:
        as_sent = Asked(score_ids=[score_id])
        page = list_scores(server.engine, project, ALL_TIME, as_sent, 1, "")
        names += [row["score_id"] for row in page.rows]
    for name in names:
        server.receiver.delete_score(asked, name).result()


def _asked(request: Request, access: IngestAccess) -> receive.Request:
    client = request.client
    return receive.Request(
        signal="scores",
        protocol="http/json",
        encoding=request.headers.get("content-encoding", ""),
        access=access,
        # Without its port: each score comes over a connection of its own, and all are of one sender.
        address=client.host if client else "",
    )


def _window(asked: ScoreQuery) -> Window:
    from_ns = ALL_TIME.from_ns if asked.since is None else parse_time(asked.since, "from")
    to_ns = ALL_TIME.to_ns if asked.until is None else parse_time(asked.until, "to")
    if from_ns >= to_ns:
        raise BadInput(f"from {asked.since!r} is not before to {asked.until!r}", field="from")
    return Window(from_ns, to_ns)


def _row(row: Row) -> ScoreRow:
    return ScoreRow(
        id=row["score_id"],
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        session_id=row["session_id"],
        name=row["name"],
        type=row["type"],
        value=judgement(row["type"], row["value"], row["text"]),
        source=row["source"],
        author=row["author"],
        comment=row["comment"],
        created=rfc3339(row["created_ns"]),
    )
