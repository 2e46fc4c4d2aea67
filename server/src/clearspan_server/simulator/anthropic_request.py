"""Reads Anthropic's requests for a message; what it does not accept it says in Anthropic's words."""

from dataclasses import replace

from clearspan_server.simulator.anthropic_content import conversation, keep, system_messages
from clearspan_server.simulator.body import (
    JsonObject,
    as_list,
    as_object,
    as_text,
    check_number,
    fingerprint,
    positive,
)
from clearspan_server.simulator.request import ChatRequest, Lifetime, Message, RefusedError, Tool

# What later versions of the API took away: https://platform.claude.com/docs/en/api/versioning
_REMOVED = {"temperature": "2026-10-21", "top_p": "2026-10-21", "top_k": "2026-10-21"}
_RANGES = {"temperature": (0, 1), "top_p": (0, 1)}
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_MAX_MARKS = 4


def parse(body: JsonObject, version: str) -> ChatRequest:
    """The request in a version of the API. Raises RefusedError naming the field at fault."""
    for name, since in _REMOVED.items():
        if name in body and version >= since:
            raise RefusedError("invalid", "Extra inputs are not permitted", name)
    for name, (low, high) in _RANGES.items():
        check_number(body, name, low, high)
    max_tokens = positive(body, "max_tokens")
    if max_tokens is None:
        raise RefusedError("invalid", "Field required", "max_tokens")
    if not isinstance(body.get("stream", False), bool):
        raise RefusedError("invalid", "Input should be a valid boolean", "stream")
    tools = _tools(body.get("tools"))
    messages = system_messages(body.get("system")) + conversation(body.get("messages"))
    messages[-1] = _marked(messages[-1], keep(body, "request"))
    _check_marks(tools, messages)
    choice, parallel = _tool_choice(body.get("tool_choice"), tools)
    return ChatRequest(
        model=as_text(body.get("model"), "model"),
        messages=tuple(messages),
        fingerprint=fingerprint(body),
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=parallel,
        max_tokens=max_tokens,
        stop=_stop(body.get("stop_sequences")),
        schema=_schema(body.get("output_config")),
        provider="anthropic",
    )


def _tools(value: object) -> tuple[Tool, ...]:
    tools = []
    for index, item in enumerate(as_list(value, "tools")):
        where = f"tools.{index}"
        tool = as_object(item, where)
        if tool.get("type") not in (None, "custom"):
            message = f"the simulator knows no tools of the kind '{tool.get('type')}'"
            raise RefusedError("invalid", message, f"{where}.type")
        schema = as_object(tool.get("input_schema"), f"{where}.input_schema")
        if schema.get("type") != "object":
            raise RefusedError("invalid", "Input should be 'object'", f"{where}.input_schema.type")
        name = as_text(tool.get("name"), f"{where}.name")
        description = str(tool.get("description") or "")
        tools.append(Tool(name, description, schema, keep(tool, where)))
    return tuple(tools)


def _tool_choice(value: object, tools: tuple[Tool, ...]) -> tuple[str, bool]:
    """The brain's choice, and whether several calls at once are fine."""
    if value is None:
        return "auto", True
    wanted = as_object(value, "tool_choice")
    if not tools:
        raise RefusedError("invalid", "may only be given with tools", "tool_choice")
    parallel = wanted.get("disable_parallel_tool_use") is not True
    if wanted.get("type") == "tool":
        name = as_text(wanted.get("name"), "tool_choice.name")
        if name not in [tool.name for tool in tools]:
            raise RefusedError("invalid", f"Tool '{name}' not found in provided tools", "tools")
        return name, parallel
    choice = _CHOICES.get(str(wanted.get("type")))
    if choice is None:
        message = f"Input tag '{wanted.get('type')}' is none of 'auto', 'any', 'tool', 'none'"
        raise RefusedError("invalid", message, "tool_choice.type")
    return choice, parallel


def _stop(value: object) -> tuple[str, ...]:
    stops = as_list(value, "stop_sequences")
    texts = [as_text(stop, f"stop_sequences.{index}") for index, stop in enumerate(stops)]
    return tuple(texts)


def _schema(value: object) -> JsonObject | None:
    wanted = as_object(value, "output_config").get("format") if value is not None else None
    if wanted is None:
        return None
    output = as_object(wanted, "output_config.format")
    return as_object(output.get("schema"), "output_config.format.schema")


def _marked(message: Message, lifetime: Lifetime | None) -> Message:
    """The message with its end marked, as a `cache_control` of the whole request asks."""
    if lifetime is None:
        return message
    *before, last = message.blocks
    return replace(message, blocks=(*before, replace(last, keep=last.keep or lifetime)))


def _check_marks(tools: tuple[Tool, ...], messages: list[Message]) -> None:
    """Raise RefusedError for too many marks, and for an hour that comes after five minutes."""
    ends = [end for message in messages for end in message.blocks]
    marks = [mark for mark in (*(t.keep for t in tools), *(e.keep for e in ends)) if mark]
    if len(marks) > _MAX_MARKS:
        message = f"A maximum of {_MAX_MARKS} blocks with cache_control may be provided. "
        raise RefusedError("invalid", message + f"Found {len(marks)}.")
    if marks != sorted(marks):  # "1h" sorts before "5m"
        message = "a ttl='1h' cache_control block must not come after a ttl='5m' one."
        raise RefusedError("invalid", message)
