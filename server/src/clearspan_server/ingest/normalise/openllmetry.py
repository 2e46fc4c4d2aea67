"""OpenLLMetry (Traceloop), and the flattened conversations that LiteLLM and many forks write like it.

Source: openllmetry `semconv_ai` and its instrumentations, 0.33 to 0.62. Before 0.55 messages were flattened
(`gen_ai.prompt.N.…`) and usage had names of its own; since then they are OpenTelemetry's.
"""

from clearspan_server.ingest.coerce import opened, strings, text, to_json, truth
from clearspan_server.ingest.draft import Attributes, Draft, Event, Value
from clearspan_server.ingest.normalise.fields import (
    content,
    fill_json,
    fill_text,
    grouped,
    is_set,
    note_usage,
    request_parameters,
    set_input,
    set_output,
    set_value,
    ttft_from_event,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Kind

NAME = "openllmetry"

_KIND_OF_SPAN: dict[str, Kind] = {
    "workflow": "chain",
    "task": "chain",
    "agent": "agent",
    "tool": "tool",
}
# The request's type: our kind, and the operation that OpenTelemetry calls it.
_OF_REQUEST: dict[str, tuple[Kind, str]] = {
    "chat": ("llm", "chat"),
    "completion": ("llm", "text_completion"),
    "embedding": ("embedding", "embeddings"),
    "rerank": ("reranker", "rerank"),
}
# Where the type was left out, the span is still named after it: openai.response, cohere.rerank.
_REQUEST_OF_NAME = {
    "chat": "chat",
    "response": "chat",
    "completion": "completion",
    "embeddings": "embedding",
    "rerank": "rerank",
}
_INSTRUMENTATION = "opentelemetry.instrumentation."
_OWN = "traceloop.association.properties."
_TEXT = (
    (f"{_OWN}user_id", "user_id"),
    (f"{_OWN}userId", "user_id"),
    (f"{_OWN}user", "user_id"),
    ("gen_ai.user", "user_id"),
    ("llm.user", "user_id"),
    (f"{_OWN}session_id", "session_id"),
    (f"{_OWN}sessionId", "session_id"),
    (f"{_OWN}thread_id", "session_id"),
    (f"{_OWN}chat_id", "session_id"),
    (f"{_OWN}conversation_id", "session_id"),
    (f"{_OWN}customer_id", "customer_id"),
    ("traceloop.prompt.key", "prompt_name"),
    ("traceloop.prompt.version", "prompt_version"),
    ("llm.vendor", "provider"),
    ("llm.request.model", "request_model"),
    ("llm.response.model", "response_model"),
    ("llm.response.finish_reason", "finish_reason"),
)
_TOOL_JSON = (
    ("traceloop.entity.input", "tool_arguments"),
    ("traceloop.entity.output", "tool_result"),
)
_USAGE = (
    ("gen_ai.usage.input_tokens", "input"),
    ("gen_ai.usage.prompt_tokens", "input"),
    ("llm.usage.prompt_tokens", "input"),
    ("gen_ai.usage.output_tokens", "output"),
    ("gen_ai.usage.completion_tokens", "output"),
    ("llm.usage.completion_tokens", "output"),
    ("llm.usage.total_tokens", "total"),
    ("llm.usage.reasoning_tokens", "reasoning"),
    ("gen_ai.usage.cache_read.input_tokens", "cache_read"),
    ("gen_ai.usage.cache_read_input_tokens", "cache_read"),
    ("llm.usage.cache_read_input_tokens", "cache_read"),
    ("gen_ai.usage.cache_creation.input_tokens", "cache_write"),
    ("gen_ai.usage.cache_creation_input_tokens", "cache_write"),
    ("llm.usage.cache_creation_input_tokens", "cache_write"),
)
_PARAMETERS = (
    ("llm.temperature", "temperature"),
    ("llm.top_p", "top_p"),
    ("llm.top_k", "top_k"),
    ("llm.request.max_tokens", "max_tokens"),
    ("llm.frequency_penalty", "frequency_penalty"),
    ("llm.presence_penalty", "presence_penalty"),
    ("llm.chat.stop_sequences", "stop_sequences"),
    ("llm.request.reasoning_effort", "reasoning_effort"),
)
_STREAMING = ("gen_ai.is_streaming", "llm.is_streaming")
_SIGNS = (
    "llm.request.type",
    *_STREAMING,
    "llm.usage.total_tokens",
    "gen_ai.openai.api_base",
)
_PROMPTS = ("gen_ai.prompt.", "llm.prompts.")
_COMPLETIONS = ("gen_ai.completion.", "llm.completions.")
_FUNCTIONS = "llm.request.functions."
_CHUNKS = ("gen_ai.content.completion.chunk", "llm.content.completion.chunk")
_RESULTS = ("db.query.result", "db.search.result")
_TRACER = "traceloop.tracer"


def speaks(keys: Keys) -> bool:
    """Whether the span carries Traceloop's names, or a flattened conversation."""
    if keys.has_any(_SIGNS) or keys.under("traceloop."):
        return True
    return any(
        name[len(prefix) :].partition(".")[0].isdecimal()
        for prefix in (*_PROMPTS, *_COMPLETIONS)
        for name in keys.under(prefix)
    )


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, identity, usage and the flattened conversation; what a decorated function took and gave."""
    span, attributes = draft.span, draft.attributes
    _fill_kind(draft)
    fill_text(span, attributes, keys.hits(_TEXT))
    span.tags = span.tags or strings(attributes.get(f"{_OWN}tags"))
    note_usage(draft, keys.hits(_USAGE))
    for key in _STREAMING:
        if span.streamed is None:
            span.streamed = truth(attributes.get(key))
    if not span.parameters:
        given = request_parameters(attributes, keys)
        for key, name in keys.hits(_PARAMETERS):
            if is_set(attributes[key]):
                given.setdefault(name, attributes[key])
        span.parameters = to_json(given) if given else ""
    if not span.tool_definitions and keys.under(_FUNCTIONS):
        span.tool_definitions = to_json([_function(one) for one in grouped(attributes, _FUNCTIONS)])
    _fill_conversation(draft, keys)
    _fill_entity(draft, keys)
    if draft.events:
        _fill_from_events(draft)


def _fill_kind(draft: Draft) -> None:
    span, attributes = draft.span, draft.attributes
    request = text(attributes.get("llm.request.type")).lower()
    if not request and draft.origin.scope_name.startswith(_INSTRUMENTATION):
        request = _REQUEST_OF_NAME.get(span.name.rpartition(".")[2], "")
    if request in _OF_REQUEST:
        kind, operation = _OF_REQUEST[request]
        if span.name.endswith(".chat"):
            operation = "chat"  # also where the type of Anthropic's messages is "completion"
        span.kind = kind if span.kind == "other" else span.kind
        if not span.operation and "gen_ai.operation.name" not in attributes:
            span.operation = operation
    if span.kind == "other":
        named = text(attributes.get("traceloop.span.kind"))
        if not named and draft.origin.scope_name == _TRACER:
            named = span.name.rpartition(".")[2]
        span.kind = _KIND_OF_SPAN.get(named.lower(), "other")


def _fill_conversation(draft: Draft, keys: Keys) -> None:
    for side, setter, prefixes in (
        ("input", set_input, _PROMPTS),
        ("output", set_output, _COMPLETIONS),
    ):
        for prefix in prefixes:
            if getattr(draft.span, side) or f"gen_ai.{side}.messages" in keys:
                break
            if not keys.under(prefix):
                continue
            role = "user" if side == "input" else "assistant"
            items = [_item(one, role) for one in grouped(draft.attributes, prefix)]
            found = canonical([item for item in items if len(item) > 1])
            if found:
                setter(draft, found)


def _item(flat: Attributes, role: str) -> Attributes:
    """One flattened message as its provider would have written it."""
    role = text(flat.get("role")) or role
    item: dict[str, Value] = {"role": role}
    held = flat.get("content")
    if held not in (None, ""):
        item["content"] = content(held)
    if role == "thinking":
        thought: list[Value] = [{"type": "reasoning", "content": text(held)}]
        return {"role": "assistant", "parts": thought}
    if flat.get("tool_call_id"):
        item["tool_call_id"] = flat["tool_call_id"]
    calls: list[Value] = [dict(call) for call in grouped(flat, "tool_calls.")]
    if "function_call.name" in flat:
        name, arguments = flat["function_call.name"], flat.get("function_call.arguments")
        calls.append({"name": name, "arguments": arguments})
    if calls:
        item["tool_calls"] = calls
    if flat.get("finish_reason"):
        item["finish_reason"] = text(flat["finish_reason"])
    return item


def _function(flat: Attributes) -> Attributes:
    schemas = {key: opened(value) for key, value in flat.items()}
    return {"type": "function", **schemas}


def _fill_entity(draft: Draft, keys: Keys) -> None:
    """The function that a decorator wraps: its name, its arguments, what it returned."""
    span, attributes = draft.span, draft.attributes
    name = text(attributes.get("traceloop.entity.name"))
    if span.kind == "tool":
        span.tool_name = span.tool_name or name
        fill_json(span, attributes, keys.hits(_TOOL_JSON))
        return
    if span.kind == "agent":
        span.agent_name = span.agent_name or name
    if span.kind == "retriever" and not span.retrieval_query:
        span.retrieval_query = text(attributes.get("traceloop.entity.input"))
    if "gen_ai.input.messages" not in keys:
        set_value(
            draft, "input", "traceloop.entity.input", attributes.get("traceloop.entity.input")
        )
    if "gen_ai.output.messages" not in keys:
        output = attributes.get("traceloop.entity.output")
        set_value(draft, "output", "traceloop.entity.output", output)


def _fill_from_events(draft: Draft) -> None:
    """Time to the first token from the first chunk; documents of a vector store's answer."""
    span = draft.span
    ttft_from_event(draft, _CHUNKS)
    chunks = [event for event in draft.events if event.name in _CHUNKS and not event.attributes]
    if len(chunks) > 1:
        # One empty event a chunk says nothing more than the first did.
        draft.events = [event for event in draft.events if event not in chunks[1:]]
    results = [event for event in draft.events if event.name in _RESULTS]
    if results and not span.documents:
        span.documents = to_json([_document(event) for event in results])
        span.kind = "retriever" if span.kind == "other" else span.kind


def _document(event: Event) -> Message:
    said = {key.rpartition(".")[2]: value for key, value in event.attributes.items()}
    return {
        "id": text(said.get("id")),
        "content": text(said.get("document")),
        "score": said.get("score", said.get("distance")),
        "metadata": opened(said.get("metadata")),
    }
