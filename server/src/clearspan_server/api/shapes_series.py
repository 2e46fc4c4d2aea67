"""The JSON of series: one measure over time."""

from typing import Literal

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_figures import Origin
from clearspan_server.query.series import SeriesOf, Unit

MeasureName = Literal[
    "count",
    "errors",
    "error_rate",
    "calls",
    "failed_calls",
    "cost",
    "cost_avg",
    "tokens",
    "input_tokens",
    "output_tokens",
    "latency_avg",
    "latency_p50",
    "latency_p95",
    "latency_p99",
    "ttft_p50",
    "ttft_p95",
    "users",
    "sessions",
]


class SeriesLine(Shape):
    """A value with its measure over the whole window and in each step; null where nothing tells it."""

    value: str
    is_others: bool
    total: float | None
    points: list[float | None]


class Series(Shape):
    """Lines of the values with the most, then one of all others; without a split one of everything, or none.

    Numbers are to be drawn: costs (`usd`) are of doubles, durations (`ns`) nanoseconds. There are `value_count` values
    of the field, and `truncated` says that not each has a line.
    """

    start: str
    end: str
    step_ns: int
    starts: list[str]
    origin: Origin
    unit: Unit
    estimated: bool
    lines: list[SeriesLine]
    value_count: int
    truncated: bool


class MeasureInfo(Shape):
    """A measure, its unit, and of which rows it is; `is_sum` where its values are parts of a whole."""

    name: MeasureName
    unit: Unit
    of: list[SeriesOf]
    is_sum: bool


class SeriesChoices(Shape):
    """What can be measured, and by which fields rows of spans and of traces can be told apart."""

    measures: list[MeasureInfo]
    splits_of_spans: list[str]
    splits_of_traces: list[str]
