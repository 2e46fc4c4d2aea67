"""OTLP as files hold it: an export request a line, as one document, or in protobuf.

Source: the OpenTelemetry specification, `protocol/file-exporter.md`: JSON lines; in its binary form each message stands
behind its size in four bytes. A file that holds one message alone is read, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clearspan_server.cli.moving.records import Door, Json, Place, Record, Untaken, size_of
from clearspan_server.model.score import BESIDE_TRACES


@dataclass(slots=True, frozen=True)
class Signal:
    """Traces, logs or metrics: their door, where a request has their groups and items, and what these are called."""

    door: Door
    groups: str
    scopes: str
    items: str
    noun: str


SIGNALS = (
    Signal("traces", "resourceSpans", "scopeSpans", "spans", "spans"),
    Signal("logs", "resourceLogs", "scopeLogs", "logRecords", "log records"),
    Signal("metrics", "resourceMetrics", "scopeMetrics", "metrics", "data points"),
)
_BY_DOOR = {one.door: one for one in SIGNALS}
_POINTS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")


def is_otlp(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is an export request."""
    return isinstance(value, dict) and any(
        isinstance(value.get(one.groups), list) for one in SIGNALS
    )


def records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each group of spans, log records or metrics, and for each score."""
    for place, value in values:
        if not is_otlp(value):
            yield Untaken(place, f"it is no export request of OTLP: {_shown(value)}")
            continue
        for signal in SIGNALS:
            for group in value.get(signal.groups) or []:
                yield _record(signal, group, place)
        for score in value.get(BESIDE_TRACES) or []:
            yield Record("scores", score, place, size_of(score), {"scores": 1})


def divided(record: Record, most_bytes: int) -> list[Record]:
    """A record in parts of at most so many bytes, or of one item; the record alone where it is none of groups."""
    signal = _BY_DOOR.get(record.door)
    if signal is None or record.size_bytes <= most_bytes:
        return [record]
    parts: list[Record] = []
    for group in record.body:
        try:
            parts += _of_group(signal, group, record.place, most_bytes)
        except (AttributeError, TypeError):  # it is no group: the server says so
            return [record]
    return parts


def _of_group(signal: Signal, group: Json, place: Place, most_bytes: int) -> Iterator[Record]:
    about = {name: one for name, one in group.items() if name != signal.scopes}
    for scope in group.get(signal.scopes) or []:
        around = {name: one for name, one in scope.items() if name != signal.items}
        for items in _batches(scope.get(signal.items) or [], most_bytes):
            part = {**about, signal.scopes: [{**around, signal.items: items}]}
            own_id = items[0].get("spanId") or items[0].get("name") if len(items) == 1 else None
            named = f"{place.at} {own_id}".strip() if isinstance(own_id, str) else place.at
            yield _record(signal, part, Place(place.file, named))


def _batches(items: list[Any], most_bytes: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    size_bytes = 0
    for one in items:
        own_bytes = size_of(one)
        if batch and size_bytes + own_bytes > most_bytes:
            yield batch
            batch, size_bytes = [], 0
        batch.append(one)
        size_bytes += own_bytes
    if batch:
        yield batch


def _record(signal: Signal, group: Any, place: Place) -> Record:  # noqa: ANN401 - foreign JSON
    return Record(signal.door, [group], place, size_of(group), {signal.noun: _count(signal, group)})


def _count(signal: Signal, group: Any) -> int:  # noqa: ANN401 - foreign JSON
    try:
        items = [
            one for scope in group.get(signal.scopes) or [] for one in scope.get(signal.items) or []
        ]
        return sum(map(_points, items)) if signal.door == "metrics" else len(items)
    except (AttributeError, TypeError):
        return 1


def _points(metric: Json) -> int:
    return sum(len((metric.get(kind) or {}).get("dataPoints") or []) for kind in _POINTS)


def _shown(value: Any) -> str:  # noqa: ANN401 - foreign JSON
    if isinstance(value, dict):
        return f"an object with {', '.join(map(repr, list(value)[:5]))}"
    return type(value).__name__
