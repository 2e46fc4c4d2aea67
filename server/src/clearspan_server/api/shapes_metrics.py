"""The JSON of metrics."""

from typing import Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.model.metric import MetricType

MetricReading = Literal["values", "increases", "buckets", "summary"]


class MetricName(Shape):
    """A metric, as its newest series describes it."""

    name: str
    type: MetricType
    unit: str
    temporality: str
    monotonic: bool
    description: str
    series: int
    labels: list[str]
    last_seen: str


class MetricCap(Shape):
    """How many series came today, of how many that may, and how many points were rejected for it in the last day."""

    series_today: int
    most_series: int
    rejected_points: int


class MetricNames(Shape):
    """The metrics of a project by name; `truncated` where there are more."""

    names: list[MetricName]
    truncated: bool
    cap: MetricCap


class MetricLabel(Shape):
    """A label of a metric: how many values it has, and in how many series it is."""

    label: str
    values: int
    series: int


class MetricValue(Shape):
    """A value of a label, and how many series have it."""

    value: str
    series: int


class MetricLabels(Shape):
    """The labels of a metric, or the values of one; `truncated` where there are more."""

    name: str
    label: str
    labels: list[MetricLabel]
    values: list[MetricValue]
    truncated: bool


class MetricSeries(Shape):
    """One series: what tells it apart, and its value in each step, null where nothing came."""

    labels: dict[str, str]
    values: list[float | None]


class MetricReply(Shape):
    """What a metric was, in steps that begin at `starts`."""

    name: str
    type: MetricType
    unit: str
    stat: str
    reading: MetricReading = Field(
        description="What the stat is of: the values of points, their increases, or values within buckets, where"
        " percentiles are interpolated."
    )
    start: str
    end: str
    step_ms: int
    starts: list[str]
    series: list[MetricSeries]
    series_count: int = Field(description="Of all that there are, also those that are left out.")
    truncated: bool
    left_out: list[str] = Field(description="What is not in the answer, in words.")
    fresh_as_of: str = Field(description="What was received before this moment is in the answer.")


class MetricExemplar(Shape):
    """A value that was measured in a span."""

    time: str
    value: float
    trace_id: str
    span_id: str


class MetricExemplars(Shape):
    """Examples that points of the window brought, newest first."""

    exemplars: list[MetricExemplar]
