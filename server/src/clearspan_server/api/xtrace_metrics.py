"""`GET /api/public/metrics/names` and `/query`: metrics as xtrace's clients read them.

Source: lipish/xtrace, `www/api/metrics-api.md`.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.window import TIMES, ScopeQuery, parse_time
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.ingest.coerce import text
from clearspan_server.query.metric_names import MAX_NAMES, metric_labels, metric_names
from clearspan_server.query.metrics import (
    LabelTerm,
    MetricAnswer,
    MetricQuestion,
    metric_series,
)
from clearspan_server.query.window import HOUR_NS, Window

router = APIRouter(prefix="/api/public/metrics", tags=["xtrace"])

_MAX_POINTS = 1_000  # of a series
_MAX_STEPS = 50_000  # of a window: some five weeks of minutes
_MAX_LABELS = 20  # in a question
_SECOND_NS = 1_000_000_000
_STEPS_S: Mapping[str, int] = {"1m": 60, "5m": 300, "1h": 3_600, "1d": 86_400}


class QueryAsked(ScopeQuery):
    """A metric, and how it is added up."""

    name: str = Field(min_length=1, max_length=500)
    since: str | None = Field(default=None, alias="from", description=TIMES)
    until: str | None = Field(default=None, alias="to", description=TIMES)
    labels: str = Field(default="", max_length=10_000, description="A JSON object of labels.")
    step: Literal["1m", "5m", "1h", "1d"] = "1m"
    agg: Literal["avg", "max", "min", "sum", "last", "p50", "p90", "p99"] = "avg"
    group_by: str = Field(default="", max_length=500)


@router.get("/names")
def get_xtrace_metric_names(
    _asked: Annotated[ScopeQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> dict[str, list[str]]:
    """The names of the project's metrics; at most 1 000."""
    rows = metric_names(access.engine, access.project, "")
    return {"data": [row["name"] for row in rows[:MAX_NAMES]]}


@router.get("/query")
def get_xtrace_metric(
    asked: Annotated[QueryAsked, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> dict[str, Any]:
    """A metric over time: a series for each value of `group_by`, else for each set of labels."""
    of = (access.engine, access.project)
    by = [asked.group_by]
    if not asked.group_by:
        by = [row["label"] for row in metric_labels(*of, asked.name, "")]
    step_ns = _STEPS_S[asked.step] * _SECOND_NS
    question = MetricQuestion(
        name=asked.name,
        window=_window(asked),
        stat=asked.agg,
        step_ns=step_ns,
        by=by,
        where=_terms(asked.labels),
        most_steps=_MAX_STEPS,
    )
    try:
        answer = metric_series(*of, question)
    except NotFound:
        return {"data": [], "meta": {"series_count": 0, "truncated": False}}
    if answer.step_ns != step_ns:
        raise BadInput(
            f"the window has more than {_MAX_STEPS} steps of {asked.step}: take a longer step, or a shorter window",
            field="step",
        )
    return _reply(answer, is_grouped=asked.group_by != "")


def _window(asked: QueryAsked) -> Window:
    to_ns = time.time_ns() if asked.until is None else parse_time(asked.until, "to")
    from_ns = to_ns - HOUR_NS if asked.since is None else parse_time(asked.since, "from")
    if from_ns > to_ns:
        raise BadInput("from must be <= to", field="from", value=asked.since)
    return Window(max(0, from_ns), to_ns + 1)  # what is at its end is in it


def _terms(labels: str) -> list[LabelTerm]:
    if not labels.strip():
        return []
    try:
        said = orjson.loads(labels)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"invalid labels json: {error}", field="labels") from error
    if not isinstance(said, dict) or len(said) > _MAX_LABELS:
        raise BadInput(f"labels must be a JSON object of at most {_MAX_LABELS}", field="labels")
    return [LabelTerm(label, text(value), is_negated=False) for label, value in said.items()]


def _reply(answer: MetricAnswer, *, is_grouped: bool) -> dict[str, Any]:
    data: list[dict[str, Any]] = []
    is_cut = bool(answer.left_out)
    for line in answer.lines:
        points = [
            {"timestamp": _moment(start_ns), "value": value}
            for start_ns, value in zip(answer.starts_ns, line.values, strict=True)
            if value is not None
        ]
        is_cut = is_cut or len(points) > _MAX_POINTS
        labels = {name: value or None for name, value in line.labels.items() if value or is_grouped}
        if points:
            data.append({"labels": labels, "values": points[:_MAX_POINTS]})
    meta: dict[str, Any] = {"series_count": len(data), "truncated": is_cut}
    if data:
        meta["latest_ts"] = max(one["values"][-1]["timestamp"] for one in data)
    return {"data": sorted(data, key=lambda one: str(one["labels"])), "meta": meta}


def _moment(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // _SECOND_NS, UTC).isoformat()
