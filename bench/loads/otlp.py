"""Export requests, put together attribute by attribute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

SPANS_PER_REQUEST = 256

Value = str | int | float | bool | Sequence[str]


@dataclass(slots=True, frozen=True)
class Load:
    """Bodies to send; some spans may be in them twice, as senders that try again do it."""

    name: str
    bodies: list[bytes]
    span_count: int
    unique_count: int

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.bodies))

    def write(self, folder: Path) -> None:
        """One file a body, in order of their names."""
        for number, body in enumerate(self.bodies):
            (folder / f"{number:05d}.bin").write_bytes(body)


def open_request(
    resource: Mapping[str, Value], scope: str = ""
) -> tuple[ExportTraceServiceRequest, ScopeSpans]:
    """An empty request of one service, and the place where its spans go."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    put(group.resource, resource)
    scope_spans = group.scope_spans.add()
    if scope:
        scope_spans.scope.name = scope
    return request, scope_spans


def put(owner: Span | Span.Event | Resource, attributes: Mapping[str, Value]) -> None:
    """Add attributes to a span, an event or a resource."""
    for key, value in attributes.items():
        pair = owner.attributes.add()
        pair.key = key
        match value:
            case str():
                pair.value.string_value = value
            case bool():  # before int, of which it is one
                pair.value.bool_value = value
            case int():
                pair.value.int_value = value
            case float():
                pair.value.double_value = value
            case _:
                items = pair.value.array_value.values
                for item in value:
                    items.add().string_value = item


def as_load(name: str, requests: list[ExportTraceServiceRequest]) -> Load:
    """The requests as they go over the wire, and how many spans are in them."""
    ids = [
        span.span_id
        for request in requests
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]
    bodies = [request.SerializeToString() for request in requests]
    return Load(name, bodies, len(ids), len(set(ids)))
