"""Batches of xtrace's clients: a trace and its observations, which are Langfuse's in another envelope.

Source: lipish/xtrace, `src/ingest/batch.rs` and its documents on sessions. An observation may come without a time, with
its duration instead of its end, and its usage as three counts; metadata says which turn, run and step it belongs to.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from clearspan_server.errors import BadInput
from clearspan_server.ingest.coerce import nanoseconds, number, text
from clearspan_server.ingest.decode_langfuse import event_slices
from clearspan_server.ingest.draft import Decoded, Draft
from clearspan_server.ingest.tolerant_json import read_json

_METADATA = ("langfuse.observation.metadata.", "langfuse.trace.metadata.")
# What is said in metadata and has a field of its own.
_LIFTED = {
    "session_id": "session.id",
    "turn_id": "clearspan.turn",
    "run_id": "clearspan.run",
    "step_id": "clearspan.step.id",
    "parent_step_id": "clearspan.step.parent",
    "step_index": "clearspan.step.index",
    "step_type": "clearspan.step.type",
    "tool_name": "gen_ai.tool.name",
}
_COUNTS = {"promptTokens": "input", "completionTokens": "output", "totalTokens": "total"}
_COSTS = {
    "input": ("calculatedInputCost", "inputPrice"),
    "output": ("calculatedOutputCost", "outputPrice"),
    "total": ("calculatedTotalCost", "totalPrice"),
}


def xtrace_slices(body: bytes, project: str, most: int) -> Iterator[Decoded]:
    """The spans of a batch, so many observations at a time; at least one slice.

    Raises:
        BadInput: the body is no such batch.
        TooLarge: it has too many observations.
    """
    events = _events(_parsed(body))
    for decoded in event_slices(events, {"sdk_name": "xtrace"}, project, most):
        for draft in decoded.drafts:
            _lift(draft)
        yield decoded


def _parsed(body: bytes) -> dict[str, Any]:
    request = read_json(body)
    if not isinstance(request, dict) or not {"trace", "observations"} & request.keys():
        raise BadInput("the body is no batch: it has neither `trace` nor `observations`")
    return request


def _events(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The batch as Langfuse's events."""
    observations = request.get("observations")
    if observations is not None and not isinstance(observations, list):
        raise BadInput("`observations` is no list")
    now = datetime.fromtimestamp(time.time(), UTC).isoformat()
    events: list[dict[str, Any]] = []
    trace = request.get("trace")
    begun = now
    if trace is not None:
        if not isinstance(trace, dict):
            raise BadInput("`trace` is no object")
        begun = text(trace.get("timestamp")) or now
        events.append(_event("trace", _trace(trace), begun))
    for one in observations or []:
        body = _observation(one, begun) if isinstance(one, dict) else one
        at = text(body.get("startTime")) if isinstance(body, dict) else begun
        events.append(_event("observation", body, at or begun))
    return events


def _event(kind: str, body: Any, timestamp: str) -> dict[str, Any]:  # noqa: ANN401 - foreign JSON
    own_id = text(body.get("id")) if isinstance(body, dict) else ""
    return {"id": own_id, "type": f"{kind}-create", "timestamp": timestamp, "body": body}


def _trace(trace: dict[str, Any]) -> dict[str, Any]:
    session = trace.get("sessionId") or trace.get("session_id")
    rest = {name: value for name, value in trace.items() if name != "session_id"}
    return rest | {"sessionId": session}


def _observation(said: dict[str, Any], begun: str) -> dict[str, Any]:
    """An observation with what Langfuse's have: a start, an end, usage and costs in one form."""
    own = dict(said)
    own["type"] = own.get("type") or "GENERATION"
    own["startTime"] = own.get("startTime") or begun
    for name, seconds in (
        ("endTime", own.pop("latency", None)),
        ("completionStartTime", own.pop("timeToFirstToken", None)),
    ):
        own[name] = own.get(name) or _later(own["startTime"], seconds)
    counts = {short: own.pop(name) for name, short in _COUNTS.items() if own.get(name) is not None}
    if counts and not own.get("usage"):
        own["usage"] = counts
    costs = {
        short: next((own[name] for name in names if own.get(name) is not None), None)
        for short, names in _COSTS.items()
    }
    known = {short: cost for short, cost in costs.items() if cost is not None}
    if known:
        own.setdefault("costDetails", known)
    return own


def _later(start: object, seconds: object) -> str | None:
    """A time so much later; None where either is not known."""
    took_s = number(seconds) if isinstance(seconds, (int, float)) else None
    if took_s is None or not isinstance(start, str):
        return None
    try:
        return (datetime.fromisoformat(start) + timedelta(seconds=took_s)).isoformat()
    except (ValueError, OverflowError):
        return None


def metrics_in_otlp(body: bytes) -> bytes:
    """A batch of points as an OTLP request: each a gauge of its own name, whose labels are attributes.

    Raises:
        BadInput: the body is no such batch.
    """
    request = read_json(body)
    points = request.get("metrics") if isinstance(request, dict) else None
    if not isinstance(points, list):
        raise BadInput("the body is no batch: it has no list `metrics`")
    metrics = [_gauge(one) for one in points]
    scoped = [{"scope": {"name": "xtrace"}, "metrics": metrics}]
    return orjson.dumps({"resourceMetrics": [{"scopeMetrics": scoped}]})


def _gauge(point: Any) -> dict[str, Any]:  # noqa: ANN401 - foreign JSON
    """One point; what is missing or wrong of it is told by the decoder of OTLP."""
    if not isinstance(point, dict):
        return {}
    labels = point.get("labels")
    attributes = [
        {"key": text(name), "value": {"stringValue": text(value)}}
        for name, value in (labels.items() if isinstance(labels, dict) else ())
    ]
    held: dict[str, Any] = {"attributes": attributes}
    at_ns = nanoseconds(point.get("timestamp"))
    if at_ns is not None:
        held["timeUnixNano"] = str(at_ns)
    value = number(point.get("value"))
    if value is not None:
        held["asDouble"] = value
    return {"name": text(point.get("name")), "gauge": {"dataPoints": [held]}}


def _lift(draft: Draft) -> None:
    for prefix in _METADATA:
        for name, key in _LIFTED.items():
            value = draft.attributes.get(f"{prefix}{name}")
            if value is not None and value != "":
                draft.attributes.setdefault(key, value)
