"""Metrics: a name, a window and a stat become a few series of one value a step."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.metric import MetricType
from clearspan_server.query import SQL
from clearspan_server.query.metric_histograms import LEVELS, Cells, Frame, Histograms, cells_of
from clearspan_server.query.window import HOUR_NS, Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

Stat = Literal[
    "avg", "min", "max", "sum", "last", "count", "rate", "p50", "p90", "p95", "p99"
]  # one of `STATS`
STATS: tuple[Stat, ...] = (
    *("avg", "min", "max", "sum", "last", "count", "rate"),
    *("p50", "p90", "p95", "p99"),
)
MAX_SERIES = 50  # of an answer: the largest
MAX_STEPS = 2_000
_AIMED_STEPS = 120  # where no step is asked for
_POINTS_A_STEP = 2  # at least, where no step is asked for
_SPACED_SERIES = 100  # of which it is asked how far apart their points are: the newest
_MOST_SERIES = 20_000  # that a question reads: the newest
_MOST_GROUPS = 2_000  # of which the largest are chosen
_MOST_READINGS = 200_000  # of histograms: each brings its buckets
_MOST_BOUNDS = 8_000_000  # of all of them: some hundred megabytes while they are added up
_SECOND_NS = 1_000_000_000
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 604_800),
)

_SERIES = statement(SQL, "metric_series")
_OLDEST = statement(SQL, "metric_oldest")
_POINTS = statement(SQL, "metric_points")
_INCREASES = statement(SQL, "metric_increases")
_DISTRIBUTIONS = statement(SQL, "metric_distributions")
_READINGS = statement(SQL, "metric_readings")
_WIDTHS = statement(SQL, "metric_widths")
_SPACING = statement(SQL, "metric_spacing")
_EXEMPLARS = statement(SQL, "metric_exemplars")

# Any series of a metric.
_ANY = {"from_ns": 0, "labels": [], "values": [], "negated": [], "limit": 1}

# How a metric's points are read: as values, as what was counted since the point before, or as values in buckets.
Reading = Literal["values", "increases", "buckets", "summary"]
# What a histogram or a summary cannot say: its points are no single values.
_UNSAID: Mapping[Reading, frozenset[str]] = {
    "values": frozenset(),
    "increases": frozenset(),
    "buckets": frozenset({"last"}),
    "summary": frozenset({"last", "min", "max", *LEVELS}),
}


@dataclass(slots=True, frozen=True)
class LabelTerm:
    """A label that a series must have, or must not; one that it lacks is empty."""

    label: str
    value: str
    is_negated: bool


@dataclass(slots=True, frozen=True)
class MetricQuestion:
    """What is asked of a metric; `step_ns` 0 leaves the step to us, else there are at most `most_steps`."""

    name: str
    window: Window
    stat: Stat = "avg"
    step_ns: int = 0
    by: Sequence[str] = ()
    where: Sequence[LabelTerm] = ()
    most_steps: int = MAX_STEPS


@dataclass(slots=True, frozen=True)
class MetricLine:
    """One series of an answer: the value of each label that it is told apart by, and a value a step."""

    labels: dict[str, str]
    values: list[float | None]


@dataclass(slots=True)
class MetricAnswer:
    """Series over the steps that begin at `starts_ns`; `left_out` says in words what is not in it."""

    type: MetricType
    unit: str
    reading: Reading
    window: Window
    step_ns: int
    starts_ns: list[int]
    lines: list[MetricLine]
    series_count: int  # of all that there are
    left_out: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Chosen:
    """The series that a question is about, the group of each, and the labels of each group."""

    kind: Row
    reading: Reading
    series: list[int]
    groups: list[int]
    deltas: list[int]  # 1 for each series whose points are increases already
    values: list[tuple[str, ...]]
    temporalities: set[str]
    left_out: list[str]


def metric_series(engine: Engine, project: str, asked: MetricQuestion) -> MetricAnswer:
    """The answer to a question: at most `MAX_SERIES` series, the largest first, with a value a step.

    Raises:
        NotFound: the project has no metric of this name.
        BadInput: a metric of this type has no such stat.
    """
    asked = _begun(engine, project, asked)
    chosen = _choose(engine, project, asked)
    frame, left_out = _frame(asked, _apart_ns(engine, project, asked, chosen))
    if asked.stat in _UNSAID[chosen.reading]:
        can = ", ".join(stat for stat in STATS if stat not in _UNSAID[chosen.reading])
        told = chosen.kind["type"].replace("_", " ")
        raise BadInput(
            f"a {told} has no {asked.stat!r}: it can be asked for {can}",
            field="stat",
            value=asked.stat,
        )
    lines: list[MetricLine] = []
    count = 0
    if chosen.series:
        _bound_readings(engine, project, asked, chosen, frame)
        cells = _cells(engine, project, asked, chosen, frame)
        lines, count = _lines(cells, asked, chosen, frame)
    if count > len(lines):
        left_out.append(f"{count - len(lines)} of {count} series: the largest are here")
    return MetricAnswer(
        type=chosen.kind["type"],
        unit=chosen.kind["unit"],
        reading=chosen.reading,
        window=frame.window,
        step_ns=frame.step_ns,
        starts_ns=[bucket * frame.step_ns for bucket in frame.buckets],
        lines=lines,
        series_count=count,
        left_out=left_out + chosen.left_out,
    )


def metric_exemplars(engine: Engine, project: str, asked: MetricQuestion, limit: int) -> list[Row]:
    """Rows of `at_ns`, `value`, `trace_id` and `span_id`: examples that points of the window brought, newest first.

    Raises:
        NotFound: the project has no metric of this name.
    """
    chosen = _choose(engine, project, asked)
    values = _bound(project, asked, chosen) | asked.window.values() | {"limit": limit}
    return engine.query(_EXEMPLARS, values)


def _begun(engine: Engine, project: str, asked: MetricQuestion) -> MetricQuestion:
    """The question; one of all time begins with the metric's first point, for steps are of the window."""
    if asked.window.from_ns > 0:
        return asked
    [row] = engine.query(_OLDEST, {"project": project, "name": asked.name})
    from_ns = min(row["oldest_ns"] or time.time_ns(), asked.window.to_ns - 1)
    return replace(asked, window=Window(from_ns, asked.window.to_ns))


