"""OpenTelemetry's semantic conventions for generative AI, current names and the ones they replaced.

Source: semantic-conventions `docs/gen-ai` (1.28 to 1.41) and semantic-conventions-genai (2026), registry and spans.
"""

from collections.abc import Callable
from dataclasses import replace

from clearspan.wire import read_reply, read_request
from clearspan_server.ingest.coerce import number, opened, strings, text, to_json, truth, whole
from clearspan_server.ingest.draft import Draft, Value
from clearspan_server.ingest.normalise import genai_events
from clearspan_server.ingest.normalise.fields import (
    Source,
    fill_cost,
    fill_json,
    fill_text,
    fill_ttft,
    is_set,
    note_usage,
    request_parameters,
    set_input,
    set_output,
    set_value,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical, parts
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Kind

NAME = "otel_genai"

KIND_OF_OPERATION: dict[str, Kind] = {
    "chat": "llm",
    "completion": "llm",
    "generate": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "fetch_response": "llm",
    "responses": "llm",
    "llm_call": "llm",
    "call_llm": "llm",
    "embedding": "embedding",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "rerank": "reranker",
    "reranking": "reranker",
    "execute_tool": "tool",
    "tool_call": "tool",
    "invoke_agent": "agent",
    "create_agent": "agent",
    "agent_step": "agent",
    "agent_call": "agent",
    "invoke_workflow": "chain",
    "plan": "chain",
    "chain": "chain",
    "framework": "chain",
    "workflow": "chain",
    "vectordb": "db",
    "evaluation": "evaluator",
    "evaluate": "evaluator",
    "guardrail": "guardrail",
}
_TEXT = (
    ("gen_ai.provider.name", "provider"),
    ("gen_ai.system", "provider"),
    ("gen_ai.operation.name", "operation"),
    ("gen_ai.request.model", "request_model"),
    ("gen_ai.response.model", "response_model"),
    ("gen_ai.response.id", "response_id"),
    ("gen_ai.agent.name", "agent_name"),
    ("gen_ai.request.user", "user_id"),
    ("gen_ai.user", "user_id"),
    ("openai.response.service_tier", "service_tier"),
    ("gen_ai.openai.response.service_tier", "service_tier"),
    ("gen_ai.response.service_tier", "service_tier"),
    ("anthropic.response.service_tier", "service_tier"),
    ("gen_ai.retrieval.query.text", "retrieval_query"),
    ("gen_ai.prompt.name", "prompt_name"),
    ("gen_ai.prompt.version", "prompt_version"),
)
# A conversation groups traces like a session, but an explicit session is more than that: last.
_SESSION = (("session.id", "session_id"), ("gen_ai.conversation.id", "session_id"))
_JSON = (
    ("gen_ai.tool.definitions", "tool_definitions"),
    ("gen_ai.retrieval.documents", "documents"),
)
# Some put the tool that a model asked for on the model's span: there it is no execution.
_TOOL = (
    ("gen_ai.tool.name", "tool_name"),
    ("gen_ai.tool.call.id", "tool_call_id"),
    ("gen_ai.tool.call_id", "tool_call_id"),
)
_TOOL_JSON = (
    ("gen_ai.tool.call.arguments", "tool_arguments"),
    ("gen_ai.tool.args", "tool_arguments"),
    ("gen_ai.tool.call.result", "tool_result"),
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
    ("gen_ai.usage.cache_write_input_tokens", "cache_write"),
    ("gen_ai.usage.reasoning.output_tokens", "reasoning"),
    ("gen_ai.usage.reasoning_tokens", "reasoning"),
    ("gen_ai.usage.audio.input_tokens", "audio_input"),
    ("gen_ai.usage.audio.output_tokens", "audio_output"),
)
# Kinds of input and output, by the names of the price list.
_MODALITIES = (
    ("gen_ai.usage.image.input_tokens", "input_image_tokens"),
    ("gen_ai.usage.image.output_tokens", "output_image_tokens"),
)
_COST = (
    ("gen_ai.usage.cost", "reported_cost"),
    ("gen_ai.usage.total_cost", "reported_cost"),
    ("gen_ai.cost.total_cost", "reported_cost"),
)
_TTFT_S = (
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.client.inference.time_to_first_chunk",
)
_FURTHER_PARAMETERS = (
    ("gen_ai.output.type", "output_type"),
    ("gen_ai.embeddings.dimension.count", "dimensions"),
    ("gen_ai.retrieval.top_k", "top_k"),
)
_AI_SDK_SCOPE = "gen_ai"  # Vercel's, version 7


def speaks(keys: Keys) -> bool:
    """Whether any attribute is of this convention."""
    return bool(keys.under("gen_ai."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, model call, usage, content, tool and retrieval: from the attributes, then from events of the span."""
    _fill(draft, keys)
    if any(event.name in genai_events.EVENTS for event in draft.events):
        _overlay_events(draft)
    span = draft.span
    if draft.origin.scope_name == _AI_SDK_SCOPE and span.operation in ("chat", "invoke_agent"):
        # It ends a cancelled stream without a word: no finish reason, no usage, no error.
        if span.finish_reason or span.output or draft.usages or draft.otel_status or draft.events:
            return
        if span.end_ns is not None and span.status == "ok":
            span.status = "cancelled"


def _fill(draft: Draft, keys: Keys) -> None:
    span, attributes = draft.span, draft.attributes
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_text(span, attributes, keys.hits(_SESSION))
    fill_json(span, attributes, keys.hits(_JSON))
    fill_cost(span, attributes, keys.hits(_COST))
    note_usage(draft, keys.hits(_USAGE))
    for key, name in keys.hits(_MODALITIES):
        count = whole(attributes.get(key))
        if count and draft.usages:
            draft.usages[-1].usage.other[name] = count
    _fill_kind(draft, keys)
    if span.kind != "llm":
        fill_text(span, attributes, keys.hits(_TOOL))
        fill_json(span, attributes, keys.hits(_TOOL_JSON))
    if span.streamed is None:
        streamed = attributes.get(
            "gen_ai.request.stream", attributes.get("gen_ai.request.is_stream")
        )
        span.streamed = truth(streamed)
    reasons = strings(attributes.get("gen_ai.response.finish_reasons"))
    if reasons and not span.finish_reason:
        span.finish_reason = reasons[0]
    for key in _TTFT_S:
        if key in keys:
            fill_ttft(span, number(attributes.get(key)))
    if not span.parameters:
        _fill_parameters(draft, keys)
    _fill_messages(draft, keys)


def _fill_kind(draft: Draft, keys: Keys) -> None:
    span = draft.span
    # Who adds OpenInference's kind to these names knows the span better.
    if span.kind == "other" and "openinference.span.kind" not in keys:
        span.kind = KIND_OF_OPERATION.get(span.operation, "other")
        if span.kind == "other" and "gen_ai.evaluation.name" in keys:
            span.kind = "evaluator"


def _fill_parameters(draft: Draft, keys: Keys) -> None:
    parameters = request_parameters(draft.attributes, keys)
    for key, name in keys.hits(_FURTHER_PARAMETERS):
        if is_set(draft.attributes[key]):
            parameters[name] = draft.attributes[key]
    if parameters:
        draft.span.parameters = to_json(parameters)


def _overlay_events(draft: Draft) -> None:
    """What only events of the span say."""
    if draft.span.kind == "tool":
        _fill_tool_from_events(draft)
        return
    said = genai_events.of_span(draft.events)
    missing = {key: value for key, value in said.items() if key not in draft.attributes}
    if not missing:
        return
    told = replace(draft, attributes=missing)
    _fill(told, Keys(tuple(missing)))
    draft.input_text, draft.output_text = told.input_text, told.output_text
    for key in missing:
        draft.span.mirrored.pop(key, None)  # it is no attribute


def _fill_tool_from_events(draft: Draft) -> None:
    """A tool's call as messages, in Strands' two forms: what it was given is one, what it gave is another."""
    span = draft.span
    for event in draft.events:
        if event.name == "gen_ai.tool.message" and not span.tool_arguments:
            span.tool_arguments = text(event.attributes.get("content"))
        elif event.name == genai_events.CHOICE and not span.tool_result:
            span.tool_result = text(event.attributes.get("message"))
        elif event.name == genai_events.DETAILS:
            given, got = (
                _first_part(event.attributes.get(f"gen_ai.{side}.messages"))
                for side in ("input", "output")
            )
            span.tool_arguments = span.tool_arguments or text(given.get("arguments"))
            span.tool_result = span.tool_result or text(got.get("response"))


def _first_part(raw: Value) -> Message:
    found = canonical(opened(raw)) or []
    return next((part for message in found for part in message["parts"]), {})


def _fill_messages(draft: Draft, keys: Keys) -> None:
    span = draft.span
    if not span.input and (source := _source(draft, "gen_ai.input.messages")):
        found = canonical(source.parsed)
        system = draft.attributes.get("gen_ai.system_instructions")
        if found and not system:
            set_input(draft, found, source)
        elif found:
            # Anthropic's form keeps the system text apart; one conversation holds both.
            instructions: Message = {"role": "system", "parts": parts(opened(system))}
            is_told = not instructions["parts"] or _says_the_same(found[0], instructions)
            set_input(draft, found if is_told else [instructions, *found])
        else:
            set_value(draft, "input", source.key, source.raw)
    if not span.output and (source := _source(draft, "gen_ai.output.messages")):
        found = canonical(source.parsed)
        if found:
            set_output(draft, found, source)
        else:
            set_value(draft, "output", source.key, source.raw)
    if "gen_ai.prompt" in keys and not span.input:
        _fill_side(draft, "input", "gen_ai.prompt")
    if "gen_ai.completion" in keys and not span.output:
        _fill_side(draft, "output", "gen_ai.completion")


def _says_the_same(message: Message, other: Message) -> bool:
    return (message["role"], message["parts"]) == (other["role"], other["parts"])


def _fill_side(draft: Draft, side: str, key: str) -> None:
    """One attribute with a provider's JSON, a list of messages, or a text."""
    raw = draft.attributes.get(key)
    held = opened(raw)
    found: list[Message] | None = None
    if isinstance(held, dict):
        read: Callable[..., object] = read_request if side == "input" else read_reply
        found = getattr(read(held), "messages", None)
    elif isinstance(held, list):
        found = canonical(held)
    elif held and draft.span.kind == "llm":
        role = "user" if side == "input" else "assistant"
        found = canonical([{"role": role, "content": held}])
    if found:
        (set_input if side == "input" else set_output)(draft, found)
    else:
        set_value(draft, side, key, raw)


def _source(draft: Draft, key: str) -> Source | None:
    raw = draft.attributes.get(key)
    return Source(key, raw, opened(raw)) if raw is not None else None
