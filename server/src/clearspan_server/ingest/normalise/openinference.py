"""OpenInference, Arize's convention: flattened messages, documents and token counts.

Source: openinference `spec/semantic_conventions.md`. Its instrumentors also keep the raw request and response, which
hold what the flattened names do not say.
"""

import re

from clearspan.wire import Reply, read_reply, read_request, read_usage
from clearspan_server.ingest.coerce import opened, strings, text, to_json, truth
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import (
    fill_cost,
    fill_json,
    fill_text,
    grouped,
    note_usage,
    set_input,
    set_output,
    set_value,
    ttft_from_event,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.openinference_messages import (
    conversation,
    documents,
    embedded,
)
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
    ("graph.node.id", "step_id"),
    ("graph.node.parent_id", "step_parent_id"),
)
_JSON = (
    ("llm.invocation_parameters", "parameters"),
    ("embedding.invocation_parameters", "parameters"),
)
_COST = (("llm.cost.total", "reported_cost"),)
# What frameworks put into `metadata`, where nothing better came.
_OF_METADATA = (
    ("user_id", "user_id"),
    ("session_id", "session_id"),
    ("thread_id", "session_id"),
    ("conversation_id", "session_id"),
)
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
_SIGNS = (
    "openinference.span.kind",
    "input.value",
    "output.value",
    "llm.model_name",
    "llm.token_count.prompt",
    "llm.input_messages.0.message.role",
    "embedding.model_name",
)
_FIRST_TOKEN = ("First Token Stream Event",)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
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
    if span.kind == "llm" and not span.operation and keys.under("llm.prompts."):
        span.operation = "text_completion"
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_json(span, attributes, keys.hits(_JSON))
    fill_cost(span, attributes, keys.hits(_COST))
    note_usage(draft, keys.hits(_USAGE))
    _fill_from_parameters(draft)
    if "metadata" in keys and not (span.user_id and span.session_id):
        _fill_from_metadata(draft)
    if span.kind == "agent":
        span.agent_name = span.agent_name or text(attributes.get("graph.node.name"))
    span.tags = span.tags or _tags(attributes.get("tag.tags"))
    if draft.events:
        ttft_from_event(draft, _FIRST_TOKEN)
    if span.kind not in ("llm", "agent") and not span.documents:
        found = documents(attributes, keys)
        span.documents = to_json(found) if found else ""
    if span.kind in ("llm", "agent", "chain"):
        _fill_conversation(draft, keys)
    if span.kind in ("llm", "embedding"):
        _fill_from_raw(draft)
    _fill_values(draft)


def _fill_from_parameters(draft: Draft) -> None:
    span = draft.span
    if span.request_model and span.streamed is not None:
        return
    parameters = opened(draft.attributes.get("llm.invocation_parameters", span.parameters))
    if isinstance(parameters, dict):
        named = parameters.get("model") or parameters.get("model_name")
        span.request_model = span.request_model or text(named)
        if span.streamed is None:
            span.streamed = truth(parameters.get("stream"))


def _fill_from_metadata(draft: Draft) -> None:
    held = opened(draft.attributes["metadata"])
    if isinstance(held, dict):
        fill_text(draft.span, held, _OF_METADATA)


def _tags(value: Value) -> list[str]:
    """A list, JSON text of one, or a list as Python prints it."""
    if isinstance(value, str) and value.startswith("[") and opened(value) == value:
        return [one or other for one, other in _QUOTED.findall(value)]
    return strings(value)


def _fill_conversation(draft: Draft, keys: Keys) -> None:
    for side, setter in (("input", set_input), ("output", set_output)):
        prefix = f"llm.{side}_messages."
        if getattr(draft.span, side) or not keys.under(prefix):
            continue
        found = conversation(draft.attributes, prefix)
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


