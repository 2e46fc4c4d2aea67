"""Bytes to metric points, raw and complete: OTLP metric requests in protobuf.

Source: opentelemetry-proto `metrics.proto`. Columns hold what can be added up or charted; what only some types have,
and numbers that are none, go to `detail`. The same requests in JSON: `decode_metrics_json.py`.
"""

import math
import time
from itertools import pairwise
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1 import metrics_pb2

from clearspan_server.ingest import otel_extras
from clearspan_server.ingest.coerce import text
from clearspan_server.ingest.draft import (
    DecodedPoints,
    Origin,
    PointDraft,
    Rejected,
    Value,
)
from clearspan_server.ingest.exponential import Buckets, Exponential, Zero, explicit
from clearspan_server.ingest.tolerant import parse
from clearspan_server.ingest.wire_ids import (
    FIRST_NS,
    LAST_NS,
    MOST_AHEAD_NS,
    clamped,
    shown,
)
from clearspan_server.ingest.wire_values import attributes_of, finite
from clearspan_server.model.metric import MetricPoint, MetricType, Temporality

_FIELDS = ("resource_metrics", "scope_metrics", "metrics")
TYPES: dict[str, MetricType] = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponential_histogram": "exponential_histogram",
    "summary": "summary",
}
TEMPORALITIES: tuple[Temporality, ...] = ("", "delta", "cumulative")
_NO_RECORDED_VALUE = 1
_MOST_BOUNDS = 2_000  # of a histogram: programs count in some twenty buckets
_EXACT = 2**53  # integers beyond it are not exact as a double


def decode_protobuf(body: bytes, project: str) -> DecodedPoints:
    """The data points of an `ExportMetricsServiceRequest` in protobuf.

    Raises:
        BadInput: the body is not such a message.
    """
    request, marks = parse(ExportMetricsServiceRequest, body)
    decoded, now_ns = DecodedPoints(), time.time_ns()
    for place, metric, origin in otel_extras.records(request, _FIELDS):
        drafts = _drafts(metric, project, origin)
        take(decoded, metric.name, drafts, marks.get(place, []), now_ns)
    return decoded


def take(
    decoded: DecodedPoints,
    name: str,
    drafts: list[PointDraft] | None,
    marks: list[str],
    now_ns: int,
) -> None:
    """A metric's points among the drafts, marked where they are odd, or among the rejected."""
    if drafts is None:
        decoded.rejected.append(Rejected(f"metric {shown(name)} has no data", "no_value"))
        return
    for draft in drafts:
        point = draft.point
        if rejected := _wrong(draft):
            decoded.rejected.append(rejected)
            continue
        point.truncated += marks
        if point.time_ns > now_ns + MOST_AHEAD_NS:
            point.truncated.append("time_ns:more than a day ahead of the server's clock")
        decoded.drafts.append(draft)


def _wrong(draft: PointDraft) -> Rejected | None:
    point = draft.point
    if not point.name:
        return Rejected("a metric has no name", "no_name")
    name = f"metric {shown(point.name)}"
    if not point.time_ns:
        return Rejected(f"{name}: a data point has no time", "no_time")
    if not (FIRST_NS <= point.time_ns <= LAST_NS and 0 <= point.start_ns <= LAST_NS):
        times = f"start {point.start_ns} ns, time {point.time_ns} ns"
        return Rejected(f"{name}: {times} of a data point are not within 2000 to 2100", "bad_time")
    has_value = point.count is not None or point.value is not None or "value" in draft.detail
    if not has_value and not point.flags & _NO_RECORDED_VALUE:
        return Rejected(f"{name}: a data point has no value", "no_value")
    return None


def new_point(project: str, name: str, kind: MetricType, origin: Origin) -> MetricPoint:
    """A point without values."""
    return MetricPoint(
        project=project,
        name=name,
        time_ns=0,
        type=kind,
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        service=text(origin.resource.get("service.name")),
        process=text(origin.resource.get("service.instance.id")),
    )


def set_number(draft: PointDraft, field: str, number: float | None) -> None:
    """A number of a column; one that the column cannot hold to the letter is in `detail` too, or instead."""
    if number is None:
        return
    if isinstance(number, int) and abs(number) > _EXACT:
        draft.detail[field] = number
    elif not math.isfinite(number):
        draft.detail[field] = finite(number)
        return
    setattr(draft.point, field, float(number))


