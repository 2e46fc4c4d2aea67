"""A metric's data point as it came, whole; `store/schema/metrics.sql` holds its columns in the same order."""

from dataclasses import dataclass, field
from typing import Literal

MetricType = Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"]
Temporality = Literal["", "delta", "cumulative"]


@dataclass(slots=True, kw_only=True)
class MetricPoint:
    """One OTLP data point. Numbers that are not known, or are none, are None; `detail` says which they were."""

    project: str
    name: str
    series: int = 0  # a keyed hash of what tells one series from another
    start_ns: int = 0  # 0 where it was not sent
    time_ns: int
    description: str = ""
    unit: str = ""
    type: MetricType
    temporality: Temporality = ""
    monotonic: bool = False
    value: float | None = None  # of a gauge or a sum
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    bounds: list[float] = field(default_factory=list)
    bucket_counts: list[int] = field(default_factory=list)
    # JSON object: what only some types have (exponential buckets, quantiles), exemplars, the metric's own attributes,
    # integers that a double cannot hold, and numbers that are none.
    detail: str = ""
    attributes: dict[str, str] = field(default_factory=dict)  # values as JSON text
    resource: dict[str, str] = field(default_factory=dict)
    scope_name: str = ""
    scope_version: str = ""
    service: str = ""
    flags: int = 0
    received_ns: int = 0
    sender: str = ""
    process: str = ""
    truncated: list[str] = field(default_factory=list)  # "field:full size in bytes"
    redactions: dict[str, int] = field(default_factory=dict)  # type → how many
