"""Log events that complete a span: conversations that a client sends beside its spans become parts of them.

Source: semantic-conventions `docs/gen-ai/gen-ai-events.md`: one event with everything since 1.37, before that one
event a message. A part is a draft of the span with what the events of one request say and nothing else: it begins
with the first event and has no end. jobs/ folds the parts of several requests together.
"""

from collections import defaultdict
from collections.abc import Iterable

from clearspan_server.ingest.coerce import text
from clearspan_server.ingest.draft import Attributes, Draft, LogDraft, Value
from clearspan_server.ingest.normalise.genai_events import DETAILS, EVENTS, message, side_of
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Span

_INPUT, _OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"


def parts(logs: Iterable[LogDraft]) -> list[Draft]:
    """A draft for each span that the events of one request tell of, from its events in order of their time."""
    of_span: defaultdict[tuple[str, str], list[LogDraft]] = defaultdict(list)
    for log in logs:
        record = log.record
        if record.event_name in EVENTS and record.trace_id and record.span_id:
            of_span[record.trace_id, record.span_id].append(log)
    return [_part(sorted(events, key=_time)) for events in of_span.values()]


def _time(log: LogDraft) -> int:
    return log.record.time_ns


def _part(events: list[LogDraft]) -> Draft:
    first = events[0]
    attributes: Attributes = {}
    said: dict[str, list[Message]] = {_INPUT: [], _OUTPUT: []}
    for event in events:
        sent = {key: value for key, value in event.attributes.items() if key != "event.name"}
        attributes.update({key: value for key, value in sent.items() if not _is_empty(value)})
        if event.record.event_name != DETAILS:
            name = event.record.event_name
            said[side_of(name)] += message(name, event.body, event.attributes)
    for key, messages in said.items():
        if messages:
            attributes.setdefault(key, list[Value](messages))
    span = Span(
        project=first.record.project,
        trace_id=first.record.trace_id,
        span_id=first.record.span_id,
        start_ns=first.record.time_ns,
        name=_name(attributes),
        kind="other" if "gen_ai.operation.name" in attributes else "llm",
        scope_name=first.origin.scope_name,
        scope_version=first.origin.scope_version,
    )
    return Draft(span, attributes, [], first.origin, 0)


def _name(attributes: Attributes) -> str:
    """The conventions' name of such a span; only a span whose own record never comes keeps it."""
    operation = text(attributes.get("gen_ai.operation.name")) or "chat"
    return f"{operation} {text(attributes.get('gen_ai.request.model'))}".strip()


def _is_empty(value: Value) -> bool:
    return value is None or value in ("", [], {})
