"""OTLP as files hold it: an export request a line, as one document, or in protobuf.

Source: the OpenTelemetry specification, `protocol/file-exporter.md`: JSON lines; in its binary form each message stands
behind its size in four bytes. A file that holds one message alone is read, too.
"""

import base64
from collections.abc import Iterator
from typing import IO, Any

from clearspan_server.cli.moving.records import Door, Json, Place, Record, Untaken, size_of

_GROUPS: dict[str, tuple[Door, str, str, str]] = {
    "resourceSpans": ("traces", "scopeSpans", "spans", "spans"),
    "resourceLogs": ("logs", "scopeLogs", "logRecords", "log records"),
    "resourceMetrics": ("metrics", "scopeMetrics", "metrics", "metrics"),
}
_SCORES = "clearspanScores"  # as our exports have them beside a trace
_IDS = frozenset(("traceId", "spanId", "parentSpanId"))
_BYTES_OF_SIZE = 4


def is_otlp(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is an export request."""
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in _GROUPS)


def records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each group of spans, log records or metrics, and for each score."""
    for place, value in values:
        if not is_otlp(value):
            yield Untaken(place, f"it is no export request of OTLP: {_shown(value)}")
            continue
        for name, (door, scopes, inner, noun) in _GROUPS.items():
            for group in value.get(name) or []:
                count = _count(group, scopes, inner)
                yield Record(door, [group], place, size_of(group), {noun: count})
        for score in value.get(_SCORES) or []:
            yield Record("scores", score, place, size_of(score), {"scores": 1})


def protobuf_records(file: IO[bytes], path: str) -> Iterator[Record | Untaken]:
    """The records of messages in protobuf."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - takes long to import

    try:
        for number, message in enumerate(_messages(file.read()), 1):
            yield from records(iter([(Place(path, f"message {number}"), message)]))
    except DecodeError:
        yield Untaken(Place(path), "it is neither JSON nor an export request of OTLP", 1, "file")


def _messages(data: bytes) -> Iterator[Json]:
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415 - as above
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # noqa: PLC0415 - as above
        ExportTraceServiceRequest,
    )

    for one in _framed(data) or [data]:
        message = MessageToDict(ExportTraceServiceRequest.FromString(one))
        yield _with_hex_ids(message)


def _framed(data: bytes) -> list[bytes]:
    """The messages behind their sizes; none where the bytes are not framed so."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + _BYTES_OF_SIZE])
        at += _BYTES_OF_SIZE
        if not 0 < size <= len(data) - at:
            return []
        found.append(data[at : at + size])
        at += size
    return found


def _with_hex_ids(value: Any) -> Any:  # noqa: ANN401 - foreign JSON
    if isinstance(value, list):
        return [_with_hex_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(held).hex() if name in _IDS else _with_hex_ids(held)
        for name, held in value.items()
    }


def _count(group: Any, scopes: str, inner: str) -> int:  # noqa: ANN401 - foreign JSON
    try:
        return sum(len(scope.get(inner) or []) for scope in group.get(scopes) or [])
    except (AttributeError, TypeError):
        return 1


def _shown(value: Any) -> str:  # noqa: ANN401 - foreign JSON
    if isinstance(value, dict):
        return f"an object with {', '.join(map(repr, list(value)[:5]))}"
    return str(getattr(value, "reason", "") or type(value).__name__)
