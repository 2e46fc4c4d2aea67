"""Messages of a model call that come as events, of the span or as log records.

Source: semantic-conventions `docs/gen-ai/gen-ai-events.md`: one event with everything since 1.37, before that one
event a message; Semantic Kernel, Spring AI and LiteLLM send one event for the prompt and one for the completion.
"""

from collections.abc import Iterable

from clearspan_server.ingest.coerce import opened, text
from clearspan_server.ingest.draft import Attributes, Event, Value
from clearspan_server.ingest.normalise.fields import content
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.messages import Message

DETAILS = "gen_ai.client.inference.operation.details"
CHOICE = "gen_ai.choice"
ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
PROMPT, COMPLETION = "gen_ai.content.prompt", "gen_ai.content.completion"
_WHOLE = {PROMPT: ("user", "gen_ai.prompt"), COMPLETION: ("assistant", "gen_ai.completion")}
_BODIES = (
    "gen_ai.event.content",
    "event_body",
    "body",
)  # where a span event puts what a log record has as body
EVENTS = frozenset((DETAILS, CHOICE, PROMPT, COMPLETION, *ROLES))
_INPUT, _OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"


def side_of(event_name: str) -> str:
    """The attribute that the messages of an event belong to."""
    return _OUTPUT if event_name in (CHOICE, COMPLETION) else _INPUT


def message(event_name: str, body: Value, attributes: Attributes) -> list[Message]:
    """The messages of an event, canonical; none where its content was not captured."""
    body = opened(body)
    if event_name in _WHOLE:
        role, key = _WHOLE[event_name]
        return _of_whole(role, attributes.get(key) or body)
    held: Attributes = body if isinstance(body, dict) else {"content": body}
    role = ROLES.get(event_name, "assistant")
    said = opened(held.get("message", held))
    if not isinstance(said, dict):
        said = {"content": said}
    flat: Attributes = {
        "role": text(said.get("role")) or role,
        "content": content(said.get("content")),
        "tool_calls": opened(said.get("tool_calls", held.get("tool_calls"))),
    }
    if role == "tool":
        flat["tool_call_id"] = text(said.get("id") or said.get("tool_call_id"))
    reason = held.get("finish_reason")
    if isinstance(reason, str):
        flat["finish_reason"] = reason
    found = canonical([flat]) or []
    return [one for one in found if one["parts"] or "finish_reason" in one]


def of_span(events: Iterable[Event]) -> Attributes:
    """What the events of a span say of its call, by the names that attributes would have."""
    found: Attributes = {}
    said: dict[str, list[Message]] = {_INPUT: [], _OUTPUT: []}
    for event in events:
        if event.name == DETAILS:
            found.update(event.attributes)
        elif event.name in EVENTS:
            body = next((held for key in _BODIES if (held := event.attributes.get(key))), None)
            given = event.attributes if body is None else body
            said[side_of(event.name)] += message(event.name, given, event.attributes)
    for key, messages in said.items():
        if messages:
            found.setdefault(key, list[Value](messages))
    return found


def _of_whole(role: str, given: Value) -> list[Message]:
    """The messages of an event that holds a whole conversation, or one text."""
    given = opened(given)
    if not given:
        return []
    found = canonical(given) if isinstance(given, list) else None
    return found or canonical([{"role": role, "content": given}]) or []
