"""What coding agents tell in log events, as the spans of their turns: turn → model call → tool.

The events of a session are read together, so that it does not matter in which order and in which requests they came:
the same events give the same spans, with the same ids. A turn is a trace, and begins with what somebody asked.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.ingest.coerce import number, text, truth
from clearspan_server.ingest.draft import Attributes, Draft, Origin, Value
from clearspan_server.ingest.normalise.fields import set_input, set_output
from clearspan_server.ingest.repository import repository
from clearspan_server.model.span import Kind, Span

CLAUDE_CODE, CODEX = "claude-code", "codex"  # as agents are named in spans

_SCOPE = "com.anthropic.claude_code"
_SERVICE = "claude-code"
_PREFIXES = ("claude_code.", "codex.")
_TELLING = ["project", "event_name", "time_ns", "attributes"]
SESSION = {CLAUDE_CODE: "session.id", CODEX: "conversation.id"}
# The first that is not redacted: a name that all have tells nobody apart.
_USER = ("user.email", "user.account_uuid", "user.account_id", "user.id", "enduser.id")
_UNTOLD = ("<REDACTED>", "[REDACTED]")  # where the agent was not asked to tell
_REDACTED = "[redacted:"
_MS = 1_000_000


SessionKey = tuple[str, str, str]  # project, agent, session


def sessions_in(logs: pa.Table) -> dict[SessionKey, tuple[int, int]]:
    """The sessions of agents of which the log records tell, each with the times of its first and its last, in ns."""
    is_agents = pc.starts_with(logs["scope_name"], _SCOPE)
    is_agents = pc.or_(is_agents, pc.equal(logs["service"], _SERVICE))
    for prefix in _PREFIXES:
        is_agents = pc.or_(is_agents, pc.starts_with(logs["event_name"], prefix))
    found: dict[SessionKey, tuple[int, int]] = {}
    for row in logs.select(_TELLING).filter(is_agents).to_pylist():
        agent = agent_of(row["event_name"])
        session = text(opened_text(dict(row["attributes"]).get(SESSION[agent], "")))
        if session:
            key, at_ns = (row["project"], agent, session), row["time_ns"]
            first_ns, last_ns = found.get(key, (at_ns, at_ns))
            found[key] = min(first_ns, at_ns), max(last_ns, at_ns)
    return found


def agent_of(event_name: str) -> str:
    """Which agent an event is of that one of them told."""
    return CODEX if event_name.startswith("codex.") else CLAUDE_CODE


def opened_text(held: str) -> Value:
    """The value of an attribute as it is stored; what was cut, and is no JSON any more, is text."""
    try:
        value: Value = orjson.loads(held) if held else None
    except orjson.JSONDecodeError:
        return held
    return value


@dataclass(slots=True, frozen=True)
class AgentEvent:
    """A stored log event of an agent."""

    name: str  # without the agent: "user_prompt"
    time_ns: int
    record_id: int
    trace_id: str  # of the span within which it was told, if any
    attributes: Attributes
    origin: Origin
    service: str
    environment: str
    received_ns: int
    sender: str
    process: str

    @property
    def start_ns(self) -> int:
        """When began what the event tells the end of."""
        return self.time_ns - round((number(self.attributes.get("duration_ms")) or 0) * _MS)

    @property
    def place(self) -> tuple[int, float, int]:
        """Its place in the session: clocks are coarse, some agents count."""
        return (
            self.time_ns,
            number(self.attributes.get("event.sequence")) or 0,
            self.record_id,
        )

    def said(self, *names: str) -> str:
        """The first of these attributes that is told."""
        found = (text(self.attributes.get(name)) for name in names)
        return next((one for one in found if one and one not in _UNTOLD), "")

    def is_true(self, name: str) -> bool | None:
        """A yes or no; None where it is not said."""
        return truth(self.attributes.get(name))


def event_of(row: Mapping[str, Any]) -> AgentEvent:
    """The event that a row of `logs` holds."""
    name: str = row["event_name"]
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    resource: Attributes = {key: opened_text(held) for key, held in row["resource"].items()}
    return AgentEvent(
        name=name,
        time_ns=row["time_ns"],
        record_id=row["record_id"],
        trace_id=row["trace_id"],
        attributes={key: opened_text(held) for key, held in row["attributes"].items()},
        origin=Origin(resource, row["scope_name"], row["scope_version"]),
        service=row["service"],
        environment=row["environment"],
        received_ns=row["received_ns"],
        sender=row["sender"],
        process=row["process"],
    )


@dataclass(slots=True)
class Turn:
    """What happened from one prompt to the next, in order."""

    project: str
    agent: str
    session: str
    key: str  # tells it from the session's other turns; "" for what came before any prompt
    events: list[AgentEvent] = field(default_factory=list)

    @property
    def trace_id(self) -> str:
        return hashed(16, self.project, self.agent, self.session, self.key)

    @property
    def root_id(self) -> str:
        return hashed(8, self.trace_id, "turn")


def hashed(size_bytes: int, *names: str) -> str:
    """Hex digits that follow from the names alone."""
    return hashlib.blake2b("\x1f".join(names).encode(), digest_size=size_bytes).hexdigest()


def turns_of(project: str, agent: str, session: str, events: Iterable[AgentEvent]) -> list[Turn]:
    """The turns of a session in order of their beginning.

    An event belongs to the prompt that it names, else to the last one before it, else to the first of the session.
    """
    ordered = sorted(events, key=lambda event: event.place)
    prompts = [event for event in ordered if event.name == "user_prompt"]
    turns: dict[str, Turn] = {}
    current = _key(prompts[0]) if prompts else ""
    for event in ordered:
        if event.name == "user_prompt":
            current = _key(event)
        key = event.said("prompt.id") or current
        turn = turns.setdefault(key, Turn(project, agent, session, key))
        turn.events.append(event)
    return list(turns.values())


def _key(prompt: AgentEvent) -> str:
    return prompt.said("prompt.id") or str(prompt.time_ns)


def by(turn: Turn, name: str, key: str) -> dict[str, AgentEvent]:
    """The turn's events of a name by what ties them to others; without those that nothing ties."""
    named = {event.said(key): event for event in turn.events if event.name == name}
    named.pop("", None)
    return named


