"""Pydantic AI, versions 1 and 2, beside the generative-AI names that it also speaks.

Source: pydantic-ai `pydantic_ai_slim/pydantic_ai/models/instrumented.py`. An agent repeats the usage of its calls: in
version 1 under the names of a call, in version 2 as `gen_ai.aggregated_usage.…`, which is never read.
"""

from clearspan_server.ingest.coerce import opened, text
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.fields import (
    fill_cost,
    fill_json,
    fill_text,
    note_usage,
    set_input,
    set_output,
    set_value,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical, parts

NAME = "pydantic_ai"

_SCOPE = "pydantic-ai"
_SIGNS = (
    "pydantic_ai.all_messages",
    "all_messages_events",
    "model_request_parameters",
    "agent_name",
    "final_result",
    "tool_arguments",
    "tool_response",
    "tools",
    "gen_ai.agent.call.id",
)
_TEXT = (("agent_name", "agent_name"), ("model_name", "request_model"))
_TOOL = (("tool_arguments", "tool_arguments"), ("tool_response", "tool_result"))
_COST = (("operation.cost", "reported_cost"),)
_USAGE = (
    ("gen_ai.usage.input_tokens", "input"),
    ("gen_ai.usage.output_tokens", "output"),
    ("gen_ai.usage.details.cache_read_tokens", "cache_read"),
    ("gen_ai.usage.details.cache_read_input_tokens", "cache_read"),
    ("gen_ai.usage.details.cached_tokens", "cache_read"),
    ("gen_ai.usage.details.cache_write_tokens", "cache_write"),
    ("gen_ai.usage.details.cache_creation_input_tokens", "cache_write"),
    ("gen_ai.usage.details.reasoning_tokens", "reasoning"),
    ("gen_ai.usage.details.thoughts_tokens", "reasoning"),
    ("gen_ai.usage.details.input_audio_tokens", "audio_input"),
    ("gen_ai.usage.details.output_audio_tokens", "audio_output"),
    ("gen_ai.usage.details.audio_tokens", "audio_output"),
)


def speaks(keys: Keys) -> bool:
    """Whether the span may be Pydantic AI's; `fill` asks its scope, since some names could be anybody's."""
    return keys.has_any(_SIGNS)


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kinds that version 1 does not tell, details of the usage, an agent's conversation and a tool's call."""
    span, attributes = draft.span, draft.attributes
    if draft.origin.scope_name != _SCOPE and "pydantic_ai.all_messages" not in keys:
        return
    fill_text(span, attributes, keys.hits(_TEXT))
    if span.kind == "other":
        if "model_name" in keys or "final_result" in keys:
            span.kind = "agent"
        elif "gen_ai.tool.name" in keys:
            span.kind = "tool"
        elif "tools" in keys:
            span.kind = "chain"
    fill_cost(span, attributes, keys.hits(_COST))
    note_usage(draft, keys.hits(_USAGE))
    if span.kind == "tool":
        fill_json(span, attributes, keys.hits(_TOOL))
    elif span.kind == "agent":
        _fill_conversation(draft)


def _fill_conversation(draft: Draft) -> None:
    span, attributes = draft.span, draft.attributes
    held = attributes.get("pydantic_ai.all_messages", attributes.get("all_messages_events"))
    found = canonical(held) or []
    answer = [found.pop()] if found and found[-1]["role"] == "assistant" else []
    instructions = parts(opened(attributes.get("gen_ai.system_instructions")))
    if found and instructions:
        found = [{"role": "system", "parts": instructions}, *found]
    if found and not span.input:
        set_input(draft, found)
    if text(attributes.get("final_result")):
        set_value(draft, "output", "final_result", attributes["final_result"])
    elif answer and not span.output:
        set_output(draft, answer)