def _apart_ns(engine: Engine, project: str, asked: MetricQuestion, chosen: _Chosen) -> int:
    """How far apart the points of a series are; 0 where that does not matter."""
    if asked.step_ns or not chosen.series:
        return 0
    values = {"project": project, "name": asked.name, "series": chosen.series[:_SPACED_SERIES]}
    apart_ns: int = engine.query(_SPACING, values | asked.window.values())[0]["apart_ns"]
    return apart_ns


def _frame(asked: MetricQuestion, apart_ns: int) -> tuple[Frame, list[str]]:
    """The steps of the window, widened where there would be too many, and what to say of that.

    Steps of our choice hold some points each. In shorter ones every other step is empty, and the increase that a point
    tells of its whole time would be all of one step: a rate that is too high.
    """
    window, left_out = asked.window, []
    wanted_ns = asked.step_ns or max(
        _SECOND_NS, min(_POINTS_A_STEP * apart_ns, window.width_ns // 2)
    )
    most = asked.most_steps if asked.step_ns else _AIMED_STEPS
    step_ns = wanted_ns
    if not asked.step_ns or -(-window.width_ns // wanted_ns) > most:
        least_ns = max(wanted_ns, window.width_ns // most)
        longer = (one_s * _SECOND_NS for one_s in _STEPS_S if one_s * _SECOND_NS >= least_ns)
        week_ns = _STEPS_S[-1] * _SECOND_NS
        step_ns = next(longer, -(-least_ns // week_ns) * week_ns)
    if asked.step_ns and step_ns != asked.step_ns:
        left_out.append(
            f"steps of {asked.step_ns / _SECOND_NS:g} s: an answer has at most {most},"
            f" so these are of {step_ns / _SECOND_NS:g} s"
        )
    buckets = range(window.from_ns // step_ns, -(-window.to_ns // step_ns))
    return Frame(window, step_ns, buckets, time.time_ns()), left_out


def _choose(engine: Engine, project: str, asked: MetricQuestion) -> _Chosen:
    """The series of the question; those of another type than the newest are left out, and told."""
    values = {
        "project": project,
        "name": asked.name,
        "from_ns": asked.window.from_ns,
        "by": list(asked.by),
        "labels": [term.label for term in asked.where],
        "values": [term.value for term in asked.where],
        "negated": [int(term.is_negated) for term in asked.where],
        "limit": _MOST_SERIES + 1,
    }
    rows = engine.query(_SERIES, values)
    left_out = []
    if not rows:
        anything = engine.query(_SERIES, values | _ANY)
        if not anything:
            raise NotFound(f"no metric {asked.name!r} is in project {project!r}", name=asked.name)
        rows, kind = [], anything[0]
    else:
        kind = rows[0]
    if len(rows) > _MOST_SERIES:
        rows = rows[:_MOST_SERIES]
        left_out.append(f"the older ones of more than {_MOST_SERIES} series")
    reading = _reading(kind)
    same = [row for row in rows if _reading(row) == reading and row["unit"] == kind["unit"]]
    if len(same) < len(rows):
        left_out.append(f"{len(rows) - len(same)} series of another type or unit")
    numbers: dict[tuple[str, ...], int] = {}
    groups = [numbers.setdefault(tuple(row["values"]), len(numbers)) for row in same]
    if len(numbers) > _MOST_GROUPS:
        left_out.append(f"the older ones of {len(numbers)} series")
    kept = [
        (row["series"], group, int(row["temporality"] == "delta"))
        for row, group in zip(same, groups, strict=True)
        if group < _MOST_GROUPS
    ]
    return _Chosen(
        kind=kind,
        reading=reading,
        series=[series for series, _, _ in kept],
        groups=[group for _, group, _ in kept],
        deltas=[is_delta for _, _, is_delta in kept],
        values=list(numbers)[:_MOST_GROUPS],
        temporalities={row["temporality"] for row in same},
        left_out=left_out,
    )


def _reading(row: Row) -> Reading:
    """How points of a series are read: a sum that may fall and says its level is read as a gauge is."""
    if row["type"] in ("histogram", "exponential_histogram"):
        return "buckets"
    if row["type"] == "summary":
        return "summary"
    is_counted = row["type"] == "sum" and (row["monotonic"] or row["temporality"] == "delta")
    return "increases" if is_counted else "values"


def _bound_readings(
    engine: Engine, project: str, asked: MetricQuestion, chosen: _Chosen, frame: Frame
) -> None:
    """Leave out series of histograms that together would bring too many buckets."""
    if chosen.reading not in ("buckets", "summary"):
        return
    values = _bound(project, asked, chosen) | _framed(frame)
    widest = engine.query(_WIDTHS, values)[0]["bounds"]
    most = min(_MOST_READINGS, _MOST_BOUNDS // (widest + 1))
    most = max(1, most // len(frame.buckets))
    if len(chosen.series) > most:
        chosen.left_out.append(f"{len(chosen.series) - most} of {len(chosen.series)} series")
        del chosen.series[most:], chosen.groups[most:], chosen.deltas[most:]


def _bound(project: str, asked: MetricQuestion, chosen: _Chosen) -> dict[str, object]:
    return {
        "project": project,
        "name": asked.name,
        "series": chosen.series,
        "groups": chosen.groups,
    }


def _cells(
    engine: Engine, project: str, asked: MetricQuestion, chosen: _Chosen, frame: Frame
) -> Cells:
    values = _bound(project, asked, chosen) | _framed(frame)
    if chosen.reading in ("values", "increases"):
        is_read = chosen.reading == "increases" and "cumulative" in chosen.temporalities
        values |= {"levels": asked.stat in LEVELS, "deltas": chosen.deltas}
        return _plain(engine.table(_INCREASES if is_read else _POINTS, values))
    found = []
    if chosen.temporalities - {"delta"}:
        found.append(Histograms.of(engine.table(_READINGS, values), are_readings=True))
    if "delta" in chosen.temporalities:
        found.append(Histograms.of(engine.table(_DISTRIBUTIONS, values), are_readings=False))
    return cells_of(found, frame)


def _framed(frame: Frame) -> dict[str, object]:
    hour_ns = frame.window.from_ns // HOUR_NS * HOUR_NS
    steps = {"step_ns": frame.step_ns, "first": frame.buckets.start, "hour_ns": hour_ns}
    return frame.window.values() | steps


def _plain(found: pa.Table) -> Cells:
    columns = {name: found[name].to_numpy() for name in found.column_names if name != "levels"}
    levels = found["levels"].combine_chunks()
    spread = levels.flatten().to_numpy(zero_copy_only=False).reshape(found.num_rows, -1)
    return Cells(
        group=columns["group"].astype(np.int64),
        bucket=columns["bucket"].astype(np.int64),
        count=columns["count"].astype(np.float64),
        sum=columns["sum"],
        low=columns["min"],
        high=columns["max"],
        last=columns["last"],
        levels=spread,
    )


def _lines(
    cells: Cells, asked: MetricQuestion, chosen: _Chosen, frame: Frame
) -> tuple[list[MetricLine], int]:
    """The largest series, and how many there are."""
    values = _values(cells, asked.stat, frame)
    known = ~np.isnan(values)
    group, bucket, values = cells.group[known], cells.bucket[known], values[known]
    weights = np.full(len(chosen.values), -1.0)
    weights[group] = 0.0
    np.add.at(weights, group, np.abs(values))
    count = int((weights >= 0).sum())
    lines = []
    for one in np.argsort(-weights, kind="stable")[: min(MAX_SERIES, count)].tolist():
        steps: list[float | None] = [None] * len(frame.buckets)
        own = group == one
        places = (bucket[own] - frame.buckets.start).tolist()
        for place, value in zip(places, values[own].tolist(), strict=True):
            steps[place] = value
        lines.append(MetricLine(dict(zip(asked.by, chosen.values[one], strict=True)), steps))
    return lines, count


def _values(cells: Cells, stat: Stat, frame: Frame) -> npt.NDArray[np.float64]:
    """The stat of each cell; NaN where it has none."""
    if stat in LEVELS:
        return cells.levels[:, list(LEVELS).index(stat)]
    with np.errstate(divide="ignore", invalid="ignore"):
        if stat == "avg":
            return cells.sum / cells.count
        if stat == "rate":
            counted = cells.count if cells.is_of_buckets else cells.sum
            return counted / frame.seconds(cells.bucket)
    plain = {
        "count": cells.count,
        "sum": cells.sum,
        "min": cells.low,
        "max": cells.high,
        "last": cells.last,
    }
    return plain[stat]
