"""Reads Gemini's requests to generate content; what it does not accept it says in Google's words."""

import json

from clearspan_server.simulator.body import (
    JsonObject,
    as_list,
    as_object,
    as_text,
    check_number,
    fingerprint,
    positive,
)
from clearspan_server.simulator.request import (
    ChatRequest,
    Message,
    RefusedError,
    Role,
    Tool,
    ToolCall,
)

_ROLES: dict[str, Role] = {"user": "user", "model": "assistant", "function": "user"}
_RANGES = {"temperature": (0, 2), "topP": (0, 1)}
_MODES = {"AUTO": "auto", "ANY": "required", "NONE": "none", "VALIDATED": "auto"}
# A tool's parameters; the last is how Google's client spells it in Python.
_SCHEMAS = ("parameters", "parametersJsonSchema", "parameters_json_schema")
_NOTHING: dict[str, object] = {}


def parse(model: str, body: JsonObject) -> ChatRequest:
    """The request. Raises RefusedError naming the field at fault."""
    config = as_object(body.get("generationConfig") or _NOTHING, "generationConfig")
    for name, (low, high) in _RANGES.items():
        check_number(config, name, low, high)
    return ChatRequest(
        model=model,
        messages=(*_system(body.get("systemInstruction")), *_contents(body.get("contents"))),
        fingerprint=fingerprint({**body, "model": model}),
        tools=_tools(body.get("tools")),
        tool_choice=_tool_choice(body.get("toolConfig")),
        max_tokens=positive(config, "maxOutputTokens"),
        stop=tuple(map(str, as_list(config.get("stopSequences"), "stopSequences"))),
        schema=_schema(config),
        reasoning_effort=_effort(config),
        provider="gemini",
    )


def shows_thoughts(body: JsonObject) -> bool:
    """Whether the request asks for the thoughts, too."""
    config = as_object(body.get("generationConfig") or _NOTHING, "generationConfig")
    return _thinking(config).get("includeThoughts") is True


def text(content: JsonObject, where: str) -> str:
    """The text of all parts."""
    parts = as_list(content.get("parts"), f"{where}.parts")
    told = [as_object(part, f"{where}.parts").get("text") for part in parts]
    return "\n".join(piece for piece in told if isinstance(piece, str))


def _system(value: object) -> list[Message]:
    if value is None:
        return []
    return [Message("system", text(as_object(value, "systemInstruction"), "systemInstruction"))]


def _contents(value: object) -> list[Message]:
    if not isinstance(value, list) or not value:
        message = "* GenerateContentRequest.contents: contents is not specified"
        raise RefusedError("invalid", message, "contents")
    messages: list[Message] = []
    for index, item in enumerate(value):
        messages += _turn(as_object(item, f"contents[{index}]"), f"contents[{index}]")
    return messages


def _turn(item: JsonObject, where: str) -> list[Message]:
    """What a side says, after what its functions found."""
    role = _ROLES.get(str(item.get("role") or "user"))
    if role is None:
        raise RefusedError("invalid", "Please use a valid role: user, model.", f"{where}.role")
    texts: list[str] = []
    images: list[str] = []
    calls: list[ToolCall] = []
    found: list[Message] = []
    for index, value in enumerate(as_list(item.get("parts"), f"{where}.parts")):
        at = f"{where}.parts[{index}]"
        part = as_object(value, at)
        if "functionCall" in part:
            calls.append(_call(as_object(part["functionCall"], at), at))
        elif "functionResponse" in part:
            found.append(_result(as_object(part["functionResponse"], at), at))
        elif isinstance(part.get("text"), str):
            # What the model thought before is no part of the prompt.
            texts += [] if part.get("thought") is True else [str(part["text"])]
        else:
            images.append(fingerprint(part))
    if texts or images or calls:
        found.append(Message(role, "\n".join(texts), tuple(images), tuple(calls)))
    if not found:
        raise RefusedError("invalid", "Unable to submit request: it has no parts.", where)
    return found


def _call(call: JsonObject, where: str) -> ToolCall:
    name = as_text(call.get("name"), f"{where}.name")
    given = as_object(call.get("args") or _NOTHING, f"{where}.args")
    # The result of a call often names it and has no id.
    return ToolCall(name, name, json.dumps(given, ensure_ascii=False))


def _result(result: JsonObject, where: str) -> Message:
    name = as_text(result.get("name"), f"{where}.name")
    found = as_object(result.get("response") or _NOTHING, f"{where}.response")
    # Google's client wraps what a function returns.
    value = found["result"] if set(found) == {"result"} else found
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Message("tool", said, tool_call_id=name)


def _tools(value: object) -> tuple[Tool, ...]:
    tools = []
    for index, item in enumerate(as_list(value, "tools")):
        declared = as_object(item, f"tools[{index}]").get("functionDeclarations")
        for number, entry in enumerate(as_list(declared, f"tools[{index}]")):
            where = f"tools[{index}].functionDeclarations[{number}]"
            function = as_object(entry, where)
            schema = next((function[key] for key in _SCHEMAS if function.get(key)), _NOTHING)
            name = as_text(function.get("name"), f"{where}.name")
            parameters = as_object(_lower(schema), f"{where}.parameters")
            tools.append(Tool(name, str(function.get("description") or ""), parameters))
    return tuple(tools)


def _tool_choice(value: object) -> str:
    wanted = as_object(value or _NOTHING, "toolConfig").get("functionCallingConfig")
    config = as_object(wanted or _NOTHING, "toolConfig.functionCallingConfig")
    mode = _MODES.get(str(config.get("mode") or "AUTO"))
    if mode is None:
        raise RefusedError("invalid", f"Invalid mode: {config.get('mode')}.", "toolConfig")
    allowed = as_list(config.get("allowedFunctionNames"), "toolConfig.allowedFunctionNames")
    return str(allowed[0]) if mode == "required" and len(allowed) == 1 else mode


def _schema(config: JsonObject) -> JsonObject | None:
    schema = config.get("responseSchema") or config.get("responseJsonSchema")
    if schema is not None:
        return as_object(_lower(schema), "generationConfig.responseSchema")
    return {} if config.get("responseMimeType") == "application/json" else None


def _lower(value: object) -> object:
    """A schema with its types as JSON Schema writes them; Google's are in capitals."""
    if isinstance(value, list):
        return [_lower(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: item.lower() if name == "type" and isinstance(item, str) else _lower(item)
        for name, item in value.items()
    }


def _thinking(config: JsonObject) -> JsonObject:
    return as_object(config.get("thinkingConfig") or _NOTHING, "generationConfig.thinkingConfig")


def _effort(config: JsonObject) -> str:
    thinking = _thinking(config)
    if thinking.get("thinkingBudget") == 0:
        return "none"
    return str(thinking.get("thinkingLevel") or "medium").lower()