@dataclass(slots=True, frozen=True)
class Step:
    """One span of a turn: the event that ends it, what it is, and its key among the turn's steps of its kind."""

    event: AgentEvent
    kind: Kind
    name: str
    key: str
    start_ns: int
    is_failed: bool = False
    is_cancelled: bool = False
    more: Mapping[str, Value] = field(default_factory=dict)  # what other events say of it


def step_draft(turn: Turn, step: Step) -> Draft:
    """The draft of a step, below its turn; the caller fills what is peculiar to its kind."""
    event = step.event
    span = _span(turn, event, hashed(8, turn.trace_id, step.kind, step.key))
    span.parent_id = turn.root_id
    span.start_ns, span.end_ns = min(step.start_ns, event.time_ns), event.time_ns
    span.kind, span.name = step.kind, step.name
    span.status = "error" if step.is_failed else "cancelled" if step.is_cancelled else "ok"
    attributes = {**step.more, **event.attributes}
    return Draft(span, attributes, [], event.origin, 2 if step.is_failed else 0)


def turn_draft(turn: Turn, steps: Sequence[Draft], answer: str) -> Draft:
    """The draft of the turn itself: from its prompt to the last that is known of it."""
    first = turn.events[0]
    prompt = next((one for one in turn.events if one.name == "user_prompt"), first)
    span = _span(turn, prompt, turn.root_id)
    starts = [first.start_ns, *(draft.span.start_ns for draft in steps)]
    span.start_ns = prompt.time_ns if prompt.name == "user_prompt" else min(starts)
    span.end_ns = max(event.time_ns for event in turn.events)
    span.kind, span.name = "agent", f"{turn.agent} turn"
    draft = Draft(span, dict(prompt.attributes), [], prompt.origin, 0)
    asked = prompt.said("prompt")
    if asked:
        set_input(draft, [{"role": "user", "parts": [{"type": "text", "content": asked}]}])
    say(draft, answer)
    return draft


def say(draft: Draft, answer: str) -> None:
    """Give a draft what the model answered, where that is told."""
    if answer:
        parts = [{"type": "text", "content": answer}]
        set_output(draft, [{"role": "assistant", "parts": parts}])


def _span(turn: Turn, event: AgentEvent, span_id: str) -> Span:
    return Span(
        project=turn.project,
        trace_id=turn.trace_id,
        span_id=span_id,
        start_ns=event.time_ns,
        service=repository(event.origin.resource, event.attributes) or event.service,
        service_version=event.said("app.version"),
        environment=event.environment,
        user_id=_user(event),
        session_id=turn.session,
        turn_id=event.said("prompt.id") or turn.key,
        run_id=event.said("workflow.run_id"),
        agent_name=event.said("agent.name") or turn.agent,
        dialect=turn.agent.replace("-", "_"),
        scope_name=event.origin.scope_name,
        scope_version=event.origin.scope_version,
        received_ns=max(one.received_ns for one in turn.events),
        sender=event.sender,
        process=event.process,
    )


def _user(event: AgentEvent) -> str:
    found = (event.said(name) for name in _USER)
    return next((one for one in found if one and not one.startswith(_REDACTED)), "")
