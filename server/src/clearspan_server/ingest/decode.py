"""Bytes to drafts: OTLP trace requests in protobuf and JSON, without an opinion about models.

Source: the OTLP specification (opentelemetry-proto `docs/specification.md`), and what senders do beside it:
hex ids of either case, 64-bit integers as text or numbers, enums as numbers or names, empty values.
"""

import base64
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from clearspan_server.errors import BadInput
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.draft import (
    Attributes,
    Decoded,
    Draft,
    Event,
    Origin,
    Rejected,
    Value,
)
from clearspan_server.model.span import Span

_MAX_DEPTH = 32  # of nested values; what lies deeper becomes text
_STATUS_NAMES = {"STATUS_CODE_UNSET": 0, "STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}
_REMOTE_PARENT = 0x300  # both bits: the sender knows whether the parent is remote, and it is
_FIRST_NS = 0
_LAST_NS = 4_102_444_800_000_000_000  # the year 2100: the engine's minutes end a little later
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


def decode_protobuf(body: bytes, project: str) -> Decoded:
    """The spans of an `ExportTraceServiceRequest` in protobuf.

    Raises:
        BadInput: the body is not such a message.
    """
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise BadInput(
            f"the body of {len(body)} bytes is not an OTLP trace request in protobuf: {error}"
        ) from error
    decoded = Decoded()
    for resource_spans in request.resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            origin = Origin(resource, scope_spans.scope.name, scope_spans.scope.version)
            for span in scope_spans.spans:
                _add(decoded, _draft(span, project, origin))
    return decoded


def decode_json(body: bytes, project: str) -> Decoded:
    """The spans of an `ExportTraceServiceRequest` in OTLP/JSON.

    Raises:
        BadInput: the body is not JSON (with the position), or a part has another type than OTLP gives it.
    """
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the body is not JSON: {error}") from error
    decoded = Decoded()
    try:
        for where, span, origin in _json_spans(request):
            _add(decoded, _tried(where, span, project, origin))
    except (AttributeError, TypeError) as error:
        raise BadInput(f"the body is not an OTLP trace request: {error}") from error
    return decoded


def _tried(where: str, span: Any, project: str, origin: Origin) -> Draft | Rejected:  # noqa: ANN401 - foreign JSON
    """One span; what is wrong with it does not touch its neighbours."""
    try:
        return _json_draft(span, project, origin)
    except (AttributeError, TypeError, ValueError) as error:
        return Rejected(f"{where}: {error}")


def _json_spans(request: Any) -> Iterator[tuple[str, Any, Origin]]:  # noqa: ANN401 - foreign JSON
    """Every span with where it stands and what it belongs to."""
    for i, resource_spans in enumerate(_list(request, "resourceSpans")):
        resource = _json_attributes(resource_spans.get("resource") or {})
        for j, scope_spans in enumerate(_list(resource_spans, "scopeSpans")):
            scope = scope_spans.get("scope") or {}
            origin = Origin(resource, str(scope.get("name", "")), str(scope.get("version", "")))
            for k, span in enumerate(_list(scope_spans, "spans")):
                yield f"resourceSpans[{i}].scopeSpans[{j}].spans[{k}]", span, origin


def _add(decoded: Decoded, draft: Draft | Rejected) -> None:
    if isinstance(draft, Rejected):
        decoded.rejected.append(draft)
    else:
        decoded.drafts.append(draft)


def _draft(span: trace_pb2.Span, project: str, origin: Origin) -> Draft | Rejected:
    trace_id, span_id = span.trace_id.hex(), span.span_id.hex()
    parent_id = span.parent_span_id.hex()
    if reason := _bad_ids(trace_id, span_id, parent_id, span.name):
        return Rejected(reason)
    if reason := _bad_times(span.start_time_unix_nano, span.end_time_unix_nano, span.name):
        return Rejected(reason)
    record = Span(
        project=project,
        trace_id=trace_id,
        span_id=span_id,
        parent_id="" if parent_id == _NO_SPAN else parent_id,
        parent_remote=span.flags & _REMOTE_PARENT == _REMOTE_PARENT,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano or None,
        name=span.name,
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        error_message=span.status.message,
    )
    if span.links:
        record.links = _links(
            (link.trace_id.hex(), link.span_id.hex(), _attributes(link.attributes))
            for link in span.links
        )
    events = [
        Event(event.name, _clamped(event.time_unix_nano), _attributes(event.attributes))
        for event in span.events
    ]
    return Draft(record, _attributes(span.attributes), events, origin, span.status.code)


def _json_draft(span: Mapping[str, Any], project: str, origin: Origin) -> Draft | Rejected:
    trace_id = str(span.get("traceId") or "").lower()
    span_id = str(span.get("spanId") or "").lower()
    parent_id = str(span.get("parentSpanId") or "").lower()
    name = str(span.get("name") or "")
    if not all(map(_is_hex, (trace_id, span_id, parent_id or span_id))):
        return Rejected(f"span {name!r}: ids {trace_id!r}, {span_id!r}, {parent_id!r} are not hex")
    if reason := _bad_ids(trace_id, span_id, parent_id, name):
        return Rejected(reason)
    start_ns = _integer(span.get("startTimeUnixNano"))
    end_ns = _integer(span.get("endTimeUnixNano"))
    if start_ns is None:
        return Rejected(
            f"span {name!r}: startTimeUnixNano is not a whole number: {span.get('startTimeUnixNano')!r}"
        )
    if reason := _bad_times(start_ns, end_ns or 0, name):
        return Rejected(reason)
    status = span.get("status") or {}
    code = status.get("code", 0)
    record = Span(
        project=project,
        trace_id=trace_id,
        span_id=span_id,
        parent_id="" if parent_id == _NO_SPAN else parent_id,
        parent_remote=(_integer(span.get("flags")) or 0) & _REMOTE_PARENT == _REMOTE_PARENT,
        start_ns=start_ns,
        end_ns=end_ns or None,
        name=name,
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        error_message=str(status.get("message") or ""),
    )
    links = _list(span, "links")
    if links:
        record.links = _links(
            (str(link.get("traceId", "")), str(link.get("spanId", "")), _json_attributes(link))
            for link in links
        )
    events = [
        Event(
            str(event.get("name", "")),
            _clamped(_integer(event.get("timeUnixNano")) or 0),
            _json_attributes(event),
        )
        for event in _list(span, "events")
    ]
    otel_status = _STATUS_NAMES.get(code, 0) if isinstance(code, str) else int(code or 0)
    return Draft(record, _json_attributes(span), events, origin, otel_status)


def _bad_ids(trace_id: str, span_id: str, parent_id: str, name: str) -> str:
    if len(trace_id) != 32 or trace_id == _NO_TRACE:
        return f"span {name!r}: trace id {trace_id!r} is not 16 bytes, not all zero"
    if len(span_id) != 16 or span_id == _NO_SPAN:
        return f"span {name!r}: span id {span_id!r} is not 8 bytes, not all zero"
    if parent_id and len(parent_id) != 16:
        return f"span {name!r}: parent span id {parent_id!r} is not 8 bytes"
    return ""


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return text.isalnum()  # fromhex alone would let spaces pass


def _bad_times(start_ns: int, end_ns: int, name: str) -> str:
    for what, at_ns in (("start", start_ns), ("end", end_ns)):
        if not _FIRST_NS <= at_ns <= _LAST_NS:
            return f"span {name!r}: its {what}, {at_ns} ns, does not lie between 1970 and 2100"
    return "" if start_ns else f"span {name!r}: it has no start time"


def _clamped(at_ns: int) -> int:
    return min(max(at_ns, _FIRST_NS), _LAST_NS)


def _links(links: Iterable[tuple[str, str, Attributes]]) -> str:
    return to_json(
        [
            {"trace_id": trace_id, "span_id": span_id, "attributes": attributes}
            for trace_id, span_id, attributes in links
        ]
    )


def _attributes(pairs: Iterable[KeyValue]) -> Attributes:
    """One pass, the four scalar types inline: this is the hottest loop of ingest."""
    attributes: Attributes = {}
    for pair in pairs:
        value = pair.value
        which = value.WhichOneof("value")
        if which == "string_value":
            attributes[pair.key] = value.string_value
        elif which == "int_value":
            attributes[pair.key] = value.int_value
        elif which == "double_value":
            number = value.double_value
            attributes[pair.key] = number if math.isfinite(number) else None
        elif which == "bool_value":
            attributes[pair.key] = value.bool_value
        else:
            attributes[pair.key] = _value(value, 0)
    return attributes


def _value(value: AnyValue, depth: int) -> Value:
    which = value.WhichOneof("value")
    if which is None:
        return None
    if depth >= _MAX_DEPTH:
        return str(value)
    if which == "array_value":
        return [_value(item, depth + 1) for item in value.array_value.values]
    if which == "kvlist_value":
        return {pair.key: _value(pair.value, depth + 1) for pair in value.kvlist_value.values}
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    scalar: str | bool | int | float = getattr(value, which)
    return None if isinstance(scalar, float) and not math.isfinite(scalar) else scalar


def _json_attributes(owner: Mapping[str, Any]) -> Attributes:
    return {
        str(pair.get("key", "")): _json_value(pair.get("value"), 0)
        for pair in _list(owner, "attributes")
    }


def _json_value(value: Any, depth: int) -> Value:  # noqa: ANN401 - foreign JSON enters here
    if not isinstance(value, dict) or not value:
        return None
    which, held = next(iter(value.items()))
    if depth >= _MAX_DEPTH:
        return to_json(held)
    if which == "arrayValue":
        return [_json_value(item, depth + 1) for item in _list(held or {}, "values")]
    if which == "kvlistValue":
        return {
            str(pair.get("key", "")): _json_value(pair.get("value"), depth + 1)
            for pair in _list(held or {}, "values")
        }
    if which == "intValue":
        number = _integer(held)
        return number if number is not None and -(2**63) <= number < 2**63 else to_json(held)
    if which == "doubleValue":
        return _double(held)
    if which == "boolValue":
        return held if isinstance(held, bool) else str(held).lower() == "true"
    return (
        None if held is None else str(held)
    )  # stringValue, and bytesValue, which is base64 already


def _integer(value: Any) -> int | None:  # noqa: ANN401 - foreign JSON enters here
    """A 64-bit integer as number, text or protobuf.js `{low, high}`; None when it is none of them."""
    if isinstance(value, dict):
        low, high = _integer(value.get("low")), _integer(value.get("high"))
        if low is None or high is None:
            return None
        return (high << 32) | (low & 0xFFFFFFFF)
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _double(value: Any) -> float | None:  # noqa: ANN401 - foreign JSON enters here
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _list(owner: Any, key: str) -> list[Any]:  # noqa: ANN401 - foreign JSON enters here
    found = owner.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise TypeError(f"{key} is {type(found).__name__}, not a list")
    return found
