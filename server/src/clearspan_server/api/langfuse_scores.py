"""Scores of Langfuse's clients: one or a list in, and out again in three versions of the API."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from clearspan_server.api.access import (
    ReadAccess,
    author_of,
    read_access,
    scoring_access,
    written_project,
)
from clearspan_server.api.langfuse_asking import framed, paging_to
from clearspan_server.api.langfuse_rows import Names
from clearspan_server.api.langfuse_score_rows import DATA_TYPES, score_row, score_row_v3
from clearspan_server.api.langfuse_shapes import Asked, PageAsked, Shape, missing, paged
from clearspan_server.api.otlp import received, sent_body
from clearspan_server.api.scores import take_away
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ALL_TIME
from clearspan_server.errors import BadInput
from clearspan_server.ingest import receive
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.model.langfuse_ids import span_id, trace_id
from clearspan_server.model.pseudonym import spellings
from clearspan_server.query import scores
from clearspan_server.query.whole import span_ids
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/public", tags=["Langfuse"], include_in_schema=False)

_TYPES = {name: kind for kind, name in DATA_TYPES.items()}
_SOURCES = {"API": "api", "ANNOTATION": "ui", "EVAL": "evaluator"}
_MAX_ID_CHARS = 800
_MAX_IDS = 1_000


class ScoresPage(PageAsked):
    """Which scores, by page."""

    name: str = ""
    trace_id: str = ""
    observation_id: str = ""
    session_id: str = ""
    dataset_run_id: str = ""
    score_ids: str = ""  # with commas between
    source: str = ""
    data_type: str = ""
    environment: str = ""
    from_timestamp: datetime | None = None
    to_timestamp: datetime | None = None
    fields: str = ""


class ScoresCursor(Asked):
    """Which scores, by cursor."""

    limit: int = Field(default=50, ge=1, le=1_000)
    cursor: str = ""
    fields: str = ""
    id: str = ""  # with commas between
    name: str = ""
    source: str = ""
    data_type: str = ""
    environment: str = ""
    trace_id: str = ""
    session_id: str = ""
    observation_id: str = ""
    experiment_id: str = ""
    from_timestamp: datetime | None = None
    to_timestamp: datetime | None = None


@router.post("/scores")
async def post_langfuse_scores(
    request: Request, access: Annotated[IngestAccess, Depends(scoring_access)]
) -> Response:
    """One score, answered with its id; or a list, answered with how many were taken. They are on disk then."""
    server, asked = state_of(request), _request(request, access)
    async with sent_body(request, asked, server) as body:
        is_list = body.lstrip()[:1] == b"["
        receipt = await received(server, asked, body)
    # Shielded: the entry is on its way to the disk, whoever goes away.
    await asyncio.shield(asyncio.wrap_future(receipt.durable))
    if is_list and receipt.rejected:
        errors = [{"message": one.reason} for one in receipt.failures]
        counts = {"accepted": receipt.accepted, "rejected": receipt.rejected}
        return JSONResponse({**counts, "errors": errors}, 207)
    if is_list:
        return JSONResponse({"message": "Accepted"}, 202)
    if receipt.rejected:
        raise BadInput(receipt.reasons)
    return JSONResponse({"id": receipt.names[0]})


@router.delete("/scores/{score_id:path}", status_code=204, response_class=Response)
def delete_langfuse_score(request: Request, score_id: str) -> Response:
    """Take a score away for good, whether or not it is there."""
    access = IngestAccess(
        project=written_project(request, ""),
        environment="",
        sender=request.headers.get("user-agent", "")[:100],
        author=author_of(request),
    )
    if len(score_id) > _MAX_ID_CHARS:
        raise BadInput(f"the id has {len(score_id)} characters; at most {_MAX_ID_CHARS} are kept")
    take_away(request, _request(request, access), score_id)
    return Response(status_code=204)


@router.get("/scores")
@router.get("/v2/scores", name="get_langfuse_scores_v2")
def get_langfuse_scores(
    request: Request,
    asked: Annotated[ScoresPage, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Shape:
    """A page of scores, newest first."""
    window = framed(asked.from_timestamp, asked.to_timestamp)
    wanted = _wanted(request, asked, asked.dataset_run_id, asked.score_ids)
    deep = paging_to(asked).limit
    page = scores.list_scores(access.engine, access.project, window, wanted, deep, "")
    total = scores.count_scores(access.engine, access.project, window, wanted)
    rows = page.rows[asked.offset :]
    names = _names(access, rows)
    return paged([score_row(row, names, access.project) for row in rows], total, asked)


@router.get("/v3/scores")
def get_langfuse_scores_v3(
    request: Request,
    asked: Annotated[ScoresCursor, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Shape:
    """A page of scores, newest first; the cursor in `meta` leads to the next one."""
    window = framed(asked.from_timestamp, asked.to_timestamp)
    wanted = _wanted(request, asked, asked.experiment_id, asked.id)
    page = scores.list_scores(
        access.engine, access.project, window, wanted, asked.limit, asked.cursor
    )
    names = _names(access, page.rows)
    rows = [score_row_v3(row, names, access.project) for row in page.rows]
    meta: Shape = {"limit": asked.limit}
    if page.next_cursor:
        meta["cursor"] = page.next_cursor
    return {"data": rows, "meta": meta}


@router.get("/scores/{score_id:path}")
@router.get("/v2/scores/{score_id:path}", name="get_langfuse_score_v2")
def get_langfuse_score(
    request: Request, score_id: str, access: Annotated[ReadAccess, Depends(read_access)]
) -> Shape:
    """The score of an id."""
    wanted = scores.Asked(score_ids=_spelled(request, [score_id]))
    page = scores.list_scores(access.engine, access.project, ALL_TIME, wanted, 1, "")
    if not page.rows:
        raise missing("score", score_id, access.project)
    return score_row(page.rows[0], _names(access, page.rows), access.project)


def _request(request: Request, access: IngestAccess) -> receive.Request:
    client = request.client
    return receive.Request(
        signal="scores",
        protocol="http/langfuse",
        encoding=request.headers.get("content-encoding", ""),
        access=access,
        address=client.host if client else "",
    )


def _wanted(
    request: Request, asked: ScoresPage | ScoresCursor, experiment_id: str, ids: str
) -> scores.Asked:
    several = [one for one in ids.split(",") if one]
    if len(several) > _MAX_IDS:
        raise BadInput(f"{len(several)} ids are asked for; {_MAX_IDS} may be")
    return scores.Asked(
        trace_id=trace_id(asked.trace_id) if asked.trace_id else "",
        span_id=span_id(asked.observation_id) if asked.observation_id else "",
        session_id=asked.session_id,
        name=asked.name,
        experiment_ids=_spelled(request, [experiment_id] if experiment_id else []),
        environment=asked.environment,
        source=_one_of(_SOURCES, asked.source, "source"),
        type=_one_of(_TYPES, asked.data_type, "dataType"),
        score_ids=_spelled(request, several),
    )


def _spelled(request: Request, ids: Iterable[str]) -> list[str]:
    """Each id as it was sent, and as it is kept if it holds personal data."""
    key = state_of(request).token.encode()
    return [spelling for one in ids for spelling in spellings(one, key)]


def _one_of(words: dict[str, str], given: str, field: str) -> str:
    if given and given not in words:
        raise BadInput(f"{field} {given[:100]!r} is not one of {', '.join(words)}")
    return words.get(given, "")


def _names(access: ReadAccess, rows: list[Row]) -> Names:
    trace_ids = [row["trace_id"] for row in rows if row["trace_id"]]
    of_spans = [row["span_id"] for row in rows if row["span_id"]]
    return Names(span_ids(access.engine, access.project, trace_ids, of_spans or ["-"]))
