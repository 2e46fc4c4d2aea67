"""The turns of Claude Code from its log events.

Source: Claude Code's documentation of monitoring, section on events (2.1): `prompt.id` ties all events to their prompt,
`request_id` an answer to its request, `tool_use_id` a decision to its result; cached tokens are beside the input.
"""

from clearspan.wire import Usage
from clearspan_server.ingest.agent_events import (
    AgentEvent,
    Step,
    Turn,
    by,
    say,
    step_draft,
    turn_draft,
)
from clearspan_server.ingest.coerce import number, whole
from clearspan_server.ingest.draft import Candidate, Draft
from clearspan_server.ingest.normalise.fields import fill_cost, fill_ttft

_STEPS = ("api_request", "api_error", "tool_result", "compaction")


def claude_code_turn(turn: Turn) -> list[Draft]:
    """The spans of a turn, its own first; none where it was traced, for then spans of its own tell it."""
    if any(event.trace_id for event in turn.events):
        return []
    answers = {
        event.said("request_id"): event.said("response")
        for event in turn.events
        if event.name == "assistant_response"
    }
    refused = {event.said("request_id") for event in turn.events if event.name == "api_refusal"}
    decisions = by(turn, "tool_decision", "tool_use_id")
    results = by(turn, "tool_result", "tool_use_id")
    steps: list[Draft] = []
    for event in turn.events:
        if event.name in ("api_request", "api_error"):
            steps.append(_call(turn, event, answers))
            if event.said("request_id") in refused - {""}:
                steps[-1].span.finish_reason = "refusal"
        elif event.name == "tool_result":
            steps.append(_tool(turn, event, decisions.get(event.said("tool_use_id"))))
        elif _is_refused(event) and event.said("tool_use_id") not in results:
            steps.append(_tool(turn, event, None))
        elif event.name == "compaction":
            steps.append(_compaction(turn, event))
    is_told = steps or any(event.name == "user_prompt" for event in turn.events)
    said = [text for event in turn.events if (text := _answer_of(event))]
    return [turn_draft(turn, steps, said[-1] if said else ""), *steps] if is_told else []


def _answer_of(event: AgentEvent) -> str:
    return event.said("response") if event.name == "assistant_response" else ""


def _call(turn: Turn, event: AgentEvent, answers: dict[str, str]) -> Draft:
    request, model = event.said("request_id"), event.said("model")
    failed = event.name == "api_error"
    key = request or f"{event.time_ns} {event.record_id}"
    name = f"chat {model}".strip()
    draft = step_draft(turn, Step(event, "llm", name, key, event.start_ns, is_failed=failed))
    span, attributes = draft.span, draft.attributes
    span.operation, span.provider, span.request_model = "chat", "anthropic", model
    span.request_id = request
    span.attempt = whole(attributes.get("attempt"), 2**16 - 1)
    if failed:
        span.error_message = event.said("error")
        span.error_type = event.said("status_code")
        return draft
    usage = Usage(
        input=whole(attributes.get("input_tokens")),
        output=whole(attributes.get("output_tokens")),
        cache_read=whole(attributes.get("cache_read_tokens")),
        cache_write=whole(attributes.get("cache_creation_tokens")),
    )
    longer = whole(attributes.get("cache_creation_1h_tokens"))
    if longer:
        usage.other["cache_write_1h_tokens"] = longer
    draft.usages.append(Candidate(usage, is_exclusive=True))
    first_ms = number(attributes.get("ttft_ms"))
    fill_ttft(span, None if first_ms is None else first_ms / 1000)
    draft.is_whole = True
    fill_cost(span, attributes, (("cost_usd", "reported_cost"),))
    say(draft, answers.get(request, "") if request else "")
    return draft


def _is_refused(event: AgentEvent | None) -> bool:
    """Also a result says so: of a tool that was refused, too, some versions tell one."""
    return event is not None and event.said("decision", "decision_type") == "reject"


def _tool(turn: Turn, event: AgentEvent, decision: AgentEvent | None) -> Draft:
    """A tool that ran, or was not allowed to."""
    tool, call = event.said("tool_name"), event.said("tool_use_id")
    is_refused = _is_refused(event) or _is_refused(decision)
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
    span.tool_arguments = event.said("tool_input", "tool_parameters")
    if step.is_failed:
        span.error_type, span.error_message = event.said("error_type"), event.said("error")
    return draft


def _compaction(turn: Turn, event: AgentEvent) -> Draft:
    key = f"{event.time_ns} {event.record_id}"
    failed = event.is_true("success") is False
    draft = step_draft(
        turn, Step(event, "chain", "compaction", key, event.start_ns, is_failed=failed)
    )
    if failed:
        draft.span.error_message = event.said("error")
    return draft
