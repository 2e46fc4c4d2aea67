"""Vercel's AI SDK, versions 4 to 6, and 7 with its older telemetry; version 7's own speaks OpenTelemetry's names.

Source: vercel/ai `packages/ai/src` (telemetry, generate-text, embed, rerank) and the provider packages. Values that
are not plain are JSON text, also inside lists. A call's root repeats the usage of its steps (versions 4 and 5: of the
last step only), which normalise leaves alone: what counts is decided over the whole trace.
"""

from clearspan.wire import Usage, read_usage
from clearspan_server.ingest.coerce import MOST_COUNT, number, opened, strings, text, to_json, whole
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise.ai_sdk_messages import conversation, reply
from clearspan_server.ingest.normalise.fields import (
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
from clearspan_server.model.span import Kind

NAME = "vercel_ai"

# The last word of `ai.operationId`: our kind, and the operation that OpenTelemetry calls it.
_OF_OPERATION: dict[str, tuple[Kind, str]] = {
    "generateText": ("agent", "invoke_agent"),
    "streamText": ("agent", "invoke_agent"),
    "generateObject": ("chain", ""),
    "streamObject": ("chain", ""),
    "doGenerate": ("llm", "chat"),
    "doStream": ("llm", "chat"),
    "toolCall": ("tool", "execute_tool"),
    "embed": ("chain", ""),
    "embedMany": ("chain", ""),
    "doEmbed": ("embedding", "embeddings"),
    "rerank": ("chain", ""),
    "doRerank": ("reranker", "rerank"),
}
# What callers add to a call of their own: until version 6 as metadata, since version 7 as the part of the runtime
# context that they let out.
_METADATA = "ai.telemetry.metadata."
_CONTEXT = "ai.settings.context."
_IDENTITY = (
    ("userId", "user_id"),
    ("user_id", "user_id"),
    ("sessionId", "session_id"),
    ("session_id", "session_id"),
    ("threadId", "session_id"),
    ("conversationId", "session_id"),
    ("customerId", "customer_id"),
)
_TEXT = (
    ("ai.model.provider", "provider"),
    ("ai.model.id", "request_model"),
    ("ai.response.model", "response_model"),
    ("ai.response.id", "response_id"),
    ("ai.response.finishReason", "finish_reason"),
    ("ai.finishReason", "finish_reason"),
    *((added + name, field) for added in (_METADATA, _CONTEXT) for name, field in _IDENTITY),
    ("ai.toolCall.name", "tool_name"),
    ("ai.toolCall.id", "tool_call_id"),
    ("ai.toolCall.args", "tool_arguments"),
    ("ai.toolCall.result", "tool_result"),
)
_USAGE = (
    ("ai.usage.inputTokens", "input"),
    ("ai.usage.promptTokens", "input"),
    ("ai.usage.tokens", "input"),
    ("gen_ai.usage.input_tokens", "input"),
    ("ai.usage.outputTokens", "output"),
    ("ai.usage.completionTokens", "output"),
    ("gen_ai.usage.output_tokens", "output"),
    ("ai.usage.totalTokens", "total"),
    ("ai.usage.inputTokenDetails.cacheReadTokens", "cache_read"),
    ("ai.usage.cachedInputTokens", "cache_read"),
    ("ai.usage.inputTokenDetails.cacheWriteTokens", "cache_write"),
    ("ai.usage.outputTokenDetails.reasoningTokens", "reasoning"),
    ("ai.usage.reasoningTokens", "reasoning"),
)
# What providers add of their own, in `ai.response.providerMetadata`, by the name of the provider there.
_PROVIDER_USAGE = (
    ("cachedPromptTokens", "cache_read"),
    ("cacheReadInputTokens", "cache_read"),
    ("cache_read_input_tokens", "cache_read"),
    ("cacheCreationInputTokens", "cache_write"),
    ("cache_creation_input_tokens", "cache_write"),
    ("cacheWriteInputTokens", "cache_write"),
    ("cacheWriteTokens", "cache_write"),
    ("reasoningTokens", "reasoning"),
)
_EXCLUSIVE = (
    "anthropic",
    "vertex.anthropic",
    "google.vertex.anthropic",
    "googleVertex.anthropic",
    "amazon-bedrock",
    "bedrock",
)
_DETAILS = "ai.usage.inputTokenDetails."
_EMBEDDED = ("ai.values", "ai.value")
_GENERIC = (*_EMBEDDED, "ai.documents")
_SETTINGS = "ai.settings."
_RENAMED = {"maxOutputTokens": "max_tokens"}
_SIGNS = (
    "ai.operationId",
    "ai.model.id",
    "ai.toolCall.name",
    # Version 7 on request, beside OpenTelemetry's names.
    "ai.usage.inputTokenDetails.noCacheTokens",
    "ai.usage.outputTokenDetails.textTokens",
    "ai.response.providerMetadata",
    "ai.prompt.toolChoice",
    "ai.values",
    "ai.value",
)


def speaks(keys: Keys) -> bool:
    """Whether the span carries the AI SDK's own names."""
    return keys.has_any(_SIGNS) or bool(keys.under(_CONTEXT))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, model call, identity, usage, conversation, tool, embedding and reranking."""
    span, attributes = draft.span, draft.attributes
    operation = text(attributes.get("ai.operationId"))
    kind, name = _OF_OPERATION.get(operation.rpartition(".")[2], ("other", ""))
    span.kind = kind if span.kind == "other" else span.kind
    span.operation = span.operation or name
    if span.streamed is None and kind in ("llm", "agent"):
        span.streamed = "stream" in operation.lower()
    fill_text(span, attributes, keys.hits(_TEXT))
    if span.provider == "gateway":
        span.provider = span.request_model.partition("/")[0]
    if span.kind == "agent":
        span.agent_name = span.agent_name or text(attributes.get("ai.telemetry.functionId"))
    for added in (_METADATA, _CONTEXT):
        span.tags = span.tags or strings(attributes.get(f"{added}tags"))
    if f"{_METADATA}langfusePrompt" in keys:
        _fill_prompt(draft)
    if not span.parameters:
        _fill_parameters(draft, keys)
    _fill_usage(draft, keys)
    _fill_ttft(draft)
    if not span.tool_definitions and "ai.prompt.tools" in keys:
        tools = attributes["ai.prompt.tools"]
        listed = tools if isinstance(tools, list) else opened(tools)
        if isinstance(listed, list):
            span.tool_definitions = to_json([opened(one) for one in listed])
    _fill_content(draft, keys)


def _fill_prompt(draft: Draft) -> None:
    held = opened(draft.attributes[f"{_METADATA}langfusePrompt"])
    if isinstance(held, dict):
        span = draft.span
        span.prompt_name = span.prompt_name or text(held.get("name"))
        span.prompt_version = span.prompt_version or text(held.get("version"))


def _fill_parameters(draft: Draft, keys: Keys) -> None:
    given = request_parameters(draft.attributes, keys)
    for key in keys.under(_SETTINGS):
        name = key.removeprefix(_SETTINGS)
        if is_set(draft.attributes[key]) and not key.startswith(_CONTEXT):
            given.setdefault(_RENAMED.get(name) or _snake(name), draft.attributes[key])
    if "ai.prompt.toolChoice" in keys:
        given["tool_choice"] = opened(draft.attributes["ai.prompt.toolChoice"])
    if given:
        draft.span.parameters = to_json(given)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _fill_usage(draft: Draft, keys: Keys) -> None:
    """The SDK's counts, completed by what the provider's package adds.

    Until version 5 Anthropic's and Bedrock's input came as those two send it: without cached tokens. Since version 6
    it is inclusive, and the details say so.
    """
    pairs = keys.hits(_USAGE)
    if not pairs:
        return
    provider = text(
        draft.attributes.get("ai.model.provider", draft.attributes.get("gen_ai.system"))
    )
    is_exclusive = provider.startswith(_EXCLUSIVE) and not keys.under(_DETAILS)
    note_usage(draft, pairs, is_exclusive=is_exclusive)
    noted = draft.usages[-1]
    usage = noted.usage
    for added in _provider_metadata(draft):
        raw = added.get("usage")
        whole_usage = raw if isinstance(raw, dict) else {}
        for held in (added, whole_usage):
            _complete(usage, held)
        read = read_usage(whole_usage)
        if read is not None:
            usage.cache_read = read.cache_read if usage.cache_read is None else usage.cache_read
            usage.cache_write = read.cache_write if usage.cache_write is None else usage.cache_write
            draft.usages.append(Candidate(read))
            # The provider's own count decides: since version 6 objects have inclusive input without details.
            noted.is_exclusive = noted.is_exclusive and read.input != usage.input
    if noted.is_exclusive:
        usage.total = None  # it is the sum without cached tokens


def _complete(usage: Usage, held: Attributes) -> None:
    for key, name in _PROVIDER_USAGE:
        if getattr(usage, name) is None:
            setattr(usage, name, whole(held.get(key)))


def _provider_metadata(draft: Draft) -> list[Attributes]:
    held = opened(
        draft.attributes.get(
            "ai.response.providerMetadata", draft.attributes.get("ai.result.providerMetadata")
        )
    )
    return [one for one in held.values() if isinstance(one, dict)] if isinstance(held, dict) else []


def _fill_ttft(draft: Draft) -> None:
    first_ms = number(draft.attributes.get("ai.response.msToFirstChunk"))
    if first_ms is None:
        for event in draft.events:
            if event.name == "ai.stream.firstChunk":
                first_ms = number(event.attributes.get("ai.response.msToFirstChunk"))
                break
    if first_ms is not None and first_ms < MOST_COUNT:
        fill_ttft(draft.span, first_ms / 1000)


def _fill_content(draft: Draft, keys: Keys) -> None:
    span, attributes = draft.span, draft.attributes
    if span.kind == "tool":
        return
    if not span.input:
        key = "ai.prompt.messages" if "ai.prompt.messages" in keys else "ai.prompt"
        found = conversation(attributes.get(key)) if key in keys else []
        if found:
            set_input(draft, found)
        for one in (key, *_GENERIC):
            if one in keys and not span.input:
                _fill_generic(draft, one)
    if not span.output and (found := reply(attributes)):
        set_output(draft, found)
    if "ai.ranking" in keys and not span.documents:
        _fill_ranking(draft)


def _fill_generic(draft: Draft, key: str) -> None:
    """Texts to embed are messages of the user; anything else stays the value that it is."""
    value = _plain(draft.attributes[key])
    texts = value if isinstance(value, list) else [value]
    if key in _EMBEDDED and all(isinstance(one, str) for one in texts):
        parts = [[{"type": "text", "content": one}] for one in texts]
        set_input(draft, [{"role": "user", "parts": part} for part in parts])
        return
    set_value(draft, "input", key, value)
    if text(draft.attributes[key]) != draft.span.input:
        draft.span.mirrored.pop(key, None)


def _plain(value: Value) -> Value:
    """A list whose members are JSON text, as a list; a single JSON text as the text in it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str) and value[:1] == '"':
        held = opened(f"[{value}]")
        return held[0] if isinstance(held, list) and len(held) == 1 else value
    return opened(value)


def _fill_ranking(draft: Draft) -> None:
    """The documents in their new order, each with its score."""
    given, ranking = (
        _plain(draft.attributes.get("ai.documents")),
        _plain(draft.attributes["ai.ranking"]),
    )
    if not isinstance(ranking, list):
        return
    documents = []
    for one in ranking:
        if not isinstance(one, dict):
            continue
        index = one.get("index", one.get("originalIndex"))
        known = isinstance(given, list) and isinstance(index, int) and 0 <= index < len(given)
        documents.append(
            {
                "id": text(index),
                "content": text(given[index]) if known else "",  # type: ignore[index]  # known says so
                "score": number(one.get("relevanceScore", one.get("score"))),
                "metadata": None,
            }
        )
    draft.span.documents = to_json(documents) if documents else ""
