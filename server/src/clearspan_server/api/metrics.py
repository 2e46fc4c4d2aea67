"""`/metrics/…` below `/api/v1`: which metrics a project has, their labels, and what they were."""

import re
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.shapes_metrics import (
    MetricCap,
    MetricExemplar,
    MetricExemplars,
    MetricLabel,
    MetricLabels,
    MetricName,
    MetricNames,
    MetricReply,
    MetricSeries,
    MetricValue,
)
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import ScopeQuery, WindowQuery, rfc3339, window
from clearspan_server.errors import BadInput
from clearspan_server.query.metric_names import (
    MAX_NAMES,
    MAX_VALUES,
    metric_labels,
    metric_names,
    metric_values,
    rejected_points,
)
from clearspan_server.query.metrics import (
    LabelTerm,
    MetricQuestion,
    Stat,
    metric_exemplars,
    metric_series,
)
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1/metrics", tags=["metrics"])

_DAY_NS = 86_400_000_000_000
_UNITS_NS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3_600 * 10**9, "d": _DAY_NS}
_STEP = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)?")
_TERM = re.compile(r'([^=!"]+)(!?=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*))', re.DOTALL)
_LEAST_STEP_NS = 10**9
_MOST_STEP_NS = 366 * _DAY_NS


class NamesQuery(ScopeQuery):
    """The letters that names begin with."""

    prefix: str = Field(default="", max_length=200)


class LabelsQuery(ScopeQuery):
    """A metric, and the label whose values are meant; without one its labels are."""

    name: str = Field(min_length=1, max_length=500)
    label: str = Field(default="", max_length=500)
    prefix: str = Field(default="", max_length=200)


class SeriesQuery(WindowQuery):
    """A metric within a window, and which of its series."""

    name: str = Field(min_length=1, max_length=500)
    where: list[Annotated[str, Field(max_length=2_000)]] = Field(
        default=[],
        max_length=20,
        description='A label and its value: `model="gpt-4o"`, or `model!="gpt-4o"`; several must all hold.',
    )


class MetricsQuery(SeriesQuery):
    """What of each step is asked for, and by which labels series are told apart."""

    stat: Stat = "avg"
    step: str = Field(
        default="",
        max_length=20,
        description="`30s`, `5m`, `1h`, `1d`, or seconds; without one about 120 steps fit the window.",
    )
    by: list[Annotated[str, Field(max_length=500)]] = Field(default=[], max_length=8)


class ExemplarsQuery(SeriesQuery):
    """How many examples."""

    limit: int = Field(default=20, ge=1, le=200)


@router.get("/names")
def get_metric_names(
    request: Request,
    asked: Annotated[NamesQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> MetricNames:
    """The metrics of the project by name, with type, unit and labels; at most 1 000."""
    rows = metric_names(access.engine, access.project, asked.prefix)
    cap = state_of(request).receiver.series
    since_ns = time.time_ns() - _DAY_NS
    return MetricNames(
        names=[_name(row) for row in rows[:MAX_NAMES]],
        truncated=len(rows) > MAX_NAMES,
        cap=MetricCap(
            series_today=cap.count(access.project),
            most_series=cap.most,
            rejected_points=rejected_points(access.engine, access.project, since_ns),
        ),
    )


@router.get("/labels")
def get_metric_labels(
    asked: Annotated[LabelsQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> MetricLabels:
    """The labels of a metric, or the values of one with how many series have them; at most 200."""
    of = (access.engine, access.project, asked.name)
    labels = [] if asked.label else metric_labels(*of, asked.prefix)
    values = metric_values(*of, asked.label, asked.prefix) if asked.label else []
    return MetricLabels(
        name=asked.name,
        label=asked.label,
        labels=[MetricLabel.model_validate(row) for row in labels[:MAX_VALUES]],
        values=[MetricValue.model_validate(row) for row in values[:MAX_VALUES]],
        truncated=len(labels) > MAX_VALUES or len(values) > MAX_VALUES,
    )


@router.get("/query")
def get_metric(
    request: Request,
    asked: Annotated[MetricsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> MetricReply:
    """A metric over time, in series by labels: at most 50, the largest; default the last day.

    Of a gauge every stat is of its points' values, of a counter of their increases; of a histogram of the values in
    it, percentiles interpolated within buckets. `rate` is a second's. docs/metrics.md tells more.
    """
    fresh_ns = _fresh_as_of(state_of(request))
    question = MetricQuestion(
        name=asked.name,
        window=window(asked, ahead_ns=0),
        stat=asked.stat,
        step_ns=_step(asked.step),
        by=tuple(dict.fromkeys(asked.by)),
        where=[_term(text) for text in asked.where],
    )
    found = metric_series(access.engine, access.project, question)
    return MetricReply(
        name=asked.name,
        type=found.type,
        unit=found.unit,
        stat=asked.stat,
        reading=found.reading,
        start=rfc3339(found.window.from_ns),
        end=rfc3339(found.window.to_ns),
        step_ms=found.step_ns // 10**6,
        starts=[rfc3339(start_ns) for start_ns in found.starts_ns],
        series=[MetricSeries(labels=line.labels, values=line.values) for line in found.lines],
        series_count=found.series_count,
        truncated=bool(found.left_out),
        left_out=found.left_out,
        fresh_as_of=rfc3339(fresh_ns),
    )


@router.get("/exemplars")
def get_metric_exemplars(
    asked: Annotated[ExemplarsQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> MetricExemplars:
    """Values of the metric with the spans that they were measured in, where its sender says so; newest first."""
    where = [_term(text) for text in asked.where]
    question = MetricQuestion(name=asked.name, window=window(asked, ahead_ns=0), where=where)
    rows = metric_exemplars(access.engine, access.project, question, asked.limit)
    return MetricExemplars(exemplars=[_exemplar(row) for row in rows])


def _fresh_as_of(state: State) -> int:
    """The moment up to which everything that was received is stored, in ns."""
    now_ns = time.time_ns()
    _, waiting = state.waiting.look()
    return min((one.received_ns for one in waiting), default=now_ns)


def _step(text: str) -> int:
    """A step in ns, 0 for none.

    Raises:
        BadInput: no number with a unit, or below a second or above a year.
    """
    if not text:
        return 0
    found = _STEP.fullmatch(text)
    step_ns = int(found[1]) * _UNITS_NS[found[2] or "s"] if found else 0
    if not _LEAST_STEP_NS <= step_ns <= _MOST_STEP_NS:
        raise BadInput(
            f"step is not a time from 1s to 366d, such as 30s, 5m or 1h: {text!r}",
            field="step",
            value=text,
        )
    return step_ns


def _term(text: str) -> LabelTerm:
    """A term of `where`.

    Raises:
        BadInput: it is none.
    """
    found = _TERM.fullmatch(text.strip())
    if found is None or not found[1].strip():
        raise BadInput(
            f'where is not a label with its value, such as model="gpt-4o": {text!r}',
            field="where",
            value=text,
        )
    label, operator, quoted, plain = found.groups()
    value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return LabelTerm(label.strip(), value, is_negated=operator == "!=")


def _name(row: Row) -> MetricName:
    told = {name: value for name, value in row.items() if name != "last_seen_ns"}
    return MetricName(**told, last_seen=rfc3339(row["last_seen_ns"]))


def _exemplar(row: Row) -> MetricExemplar:
    told = {name: value for name, value in row.items() if name != "at_ns"}
    return MetricExemplar(**told, time=rfc3339(row["at_ns"]))
