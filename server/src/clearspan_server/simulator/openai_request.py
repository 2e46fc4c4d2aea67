"""Reads OpenAI's chat completion requests; what it does not accept it says in OpenAI's words."""

from dataclasses import dataclass

from clearspan_server.simulator.body import (
    JsonObject,
    as_list,
    as_object,
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

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
_RANGES = {"temperature": (0, 2), "top_p": (0, 1), "n": (1, 1)}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the reply is to be sent."""

    stream: bool
    include_usage: bool


def parse(body: JsonObject) -> tuple[ChatRequest, Delivery]:
    """The request and how it is to be answered. Raises RefusedError naming the field at fault."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise RefusedError("invalid", "You must provide a model parameter.", "model")
    for name, (low, high) in _RANGES.items():
        check_number(body, name, low, high)
    request = ChatRequest(
        model=model,
        messages=_messages(body.get("messages")),
        fingerprint=fingerprint(body),
        tools=tools(body.get("tools")),
        tool_choice=_tool_choice(body.get("tool_choice")),
        parallel_tool_calls=body.get("parallel_tool_calls") is not False,
        max_tokens=positive(body, "max_completion_tokens") or positive(body, "max_tokens"),
        stop=_stop(body.get("stop")),
        schema=_schema(body.get("response_format")),
        reasoning_effort=str(body.get("reasoning_effort") or "medium"),
    )
    return request, _delivery(body)


def _messages(value: object) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise RefusedError(
            "invalid", "'messages' must be an array with at least one item.", "messages"
        )
    messages: list[Message] = []
    called: set[str] = set()
    for index, item in enumerate(value):
        where = f"messages[{index}]"
        message = _message(as_object(item, where), where)
        if message.role == "tool" and message.tool_call_id not in called:
            raise RefusedError(
                "invalid",
                "A message with role 'tool' must answer a preceding message with 'tool_calls'.",
                f"{where}.tool_call_id",
            )
        called.update(call.id for call in message.tool_calls)
        messages.append(message)
    return tuple(messages)


def _message(item: JsonObject, where: str) -> Message:
    role = ROLES.get(str(item.get("role")))
    if role is None:
        known = ", ".join(f"'{name}'" for name in ROLES)
        message = f"Invalid value: '{item.get('role')}'. Supported values are: {known}."
        raise RefusedError("invalid", message, f"{where}.role")
    calls = tuple(
        _call(as_object(call, f"{where}.tool_calls[{index}]"), f"{where}.tool_calls[{index}]")
        for index, call in enumerate(as_list(item.get("tool_calls"), f"{where}.tool_calls"))
    )
    if item.get("content") is None and not calls:
        raise RefusedError(
            "invalid", "Expected a string or an array, got null.", f"{where}.content"
        )
    text, images = content(item.get("content"), f"{where}.content")
    answered = item.get("tool_call_id")
    return Message(role, text, images, calls, answered if isinstance(answered, str) else None)


def content(value: object, where: str) -> tuple[str, tuple[str, ...]]:
    """Text of the parts joined, and a digest for each part that is not text."""
    if value is None or isinstance(value, str):
        return value or "", ()
    texts: list[str] = []
    images: list[str] = []
    for index, item in enumerate(as_list(value, where)):
        part = as_object(item, f"{where}[{index}]")
        text = part.get("text", part.get("refusal"))
        if isinstance(text, str):
            texts.append(text)
        else:
            images.append(fingerprint(part))
    return "\n".join(texts), tuple(images)


def _call(item: JsonObject, where: str) -> ToolCall:
    function = as_object(item.get("function"), f"{where}.function")
    call_id, name, arguments = item.get("id"), function.get("name"), function.get("arguments")
    if isinstance(call_id, str) and isinstance(name, str) and isinstance(arguments, str):
        return ToolCall(call_id, name, arguments)
    raise RefusedError("invalid", "A tool call has an id, a name and arguments as text.", where)


def tools(value: object) -> tuple[Tool, ...]:
    """The tools on offer. Raises RefusedError naming the field at fault."""
    offered = []
    for index, item in enumerate(as_list(value, "tools")):
        where = f"tools[{index}].function"
        function = as_object(as_object(item, f"tools[{index}]").get("function"), where)
        name, parameters = function.get("name"), function.get("parameters")
        if not isinstance(name, str) or not name:
            raise RefusedError("invalid", f"Missing required parameter: '{where}.name'.", where)
        schema = as_object(parameters, f"{where}.parameters") if parameters is not None else {}
        offered.append(Tool(name, str(function.get("description") or ""), schema))
    return tuple(offered)


def _tool_choice(value: object) -> str:
    if value is None or value in ("auto", "none", "required"):
        return str(value or "auto")
    function = value.get("function") if isinstance(value, dict) else None
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        return str(function["name"])
    raise RefusedError("invalid", f"Invalid value for 'tool_choice': {value!r}.", "tool_choice")


def _stop(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else as_list(value, "stop")
    return tuple(str(stop) for stop in stops if stop)


def _schema(value: object) -> JsonObject | None:
    if value is None:
        return None
    wanted = as_object(value, "response_format")
    if wanted.get("type") == "json_schema":
        inner = as_object(wanted.get("json_schema"), "response_format.json_schema")
        return as_object(inner.get("schema"), "response_format.json_schema.schema")
    return {} if wanted.get("type") == "json_object" else None


def _delivery(body: JsonObject) -> Delivery:
    stream, options = body.get("stream") is True, body.get("stream_options")
    if options is None:
        return Delivery(stream, include_usage=False)
    if not stream:
        raise RefusedError(
            "invalid", "'stream_options' is only allowed when 'stream' is true.", "stream_options"
        )
    wanted = as_object(options, "stream_options").get("include_usage") is True
    return Delivery(stream, include_usage=wanted)
