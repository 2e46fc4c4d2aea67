"""A stored span in OTLP/JSON, so that receiving it again gives the same span: the way back of `decode_traces.py`.

What was sent is written as it was sent, in the words of its own convention, for any reader of OTLP; what the rules
would not give of it stands beside it, as `restored.py` reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clearspan_server.ingest import otel_extras, restored
from clearspan_server.ingest.coerce import opened, to_json
from clearspan_server.ingest.decode_traces import KINDS, REMOTE_PARENT, STATUSES, json_draft
from clearspan_server.ingest.draft import Attributes, Draft, Event, Origin, Value
from clearspan_server.ingest.estimate import estimate
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.stored import draft_of
from clearspan_server.model.long_text import field_of, without_hashes
from clearspan_server.model.span import Span

Json = dict[str, Any]
_SAMPLED, _KNOWS_PARENT = 1, 0x100
_ERROR = "ERROR"
_ATTRIBUTE = "attributes."
_INT = range(-(2**63), 2**63)


@dataclass(slots=True, frozen=True)
class Stored:
    """A span as it is stored, and its long texts, whole, by their fields."""

    span: Span
    wholes: Mapping[str, str]


def request_of(spans: Sequence[Stored]) -> Json:
    """An `ExportTraceServiceRequest` with these spans in their order, as far as they share resource and scope."""
    groups: dict[tuple[Any, ...], tuple[Json, list[Json]]] = {}
    for one in spans:
        span = one.span
        key = (tuple(sorted(span.resource.items())), span.scope_name, span.scope_version)
        if key not in groups:
            groups[key] = _group(draft_of(span).origin)
        groups[key][1].append(_span(one))
    return {"resourceSpans": [group for group, _ in groups.values()]}


def _group(origin: Origin) -> tuple[Json, list[Json]]:
    """The resource and scope of some spans, and the list for these."""
    resource = {**origin.resource}
    dropped = _counted(resource, otel_extras.RESOURCE_DROPPED)
    schema = _worded(resource, otel_extras.RESOURCE_SCHEMA)
    of_scope = {key: resource.pop(key) for key in list(resource) if _is_of_scope(key)}
    scope_dropped = _counted(of_scope, otel_extras.SCOPE_DROPPED)
    scope_schema = _worded(of_scope, otel_extras.SCOPE_SCHEMA)
    named = {key.removeprefix(otel_extras.SCOPE): value for key, value in of_scope.items()}
    spans: list[Json] = []
    scope = {"name": origin.scope_name, "version": origin.scope_version}
    said = _said(scope | _attributes(named) | {"droppedAttributesCount": scope_dropped})
    scope_spans = _said({"scope": said, "schemaUrl": scope_schema}) | {"spans": spans}
    group = {
        "resource": _said(_attributes(resource) | {"droppedAttributesCount": dropped}),
        "scopeSpans": [scope_spans],
        "schemaUrl": schema,
    }
    return _said(group), spans


def _is_of_scope(key: str) -> bool:
    return key.startswith(otel_extras.SCOPE) and key != otel_extras.SCOPE


def _span(stored: Stored) -> Json:
    span = _with_wholes(stored)
    draft = draft_of(span)
    said = _sent(draft)
    told = _told(span, said, draft.origin, stored.wholes)
    if told:
        said["attributes"].append(_pair(restored.NAME, to_json(told)))
    return said


def _with_wholes(stored: Stored) -> Span:
    """The span as if nothing had been cut of which the whole is there."""
    columns = {
        name: text for name, text in stored.wholes.items() if not name.startswith(_ATTRIBUTE)
    }
    values = {
        name.removeprefix(_ATTRIBUTE): text
        for name, text in stored.wholes.items()
        if name.startswith(_ATTRIBUTE)
    }
    span = stored.span
    return replace(span, **columns, attributes=span.attributes | values)  # type: ignore[arg-type]  # columns of texts


def _sent(draft: Draft) -> Json:
    """What OTLP has fields for in those, the rest among the attributes."""
    span, attributes = draft.span, draft.attributes
    kind = _enumerated(attributes, otel_extras.SPAN_KIND, KINDS, least=2)
    code = _enumerated(attributes, otel_extras.STATUS_CODE, STATUSES, least=1)
    message = span.error_message
    if code != STATUSES.index(_ERROR):
        message = _worded(attributes, otel_extras.STATUS_DESCRIPTION)
    flags = _flags(attributes) or _SAMPLED
    said = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_id,
        "traceState": _worded(attributes, otel_extras.TRACE_STATE),
        "flags": flags | (REMOTE_PARENT if span.parent_remote else _KNOWS_PARENT),
        "name": span.name,
        "kind": kind or 1,
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns or 0),
        "droppedAttributesCount": _counted(attributes, otel_extras.DROPPED_ATTRIBUTES),
        "droppedEventsCount": _counted(attributes, otel_extras.DROPPED_EVENTS),
        "droppedLinksCount": _counted(attributes, otel_extras.DROPPED_LINKS),
        "status": _said({"code": code, "message": message}),
        "events": [_event(event) for event in draft.events],
        "links": [_link(link) for link in _links(span)],
    }
    return _said(said) | {"attributes": _pairs(attributes)}


def _told(span: Span, said: Json, origin: Origin, wholes: Mapping[str, str]) -> Json:
    """The fields that receiving what is said would not give."""
    again = json_draft(said, span.project, origin)
    normalise(again)
    sent = replace(again.span)
    estimate(again.span)
    fresh = again.span
    differing = [
        name
        for name in restored.REPLACES | restored.FILLS
        if getattr(fresh, name) != getattr(span, name)
    ]
    if not sent.usage_source and not {*restored.USAGE}.isdisjoint(differing):
        # An estimate made of texts that have been redacted since: it is told whole.
        differing = [*{*differing, *restored.USAGE, "usage_source"}]
    told = {
        name: value
        for name in sorted(differing)
        if (value := getattr(span, name)) not in restored.EMPTY
        and (name in restored.REPLACES or getattr(sent, name) in restored.EMPTY)
    }
    # What lies whole beside the span here comes along whole, and is cut again there.
    notes = without_hashes(note for note in span.truncated if field_of(note) not in wholes)
    told |= {"truncated": notes} if notes else {}
    return told | ({"redactions": span.redactions} if span.redactions else {})


def _event(event: Event) -> Json:
    attributes = {**event.attributes}
    dropped = _counted(attributes, otel_extras.DROPPED_ATTRIBUTES)
    return {"timeUnixNano": str(event.time_ns), "name": event.name} | _said(
        _attributes(attributes) | {"droppedAttributesCount": dropped}
    )


def _links(span: Span) -> list[Json]:
    links = opened(span.links)
    return [one for one in links if isinstance(one, dict)] if isinstance(links, list) else []


def _link(link: Json) -> Json:
    attributes: Attributes = {**(link.get("attributes") or {})}
    said = {
        "traceId": link.get("trace_id"),
        "spanId": link.get("span_id"),
        "traceState": _worded(attributes, otel_extras.TRACE_STATE),
        "flags": _flags(attributes),
        "droppedAttributesCount": _counted(attributes, otel_extras.DROPPED_ATTRIBUTES),
    }
    return _said(said | _attributes(attributes))


def _enumerated(attributes: Attributes, key: str, names: Sequence[str], *, least: int) -> int:
    """The number of the word in an attribute, which goes; 0 where it is none of the names."""
    word = attributes.get(key)
    if not isinstance(word, str) or word not in names[least:]:
        return 0
    del attributes[key]
    return names.index(word)


def _counted(attributes: Attributes, key: str) -> int:
    """The count in an attribute, which goes; 0 where it is none."""
    count = attributes.get(key)
    if type(count) is not int or not 0 < count < 2**31:
        return 0
    del attributes[key]
    return count


def _flags(attributes: Attributes) -> int:
    """As `_counted`; flags that say no more than that it was sampled are no attribute when they come."""
    return (
        0
        if attributes.get(otel_extras.TRACE_FLAGS) == _SAMPLED
        else _counted(attributes, otel_extras.TRACE_FLAGS)
    )


def _worded(attributes: Attributes, key: str) -> str:
    """The text of an attribute, which goes; "" where it is none."""
    word = attributes.get(key)
    if not isinstance(word, str) or not word:
        return ""
    del attributes[key]
    return word


def _said(fields: Json) -> Json:
    """Without what OTLP leaves out: empty texts, zeros, lists and objects with nothing in them."""
    return {name: value for name, value in fields.items() if value not in ("", 0, None, [], {})}


def _attributes(attributes: Attributes) -> Json:
    return {"attributes": _pairs(attributes)}


def _pairs(attributes: Attributes) -> list[Json]:
    return [_pair(key, value) for key, value in attributes.items()]


def _pair(key: str, value: Value) -> Json:
    return {"key": key, "value": _any(value)}


def _any(value: Value) -> Json:
    """A value as OTLP/JSON has it; what JSON reads as an integer beyond 64 bits is a double there."""
    match value:
        case str():
            return {"stringValue": value}
        case bool():
            return {"boolValue": value}
        case int() if value in _INT:
            return {"intValue": str(value)}
        case int() | float():
            return {"doubleValue": float(value)}
        case list():
            return {"arrayValue": {"values": [_any(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": _pairs(value)}}
        case _:
            return {}
