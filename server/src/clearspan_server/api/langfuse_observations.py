"""Spans for Langfuse's clients, as observations: by page and by cursor, and one of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.langfuse_asking import all_of, any_of, framed, paging_to, term
from clearspan_server.api.langfuse_rows import TYPES, Names, as_text, observation
from clearspan_server.api.langfuse_shapes import Asked, PageAsked, Shape, missing, paged
from clearspan_server.api.stillness import Still
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.langfuse_ids import span_id as hex_of
from clearspan_server.model.langfuse_ids import trace_id
from clearspan_server.query.exporting import counted
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.page import Paging
from clearspan_server.query.spans import list_spans, trace_of_span
from clearspan_server.query.whole import read_whole, span_ids
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/public", tags=["Langfuse"], include_in_schema=False)

_LEVEL = 'attr["langfuse.observation.level"]'
# Of a client that tells traces apart from spans, one span stands for the trace; it is no observation.
NO_TRACE = "-observation:trace"
_KINDS = {name: kind for kind, name in TYPES.items()}
_LEVELS = ("DEBUG", "DEFAULT", "WARNING", "ERROR")
# What the second version of the API tells under each name of `fields`; ids and times it always does.
_GROUPS = {
    "core": ("parentObservationId", "isRootObservation"),
    "basic": (
        *("name", "level", "statusMessage", "version", "environment", "bookmarked", "public"),
        *("userId", "sessionId"),
    ),
    "time": ("completionStartTime", "createdAt", "updatedAt"),
    "io": ("input", "output"),
    "metadata": ("metadata",),
    "model": ("model", "internalModelId", "modelParameters", "modelId"),
    "usage": (
        "usageDetails",
        "costDetails",
        "totalCost",
        "inputPrice",
        "outputPrice",
        "totalPrice",
    ),
    "prompt": ("promptId", "promptName", "promptVersion"),
    "metrics": ("latency", "timeToFirstToken"),
    "trace_context": ("tags", "release"),
}
_ALWAYS = ("id", "traceId", "projectId", "startTime", "endTime", "type")
_UNASKED = "core,basic"


class Which(Asked):
    """What both versions can be asked for."""

    name: str = ""
    user_id: str = ""
    session_id: str = ""
    type: str = ""
    trace_id: str = ""
    level: str = ""
    parent_observation_id: str = ""
    environment: list[str] = Field(default_factory=list)
    version: str = ""
    from_start_time: datetime | None = None
    to_start_time: datetime | None = None


class ObservationsPage(Which, PageAsked):
    """Which observations, by page."""


class ObservationsCursor(Which):
    """Which observations, by cursor."""

    limit: int = Field(default=50, ge=1, le=1_000)
    cursor: str = ""
    fields: str = ""
    expand_metadata: str = ""  # metadata always come whole
    parse_io_as_json: bool = False
    is_root_observation: bool | None = None


@router.get("/observations")
def get_langfuse_observations(
    asked: Annotated[ObservationsPage, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Shape:
    """A page of observations, the newest first."""
    window = framed(asked.from_start_time, asked.to_start_time)
    text = _filter(asked)
    _warm(access, asked)
    page = list_spans(access.engine, access.project, window, text, still, paging_to(asked))
    total = counted(access.engine, "spans", Narrowing(access.project, window, text, still))
    rows = _observations(access, page.rows[asked.offset :], lambda one: one)
    return paged(rows, total, asked)


@router.get("/v2/observations")
def get_langfuse_observations_v2(
    asked: Annotated[ObservationsCursor, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Shape:
    """A page of observations, the newest first, with the groups of fields that are asked for."""
    if asked.parse_io_as_json:
        raise BadInput("parseIoAsJson is not answered: input and output come as text")
    names = _named_by(asked.fields or _UNASKED)
    text = all_of(_filter(asked), _roots(asked))
    _warm(access, asked)
    page = list_spans(
        access.engine,
        access.project,
        framed(asked.from_start_time, asked.to_start_time),
        text,
        still,
        Paging(limit=asked.limit, cursor=asked.cursor),
    )
    rows = _observations(access, page.rows, lambda one: _chosen(one, names))
    return {"data": rows, "meta": {"cursor": page.next_cursor} if page.next_cursor else {}}


@router.get("/observations/{observation_id:path}")
def get_langfuse_observation(
    observation_id: str, access: Annotated[ReadAccess, Depends(read_access)]
) -> Shape:
    """One observation."""
    known = hex_of(observation_id)
    try:
        of_trace = trace_of_span(access.engine, access.project, known)
    except NotFound:
        raise missing("observation", observation_id, access.project) from None
    row: Row = {"trace_id": of_trace, "span_id": known}
    return _observations(access, [row], lambda one: one)[0]


def _observations(
    access: ReadAccess, rows: list[Row], shaped: Callable[[Shape], Shape]
) -> list[Shape]:
    """The spans of a page with everything in them."""
    keys = [(row["trace_id"], row["span_id"]) for row in rows]
    whole = list(read_whole(access.engine, access.project, keys))
    near = {one for row in whole for one in (row["span_id"], row["parent_id"]) if one}
    ids = span_ids(access.engine, access.project, [key[0] for key in keys], sorted(near))
    names = Names(ids)
    return [shaped(observation(row, names, access.project)) for row in whole]


def _warm(access: ReadAccess, asked: Which) -> None:
    """Where observations of one trace are asked for, its spans leave cold storage."""
    if asked.trace_id:
        access.warm([trace_id(asked.trace_id)])


def _filter(asked: Which) -> str:
    of_trace = trace_id(asked.trace_id) if asked.trace_id else ""
    return all_of(
        NO_TRACE,
        term("trace", of_trace),
        term("name", asked.name),
        term("user", asked.user_id),
        term("session", asked.session_id),
        of_type(asked.type),
        _level(asked.level),
        term("parent", hex_of(asked.parent_observation_id) if asked.parent_observation_id else ""),
        any_of(*(term("env", one) for one in asked.environment)),
        term('attr["langfuse.version"]', asked.version),
    )


def of_type(asked: str) -> str:
    """Whether it says so itself, or another library's span is of that kind."""
    if not asked:
        return ""
    name = asked.upper()
    said = f"observation:{name.lower()}"
    if name in _KINDS:
        return f'({said} OR (observation:"" kind:{_KINDS[name]}))'
    if name == "SPAN":
        others = " ".join(f"-kind:{kind}" for kind in TYPES)
        return f'({said} OR (observation:"" {others}))'
    if name == "EVENT":
        return said
    raise BadInput(f"type {asked[:100]!r} is not one of SPAN, EVENT, {', '.join(_KINDS)}")


def _level(asked: str) -> str:
    if asked and asked not in _LEVELS:
        raise BadInput(f"level {asked[:100]!r} is not one of {', '.join(_LEVELS)}")
    if asked == "ERROR":
        return "status:(error OR crashed)"  # so its dialect reads the level, too
    if asked == "DEFAULT":
        return f"-status:(error OR crashed) -{_LEVEL}:WARNING -{_LEVEL}:DEBUG"
    return term(_LEVEL, asked)


def _roots(asked: ObservationsCursor) -> str:
    if asked.is_root_observation is None:
        return ""
    return 'parent:""' if asked.is_root_observation else '-parent:""'


def _named_by(fields: str) -> frozenset[str]:
    groups = [one.strip() for one in fields.split(",") if one.strip()]
    unknown = [one for one in groups if one not in _GROUPS]
    if unknown:
        raise BadInput(f"fields {unknown[0][:100]!r} is not one of {', '.join(_GROUPS)}")
    return frozenset((*_ALWAYS, *(name for one in groups for name in _GROUPS[one])))


def _chosen(one: Shape, names: frozenset[str]) -> Shape:
    told = {**one, "input": as_text(one["input"]), "output": as_text(one["output"])}
    return {name: value for name, value in told.items() if name in names}