def _drafts(metric: metrics_pb2.Metric, project: str, origin: Origin) -> list[PointDraft] | None:
    which = metric.WhichOneof("data")
    if which is None:
        return None
    data = getattr(metric, which)
    metadata = attributes_of(metric.metadata)
    drafts = []
    for sent in data.data_points:
        point = new_point(project, metric.name, TYPES[which], origin)
        point.description, point.unit = metric.description, metric.unit
        point.start_ns, point.time_ns = sent.start_time_unix_nano, sent.time_unix_nano
        point.flags = sent.flags
        if which in ("sum", "histogram", "exponential_histogram"):
            known = data.aggregation_temporality < len(TEMPORALITIES)
            point.temporality = TEMPORALITIES[data.aggregation_temporality] if known else ""
        point.monotonic = which == "sum" and data.is_monotonic
        draft = PointDraft(point, {}, attributes_of(sent.attributes), origin)
        if metadata:
            draft.detail["metadata"] = metadata
        if which != "summary" and sent.exemplars:
            draft.detail["exemplars"] = [_exemplar(one) for one in sent.exemplars]
        _fill(draft, which, sent)
        drafts.append(draft)
    return drafts


def _fill(draft: PointDraft, which: str, sent: Any) -> None:  # noqa: ANN401 - a point of any type
    if which in ("gauge", "sum"):
        set_number(draft, "value", _number(sent))
    elif which == "summary":
        draft.point.count = sent.count
        set_number(draft, "sum", sent.sum)
        quantiles = sent.quantile_values
        draft.detail["quantiles"] = [[finite(one.quantile), finite(one.value)] for one in quantiles]
    else:
        draft.point.count = sent.count
        for field in ("sum", "min", "max"):
            if sent.HasField(field):
                set_number(draft, field, getattr(sent, field))
    if which == "histogram":
        set_explicit(draft, list(sent.explicit_bounds), list(sent.bucket_counts))
    elif which == "exponential_histogram":
        positive = Buckets(sent.positive.offset, list(sent.positive.bucket_counts))
        negative = Buckets(sent.negative.offset, list(sent.negative.bucket_counts))
        zero = Zero(sent.zero_count, sent.zero_threshold)
        set_exponential(draft, Exponential(sent.scale, zero, positive, negative))


def set_explicit(draft: PointDraft, bounds: list[float], counts: list[int]) -> None:
    """The buckets of a histogram. Of bounds that nobody could read, or of very many, only count and sum are left."""
    if bounds and bounds[-1] == math.inf:  # Prometheus's last one, which OTLP does not say
        bounds = bounds[:-1]
        if len(counts) > len(bounds) + 1:
            counts = [*counts[: len(bounds)], sum(counts[len(bounds) :])]
    rises = all(before < after for before, after in pairwise(bounds))
    if len(bounds) > _MOST_BOUNDS or not (rises and all(map(math.isfinite, bounds))):
        wrong = f"{len(bounds)} bounds, {_MOST_BOUNDS} are kept" if rises else "they do not rise"
        draft.point.truncated.append(f"bounds:{wrong}")
        return
    draft.point.bounds, draft.point.bucket_counts = bounds, counts[: len(bounds) + 1]


def set_exponential(draft: PointDraft, sent: Exponential) -> None:
    """An exponential histogram as it was sent, in `detail`, and as buckets between bounds, which queries read."""
    draft.detail |= {
        "scale": sent.scale,
        "zero_count": sent.zero.count,
        "zero_threshold": finite(sent.zero.threshold),
        "positive": _buckets(sent.positive),
        "negative": _buckets(sent.negative),
    }
    draft.point.bounds, draft.point.bucket_counts = explicit(sent)


def _buckets(buckets: Buckets) -> Value:
    return {"offset": buckets.offset, "bucket_counts": list[Value](buckets.counts)}


def _exemplar(exemplar: metrics_pb2.Exemplar) -> Value:
    number = _number(exemplar)
    return {
        "time_ns": clamped(exemplar.time_unix_nano),
        "value": None if number is None else finite(number),
        "trace_id": exemplar.trace_id.hex(),
        "span_id": exemplar.span_id.hex(),
        "attributes": attributes_of(exemplar.filtered_attributes),
    }


def _number(sent: metrics_pb2.NumberDataPoint | metrics_pb2.Exemplar) -> float | None:
    which = sent.WhichOneof("value")
    if which is None:
        return None
    return sent.as_int if which == "as_int" else sent.as_double
