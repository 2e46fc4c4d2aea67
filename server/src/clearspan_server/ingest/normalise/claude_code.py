"""Claude Code's own spans: an interaction, its model requests, its tools.

Source: Claude Code's documentation of monitoring (traces, beta) and spans of 2.1. Names are bare (`input_tokens`),
cached tokens are counted beside the input, and content that was not asked for is the word <REDACTED>.
"""

from clearspan_server.ingest.coerce import number, text, truth
from clearspan_server.ingest.draft import Attributes, Draft
from clearspan_server.ingest.normalise.fields import (
    fill_cost,
    fill_text,
    fill_ttft,
    fill_whole,
    note_usage,
    set_input,
    set_output,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.repository import repository
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Kind

NAME = "claude_code"

_KIND_OF_TYPE: dict[str, Kind] = {
    "interaction": "agent",
    "llm_request": "llm",
    "tool": "tool",
    "hook": "chain",
}
_TEXT = (
    ("model", "request_model"),
    ("response.model", "response_model"),
    ("stop_reason", "finish_reason"),
    ("request_id", "request_id"),
    ("tool_name", "tool_name"),
    ("tool_use_id", "tool_call_id"),
    ("user.email", "user_id"),
    ("error", "error_message"),
)
_WHOLE = (("attempt", "attempt"),)
_USAGE = (
    ("input_tokens", "input"),
    ("output_tokens", "output"),
    ("cache_read_tokens", "cache_read"),
    ("cache_creation_tokens", "cache_write"),
)
_COST = (("cost_usd", "reported_cost"),)
_AGENT = "claude-code"
_HIDDEN = "<REDACTED>"
_PREFIX = "claude_code."


def speaks(keys: Keys) -> bool:
    """Whether the span names a type as Claude Code does; `fill` looks closer."""
    return "span.type" in keys


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, model call, usage, prompt, answer and tool."""
    span, attributes = draft.span, draft.attributes
    if not span.name.startswith(_PREFIX):
        return
    span.dialect = span.dialect or NAME
    span.service = repository(draft.origin.resource, attributes) or span.service
    if "gen_ai.agent.name" not in keys:
        span.agent_name = span.agent_name or text(attributes.get("agent.name")) or _AGENT
    kind = text(attributes["span.type"]).removeprefix(_PREFIX)
    if span.kind == "other":
        span.kind = _KIND_OF_TYPE.get(kind, "other")
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_whole(span, attributes, keys.hits(_WHOLE))
    fill_cost(span, attributes, keys.hits(_COST))
    note_usage(draft, keys.hits(_USAGE), is_exclusive=True)
    if span.kind == "llm":
        span.provider = span.provider or text(attributes.get("gen_ai.system")) or "anthropic"
        first_ms = number(attributes.get("ttft_ms"))
        fill_ttft(span, None if first_ms is None else first_ms / 1000)
    if truth(attributes.get("success")) is False and span.status == "ok":
        span.status = "error"
    _fill_content(draft)


def _fill_content(draft: Draft) -> None:
    span, attributes = draft.span, draft.attributes
    if span.kind == "tool":
        span.tool_arguments = span.tool_arguments or (
            _said(attributes, "tool_input") or _said(attributes, "full_command")
        )
        for event in draft.events:
            if event.name == "tool.output" and not span.tool_result:
                span.tool_result = _said(event.attributes, "output") or _said(
                    event.attributes, "content"
                )
        return
    asked = _said(attributes, "user_prompt") or _said(attributes, "new_context")
    if asked and not span.input:
        set_input(draft, [{"role": "user", "parts": [{"type": "text", "content": asked}]}])
    thought = _said(attributes, "response.thinking_output")
    answer = _said(attributes, "response.model_output")
    parts: list[Message] = [{"type": "reasoning", "content": thought}] if thought else []
    parts += [{"type": "text", "content": answer}] if answer else []
    if parts and not span.output:
        set_output(draft, [{"role": "assistant", "parts": parts}])


def _said(attributes: Attributes, key: str) -> str:
    said = text(attributes.get(key))
    return "" if said == _HIDDEN else said
