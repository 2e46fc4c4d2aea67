"""Traces and sessions for Langfuse's clients: lists by page, and one of each with everything in it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from clearspan_server.api.access import ReadAccess, administered_project, read_access
from clearspan_server.api.erasures import begun
from clearspan_server.api.langfuse_asking import all_of, any_of, framed, numbered, paging_to, term
from clearspan_server.api.langfuse_rows import ENVIRONMENT, Names, observation, trace
from clearspan_server.api.langfuse_score_rows import score_row
from clearspan_server.api.langfuse_shapes import (
    MAX_ID_CHARS,
    PageAsked,
    Sent,
    Shape,
    missing,
    moment_ns,
    paged,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ALL_TIME
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.langfuse_ids import trace_id as hex_of
from clearspan_server.model.removal import Subject
from clearspan_server.query.exporting import counted
from clearspan_server.query.filter import Stillness
from clearspan_server.query.groups import SESSIONS, list_groups, read_group
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.scores import Asked as ScoresAsked
from clearspan_server.query.scores import list_scores
from clearspan_server.query.traces import list_traces, read_trace
from clearspan_server.query.whole import read_whole, span_ids
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/public", tags=["Langfuse"], include_in_schema=False)

_SORTS = {"timestamp": "start", "latency": "duration", "totalCost": "cost"}
_MAX_SCORES = 10_000  # of one page
_MAX_SESSION_TRACES = 1_000


class TracesPage(PageAsked):
    """Which traces."""

    user_id: str = ""
    name: str = ""
    session_id: str = ""
    version: str = ""
    release: str = ""
    tags: list[str] = Field(default_factory=list)
    environment: list[str] = Field(default_factory=list)
    from_timestamp: datetime | None = None
    to_timestamp: datetime | None = None
    order_by: str = ""
    fields: str = ""  # a trace always has all of them


class TracesDeleted(Sent):
    """Which traces go."""

    trace_ids: list[Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]] = Field(
        min_length=1, max_length=1_000
    )


class SessionsPage(PageAsked):
    """Which sessions."""

    environment: list[str] = Field(default_factory=list)
    from_timestamp: datetime | None = None
    to_timestamp: datetime | None = None


@router.get("/traces")
def get_langfuse_traces(
    asked: Annotated[TracesPage, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Shape:
    """A page of traces, the newest first unless another order is asked for."""
    window = framed(asked.from_timestamp, asked.to_timestamp)
    text = all_of(
        term("user", asked.user_id),
        any_of(term("name", asked.name), term('attr["langfuse.trace.name"]', asked.name)),
        term("session", asked.session_id),
        term('attr["langfuse.version"]', asked.version),
        term("release", asked.release),
        *(term("tag", one) for one in asked.tags),
        any_of(*(term("env", one) for one in asked.environment)),
    )
    paging = paging_to(asked, _sort(asked.order_by))
    page = list_traces(access.engine, access.project, window, text, still, paging)
    total = counted(access.engine, "traces", Narrowing(access.project, window, text, still))
    return paged(traces_of(access, page.rows[asked.offset :]), total, asked)


@router.get("/traces/{trace_id:path}")
def get_langfuse_trace(trace_id: str, access: Annotated[ReadAccess, Depends(read_access)]) -> Shape:
    """One trace with its observations and scores."""
    known = hex_of(trace_id)
    try:
        summary = read_trace(access.engine, access.project, known).summary
    except NotFound:
        raise missing("trace", trace_id, access.project) from None
    ids = span_ids(access.engine, access.project, [known])
    names = Names(ids)
    rows = list(read_whole(access.engine, access.project, [(known, one["span_id"]) for one in ids]))
    telling = {one["span_id"] for one in ids if one["tells"]}
    found = trace(
        summary, [row for row in rows if row["span_id"] in telling], names, access.project
    )
    found["observations"] = [
        observation(row, names, access.project)
        for row in rows
        if not names.is_trace(known, row["span_id"])
    ]
    scores = list_scores(
        access.engine, access.project, ALL_TIME, ScoresAsked(trace_id=known), _MAX_SCORES, ""
    )
    found["scores"] = [score_row(row, names, access.project) for row in scores.rows]
    return found


def _administered(request: Request) -> str:
    return administered_project(request)


# Before the body is looked at.
Administered = Annotated[str, Depends(_administered)]


@router.delete("/traces")
def delete_langfuse_traces(request: Request, project: Administered, sent: TracesDeleted) -> Shape:
    """Erase traces with all that is kept of them, whether or not they are there; it goes on by itself."""
    return _erased(request, project, sent.trace_ids)


@router.delete("/traces/{trace_id:path}")
def delete_langfuse_trace(request: Request, project: Administered, trace_id: str) -> Shape:
    """Erase one trace, as several."""
    return _erased(request, project, [trace_id])


def _erased(request: Request, project: str, trace_ids: list[str]) -> Shape:
    known = sorted({hex_of(one) for one in trace_ids})
    made = begun(request, project, Subject("trace", " ".join(known)), is_dry=False)
    told = f"the erasure of {len(known)} traces has begun: /api/v1/erasures/{made.id} tells how far it is"
    return {"message": told}


@router.get("/sessions")
def get_langfuse_sessions(
    asked: Annotated[SessionsPage, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Shape:
    """A page of sessions, the newest first."""
    window = framed(asked.from_timestamp, asked.to_timestamp)
    text = any_of(*(term("env", one) for one in asked.environment))
    narrowing = Narrowing(access.project, window, text, still)
    page = list_groups(access.engine, SESSIONS, narrowing, paging_to(asked, "-first_seen"))
    total = counted(access.engine, "sessions", narrowing)
    rows = [_session(row, access.project) for row in page.rows[asked.offset :]]
    return paged(rows, total, asked)


@router.get("/sessions/{session_id:path}")
def get_langfuse_session(
    session_id: str, access: Annotated[ReadAccess, Depends(read_access)], still: Still
) -> Shape:
    """One session with its traces, the newest 1 000."""
    narrowing = Narrowing(access.project, ALL_TIME, "", still, ids=(session_id,))
    try:
        row = read_group(access.engine, SESSIONS, narrowing)
    except NotFound:
        raise missing("session", session_id, access.project) from None
    return {**_session(row, access.project), "traces": _traces_of(access, session_id, still)}


def traces_of(access: ReadAccess, summaries: list[Row]) -> list[Shape]:
    """Traces of a page: with their values, and the ids of their observations and scores."""
    trace_ids = [row["trace_id"] for row in summaries]
    access.warm(trace_ids)
    ids = span_ids(access.engine, access.project, trace_ids)
    names = Names(ids)
    telling: dict[str, list[Row]] = {}
    wanted = [(one["trace_id"], one["span_id"]) for one in ids if one["tells"]]
    for row in read_whole(access.engine, access.project, wanted):
        telling.setdefault(row["trace_id"], []).append(row)
    observations: dict[str, list[str]] = {}
    for one in ids:
        key = one["trace_id"], one["span_id"]
        if not names.is_trace(*key):
            observations.setdefault(key[0], []).append(names.span(*key))
    scores: dict[str, list[str]] = {}
    if trace_ids:
        asked = ScoresAsked(trace_ids=trace_ids)
        page = list_scores(access.engine, access.project, ALL_TIME, asked, _MAX_SCORES, "")
        for row in page.rows:
            scores.setdefault(row["trace_id"], []).append(row["score_id"])
    return [
        {
            **trace(summary, telling.get(trace_id, []), names, access.project),
            "observations": observations.get(trace_id, []),
            "scores": scores.get(trace_id, []),
        }
        for summary, trace_id in zip(summaries, trace_ids, strict=True)
    ]


def _traces_of(access: ReadAccess, session_id: str, still: Stillness) -> list[Shape]:
    text = term("session", session_id)
    paging = numbered(_MAX_SESSION_TRACES)
    page = list_traces(access.engine, access.project, ALL_TIME, text, still, paging)
    return traces_of(access, page.rows)


def _session(row: Row, project: str) -> Shape:
    return {
        "id": row["session_id"],
        "createdAt": moment_ns(row["first_seen_ns"]),
        "projectId": project,
        "environment": ENVIRONMENT,
    }


def _sort(order: str) -> str:
    field, _, direction = (order or "timestamp.desc").partition(".")
    if field not in _SORTS or direction.lower() not in ("asc", "desc"):
        raise BadInput(f"orderBy {order!r} is not one of {', '.join(_SORTS)} with .asc or .desc")
    return ("-" if direction.lower() == "desc" else "") + _SORTS[field]
