"""Replies: what a provider answered, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan.wire.forms import either, first, mapping, mappings, text
from clearspan.wire.messages import Message, read_message, read_messages
from clearspan.wire.usage import Usage, read_usage


@dataclass
class Reply:
    """One answer of a model; what it does not say is empty."""

    response_id: str = ""
    model: str = ""
    finish_reason: str = ""  # in the provider's own word
    service_tier: str = ""
    messages: list[Message] = field(default_factory=list)
    usage: Usage | None = None
    documents: list[dict[str, Any]] = field(default_factory=list)  # ranked: {"index", "score"}
    request_id: str = ""  # what the provider's support asks for


def read_reply(body: Mapping[str, Any]) -> Reply | None:
    """The answer in a provider's JSON; None where the form is of no provider.

    Chat, text completions, responses, embeddings and reranking are known by their form: OpenAI's and those of all that
    copy it, Anthropic's, Gemini's, Bedrock's (Converse), Cohere's and Ollama's.
    """
    held = body.get("response")
    if isinstance(held, Mapping):  # the last event of a stream, or a batch
        body = held
    messages, reason = _answer(body)
    usage = _usage(body)
    if not messages and not reason and usage is None:
        return None
    return Reply(
        response_id=text(first(body, ("id", "responseId", "response_id", "generation_id"))),
        model=text(first(body, ("model", "modelVersion", "model_version"))),
        finish_reason=reason,
        service_tier=_service_tier(body),
        messages=messages,
        usage=usage,
    )


def _answer(body: Mapping[str, Any]) -> tuple[list[Message], str]:
    """The messages, and the reason of the first of them to end."""
    output = body.get("output")
    if isinstance(body.get("choices"), list):
        found = [
            _ended(_choice(one), one.get("finish_reason")) for one in mappings(body["choices"])
        ]
    elif isinstance(output, list):
        found = [_ended(one, None) for one in read_messages(output)]
        reason = mapping(body.get("incomplete_details")).get("reason") or body.get("status")
        return [one for one in found if one is not None], text(reason)
    elif isinstance(either(body, "candidates"), list):
        found = [
            _ended(
                read_message(mapping(one.get("content")), "assistant"), either(one, "finishReason")
            )
            for one in mappings(body["candidates"])
        ]
    elif _is_message(body):
        message = mapping(output).get("message") or mapping(body)
        reason = first(body, ("stopReason", "stop_reason"))
        found = [_ended(read_message(message, "assistant"), reason)]
    else:
        return _plain(body)
    return _with_reason(found)


def _is_message(body: Mapping[str, Any]) -> bool:
    """Anthropic's, and Bedrock's; Llama's on Bedrock has a reason as well."""
    holds_one = "stopReason" in body or "stop_reason" in body
    holds_one = holds_one or "message" in mapping(body.get("output"))
    return body.get("type") == "message" or (holds_one and "generation" not in body)


def _plain(body: Mapping[str, Any]) -> tuple[list[Message], str]:
    """One message: Ollama's and Cohere's, and Gemini's refusal to answer at all."""
    reason = first(body, ("done_reason", "finish_reason", "stop_reason"))
    said: object = None
    if isinstance(body.get("message"), dict):
        said = body["message"]
    elif "done" in body:
        said = {"content": body.get("response"), "thinking": body.get("thinking")}
    elif "generation_id" in body or "chat_history" in body:
        said = {"content": body.get("text"), "tool_calls": body.get("tool_calls")}
    elif isinstance(body.get("generation"), str):
        said = body["generation"]  # Llama on Bedrock
    blocked = either(mapping(either(body, "promptFeedback")), "blockReason")
    messages, found = _with_reason([_ended(read_message(said, "assistant"), reason)])
    return messages, found or text(blocked)


def _with_reason(found: list[Message | None]) -> tuple[list[Message], str]:
    messages = [one for one in found if one is not None]
    reason = next((one["finish_reason"] for one in messages if one.get("finish_reason")), "")
    return [one for one in messages if one["parts"]], reason


def _choice(choice: Mapping[str, Any]) -> Message | None:
    message = choice.get("message")
    return read_message(message if isinstance(message, dict) else choice.get("text"), "assistant")


def _ended(message: Message | None, reason: object) -> Message | None:
    if not isinstance(reason, str) or not reason:
        return message
    message = {"role": "assistant", "parts": []} if message is None else message
    return {**message, "finish_reason": reason}


def _usage(body: Mapping[str, Any]) -> Usage | None:
    for key in ("usage", "usageMetadata", "usage_metadata", "meta"):
        held = body.get(key)
        if isinstance(held, dict) and (usage := read_usage(held)) is not None:
            return usage
    groq = mapping(mapping(body.get("x_groq")).get("usage"))
    if groq:
        return read_usage(groq)
    is_flat = (
        "prompt_eval_count" in body or "eval_count" in body or "generation_token_count" in body
    )
    return read_usage(body) if is_flat else None


def _service_tier(body: Mapping[str, Any]) -> str:
    tier = first(body, ("service_tier", "serviceTier"))
    if tier is None:
        tier = mapping(body.get("usage")).get("service_tier")  # Anthropic's
    if isinstance(tier, dict):
        tier = tier.get("type")  # Bedrock's
    return tier if isinstance(tier, str) else ""
