"""Bytes to metric points, raw and complete: OTLP metric requests in JSON; the counterpart of `decode_metrics.py`."""

import math
import time
from collections.abc import Mapping
from typing import Any

from clearspan_server.errors import BadInput
from clearspan_server.ingest import otel_extras
from clearspan_server.ingest.decode_metrics import (
    TEMPORALITIES,
    TYPES,
    new_point,
    set_explicit,
    set_exponential,
    set_number,
    take,
)
from clearspan_server.ingest.draft import DecodedPoints, Origin, PointDraft, Value
from clearspan_server.ingest.exponential import Buckets, Exponential, Zero
from clearspan_server.ingest.tolerant_json import parse_json
from clearspan_server.ingest.wire_ids import clamped
from clearspan_server.ingest.wire_values import (
    enumerated,
    finite,
    integer,
    json_attributes_of,
    listed,
    whole,
)

_LISTS = ("resourceMetrics", "scopeMetrics", "metrics")
_TYPES = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponentialHistogram": "exponential_histogram",
    "summary": "summary",
}
_TEMPORALITY_NAMES = {
    "AGGREGATION_TEMPORALITY_DELTA": 1,
    "AGGREGATION_TEMPORALITY_CUMULATIVE": 2,
}
_MAX_UINT32, _MAX_UINT64 = 2**32 - 1, 2**64 - 1


def decode_json(body: bytes, project: str) -> DecodedPoints:
    """The data points of an `ExportMetricsServiceRequest` in OTLP/JSON.

    Raises:
        BadInput: the body is not JSON (with the position), or a part has another type than OTLP gives it.
    """
    request, marks = parse_json(body, _LISTS)
    decoded, now_ns = DecodedPoints(), time.time_ns()
    try:
        for place, metric, origin in otel_extras.json_records(request, _LISTS):
            try:
                drafts = _drafts(metric, project, origin)
            except (AttributeError, TypeError) as error:
                decoded.rejected.append(otel_extras.unreadable(_LISTS, place, error))
                continue
            name = str(metric.get("name") or "")
            take(decoded, name, drafts, marks.get(place, []), now_ns)
    except (AttributeError, TypeError) as error:
        raise BadInput(f"the body is not an OTLP metrics request: {error}") from error
    return decoded


def _drafts(metric: Mapping[str, Any], project: str, origin: Origin) -> list[PointDraft] | None:
    which = next((kind for kind in _TYPES if metric.get(kind) is not None), None)
    if which is None:
        return None
    data = metric[which]
    kind = TYPES[_TYPES[which]]
    temporality = enumerated(data.get("aggregationTemporality"), _TEMPORALITY_NAMES)
    metadata = json_attributes_of(metric, "metadata")
    drafts = []
    for sent in listed(data, "dataPoints"):
        point = new_point(project, str(metric.get("name") or ""), kind, origin)
        point.description = str(metric.get("description") or "")
        point.unit = str(metric.get("unit") or "")
        point.start_ns = whole(sent.get("startTimeUnixNano"))
        point.time_ns = whole(sent.get("timeUnixNano"))
        point.flags = whole(sent.get("flags")) & _MAX_UINT32
        if 0 < temporality < len(TEMPORALITIES):
            point.temporality = TEMPORALITIES[temporality]
        point.monotonic = data.get("isMonotonic") is True
        draft = PointDraft(point, {}, json_attributes_of(sent), origin)
        if metadata:
            draft.detail["metadata"] = metadata
        if exemplars := listed(sent, "exemplars"):
            draft.detail["exemplars"] = [_exemplar(one) for one in exemplars]
        _fill(draft, which, sent)
        drafts.append(draft)
    return drafts


def _fill(draft: PointDraft, which: str, sent: Mapping[str, Any]) -> None:
    if which in ("gauge", "sum"):
        set_number(draft, "value", _number(sent))
        return
    draft.point.count = _count(sent.get("count") or 0)
    for field in ("sum", "min", "max"):
        set_number(draft, field, _double(sent.get(field)))
    if which == "summary":
        draft.detail["quantiles"] = [
            [_finite(one.get("quantile")), _finite(one.get("value"))]
            for one in listed(sent, "quantileValues")
        ]
    elif which == "histogram":
        bounds = [_bound(one) for one in listed(sent, "explicitBounds")]
        set_explicit(draft, bounds, [_count(one) for one in listed(sent, "bucketCounts")])
    else:
        zero = Zero(
            _count(sent.get("zeroCount") or 0), _double(sent.get("zeroThreshold") or 0.0) or 0.0
        )
        positive, negative = (_buckets(sent.get(name) or {}) for name in ("positive", "negative"))
        set_exponential(draft, Exponential(whole(sent.get("scale")), zero, positive, negative))


def _buckets(buckets: Mapping[str, Any]) -> Buckets:
    counts = [_count(one) for one in listed(buckets, "bucketCounts")]
    return Buckets(whole(buckets.get("offset")), counts)


def _exemplar(exemplar: Mapping[str, Any]) -> Value:
    number = _number(exemplar)
    return {
        "time_ns": clamped(whole(exemplar.get("timeUnixNano"))),
        "value": None if number is None else finite(number),
        "trace_id": str(exemplar.get("traceId") or "").lower(),
        "span_id": str(exemplar.get("spanId") or "").lower(),
        "attributes": json_attributes_of(exemplar, "filteredAttributes"),
    }


def _number(sent: Mapping[str, Any]) -> float | None:
    if sent.get("asInt") is not None:
        return integer(sent["asInt"])
    return _double(sent.get("asDouble"))


def _bound(held: Any) -> float:  # noqa: ANN401 - foreign JSON enters here
    number = _double(held)
    return math.nan if number is None else number


def _double(held: Any) -> float | None:  # noqa: ANN401 - foreign JSON enters here
    """A double; JavaScript writes NaN as null, Python as a word."""
    try:
        return None if held is None else float(held)
    except (ValueError, OverflowError):
        return None


def _finite(held: Any) -> Value:  # noqa: ANN401 - foreign JSON enters here
    number = _double(held)
    return None if number is None else finite(number)


def _count(held: Any) -> int:  # noqa: ANN401 - foreign JSON enters here
    number = integer(held)
    if number is None or not 0 <= number <= _MAX_UINT64:
        raise TypeError(f"{str(held)[:80]!r} is no count")
    return number
