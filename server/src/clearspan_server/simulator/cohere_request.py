"""Reads Cohere's chat requests, which are close to OpenAI's."""

from dataclasses import replace

from clearspan_server.simulator.body import JsonObject, as_list, as_object, fingerprint
from clearspan_server.simulator.openai_request import parse as parse_openai
from clearspan_server.simulator.request import ChatRequest

_CHOICES = {"REQUIRED": "required", "NONE": "none"}
# Their names at OpenAI's.
_NAMES = {"p": "top_p", "stop_sequences": "stop"}
_LEFT_OUT = ("stream", "tool_choice", "response_format", "messages")


def parse(body: JsonObject) -> ChatRequest:
    """The request. Raises RefusedError naming the field at fault."""
    asked: dict[str, object] = {
        _NAMES.get(name, name): value for name, value in body.items() if name not in _LEFT_OUT
    }
    asked["messages"] = [
        _translated(as_object(message, "messages"))
        for message in as_list(body.get("messages"), "messages")
    ]
    asked["tool_choice"] = _CHOICES.get(str(body.get("tool_choice")), "auto")
    asked["response_format"] = _format(body.get("response_format"))
    thinking = as_object(body.get("thinking") or {}, "thinking")
    if thinking.get("type") == "disabled":
        asked["reasoning_effort"] = "none"
    request, _ = parse_openai(asked)
    return replace(request, provider="cohere", fingerprint=fingerprint(body))


def _translated(message: JsonObject) -> JsonObject:
    """A message as OpenAI has it: thoughts are no part of the prompt, documents are text."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    parts = [as_object(part, "messages.content") for part in content]
    return {
        **message,
        "content": [_part(part) for part in parts if part.get("type") != "thinking"],
    }


def _part(part: JsonObject) -> JsonObject:
    document = part.get("document")
    if not isinstance(document, dict):
        return part
    held = document.get("data")
    text = held.get("text") if isinstance(held, dict) else held
    return {"type": "text", "text": str(text)}


def _format(value: object) -> JsonObject | None:
    if value is None:
        return None
    wanted = as_object(value, "response_format")
    schema = wanted.get("json_schema") or wanted.get("schema")
    if schema is None:
        return wanted
    return {"type": "json_schema", "json_schema": {"schema": schema}}
