"""Reads the messages of a request in Anthropic's format: blocks, and what they mark for caching."""

import base64
import binascii
import json
from dataclasses import dataclass, field

from clearspan_server.simulator.body import JsonObject, as_list, as_object, as_text, fingerprint
from clearspan_server.simulator.request import (
    BlockEnd,
    Lifetime,
    Message,
    RefusedError,
    Role,
    ToolCall,
)

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
_LIFETIMES: dict[str, Lifetime] = {"5m": "5m", "1h": "1h"}
_IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
# What the model thought before is no part of the prompt.
_LEFT_OUT = ("thinking", "redacted_thinking")


def system_messages(value: object) -> list[Message]:
    """The system prompt: a text, or blocks of text."""
    if isinstance(value, str):
        return [_text_message("system", value)] if value else []
    reading = _Reading("system")
    for index, item in enumerate(as_list(value, "system")):
        where = f"system.{index}"
        block = as_object(item, where)
        if block.get("type") != "text":
            raise RefusedError("invalid", "Input should be 'text'", f"{where}.type")
        _read_block(reading, block, where)
    return reading.messages()


def conversation(value: object) -> list[Message]:
    """The messages of both sides; what a tool found becomes a message of its own."""
    if not isinstance(value, list) or not value:
        raise RefusedError("invalid", "at least one message is required", "messages")
    messages: list[Message] = []
    called: set[str] = set()
    for index, item in enumerate(value):
        where = f"messages.{index}"
        turn = _turn(as_object(item, where), where)
        for message in turn:
            if message.role == "tool" and message.tool_call_id not in called:
                raise RefusedError(
                    "invalid",
                    f"unexpected `tool_use_id` found in `tool_result` blocks: "
                    f"{message.tool_call_id}. Each `tool_result` block must have a corresponding "
                    "`tool_use` block in the previous message.",
                    f"{where}.content",
                )
        called = {call.id for message in turn for call in message.tool_calls}
        messages += turn
    return messages


def keep(holder: JsonObject, where: str) -> Lifetime | None:
    """For how long the `cache_control` of a block or a tool asks, None where there is none."""
    value = holder.get("cache_control")
    if value is None:
        return None
    control = as_object(value, f"{where}.cache_control")
    if control.get("type") != "ephemeral":
        raise RefusedError("invalid", "Input should be 'ephemeral'", f"{where}.cache_control.type")
    lifetime = _LIFETIMES.get(str(control.get("ttl", "5m")))
    if lifetime is None:
        raise RefusedError("invalid", "Input should be '5m' or '1h'", f"{where}.cache_control.ttl")
    return lifetime


@dataclass(slots=True)
class _Reading:
    """A turn while its blocks are read: finished messages, and the one that is being put together.

    `size` counts the characters of that message's words.
    """

    role: Role
    done: list[Message] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    ends: list[BlockEnd] = field(default_factory=list)
    size: int = 0

    def add_text(self, text: str) -> None:
        self.size += len(text) + (1 if self.texts else 0)
        self.texts.append(text)

    def add_call(self, call: ToolCall) -> None:
        self.size += len(call.name) + len(call.arguments)
        self.calls.append(call)

    def end_block(self, lifetime: Lifetime | None) -> None:
        self.ends.append(BlockEnd(self.size, lifetime))

    def end_message(self) -> None:
        if self.ends:
            text, images, calls = "\n".join(self.texts), tuple(self.images), tuple(self.calls)
            message = Message(self.role, text, images, calls, blocks=tuple(self.ends))
            self.done.append(message)
        self.texts, self.images, self.calls, self.ends, self.size = [], [], [], [], 0

    def messages(self) -> list[Message]:
        self.end_message()
        return self.done


def _turn(item: JsonObject, where: str) -> list[Message]:
    role = _ROLES.get(str(item.get("role")))
    if role is None:
        message = (
            f"Unexpected role '{item.get('role')}'. Allowed are 'user', 'assistant', 'system'."
        )
        raise RefusedError("invalid", message, f"{where}.role")
    content = item.get("content")
    if isinstance(content, str):
        return [_text_message(role, as_text(content, f"{where}.content"))]
    if not isinstance(content, list) or not content:
        raise RefusedError(
            "invalid", "Input should be a text or an array of blocks", f"{where}.content"
        )
    reading = _Reading(role)
    for index, block in enumerate(content):
        at = f"{where}.content.{index}"
        _read_block(reading, as_object(block, at), at)
    return reading.messages()


def _read_block(reading: _Reading, block: JsonObject, where: str) -> None:
    """Add one block. Raises RefusedError for one that its role may not say."""
    kind = block.get("type")
    if kind == "tool_result" and reading.role == "user":
        reading.end_message()
        reading.done.append(_tool_result(block, where))
        return
    if kind == "text":
        reading.add_text(as_text(block.get("text"), f"{where}.text"))
    elif kind in ("image", "document") and reading.role == "user":
        reading.images.append(_source(block, where))
    elif kind == "tool_use" and reading.role == "assistant":
        reading.add_call(_tool_use(block, where))
    elif kind in _LEFT_OUT and reading.role == "assistant":
        return
    else:
        message = f"Input tag '{kind}' is none that a message of role '{reading.role}' holds"
        raise RefusedError("invalid", message, f"{where}.type")
    reading.end_block(keep(block, where))


def _tool_use(block: JsonObject, where: str) -> ToolCall:
    given = as_object(block.get("input"), f"{where}.input")
    return ToolCall(
        as_text(block.get("id"), f"{where}.id"),
        as_text(block.get("name"), f"{where}.name"),
        json.dumps(given, ensure_ascii=False),
    )


def _tool_result(block: JsonObject, where: str) -> Message:
    call_id = as_text(block.get("tool_use_id"), f"{where}.tool_use_id")
    content = block.get("content")
    texts, images = [content] if isinstance(content, str) else [], []
    parts = [] if isinstance(content, str) else as_list(content, f"{where}.content")
    for index, item in enumerate(parts):
        at = f"{where}.content.{index}"
        part = as_object(item, at)
        if part.get("type") == "text":
            texts.append(as_text(part.get("text"), f"{at}.text"))
        else:
            images.append(_source(part, at))
    text = "\n".join(texts)
    if block.get("is_error") is True:
        text = json.dumps({"error": text}, ensure_ascii=False)
    end = BlockEnd(len(text), keep(block, where))
    return Message("tool", text, tuple(images), tool_call_id=call_id, blocks=(end,))


def _source(block: JsonObject, where: str) -> str:
    """A digest of an image or a document. Raises RefusedError for base64 that is none."""
    kind, source = block.get("type"), as_object(block.get("source"), f"{where}.source")
    if kind not in ("image", "document"):
        raise RefusedError("invalid", f"Input tag '{kind}' is not expected", f"{where}.type")
    if source.get("type") == "base64":
        if kind == "image" and source.get("media_type") not in _IMAGE_TYPES:
            known = ", ".join(_IMAGE_TYPES)
            raise RefusedError("invalid", f"Input should be {known}", f"{where}.source.media_type")
        data = as_text(source.get("data"), f"{where}.source.data")
        try:
            base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise RefusedError("invalid", f"invalid base64 data: {error}", where) from error
    return fingerprint({"kind": kind, "source": source})


def _text_message(role: Role, text: str) -> Message:
    return Message(role, text, blocks=(BlockEnd(len(text)),))
