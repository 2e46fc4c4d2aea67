"""Reads Ollama's requests: chats, and prompts without one."""

import json

from clearspan_server.simulator import models
from clearspan_server.simulator.body import (
    JsonObject,
    as_list,
    as_object,
    as_text,
    fingerprint,
)
from clearspan_server.simulator.models import Kind, Model
from clearspan_server.simulator.openai_request import tools
from clearspan_server.simulator.request import (
    ChatRequest,
    Message,
    RefusedError,
    Role,
    ToolCall,
)

_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
_EFFORTS = ("low", "medium", "high")
_NOTHING: dict[str, object] = {}


def parse_chat(body: JsonObject) -> ChatRequest:
    """The request of `/api/chat`. Raises RefusedError for a bad one."""
    messages = [
        _message(as_object(item, f"messages[{index}]"), f"messages[{index}]")
        for index, item in enumerate(as_list(body.get("messages"), "messages"))
    ]
    return _request(body, messages)


def parse_prompt(body: JsonObject) -> ChatRequest:
    """The request of `/api/generate`. Raises RefusedError for a bad one."""
    told = {"role": "user", "content": body.get("prompt"), "images": body.get("images")}
    system = str(body.get("system") or "")
    messages = [Message("system", system)] if system else []
    return _request(body, [*messages, _message(told, "prompt")])


def find(body: JsonObject, kind: Kind) -> Model:
    """The model that is asked for, with a tag or without. Raises RefusedError."""
    name = as_text(body.get("model"), "model")
    try:
        return models.find(name.partition(":")[0], kind, "ollama")
    except RefusedError as refusal:
        if refusal.kind == "unknown_model":
            raise RefusedError(refusal.kind, f"model '{name}' not found") from refusal
        raise


def _request(body: JsonObject, messages: list[Message]) -> ChatRequest:
    options = as_object(body.get("options") or _NOTHING, "options")
    stop = options.get("stop")
    limit = options.get("num_predict")
    return ChatRequest(
        model=find(body, "chat").name,
        messages=tuple(messages),
        fingerprint=fingerprint(body),
        tools=tools(body.get("tools")),
        max_tokens=limit if isinstance(limit, int) and limit > 0 else None,
        stop=(stop,) if isinstance(stop, str) else tuple(map(str, as_list(stop, "stop"))),
        schema=_schema(body.get("format")),
        reasoning_effort=_effort(body.get("think")),
        provider="ollama",
    )


def _message(item: JsonObject, where: str) -> Message:
    role = _ROLES.get(str(item.get("role")))
    if role is None:
        raise RefusedError("invalid", f"invalid role: '{item.get('role')}'", where)
    calls = tuple(
        _call(as_object(call, f"{where}.tool_calls"), f"{where}.tool_calls")
        for call in as_list(item.get("tool_calls"), f"{where}.tool_calls")
    )
    images = as_list(item.get("images"), f"{where}.images")
    digests = tuple(fingerprint({"image": image}) for image in images)
    content = item.get("content")
    text = content if isinstance(content, str) else ""
    return Message(role, text, digests, calls, str(item.get("tool_name") or "tool"))


def _call(call: JsonObject, where: str) -> ToolCall:
    function = as_object(call.get("function"), f"{where}.function")
    name = as_text(function.get("name"), f"{where}.function.name")
    given = as_object(function.get("arguments") or _NOTHING, f"{where}.function.arguments")
    # A result says which tool found it, and not for which call.
    return ToolCall(name, name, json.dumps(given, ensure_ascii=False))


def _schema(value: object) -> JsonObject | None:
    if value in (None, ""):
        return None
    return {} if value == "json" else as_object(value, "format")


def _effort(value: object) -> str:
    if value is False:
        return "none"
    return str(value) if value in _EFFORTS else "medium"
