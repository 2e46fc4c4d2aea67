"""Bytes to drafts: OTLP trace requests in protobuf and JSON, without an opinion about models.

Source: the OTLP specification (opentelemetry-proto `docs/specification.md`), and what senders do beside it. What OTLP
says and a span has no field for stays among its attributes under the names of `otel_extras.py`.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

from clearspan_server.errors import BadInput
from clearspan_server.ingest import otel_extras
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.draft import Attributes, Decoded, Draft, Event, Origin, Rejected, Value
from clearspan_server.ingest.tolerant import parse
from clearspan_server.ingest.tolerant_json import parse_json
from clearspan_server.ingest.wire_ids import (
    FIRST_NS,
    LAST_NS,
    MOST_AHEAD_NS,
    NO_SPAN,
    clamped,
    hexadecimal,
    shown,
    wrong_ids,
)
from clearspan_server.ingest.wire_values import (
    attributes_of,
    enumerated,
    integer,
    json_attributes_of,
    listed,
    whole,
)
from clearspan_server.model.span import Span

_FIELDS = ("resource_spans", "scope_spans", "spans")
_LISTS = ("resourceSpans", "scopeSpans", "spans")
STATUSES = ("UNSET", "OK", "ERROR")
_STATUS_NAMES = {f"STATUS_CODE_{name}": number for number, name in enumerate(STATUSES)}
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
_KIND_NAMES = {f"SPAN_KIND_{name.upper()}": number for number, name in enumerate(KINDS)}
_INTERNAL = 1
_ERROR = 2
REMOTE_PARENT = 0x300  # both bits: the sender knows whether the parent is remote, and it is
_SAMPLED = 1


def decode_protobuf(body: bytes, project: str) -> Decoded:
    """The spans of an `ExportTraceServiceRequest` in protobuf; raises as `protobuf_slices`."""
    (decoded,) = protobuf_slices(body, project, sys.maxsize)
    return decoded


def decode_json(body: bytes, project: str) -> Decoded:
    """The spans of an `ExportTraceServiceRequest` in OTLP/JSON; raises as `json_slices`."""
    (decoded,) = json_slices(body, project, sys.maxsize)
    return decoded


def protobuf_slices(body: bytes, project: str, most: int) -> Iterator[Decoded]:
    """The spans of an `ExportTraceServiceRequest` in protobuf, at most so many at a time; at least one slice.

    Raises:
        BadInput: the body is not such a message.
        TooLarge: it has too many spans.
    """
    request, marks = parse(ExportTraceServiceRequest, body)
    latest_ns = time.time_ns() + MOST_AHEAD_NS
    decoded = Decoded()
    for place, span, origin in otel_extras.records(request, _FIELDS):
        if len(decoded.drafts) >= most:
            yield decoded
            decoded = Decoded()
        draft = _draft(span, project, origin)
        if marks:
            draft.span.truncated += marks.get(place, [])
        sift(decoded, draft, latest_ns)
    yield decoded


def json_slices(body: bytes, project: str, most: int) -> Iterator[Decoded]:
    """The spans of an `ExportTraceServiceRequest` in OTLP/JSON, at most so many at a time; at least one slice.

    Raises:
        BadInput: the body is not JSON (with the position), or a part has another type than OTLP gives it.
        TooLarge: it has too many spans.
    """
    request, marks = parse_json(body, _LISTS)
    latest_ns = time.time_ns() + MOST_AHEAD_NS
    decoded = Decoded()
    try:
        for place, span, origin in otel_extras.json_records(request, _LISTS):
            if len(decoded.drafts) >= most:
                yield decoded
                decoded = Decoded()
            try:
                draft = json_draft(span, project, origin)
            except (AttributeError, TypeError, ValueError) as error:
                decoded.rejected.append(otel_extras.unreadable(_LISTS, place, error))
                continue
            draft.span.truncated += marks.get(place, [])
            sift(decoded, draft, latest_ns)
    except (AttributeError, TypeError) as error:
        raise BadInput(f"the body is not an OTLP trace request: {error}") from error
    yield decoded


def sift(decoded: Decoded, draft: Draft, latest_ns: int) -> None:
    """Put a draft among the drafts, marked where it is odd after `latest_ns`, or among the rejected."""
    span = draft.span
    if reason := wrong_ids(span.trace_id, span.span_id, span.parent_id):
        decoded.rejected.append(Rejected(f"span {shown(span.name)}: {reason}", "bad_ids"))
    elif not span.start_ns:
        reason = f"span {shown(span.name)}: it has no start time"
        decoded.rejected.append(Rejected(reason, "no_time"))
    elif not (FIRST_NS <= span.start_ns <= LAST_NS and (span.end_ns or 0) <= LAST_NS):
        decoded.rejected.append(Rejected(_wrong_times(span), "bad_time"))
    else:
        if span.parent_id == NO_SPAN:
            span.parent_id = ""
        if span.start_ns > latest_ns:
            span.truncated.append("start_ns:more than a day ahead of the server's clock")
        if span.end_ns is not None and span.end_ns < span.start_ns:
            span.truncated.append(f"end_ns:sent as {span.end_ns}, before the start")
            span.end_ns = span.start_ns
        decoded.drafts.append(draft)


def _wrong_times(span: Span) -> str:
    early = span.start_ns < FIRST_NS
    bounds = "before 2000: are these nanoseconds?" if early else "after 2100"
    sent = f"start {span.start_ns} ns, end {span.end_ns} ns"
    return f"span {shown(span.name)}: {sent} lies {bounds}"


def _draft(span: trace_pb2.Span, project: str, origin: Origin) -> Draft:
    status = span.status
    record = Span(
        project=project,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        parent_remote=span.flags & REMOTE_PARENT == REMOTE_PARENT,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano or None,
        name=span.name,
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        error_message=status.message,
    )
    attributes = attributes_of(span.attributes)
    rare = (
        span.trace_state,
        span.dropped_attributes_count,
        span.dropped_events_count,
        span.dropped_links_count,
    )
    _add_extras(attributes, span.kind, status.code, span.flags, rare)
    if record.error_message and status.code != _ERROR:
        attributes.setdefault(otel_extras.STATUS_DESCRIPTION, record.error_message)
    if span.links:
        record.links = to_json([_link(link) for link in span.links])
    events = [_event(event) for event in span.events] if span.events else []
    return Draft(record, attributes, events, origin, status.code)


def _event(event: trace_pb2.Span.Event) -> Event:
    attributes = attributes_of(event.attributes)
    if event.dropped_attributes_count:
        attributes.setdefault(otel_extras.DROPPED_ATTRIBUTES, event.dropped_attributes_count)
    return Event(event.name, clamped(event.time_unix_nano), attributes)


def _link(link: trace_pb2.Span.Link) -> dict[str, Value]:
    attributes = attributes_of(link.attributes)
    _add_extras(
        attributes, 0, 0, link.flags, (link.trace_state, link.dropped_attributes_count, 0, 0)
    )
    return {
        "trace_id": link.trace_id.hex(),
        "span_id": link.span_id.hex(),
        "attributes": attributes,
    }


def json_draft(span: Mapping[str, Any], project: str, origin: Origin) -> Draft:
    """A draft of a span in OTLP's JSON, which is not read strictly.

    Raises:
        TypeError, ValueError: a value of it cannot be one, named with what it is.
    """
    start_ns = integer(span.get("startTimeUnixNano"))
    if start_ns is None and span.get("startTimeUnixNano") is not None:
        raise TypeError(f"startTimeUnixNano is {shown(str(span['startTimeUnixNano']))}")
    status = span.get("status") or {}
    code = enumerated(status.get("code"), _STATUS_NAMES)
    flags = whole(span.get("flags"))
    record = Span(
        project=project,
        trace_id=hexadecimal(span.get("traceId")),
        span_id=hexadecimal(span.get("spanId")),
        parent_id=hexadecimal(span.get("parentSpanId")),
        parent_remote=flags & REMOTE_PARENT == REMOTE_PARENT,
        start_ns=start_ns or 0,
        end_ns=whole(span.get("endTimeUnixNano")) or None,
        name=str(span.get("name") or ""),
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        error_message=str(status.get("message") or ""),
    )
    attributes = json_attributes_of(span)
    rare = (
        str(span.get("traceState") or ""),
        whole(span.get("droppedAttributesCount")),
        whole(span.get("droppedEventsCount")),
        whole(span.get("droppedLinksCount")),
    )
    _add_extras(attributes, enumerated(span.get("kind"), _KIND_NAMES), code, flags, rare)
    if record.error_message and code != _ERROR:
        attributes.setdefault(otel_extras.STATUS_DESCRIPTION, record.error_message)
    if links := listed(span, "links"):
        record.links = to_json([_json_link(link) for link in links])
    events = [_json_event(event) for event in listed(span, "events")]
    return Draft(record, attributes, events, origin, code)


def _json_event(event: Mapping[str, Any]) -> Event:
    attributes = json_attributes_of(event)
    if dropped := whole(event.get("droppedAttributesCount")):
        attributes.setdefault(otel_extras.DROPPED_ATTRIBUTES, dropped)
    return Event(
        str(event.get("name") or ""), clamped(whole(event.get("timeUnixNano"))), attributes
    )


def _json_link(link: Mapping[str, Any]) -> dict[str, Value]:
    attributes = json_attributes_of(link)
    rare = (
        str(link.get("traceState") or ""),
        whole(link.get("droppedAttributesCount")),
        0,
        0,
    )
    _add_extras(attributes, 0, 0, whole(link.get("flags")), rare)
    return {
        "trace_id": str(link.get("traceId") or "").lower(),
        "span_id": str(link.get("spanId") or "").lower(),
        "attributes": attributes,
    }


_RARE = (
    otel_extras.TRACE_STATE,
    otel_extras.DROPPED_ATTRIBUTES,
    otel_extras.DROPPED_EVENTS,
    otel_extras.DROPPED_LINKS,
)


def _add_extras(
    attributes: Attributes, kind: int, code: int, flags: int, rare: tuple[str, int, int, int]
) -> None:
    """What a span has no field for, where it was sent: kind, status code, flags, and what `_RARE` names."""
    if kind > _INTERNAL:
        name = KINDS[kind] if kind < len(KINDS) else str(kind)
        attributes.setdefault(otel_extras.SPAN_KIND, name)
    if code:
        name = STATUSES[code] if 0 < code < len(STATUSES) else str(code)
        attributes.setdefault(otel_extras.STATUS_CODE, name)
    if flags & ~REMOTE_PARENT not in (0, _SAMPLED):
        attributes.setdefault(otel_extras.TRACE_FLAGS, flags & ~REMOTE_PARENT)
    if any(rare):
        named: dict[str, str | int] = dict(zip(_RARE, rare, strict=True))
        for key, value in named.items():
            if value:
                attributes.setdefault(key, value)
