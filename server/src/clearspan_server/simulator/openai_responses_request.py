"""Reads OpenAI's requests for a response; what it does not accept it says in OpenAI's words."""

from clearspan_server.simulator.body import (
    JsonObject,
    as_list,
    as_object,
    as_text,
    check_number,
    fingerprint,
    positive,
)
from clearspan_server.simulator.openai_request import ROLES, content
from clearspan_server.simulator.request import ChatRequest, Message, RefusedError, Tool, ToolCall

_RANGES = {"temperature": (0, 2), "top_p": (0, 1)}
_MIN_OUTPUT_TOKENS = 16
# What needs responses that are kept; the simulator keeps none.
_NEEDS_MEMORY = ("previous_response_id", "conversation", "background", "prompt")

# What coding agents offer beside functions.
_NEVER_CALLED = ("custom", "namespace")


def parse(body: JsonObject) -> ChatRequest:
    """The request. Raises RefusedError naming the field at fault."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise RefusedError("invalid", "You must provide a model parameter.", "model")
    for name, (low, high) in _RANGES.items():
        check_number(body, name, low, high)
    for name in _NEEDS_MEMORY:
        if body.get(name):
            raise RefusedError("invalid", f"The simulator keeps nothing: no '{name}'.", name)
    reasoning = as_object(body.get("reasoning") or {}, "reasoning")
    return ChatRequest(
        model=model,
        messages=(*_instructions(body.get("instructions")), *_input(body.get("input"))),
        fingerprint=fingerprint(body),
        tools=_tools(body.get("tools")),
        tool_choice=_tool_choice(body.get("tool_choice")),
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        max_tokens=_max_tokens(body),
        schema=_schema(body.get("text")),
        reasoning_effort=str(reasoning.get("effort") or "medium"),
    )


def _instructions(value: object) -> list[Message]:
    if value is None or value == "":
        return []
    return [Message("system", as_text(value, "instructions"))]


def _input(value: object) -> list[Message]:
    if isinstance(value, str) and value:
        return [Message("user", value)]
    if not isinstance(value, list) or not value:
        raise RefusedError(
            "invalid", "'input' is a text, or an array of at least one item.", "input"
        )
    messages: list[Message] = []
    called: set[str] = set()
    for index, item in enumerate(value):
        where = f"input[{index}]"
        message = _message(as_object(item, where), where)
        if message is None:
            continue
        if message.role == "tool" and message.tool_call_id not in called:
            raise RefusedError(
                "invalid",
                f"No tool call found for function call output with call_id {message.tool_call_id}.",
                "input",
            )
        called.update(call.id for call in message.tool_calls)
        messages.append(message)
    return messages


def _message(item: JsonObject, where: str) -> Message | None:
    """The message that an item is; None for a reasoning item, which is no part of the prompt."""
    kind = item.get("type", "message")
    if kind == "message":
        return _said(item, where)
    if kind == "function_call":
        call_id = as_text(item.get("call_id"), f"{where}.call_id")
        name = as_text(item.get("name"), f"{where}.name")
        arguments = item.get("arguments")
        if not isinstance(arguments, str):
            raise RefusedError("invalid", "Expected a string.", f"{where}.arguments")
        return Message("assistant", tool_calls=(ToolCall(call_id, name, arguments),))
    if kind == "function_call_output":
        call_id = as_text(item.get("call_id"), f"{where}.call_id")
        text, images = content(item.get("output"), f"{where}.output")
        return Message("tool", text, images, tool_call_id=call_id)
    if kind == "reasoning":
        return None
    raise RefusedError("invalid", f"Invalid value: '{kind}'.", f"{where}.type")


def _said(item: JsonObject, where: str) -> Message:
    role = ROLES.get(str(item.get("role")))
    if role is None or role == "tool":
        message = (
            f"Invalid value: '{item.get('role')}'. Supported values are: 'assistant', 'system', "
            "'developer', and 'user'."
        )
        raise RefusedError("invalid", message, f"{where}.role")
    if item.get("content") is None:
        raise RefusedError(
            "invalid", "Expected a string or an array, got null.", f"{where}.content"
        )
    text, images = content(item.get("content"), f"{where}.content")
    return Message(role, text, images)


def _max_tokens(body: JsonObject) -> int | None:
    value = positive(body, "max_output_tokens")
    if value is not None and value < _MIN_OUTPUT_TOKENS:
        message = (
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value "
            f">= {_MIN_OUTPUT_TOKENS}, but got {value} instead."
        )
        raise RefusedError("invalid", message, "max_output_tokens")
    return value


def _tools(value: object) -> tuple[Tool, ...]:
    tools = []
    for index, item in enumerate(as_list(value, "tools")):
        where = f"tools[{index}]"
        tool = as_object(item, where)
        if tool.get("type") in _NEVER_CALLED:
            continue
        if tool.get("type") != "function":
            message = f"The simulator knows no tools of the type '{tool.get('type')}'."
            raise RefusedError("invalid", message, f"{where}.type")
        name = as_text(tool.get("name"), f"{where}.name")
        schema = as_object(tool.get("parameters") or {}, f"{where}.parameters")
        tools.append(Tool(name, str(tool.get("description") or ""), schema))
    return tuple(tools)


def _tool_choice(value: object) -> str:
    if value is None or value in ("auto", "none", "required"):
        return str(value or "auto")
    if isinstance(value, dict) and value.get("type") == "function":
        return as_text(value.get("name"), "tool_choice.name")
    raise RefusedError("invalid", f"Invalid value for 'tool_choice': {value!r}.", "tool_choice")


def _schema(value: object) -> JsonObject | None:
    wanted = as_object(value or {}, "text").get("format")
    if wanted is None:
        return None
    output = as_object(wanted, "text.format")
    if output.get("type") == "json_schema":
        return as_object(output.get("schema"), "text.format.schema")
    return {} if output.get("type") == "json_object" else None
