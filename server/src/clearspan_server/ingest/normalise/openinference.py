"""OpenInference, Arize's convention: flattened messages, documents and token counts.

Source: openinference `spec/semantic_conventions.md`. Indices may start above zero and have gaps.
"""

from typing import Any

import orjson

from clearspan_server.ingest.coerce import number, opened, strings, text, to_json
from clearspan_server.ingest.draft import Attributes, Draft, Value
from clearspan_server.ingest.normalise.fields import (
    fill_json,
    fill_text,
    grouped,
    note_usage,
    set_input,
    set_output,
    set_value,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Kind

NAME = "openinference"

KIND_OF_NAME: dict[str, Kind] = {
    "LLM": "llm",
    "TOOL": "tool",
    "CHAIN": "chain",
    "RETRIEVER": "retriever",
    "EMBEDDING": "embedding",
    "AGENT": "agent",
    "RERANKER": "reranker",
    "GUARDRAIL": "guardrail",
    "EVALUATOR": "evaluator",
    "PROMPT": "chain",
    "DECISION": "chain",
}
_TEXT = (
    ("llm.provider", "provider"),
    ("llm.system", "provider"),
    ("llm.request.model_name", "request_model"),
    ("llm.response.model_name", "response_model"),
    ("llm.model_name", "response_model"),
    ("embedding.model_name", "response_model"),
    ("reranker.model_name", "response_model"),
    ("llm.finish_reason", "finish_reason"),
    ("agent.name", "agent_name"),
    ("tool.name", "tool_name"),
    ("tool_call.id", "tool_call_id"),
    ("tool.id", "tool_call_id"),
    ("session.id", "session_id"),
    ("user.id", "user_id"),
    ("reranker.query", "retrieval_query"),
    ("llm.prompt_template.version", "prompt_version"),
)
_JSON = (("llm.invocation_parameters", "parameters"),)
_USAGE = (
    ("llm.token_count.prompt", "input"),
    ("llm.token_count.completion", "output"),
    ("llm.token_count.total", "total"),
    ("llm.token_count.prompt_details.cache_read", "cache_read"),
    ("llm.token_count.prompt_details.cache_input", "cache_read"),
    ("llm.token_count.prompt_details.cache_write", "cache_write"),
    ("llm.token_count.prompt_details.audio", "audio_input"),
    ("llm.token_count.completion_details.reasoning", "reasoning"),
    ("llm.token_count.completion_details.audio", "audio_output"),
)
_SIGNS = ("openinference.span.kind", "input.value", "output.value", "llm.model_name")
_DOCUMENTS = (
    "retrieval.documents.",
    "reranker.output_documents.",
)
_RETRIEVAL_KINDS = ("retriever", "reranker")


def speaks(keys: Keys) -> bool:
    """Whether the span carries OpenInference's kind or its values."""
    return keys.has_any(_SIGNS)


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, model call, usage, conversation, documents; generic values where nothing better came."""
    span, attributes = draft.span, draft.attributes
    if span.kind == "other":
        named = text(attributes.get("openinference.span.kind")).upper()
        span.kind = KIND_OF_NAME.get(named, "other")
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_json(span, attributes, keys.hits(_JSON))
    note_usage(draft, keys.hits(_USAGE))
    if not span.request_model:
        parameters = opened(span.parameters)
        if isinstance(parameters, dict):
            span.request_model = text(parameters.get("model"))
    span.tags = span.tags or strings(attributes.get("tag.tags"))
    if span.kind not in ("llm", "agent") and not span.documents:
        _fill_documents(draft, keys)
    if span.kind in ("llm", "agent", "chain"):
        _fill_conversation(draft, keys)
    if span.kind == "llm":
        _fill_from_raw(draft)
    _fill_values(draft)


def _fill_documents(draft: Draft, keys: Keys) -> None:
    for prefix in _DOCUMENTS:
        items = grouped(draft.attributes, prefix) if keys.under(prefix) else []
        documents = [
            {
                "id": text(item.get("document.id")),
                "content": text(item.get("document.content")),
                "score": number(item.get("document.score")),
                "metadata": opened(item.get("document.metadata")),
            }
            for item in items
        ]
        if documents:
            draft.span.documents = to_json(documents)
            return


def _fill_conversation(draft: Draft, keys: Keys) -> None:
    for side, setter in (("input", set_input), ("output", set_output)):
        prefix = f"llm.{side}_messages."
        if getattr(draft.span, side) or not keys.under(prefix):
            continue
        found = [_message(item) for item in grouped(draft.attributes, prefix)]
        if found:
            setter(draft, found)
    if draft.span.tool_definitions or not keys.under("llm.tools."):
        return
    definitions = [
        opened(item.get("tool.json_schema"))
        for item in grouped(draft.attributes, "llm.tools.")
        if "tool.json_schema" in item
    ]
    if definitions:
        draft.span.tool_definitions = to_json(definitions)


def _message(item: Attributes) -> Message:
    message: Message = {"role": text(item.get("message.role")) or "user", "parts": []}
    content = item.get("message.content")
    call_id = item.get("message.tool_call_id")
    if call_id is not None:
        message["parts"].append(
            {"type": "tool_call_response", "id": text(call_id), "response": opened(content)}
        )
    elif content not in (None, ""):
        message["parts"].append({"type": "text", "content": text(content)})
    else:
        message["parts"] += [_content(one) for one in grouped(item, "message.contents.")]
    message["parts"] += [_call(one) for one in grouped(item, "message.tool_calls.")]
    return message


def _content(one: Attributes) -> Message:
    kind = text(one.get("message_content.type")) or "text"
    image = one.get("message_content.image.image.url")
    if image is not None:
        return {"type": "uri", "modality": "image", "uri": text(image)}
    return {
        "type": "reasoning" if kind in ("reasoning", "thinking") else "text",
        "content": text(one.get("message_content.text")),
    }


def _call(one: Attributes) -> Message:
    return {
        "type": "tool_call",
        "id": text(one.get("tool_call.id")),
        "name": text(one.get("tool_call.function.name")),
        "arguments": opened(one.get("tool_call.function.arguments")),
    }


def _fill_from_raw(draft: Draft) -> None:
    """The response id and the finish reason, which only the raw response in `output.value` holds."""
    span = draft.span
    raw = draft.attributes.get("output.value")
    if (span.response_id and span.finish_reason) or not isinstance(raw, str) or raw[:1] != "{":
        return
    try:
        response: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return
    span.response_id = span.response_id or text(response.get("id"))
    choices = response.get("choices")
    if not span.finish_reason and isinstance(choices, list) and choices:
        first = choices[0]
        span.finish_reason = text(first.get("finish_reason")) if isinstance(first, dict) else ""
    span.finish_reason = span.finish_reason or text(response.get("stop_reason"))


def _fill_values(draft: Draft) -> None:
    span, attributes = draft.span, draft.attributes
    given, got = attributes.get("input.value"), attributes.get("output.value")
    if span.kind == "tool":
        _set_text(draft, "tool_arguments", "input.value", given)
        _set_text(draft, "tool_result", "output.value", got)
    if span.kind in _RETRIEVAL_KINDS:
        _set_text(draft, "retrieval_query", "input.value", given)
    if span.kind not in ("tool", *_RETRIEVAL_KINDS):
        set_value(draft, "input", "input.value", given)
    if span.kind != "tool" and not span.documents:
        set_value(draft, "output", "output.value", got)


def _set_text(draft: Draft, field: str, key: str, value: Value) -> None:
    if value not in (None, "") and not getattr(draft.span, field):
        setattr(draft.span, field, text(value))
        draft.span.mirrored[key] = field
