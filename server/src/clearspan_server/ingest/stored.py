"""A stored span as the draft that it once was, so that today's rules can read it again."""

from typing import Any

import orjson

from clearspan_server.ingest import otel_extras
from clearspan_server.ingest.coerce import opened, text, whole
from clearspan_server.ingest.draft import Attributes, Draft, Event, Origin, Value
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.messages import input_text, output_text
from clearspan_server.model.span import Span

_STATUS = {"OK": 1, "ERROR": 2}  # OpenTelemetry's numbers of its words


def draft_of(stored: Span) -> Draft:
    """What was decoded, as far as it is kept: nothing that a rule has filled, everything that a rule reads.

    What was cut or redacted before it was stored stays so.
    """
    attributes = _attributes(stored)
    status = text(attributes.get(otel_extras.STATUS_CODE))
    resource: Attributes = {key: _value(held) for key, held in stored.resource.items()}
    bare = Span(
        project=stored.project,
        trace_id=stored.trace_id,
        span_id=stored.span_id,
        parent_id=stored.parent_id,
        parent_remote=stored.parent_remote,
        links=stored.links,
        start_ns=stored.start_ns,
        end_ns=stored.end_ns,
        name=stored.name,
        scope_name=stored.scope_name,
        scope_version=stored.scope_version,
        error_message=stored.error_message or text(attributes.get(otel_extras.STATUS_DESCRIPTION)),
    )
    origin = Origin(resource, stored.scope_name, stored.scope_version)
    # The first version did not keep the code of the status.
    failed = _STATUS["ERROR"] if stored.status == "error" else 0
    return Draft(bare, attributes, _events(stored.events), origin, _STATUS.get(status, failed))


def _attributes(stored: Span) -> Attributes:
    found: Attributes = {key: _value(held) for key, held in stored.attributes.items()}
    beyond = opened(stored.attributes_overflow)
    if isinstance(beyond, dict):
        found.update(beyond)
    for key, field in stored.mirrored.items():
        found[key] = mirrored_value(stored, field)
    return found


def mirrored_value(stored: Span, field: str) -> Value:
    """The value of an attribute that a field holds to the letter."""
    if field == "input_text":
        return input_text(canonical(stored.input) or [])
    if field == "output_text":
        return output_text(canonical(stored.output) or [])
    value: Value = getattr(stored, field)
    return value


def _events(held: str) -> list[Event]:
    told = opened(held)
    return [
        Event(text(one.get("name")), whole(one.get("time_ns"), 2**63 - 1) or 0, _object(one))
        for one in (told if isinstance(told, list) else [])
        if isinstance(one, dict)
    ]


def _object(event: dict[str, Value]) -> Attributes:
    attributes = event.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _value(held: str) -> Value:
    """The value in JSON text; text that is none, because it was cut, stays text."""
    try:
        value: Any = orjson.loads(held)
    except orjson.JSONDecodeError:
        return held
    return value  # type: ignore[no-any-return]  # JSON is a Value by construction
