"""Bytes to log records, raw and complete: OTLP log requests in protobuf and JSON.

Source: the OTLP specification (opentelemetry-proto `docs/specification.md`), and what senders do beside it.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1 import logs_pb2

from clearspan_server.errors import BadInput
from clearspan_server.ingest import log_events, otel_extras
from clearspan_server.ingest.coerce import text
from clearspan_server.ingest.draft import Attributes, DecodedLogs, LogDraft, Origin, Rejected
from clearspan_server.ingest.tolerant import parse
from clearspan_server.ingest.tolerant_json import parse_json
from clearspan_server.ingest.wire_ids import FIRST_NS, LAST_NS, MOST_AHEAD_NS, shown
from clearspan_server.ingest.wire_values import (
    attributes_of,
    enumerated,
    json_attributes_of,
    json_value_of,
    value_of,
    whole,
)
from clearspan_server.model.log import LogRecord

_FIELDS = ("resource_logs", "scope_logs", "log_records")
_LISTS = ("resourceLogs", "scopeLogs", "logRecords")
_SEVERITY_NAMES = dict(logs_pb2.SeverityNumber.items())
_MAX_SEVERITY = 24
# Many senders say the level in words alone; OTLP's number of each is the first of its four.
_WORDS = {
    "trace": 1,
    "debug": 5,
    "info": 9,
    "information": 9,
    "notice": 10,
    "warn": 13,
    "warning": 13,
    "error": 17,
    "err": 17,
    "critical": 21,
    "fatal": 21,
}
_ENVIRONMENTS = ("deployment.environment.name", "deployment.environment")
_MAX_UINT32 = 2**32 - 1
_PLACE = re.compile(r"event \S+:\d+")  # of opentelemetry-appender-tracing


def decode_protobuf(body: bytes, project: str) -> DecodedLogs:
    """The records of an `ExportLogsServiceRequest` in protobuf, and what they say of spans.

    Raises:
        BadInput: the body is not such a message.
    """
    request, marks = parse(ExportLogsServiceRequest, body)
    decoded, now_ns = DecodedLogs(), time.time_ns()
    for place, record, origin in otel_extras.records(request, _FIELDS):
        draft = _draft(record, project, origin)
        draft.record.truncated += marks.get(place, [])
        _take(decoded, draft, now_ns)
    decoded.parts = log_events.parts(decoded.drafts)
    return decoded


def decode_json(body: bytes, project: str) -> DecodedLogs:
    """The records of an `ExportLogsServiceRequest` in OTLP/JSON, and what they say of spans.

    Raises:
        BadInput: the body is not JSON (with the position), or a part has another type than OTLP gives it.
    """
    request, marks = parse_json(body, _LISTS)
    decoded, now_ns = DecodedLogs(), time.time_ns()
    try:
        for place, record, origin in otel_extras.json_records(request, _LISTS):
            try:
                draft = _json_draft(record, project, origin)
            except (AttributeError, TypeError) as error:
                decoded.rejected.append(otel_extras.unreadable(_LISTS, place, error))
                continue
            draft.record.truncated += marks.get(place, [])
            _take(decoded, draft, now_ns)
    except (AttributeError, TypeError) as error:
        raise BadInput(f"the body is not an OTLP logs request: {error}") from error
    decoded.parts = log_events.parts(decoded.drafts)
    return decoded


def _take(decoded: DecodedLogs, draft: LogDraft, now_ns: int) -> None:
    """Among the drafts, marked where it is odd, or among the rejected. A log's ids may be missing, never wrong."""
    record = draft.record
    if not record.time_ns:
        record.time_ns = now_ns
        record.truncated.append("time_ns:not sent, this is when it came")
    elif not (FIRST_NS <= record.time_ns <= LAST_NS and record.observed_ns <= LAST_NS):
        reason = f"log record {shown(record.event_name)}: its time, {record.time_ns} ns, is not within 2000 to 2100"
        decoded.rejected.append(Rejected(reason, "bad_time"))
        return
    elif record.time_ns > now_ns + MOST_AHEAD_NS:
        record.truncated.append("time_ns:more than a day ahead of the server's clock")
    for name, digits in (("trace_id", 32), ("span_id", 16)):
        sent = getattr(record, name)
        if len(sent) != digits or not sent.strip("0"):
            if sent.strip("0"):
                record.truncated.append(f"{name}:sent as {shown(sent)}")
            setattr(record, name, "")
    if not 0 <= record.severity <= _MAX_SEVERITY:
        record.truncated.append(f"severity:sent as {record.severity}")
        record.severity = 0
    record.severity = record.severity or _WORDS.get(record.severity_text.lower(), 0)
    decoded.drafts.append(draft)


def _draft(log: logs_pb2.LogRecord, project: str, origin: Origin) -> LogDraft:
    attributes = attributes_of(log.attributes)
    record = LogRecord(
        project=project,
        time_ns=log.time_unix_nano or log.observed_time_unix_nano,
        observed_ns=log.observed_time_unix_nano,
        trace_id=log.trace_id.hex(),
        span_id=log.span_id.hex(),
        severity=log.severity_number,
        severity_text=log.severity_text,
        event_name=_event_name(log.event_name, attributes),
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        service=text(origin.resource.get("service.name")),
        process=text(origin.resource.get("service.instance.id")),
        environment=_environment(origin),
        flags=log.flags,
        dropped_attributes=log.dropped_attributes_count,
    )
    return LogDraft(record, record.time_ns, value_of(log.body), attributes, origin)


def _json_draft(log: Mapping[str, Any], project: str, origin: Origin) -> LogDraft:
    attributes = json_attributes_of(log)
    observed_ns = max(whole(log.get("observedTimeUnixNano")), 0)
    record = LogRecord(
        project=project,
        time_ns=whole(log.get("timeUnixNano")) or observed_ns,
        observed_ns=observed_ns,
        trace_id=str(log.get("traceId") or "").lower(),
        span_id=str(log.get("spanId") or "").lower(),
        severity=enumerated(log.get("severityNumber"), _SEVERITY_NAMES),
        severity_text=str(log.get("severityText") or ""),
        event_name=_event_name(str(log.get("eventName") or ""), attributes),
        scope_name=origin.scope_name,
        scope_version=origin.scope_version,
        service=text(origin.resource.get("service.name")),
        process=text(origin.resource.get("service.instance.id")),
        environment=_environment(origin),
        flags=whole(log.get("flags")) & _MAX_UINT32,
        dropped_attributes=whole(log.get("droppedAttributesCount")) & _MAX_UINT32,
    )
    return LogDraft(record, record.time_ns, json_value_of(log.get("body")), attributes, origin)


def _event_name(name: str, attributes: Attributes) -> str:
    """The name of the event; programs in Rust give the place in their code there, and the name in an attribute."""
    said = text(attributes.get("event.name"))
    return said if said and (not name or _PLACE.match(name)) else name


def _environment(origin: Origin) -> str:
    return next((found for key in _ENVIRONMENTS if (found := text(origin.resource.get(key)))), "")
