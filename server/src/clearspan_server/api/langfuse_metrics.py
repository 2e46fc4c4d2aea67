"""Figures for Langfuse's clients: by day, and by a query of measures and dimensions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.langfuse_asking import all_of, any_of, framed, term
from clearspan_server.api.langfuse_observations import NO_TRACE
from clearspan_server.api.langfuse_question import answered, read_question
from clearspan_server.api.langfuse_shapes import Asked, PageAsked, Shape, paged
from clearspan_server.api.stillness import Still
from clearspan_server.query.days import read_days
from clearspan_server.query.measures import measure
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/public", tags=["Langfuse"], include_in_schema=False)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DaysPage(PageAsked):
    """Which days, and of which traces."""

    trace_name: str = ""
    user_id: str = ""
    version: str = ""
    release: str = ""
    tags: list[str] = Field(default_factory=list)
    environment: list[str] = Field(default_factory=list)
    from_timestamp: datetime | None = None
    to_timestamp: datetime | None = None


class QueryAsked(Asked):
    """The question, as JSON."""

    query: str = Field(max_length=10_000)


@router.get("/metrics")
@router.get("/v2/metrics", name="get_langfuse_metrics_v2")
def get_langfuse_metrics(
    asked: Annotated[QueryAsked, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Shape:
    """Measures of traces or observations, by dimensions and by time."""
    question = read_question(asked.query)
    window = framed(question.since, question.until)
    narrowing = Narrowing(access.project, window, question.filter, still)
    rows = measure(access.engine, narrowing, question.asked)
    return {"data": answered(rows, question)}


@router.get("/metrics/daily")
def get_langfuse_days(
    asked: Annotated[DaysPage, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Shape:
    """A page of days in UTC, the newest first: traces, observations, usage and cost, and the same by model."""
    text = all_of(
        NO_TRACE,
        term("trace.name", asked.trace_name),
        term("user", asked.user_id),
        term('attr["langfuse.version"]', asked.version),
        term("trace.release", asked.release),
        *(term("tag", one) for one in asked.tags),
        any_of(*(term("env", one) for one in asked.environment)),
    )
    window = framed(asked.from_timestamp, asked.to_timestamp)
    rows = read_days(access.engine, Narrowing(access.project, window, text, still))
    days = list(_days(rows))
    return paged(days[asked.offset : asked.offset + asked.limit], len(days), asked)


def _days(rows: list[Row]) -> Iterator[Shape]:
    by_model: dict[int, list[Shape]] = {}
    for row in rows:
        if not row["is_total"] and row["model"]:
            by_model.setdefault(row["day"], []).append(_of_model(row))
    for row in rows:
        if row["is_total"]:
            yield {
                "date": (_EPOCH + timedelta(days=row["day"])).date().isoformat(),
                "countTraces": row["traces"],
                "countObservations": row["spans"],
                "totalCost": float(row["cost"]),
                "usage": by_model.get(row["day"], []),
            }


def _of_model(row: Row) -> Shape:
    return {
        "model": row["model"],
        "inputUsage": row["input_tokens"],
        "outputUsage": row["output_tokens"],
        "totalUsage": row["total_tokens"],
        "totalCost": float(row["cost"]),
        "countTraces": row["traces"],
        "countObservations": row["spans"],
    }
