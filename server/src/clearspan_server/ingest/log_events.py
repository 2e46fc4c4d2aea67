"""Log events that complete a span: conversations that a client sends beside its spans become parts of them.

Source: semantic-conventions `docs/gen-ai/gen-ai-events.md`: one event with everything since 1.37, before that one
event a message. A part is a draft of the span with what the events of one request say and nothing else: it begins
with the first event and has no end. jobs/ folds the parts of several requests together.
"""

from collections import defaultdict
from collections.abc import Iterable

from clearspan_server.ingest.coerce import opened, text
from clearspan_server.ingest.draft import Attributes, Draft, LogDraft, Value
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Span

DETAILS = "gen_ai.client.inference.operation.details"
CHOICE = "gen_ai.choice"
ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_EVENTS = frozenset((DETAILS, CHOICE, *ROLES))
_INPUT, _OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"


def parts(logs: Iterable[LogDraft]) -> list[Draft]:
    """A draft for each span that the events of one request tell of, from its events in order of their time."""
    of_span: defaultdict[tuple[str, str], list[LogDraft]] = defaultdict(list)
    for log in logs:
        record = log.record
        if record.event_name in _EVENTS and record.trace_id and record.span_id:
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
            side = _OUTPUT if event.record.event_name == CHOICE else _INPUT
            said[side] += _message(event)
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


def _message(event: LogDraft) -> list[Message]:
    """The message of an event, canonical; none where its content was not captured."""
    body = opened(event.body)
    held: Attributes = body if isinstance(body, dict) else {"content": body}
    reason = held.get("finish_reason")
    role = ROLES.get(event.record.event_name, "assistant")
    message = held.get("message", held)
    if not isinstance(message, dict):
        message = {"content": message}
    flat: Attributes = {
        "role": text(message.get("role")) or role,
        "content": message.get("content"),
        "tool_calls": message.get("tool_calls"),
    }
    if role == "tool":
        flat["tool_call_id"] = text(message.get("id"))
    if isinstance(reason, str):
        flat["finish_reason"] = reason
    found = canonical([flat]) or []
    return [one for one in found if one["parts"] or "finish_reason" in one]
