"""OpenTelemetry's semantic conventions for generative AI, current names and the ones they replaced.

Source: semantic-conventions `docs/gen-ai` (1.28 to 1.41) and semantic-conventions-genai (2026), registry and spans.
"""

from clearspan_server.ingest.coerce import number, opened, strings, to_json, truth
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.fields import (
    Source,
    fill_json,
    fill_text,
    note_usage,
    set_input,
    set_output,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical, parts
from clearspan_server.model.span import Kind

NAME = "otel_genai"

KIND_OF_OPERATION: dict[str, Kind] = {
    "chat": "llm",
    "completion": "llm",
    "generate": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "fetch_response": "llm",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "rerank": "reranker",
    "reranking": "reranker",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "agent_step": "agent",
    "invoke_workflow": "chain",
    "plan": "chain",
    "chain": "chain",
}
_TEXT = (
    ("gen_ai.provider.name", "provider"),
    ("gen_ai.system", "provider"),
    ("gen_ai.operation.name", "operation"),
    ("gen_ai.request.model", "request_model"),
    ("gen_ai.response.model", "response_model"),
    ("gen_ai.response.id", "response_id"),
    ("gen_ai.agent.name", "agent_name"),
    ("gen_ai.tool.name", "tool_name"),
    ("gen_ai.tool.call.id", "tool_call_id"),
    ("gen_ai.retrieval.query.text", "retrieval_query"),
    ("gen_ai.prompt.name", "prompt_name"),
    ("gen_ai.prompt.version", "prompt_version"),
)
# A conversation groups traces like a session, but an explicit session is more than that: last.
_SESSION = (("session.id", "session_id"), ("gen_ai.conversation.id", "session_id"))
_JSON = (
    ("gen_ai.tool.definitions", "tool_definitions"),
    ("gen_ai.tool.call.arguments", "tool_arguments"),
    ("gen_ai.tool.call.result", "tool_result"),
    ("gen_ai.retrieval.documents", "documents"),
)
_USAGE = (
    ("gen_ai.usage.input_tokens", "input"),
    ("gen_ai.usage.prompt_tokens", "input"),
    ("gen_ai.usage.output_tokens", "output"),
    ("gen_ai.usage.completion_tokens", "output"),
    ("gen_ai.usage.total_tokens", "total"),
    ("gen_ai.usage.cache_read.input_tokens", "cache_read"),
    ("gen_ai.usage.cache_read_input_tokens", "cache_read"),
    ("gen_ai.usage.cache_write.input_tokens", "cache_write"),
    ("gen_ai.usage.cache_creation.input_tokens", "cache_write"),
    ("gen_ai.usage.cache_creation_input_tokens", "cache_write"),
    ("gen_ai.usage.reasoning.output_tokens", "reasoning"),
    ("gen_ai.usage.reasoning_tokens", "reasoning"),
    ("gen_ai.usage.audio.input_tokens", "audio_input"),
    ("gen_ai.usage.audio.output_tokens", "audio_output"),
)
_LONGEST_S = 7 * 24 * 3600.0  # to a first token; more is a broken clock
_PARAMETERS = "gen_ai.request."
_NOT_PARAMETERS = frozenset(("gen_ai.request.model", "gen_ai.request.stream"))


def speaks(keys: Keys) -> bool:
    """Whether any attribute is of this convention."""
    return bool(keys.under("gen_ai."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, model call, usage, content, tool and retrieval."""
    span, attributes = draft.span, draft.attributes
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_text(span, attributes, keys.hits(_SESSION))
    fill_json(span, attributes, keys.hits(_JSON))
    note_usage(draft, keys.hits(_USAGE))
    if span.kind == "other":
        span.kind = KIND_OF_OPERATION.get(span.operation, "other")
    if span.streamed is None:
        span.streamed = truth(attributes.get("gen_ai.request.stream"))
    reasons = strings(attributes.get("gen_ai.response.finish_reasons"))
    if reasons and not span.finish_reason:
        span.finish_reason = reasons[0]
    first_s = number(attributes.get("gen_ai.response.time_to_first_chunk"))
    if first_s is not None and 0 <= first_s <= _LONGEST_S and span.ttft_ns is None:
        span.ttft_ns = round(first_s * 1e9)
    if not span.parameters:
        _fill_parameters(draft, keys)
    _fill_messages(draft)


def _fill_parameters(draft: Draft, keys: Keys) -> None:
    start = len(_PARAMETERS)
    parameters = {
        key[start:]: draft.attributes[key]
        for key in keys.under(_PARAMETERS)
        if key not in _NOT_PARAMETERS
    }
    if parameters:
        draft.span.parameters = to_json(parameters)


def _fill_messages(draft: Draft) -> None:
    span = draft.span
    if not span.input and (source := _source(draft, "gen_ai.input.messages")):
        found = canonical(source.parsed)
        system = draft.attributes.get("gen_ai.system_instructions")
        if found and not system:
            set_input(draft, found, source)
        elif found:
            # Anthropic's form keeps the system text apart; one conversation holds both.
            instructions = parts(opened(system))
            with_system = [{"role": "system", "parts": instructions}, *found]
            set_input(draft, found if found[0]["role"] == "system" else with_system)
    if not span.output and (source := _source(draft, "gen_ai.output.messages")):
        found = canonical(source.parsed)
        if found:
            set_output(draft, found, source)


def _source(draft: Draft, key: str) -> Source | None:
    raw = draft.attributes.get(key)
    return Source(key, raw, opened(raw)) if raw is not None else None
