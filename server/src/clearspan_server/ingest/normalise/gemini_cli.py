"""Gemini CLI: OpenTelemetry's names around Gemini's own JSON.

Source: google-gemini/gemini-cli `packages/core/src/telemetry` (constants, trace). Its operations have names of their
own; what a span took and gave stands in the attributes for messages, whatever it is.
"""

from clearspan.wire import read_reply, read_request
from clearspan_server.ingest.coerce import opened, text
from clearspan_server.ingest.draft import Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import (
    fill_json,
    fill_text,
    note_usage,
    set_input,
    set_output,
    set_value,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.span import Kind

NAME = "gemini_cli"

_KIND_OF_OPERATION: dict[str, Kind] = {
    "llm_call": "llm",
    "tool_call": "tool",
    "agent_call": "agent",
    "user_prompt": "agent",
    "system_prompt": "chain",
    "schedule_tool_calls": "chain",
}
_SIGNS = ("gen_ai.agent.description", "gen_ai.tool.call_id", "gemini_cli.operation.kind")
_AGENT = "gemini-cli"
_INPUT, _OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
_TEXT = (("gen_ai.tool.call_id", "tool_call_id"), ("gemini_cli.turn.id", "turn_id"))
_TOOL_JSON = ((_INPUT, "tool_arguments"), (_OUTPUT, "tool_result"))
_USAGE = (
    ("input_token_count", "input"),
    ("output_token_count", "output"),
    ("cached_content_token_count", "cache_read"),
    ("thoughts_token_count", "reasoning"),
    ("total_token_count", "total"),
)


def speaks(keys: Keys) -> bool:
    """Whether the span may come from Gemini CLI; `fill` looks closer."""
    return keys.has_any(_SIGNS)


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, usage, and content in Gemini's form."""
    span, attributes = draft.span, draft.attributes
    operation = text(attributes.get("gen_ai.operation.name"))
    if operation not in _KIND_OF_OPERATION or (
        attributes.get("gen_ai.agent.name") != _AGENT and not keys.under("gemini_cli.")
    ):
        return
    span.dialect = span.dialect or NAME
    span.kind = _KIND_OF_OPERATION[operation] if span.kind == "other" else span.kind
    fill_text(span, attributes, keys.hits(_TEXT))
    note_usage(draft, keys.hits(_USAGE))
    if span.kind == "tool":
        fill_json(span, attributes, keys.hits(_TOOL_JSON))
        return
    if span.kind == "llm":
        span.provider = span.provider or "gcp.gemini"
        _fill_call(draft)
    for side, key in (("input", _INPUT), ("output", _OUTPUT)):
        if key in keys and not _is_canonical(attributes[key]):
            set_value(draft, side, key, attributes[key])


def _fill_call(draft: Draft) -> None:
    asked, answered = opened(draft.attributes.get(_INPUT)), opened(draft.attributes.get(_OUTPUT))
    if isinstance(asked, dict) and "contents" not in asked and "parts" in asked:
        asked = [asked]
    body = {"contents": asked} if isinstance(asked, list) else asked
    if isinstance(body, dict) and not _is_canonical(asked) and not draft.span.input:
        read = read_request(body)
        if read is not None and read.messages:
            set_input(draft, read.messages)
    if isinstance(answered, dict):
        inner = answered.get("response")
        reply = read_reply(inner if isinstance(inner, dict) else answered)
        if reply is None:
            return
        if reply.messages and not draft.span.output:
            set_output(draft, reply.messages)
        if reply.usage is not None:
            draft.usages.append(Candidate(reply.usage))
        draft.span.response_id = draft.span.response_id or reply.response_id
        draft.span.finish_reason = draft.span.finish_reason or reply.finish_reason


def _is_canonical(value: Value) -> bool:
    """Whether these are messages of OpenTelemetry, whose parts have a type."""
    found = canonical(value)
    return bool(found) and all(
        isinstance(part, dict) and "type" in part for one in found or [] for part in one["parts"]
    )
