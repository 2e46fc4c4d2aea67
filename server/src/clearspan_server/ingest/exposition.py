"""What a Prometheus endpoint says, as an OTLP request: then it goes the way of all metrics.

Source: the text exposition format 0.0.4; prometheus-client's parser reads it. Counters and histograms count since
nobody knows when: they are sent without a start, so that a first reading counts nothing and one that falls begins at
zero. A series that is new on a target that was read before began at zero then, and is told so.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE,
    HistogramDataPoint,
    Metric,
    SummaryDataPoint,
)
from prometheus_client.core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from clearspan_server.errors import BadInput

MAX_SAMPLES = 20_000  # of one reading
_BEYOND_COUNTS = 2.0**63
_MOST_REMEMBERED = 2 * MAX_SAMPLES
_OF_PARTS = ("le", "quantile")  # labels that tell the parts of a point apart
_SAMPLE = re.compile(r"^[ \t]*[^#\s]", re.MULTILINE)
_COUNTER = re.compile(r"^#[ \t]*TYPE[ \t]+(\S+)[ \t]+counter\b", re.MULTILINE)

Labels = tuple[tuple[str, str], ...]
Key = tuple[str, Labels]


@dataclass(slots=True, frozen=True)
class Before:
    """What is remembered of a target from one reading to the next."""

    time_ns: int = 0  # of the last reading; 0 before the first
    seen: frozenset[Key] = frozenset()  # in any reading: a series that was away for one is not new

    def then(self, now_ns: int, seen: frozenset[Key]) -> "Before":
        """After another reading."""
        ever = self.seen | seen
        return Before(now_ns, ever if len(ever) <= _MOST_REMEMBERED else seen)


@dataclass(slots=True, frozen=True)
class Reading:
    """An `ExportMetricsServiceRequest`, how many points it has, and what is to be remembered once it is taken."""

    body: bytes
    points: int
    after: Before


@dataclass(slots=True)
class _Parts:
    """The samples of a family that make one point."""

    values: list[float] = field(default_factory=list)
    sum: float | None = None
    count: float | None = None
    ends: list[tuple[float, float]] = field(
        default_factory=list
    )  # bound or quantile, and its value


def read_exposition(text: str, before: Before, now_ns: int, resource: Mapping[str, str]) -> Reading:
    """What a text says. A point that is none, such as a histogram of NaN values, is left out alone.

    Raises:
        BadInput: the text is not in the format, or has too many samples.
    """
    if sum(1 for _ in islice(_SAMPLE.finditer(text), MAX_SAMPLES + 1)) > MAX_SAMPLES:
        raise BadInput(f"there are more than {MAX_SAMPLES} samples")
    try:
        return _read(text, before, now_ns, resource)
    except (ValueError, KeyError, IndexError) as error:
        # Not what it says: that is of somebody else's server.
        raise BadInput("this is not the text format of Prometheus") from error


def _read(text: str, before: Before, now_ns: int, resource: Mapping[str, str]) -> Reading:
    counters = frozenset(_COUNTER.findall(text))
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    group.resource.attributes.extend(_pairs(resource.items()))
    scope = group.scope_metrics.add()
    scope.scope.name = "clearspan.scrape"
    seen: set[Key] = set()
    families: set[str] = set()
    for family in text_string_to_metric_families(text):
        name = family.name
        families.add(name)
        # When a series began: prometheus-client's own libraries say it so, beside the series.
        if name.endswith("_created") and name.removesuffix("_created") in families:
            continue
        if family.type == "counter" and name not in counters:  # the parser takes it away
            name = f"{name}_total"
        metric = Metric(name=name, unit=family.unit, description=family.documentation)
        for labels, parts in _points(family).items():
            is_new = before.time_ns != 0 and (name, labels) not in before.seen
            _add(metric, family.type, labels, parts, now_ns, before.time_ns if is_new else 0)
            seen.add((name, labels))
        if metric.WhichOneof("data"):
            scope.metrics.append(metric)
    return Reading(request.SerializeToString(), len(seen), before.then(now_ns, frozenset(seen)))


def _points(family: Family) -> Mapping[Labels, _Parts]:
    found: dict[Labels, _Parts] = defaultdict(_Parts)
    for sample in family.samples:
        kept = [pair for pair in sample.labels.items() if pair[0] not in _OF_PARTS]
        whole = family.type not in ("histogram", "summary")
        labels = tuple(sorted(sample.labels.items() if whole else kept))
        _note(found[labels], sample, family.name)
    return found


def _note(parts: _Parts, sample: Sample, family: str) -> None:
    rest = sample.name.removeprefix(family)
    end = sample.labels.get("le" if rest == "_bucket" else "quantile", "")
    if rest == "_sum":
        parts.sum = sample.value
    elif rest == "_count":
        parts.count = sample.value
    elif end and rest in ("_bucket", ""):
        parts.ends.append((float(end), sample.value))
    parts.values.append(sample.value)


def _add(
    metric: Metric, kind: str, labels: Labels, parts: _Parts, now_ns: int, zero_ns: int
) -> None:
    """Add the point, and at `zero_ns`, unless that is 0, one that had counted nothing yet."""
    if kind == "histogram":
        if parts.ends and all(map(_is_count, (parts.count, *(value for _, value in parts.ends)))):
            _add_histogram(metric, labels, _histogram(parts, now_ns), zero_ns)
    elif kind == "summary":
        if _is_count(parts.count):
            summary = metric.summary.data_points.add()
            summary.CopyFrom(_summary(parts, now_ns))
            summary.attributes.extend(_pairs(labels))
    else:
        _add_number(metric, kind, labels, parts.values[-1], now_ns, zero_ns)


def _add_histogram(metric: Metric, labels: Labels, made: HistogramDataPoint, zero_ns: int) -> None:
    metric.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    made.attributes.extend(_pairs(labels))
    metric.histogram.data_points.append(made)
    if zero_ns:
        zero = metric.histogram.data_points.add()
        zero.CopyFrom(made)
        zero.time_unix_nano, zero.count, zero.sum = zero_ns, 0, 0.0
        zero.bucket_counts[:] = [0] * len(made.bucket_counts)


def _add_number(
    metric: Metric, kind: str, labels: Labels, value: float, now_ns: int, zero_ns: int
) -> None:
    points = metric.gauge.data_points
    if kind == "counter":
        metric.sum.is_monotonic = True
        metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        points = metric.sum.data_points
    moments = [(now_ns, value), *([(zero_ns, 0.0)] if zero_ns and kind == "counter" else [])]
    for at_ns, number in moments:
        point = points.add(time_unix_nano=at_ns, as_double=number)
        point.attributes.extend(_pairs(labels))


def _histogram(parts: _Parts, now_ns: int) -> HistogramDataPoint:
    """Buckets there count everything up to their ends, here what is between them."""
    ends = sorted(parts.ends)
    total = int(parts.count or 0)
    below = [int(value) for end, value in ends if math.isfinite(end)]
    counts = [
        max(0, after - before) for before, after in zip([0, *below], [*below, total], strict=True)
    ]
    return HistogramDataPoint(
        time_unix_nano=now_ns,
        count=total,
        sum=parts.sum,
        explicit_bounds=[end for end, _ in ends if math.isfinite(end)],
        bucket_counts=counts,
    )


def _summary(parts: _Parts, now_ns: int) -> SummaryDataPoint:
    point = SummaryDataPoint(time_unix_nano=now_ns, count=int(parts.count or 0), sum=parts.sum or 0)
    for quantile, value in sorted(parts.ends):
        point.quantile_values.add(quantile=quantile, value=value)
    return point


def _is_count(value: float | None) -> bool:
    return value is not None and 0 <= value < _BEYOND_COUNTS


def _pairs(labels: Iterable[tuple[str, str]]) -> Iterable[KeyValue]:
    for key, value in labels:
        pair = KeyValue(key=key)
        pair.value.string_value = value
        yield pair
