"""The turns of Codex from its log events.

Source: openai/codex `codex-rs/otel` (2026): events share `conversation.id` and name no turn, and a model call is told
in two: `codex.api_request` when it is answered, with its duration, and `codex.sse_event` of kind `response.completed`
with its tokens. Cached tokens are part of the input, reasoning is part of the output. What was answered is not told.
An answer that breaks off is told by an event that failed and is of no kind; after a refusal there is a failed result.
"""

from collections.abc import Sequence

from clearspan.wire import Usage
from clearspan_server.ingest.agent_events import AgentEvent, Step, Turn, by, step_draft, turn_draft
from clearspan_server.ingest.coerce import whole
from clearspan_server.ingest.draft import Candidate, Draft

_COMPLETED, _FAILED = "response.completed", ("response.failed", "response.incomplete")
_NO_KIND = ("", "unknown")
_ASKS = ("api_request", "websocket_request")
_PIECES = ("sse_event", "websocket_event")
_REFUSALS = ("denied", "abort")
_NOT_A_CALL = ("models", "token")  # other addresses that it asks


def codex_turn(turn: Turn) -> list[Draft]:
    """The spans of a turn, its own first."""
    steps: list[Draft] = []
    decisions = by(turn, "tool_decision", "call_id")
    results = by(turn, "tool_result", "call_id")
    asked: AgentEvent | None = None  # what no answer has come to yet
    before_ns = turn.events[0].time_ns
    for event in _told_once(turn.events):
        if event.name in _ASKS and not _is_elsewhere(event):
            if asked is not None:
                steps.append(_call(turn, asked, None, before_ns))
            asked = event
            if _has_failed(event):
                steps.append(_call(turn, event, None, before_ns))
                asked = None
        elif _is_answered(event) or _has_broken(event, is_awaited=asked is not None):
            steps.append(_call(turn, asked or event, event, before_ns))
            asked = None
        elif event.name == "tool_result":
            steps.append(_tool(turn, event, decisions.get(event.said("call_id"))))
        elif _is_refused(event) and event.said("call_id") not in results:
            steps.append(_tool(turn, event, None))
        else:
            continue
        before_ns = event.time_ns
    if asked is not None:
        steps.append(_call(turn, asked, None, before_ns))
    is_told = steps or any(event.name == "user_prompt" for event in turn.events)
    return [turn_draft(turn, steps, ""), *steps] if is_told else []


def _told_once(events: Sequence[AgentEvent]) -> Sequence[AgentEvent]:
    """Without an event that only tells that an answer is complete, where one with its tokens follows."""
    kept: list[AgentEvent] = []
    is_counted = False  # by what completes the answer after the event
    for event in reversed(events):
        if _is_answered(event):
            if is_counted and not _has_tokens(event):
                continue
            is_counted = _has_tokens(event)
        elif event.name in _ASKS:
            is_counted = False
        kept.append(event)
    return kept[::-1]


def _has_tokens(event: AgentEvent) -> bool:
    return whole(event.attributes.get("input_token_count")) is not None


def _is_answered(event: AgentEvent) -> bool:
    """Of an answer over a WebSocket both tell that it is complete, and one of them its tokens."""
    return event.name == "sse_event" and event.said("event.kind") == _COMPLETED


def _has_broken(event: AgentEvent, *, is_awaited: bool) -> bool:
    kind = event.said("event.kind")
    if event.name not in _PIECES or (kind not in _FAILED and kind not in _NO_KIND):
        return False
    return kind in _FAILED or (is_awaited and _has_failed(event))


def _is_refused(event: AgentEvent | None) -> bool:
    return (
        event is not None and event.name == "tool_decision" and event.said("decision") in _REFUSALS
    )


def _is_elsewhere(event: AgentEvent) -> bool:
    return event.said("endpoint").rpartition("/")[2] in _NOT_A_CALL


def _has_failed(event: AgentEvent) -> bool:
    status = whole(event.attributes.get("http.response.status_code"))
    is_told = event.is_true("success") is False or bool(event.said("error.message"))
    return is_told or (status is not None and status >= 400)


def _call(turn: Turn, asked: AgentEvent, ended: AgentEvent | None, before_ns: int) -> Draft:
    """A model call: from its request, where that is told, to its last event."""
    last = ended or asked
    is_asked = asked.name in _ASKS
    model = last.said("model", "slug")
    step = Step(
        last,
        "llm",
        f"chat {model}".strip(),
        f"{asked.time_ns} {asked.record_id}",
        asked.start_ns if is_asked else min(before_ns, last.time_ns),
        is_failed=_has_failed(last) or last.said("event.kind") in _FAILED,
        more=asked.attributes,
    )
    draft = step_draft(turn, step)
    span, attributes = draft.span, draft.attributes
    span.operation, span.provider, span.request_model = "chat", "openai", model
    span.attempt = _attempt(asked)
    if step.is_failed:
        span.error_message = last.said("error.message", "event.kind")
        span.error_type = last.said("http.response.status_code", "error.type")
    usage = Usage(
        input=whole(attributes.get("input_token_count")),
        output=whole(attributes.get("output_token_count")),
        cache_read=whole(attributes.get("cached_token_count")),
        reasoning=whole(attributes.get("reasoning_token_count")),
    )
    if usage.input is not None:
        span.streamed = True
        draft.usages.append(Candidate(usage))
    return draft


def _attempt(asked: AgentEvent) -> int | None:
    """Which attempt it is, from 1 on; Codex counts from 0."""
    count = whole(asked.attributes.get("attempt"), 2**16 - 2)
    return None if count is None else count + 1


def _tool(turn: Turn, event: AgentEvent, decision: AgentEvent | None) -> Draft:
    """A tool that ran, or was not allowed to."""
    tool, call = event.said("tool_name"), event.said("call_id")
    is_refused = _is_refused(decision or event)
    step = Step(
        event,
        "tool",
        f"execute_tool {tool}".strip(),
        call or f"{event.time_ns} {event.record_id}",
        event.start_ns,
        is_failed=event.is_true("success") is False and not is_refused,
        is_cancelled=is_refused,
        more=decision.attributes if decision else {},
    )
    draft = step_draft(turn, step)
    span = draft.span
    span.operation, span.tool_name, span.tool_call_id = "execute_tool", tool, call
    span.tool_arguments, span.tool_result = event.said("arguments"), event.said("output")
    if step.is_failed:
        span.error_message = span.tool_result[:_MOST_MESSAGE_CHARS]
    return draft


_MOST_MESSAGE_CHARS = 2_000
