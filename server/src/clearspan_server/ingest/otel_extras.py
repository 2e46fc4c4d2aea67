"""Where OTLP says more than our records have fields for: `otel.*` names among the attributes.

Of a resource and its scope they stand among the resource's attributes, which are kept once for all records of a scope.
Names follow the OpenTelemetry specification for formats other than OTLP where it has one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from clearspan_server.ingest.draft import Attributes, Origin, Rejected
from clearspan_server.ingest.wire_values import attributes_of, json_attributes_of, listed, whole

DROPPED_ATTRIBUTES = "otel.dropped_attributes_count"
DROPPED_EVENTS = "otel.dropped_events_count"
DROPPED_LINKS = "otel.dropped_links_count"
SPAN_KIND = "otel.span.kind"
STATUS_CODE = "otel.status_code"
STATUS_DESCRIPTION = "otel.status_description"
TRACE_FLAGS = "otel.trace_flags"
TRACE_STATE = "otel.trace_state"

RESOURCE_SCHEMA = "otel.resource.schema_url"
RESOURCE_DROPPED = "otel.resource.dropped_attributes_count"
SCOPE = "otel.scope."
SCOPE_SCHEMA = f"{SCOPE}schema_url"
SCOPE_DROPPED = f"{SCOPE}dropped_attributes_count"

Place = tuple[int, int, int]  # of resource, scope and record in a request


def records(request: Any, names: tuple[str, str, str]) -> Iterator[tuple[Place, Any, Origin]]:  # noqa: ANN401 - one of three messages
    """Every record of a request in protobuf, where it stands, and what it shares with others.

    Args:
        request: The request of any signal.
        names: Of the fields that hold the groups of a resource, the groups of a scope, the records.
    """
    for i, group in enumerate(getattr(request, names[0])):
        resource = _resource(group.resource, group.schema_url)
        for j, scope in enumerate(getattr(group, names[1])):
            origin = _origin(resource, scope.scope, scope.schema_url)
            for k, record in enumerate(getattr(scope, names[2])):
                yield (i, j, k), record, origin


def _resource(resource: Resource, schema_url: str) -> Attributes:
    attributes = attributes_of(resource.attributes)
    if schema_url:
        attributes.setdefault(RESOURCE_SCHEMA, schema_url)
    if resource.dropped_attributes_count:
        attributes.setdefault(RESOURCE_DROPPED, resource.dropped_attributes_count)
    return attributes


def _origin(resource: Attributes, scope: InstrumentationScope, schema_url: str) -> Origin:
    extras = {f"{SCOPE}{key}": value for key, value in attributes_of(scope.attributes).items()}
    if schema_url:
        extras[SCOPE_SCHEMA] = schema_url
    if scope.dropped_attributes_count:
        extras[SCOPE_DROPPED] = scope.dropped_attributes_count
    return Origin({**resource, **extras} if extras else resource, scope.name, scope.version)


def json_records(
    request: Any,  # noqa: ANN401 - foreign JSON enters here
    names: tuple[str, str, str],
) -> Iterator[tuple[Place, Any, Origin]]:
    """Every record of a request in OTLP/JSON, where it stands, and what it shares with others.

    Args:
        request: The request.
        names: Of the lists that hold the groups of a resource, the groups of a scope, the records.

    Raises:
        TypeError: a list or an object is something else.
        AttributeError: as above.
    """
    for i, group in enumerate(listed(request, names[0])):
        resource = _json_resource(group)
        for j, scope in enumerate(listed(group, names[1])):
            origin = _json_origin(resource, scope)
            for k, record in enumerate(listed(scope, names[2])):
                yield (i, j, k), record, origin


def _json_resource(group: Mapping[str, Any]) -> Attributes:
    resource = group.get("resource") or {}
    attributes = json_attributes_of(resource)
    if url := group.get("schemaUrl"):
        attributes.setdefault(RESOURCE_SCHEMA, str(url))
    if dropped := whole(resource.get("droppedAttributesCount")):
        attributes.setdefault(RESOURCE_DROPPED, dropped)
    return attributes


def _json_origin(resource: Attributes, group: Mapping[str, Any]) -> Origin:
    scope = group.get("scope") or {}
    extras = {f"{SCOPE}{key}": value for key, value in json_attributes_of(scope).items()}
    if url := group.get("schemaUrl"):
        extras[SCOPE_SCHEMA] = str(url)
    if dropped := whole(scope.get("droppedAttributesCount")):
        extras[SCOPE_DROPPED] = dropped
    return Origin(
        {**resource, **extras} if extras else resource,
        str(scope.get("name") or ""),
        str(scope.get("version") or ""),
    )


def unreadable(names: tuple[str, str, str], place: Place, error: Exception) -> Rejected:
    """A record in OTLP/JSON that is not as OTLP has it, with its place; only an id is wrong by its value."""
    where = ".".join(f"{name}[{index}]" for name, index in zip(names, place, strict=True))
    return Rejected(
        f"{where}: {error}", "bad_ids" if isinstance(error, ValueError) else "unreadable"
    )