def _fill_from_raw(draft: Draft) -> None:
    """What only the raw request and the raw response hold."""
    span = draft.span
    if span.kind == "llm" and not span.input:
        asked = opened(draft.attributes.get("input.value"))
        request = read_request(asked) if isinstance(asked, dict) else None
        if request is not None and request.messages:
            set_input(draft, request.messages)
    response = opened(draft.attributes.get("output.value"))
    if not isinstance(response, dict):
        return
    if "generations" in response:
        _fill_from_langchain(draft, response)
        return
    reply = read_reply(response)
    if reply is not None:
        _fill_from_reply(draft, reply)
    # A stream that was cut short has the id of its answer and little else.
    if not span.response_id and isinstance(response.get("id"), str):
        span.response_id = text(response["id"])
    if not span.finish_reason and isinstance(response.get("stop_reason"), str):
        span.finish_reason = text(response["stop_reason"])


def _fill_from_reply(draft: Draft, reply: Reply) -> None:
    span = draft.span
    span.response_id = span.response_id or reply.response_id
    if reply.finish_reason == "completed" and '"tool_call"' in span.output:
        span.finish_reason = span.finish_reason or "tool_call"  # OpenAI's responses only end
    span.finish_reason = span.finish_reason or reply.finish_reason
    span.service_tier = span.service_tier or reply.service_tier
    if reply.messages and not span.output and span.kind == "llm":
        set_output(draft, reply.messages)
    if reply.usage is not None:
        draft.usages.append(Candidate(reply.usage))


def _fill_from_langchain(draft: Draft, result: Attributes) -> None:
    """What LangChain keeps of the provider's answer, beside its own form of the message."""
    span = draft.span
    message: Value = result
    for key in ("generations", 0, 0, "message", "kwargs"):
        if isinstance(key, int):
            message = message[key] if isinstance(message, list) and len(message) > key else None
        else:
            message = message.get(key) if isinstance(message, dict) else None
    if not isinstance(message, dict):
        return
    counted = message.get("usage_metadata")
    usage = read_usage(counted) if isinstance(counted, dict) else None
    if usage is not None:
        draft.usages.append(Candidate(usage))
    held = message.get("response_metadata")
    if not isinstance(held, dict):
        return
    span.response_id = span.response_id or text(held.get("id"))
    # `llm.model_name` is the model that was asked for where the provider's answer came as a stream.
    span.response_model = text(held.get("model_name")) or span.response_model
    reason = held.get("finish_reason") or held.get("stop_reason")
    span.finish_reason = span.finish_reason or text(reason)
    span.service_tier = span.service_tier or text(held.get("service_tier"))
    raw = held.get("token_usage") or held.get("usage")
    usage = read_usage(raw) if isinstance(raw, dict) else None
    if usage is not None:
        draft.usages.append(Candidate(usage))


def _fill_values(draft: Draft) -> None:
    span, attributes = draft.span, draft.attributes
    given, got = attributes.get("input.value"), attributes.get("output.value")
    if span.kind == "tool":
        _set_text(draft, "tool_arguments", "input.value", given)
        _set_text(draft, "tool_result", "output.value", got)
        described = attributes.get("tool.parameters")
        if not _is_schema(described):
            _set_text(draft, "tool_arguments", "tool.parameters", described)
    elif span.kind in _RETRIEVAL_KINDS:
        _set_text(draft, "retrieval_query", "input.value", given)
    elif span.kind == "embedding":
        found = embedded(attributes) if not span.input else []
        if found:
            set_input(draft, found)
        set_value(draft, "input", "input.value", given)
        return  # its output are vectors: nothing to read or to search
    else:
        set_value(draft, "input", "input.value", given)
    if span.kind != "tool" and not span.documents:
        set_value(draft, "output", "output.value", got)


def _is_schema(described: Value) -> bool:
    """`tool.parameters` is a JSON schema in Python's instrumentors, the arguments in JavaScript's."""
    held = opened(described)
    return isinstance(held, dict) and isinstance(held.get("properties"), dict) and "type" in held


def _set_text(draft: Draft, field: str, key: str, value: Value) -> None:
    if value not in (None, "") and not getattr(draft.span, field):
        setattr(draft.span, field, text(value))
        draft.span.mirrored[key] = field
