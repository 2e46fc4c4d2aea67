"""Conversations in any encoding to canonical messages (model/messages.py), and their previews for lists."""

from collections.abc import Iterable

from clearspan_server.ingest.coerce import opened, text, to_json
from clearspan_server.ingest.draft import Value
from clearspan_server.model.messages import Message

PREVIEW_CHARS = 200


def canonical(value: Value) -> list[Message] | None:
    """The messages in `value` (structured, or JSON text), each with a role and parts; None where there are none."""
    value = opened(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not value:
        return None
    messages = [_message(item) for item in value]
    found = [message for message in messages if message is not None]
    return found if len(found) == len(messages) else None


def _message(item: Value) -> Message | None:
    if not isinstance(item, dict) or not isinstance(item.get("role"), str):
        return None
    if isinstance(item.get("parts"), list):
        return item
    message: Message = {"role": item["role"], "parts": parts(item.get("content"))}
    call_id = item.get("tool_call_id")
    if call_id or item["role"] == "tool":
        result = {
            "type": "tool_call_response",
            "id": text(call_id),
            "response": item.get("content"),
        }
        message["parts"] = [result]
    calls = item.get("tool_calls")
    if isinstance(calls, list):
        message["parts"] += [tool_call(call) for call in calls if isinstance(call, dict)]
    if isinstance(item.get("finish_reason"), str):
        message["finish_reason"] = item["finish_reason"]
    return message


def parts(content: Value) -> list[Message]:
    """The parts of a message's content: text, or a list of parts of any provider."""
    if content is None or content == "":
        return []
    if not isinstance(content, list):
        return [{"type": "text", "content": text(content)}]
    return [_part(piece) for piece in content]


def _part(piece: Value) -> Message:
    if not isinstance(piece, dict):
        return {"type": "text", "content": text(piece)}
    kind = piece.get("type")
    if kind in ("text", "input_text", "output_text"):
        return {"type": "text", "content": text(piece.get("text", piece.get("content")))}
    if kind in ("image_url", "image"):
        held = opened(piece.get("image_url") or piece.get("image"))
        uri = held.get("url") if isinstance(held, dict) else held
        return {"type": "uri", "modality": "image", "uri": text(uri)}
    return dict(piece)


def tool_call(call: dict[str, Value]) -> Message:
    """A tool call part from the provider's form (`function.name`, `function.arguments`) or a flat one."""
    function = call.get("function")
    held = function if isinstance(function, dict) else call
    return {
        "type": "tool_call",
        "id": text(call.get("id")),
        "name": text(held.get("name")),
        "arguments": opened(held.get("arguments")),
    }


def preview(text_: str) -> str:
    """The first characters for a list, on one line."""
    head = text_[:PREVIEW_CHARS]
    if head.isprintable() and "  " not in head:
        return head.strip()  # the usual case, five times as fast
    return " ".join(text_[: PREVIEW_CHARS * 2].split())[:PREVIEW_CHARS]


def calls_preview(messages: Iterable[Message]) -> str:
    """What a model asked for where it wrote no text: `name(arguments)`."""
    return " ".join(
        f"{part.get('name', '')}({text(part.get('arguments'))})"
        for message in messages
        for part in message["parts"]
        if isinstance(part, dict) and part.get("type") == "tool_call"
    )


def dump(messages: list[Message]) -> str:
    """The messages as JSON text, as they are stored."""
    return to_json(messages)
