"""Stored JSON text as values, and canonical messages (model/messages.py) as the parts that a page shows.

Captured text is foreign: whatever does not have the expected form is shown as it came, and nothing is refused.
"""

from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, JsonValue, model_validator

from clearspan_server.api.shapes import Message, Part
from clearspan_server.ingest.normalise.finish import finish_reason
from clearspan_server.model.half_characters import mended

PartType = Literal[
    "text", "reasoning", "tool_call", "tool_result", "image", "audio", "file", "other"
]

# Deeper values stay text: the JSON writer gives up at 255 levels.
_MAX_DEPTH = 100


def parsed(text: str) -> JsonValue:
    """The value of JSON text; the text itself where it is not JSON or too deep."""
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    brackets = text.count("[") + text.count("{")
    return text if brackets > _MAX_DEPTH and _is_too_deep(value) else value


def structure(text: str) -> JsonValue:
    """The object or list in the text, else the text; null for no text. `12` and `true` are what somebody wrote."""
    if not text:
        return None
    return parsed(text) if text.lstrip()[:1] in ("{", "[") else text


def _is_too_deep(value: JsonValue) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(_MAX_DEPTH):
        level = [inner for outer in level for inner in _held(outer)]
        if not level:
            return False
    return True


def _held(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _shallow(value: Any) -> Any:  # noqa: ANN401 - foreign JSON enters here
    if _is_too_deep(value):
        raise ValueError(f"is nested deeper than {_MAX_DEPTH} levels")
    return value


Json = Annotated[Any, AfterValidator(_shallow)]  # foreign JSON that is kept, and can be read again


class Foreign(BaseModel):
    """A body with foreign JSON in it; every text of it can be written again, as those of spans."""

    @model_validator(mode="before")
    @classmethod
    def _mended(cls, body: Any) -> Any:  # noqa: ANN401 - foreign JSON enters here
        return mended(body)


def canonical(value: JsonValue) -> list[dict[str, Any]] | None:
    """The messages of a conversation as they are stored, or None where the value is something else."""
    if not isinstance(value, list) or not value:
        return None
    messages = [item for item in value if isinstance(item, dict) and _is_message(item)]
    return messages if len(messages) == len(value) else None


def _is_message(item: dict[str, JsonValue]) -> bool:
    return isinstance(item.get("role"), str) and isinstance(item.get("parts"), list)


def messages(value: JsonValue) -> list[Message] | None:
    """The conversation in a stored input or output; None where it holds none."""
    found = canonical(value)
    if found is None:
        return None
    return [
        Message(
            role=message["role"],
            parts=[_part(part) for part in message["parts"]],
            finish_reason=finish_reason(_text(message.get("finish_reason"))),
        )
        for message in found
    ]


_TYPES: dict[str, PartType] = {
    "text": "text",
    "reasoning": "reasoning",
    "thinking": "reasoning",
    "tool_call": "tool_call",
    "server_tool_call": "tool_call",
    "tool_call_response": "tool_result",
    "server_tool_call_response": "tool_result",
    "blob": "file",
    "uri": "file",
    "file": "file",
}
_MEDIA: dict[str, PartType] = {"image": "image", "audio": "audio"}


def _part(piece: JsonValue) -> Part:
    if not isinstance(piece, dict):
        return _made("text" if isinstance(piece, str) else "other", piece)
    kind = _TYPES.get(_text(piece.get("type")), "other")
    match kind:
        case "text" | "reasoning":
            return _made(kind, piece.get("content"))
        case "tool_call":
            arguments = piece.get("arguments")
            return _made(kind, _opened(arguments), id=piece.get("id"), name=piece.get("name"))
        case "tool_result":
            result = piece.get("response", piece.get("result"))
            return _made(kind, _opened(result), id=piece.get("id"), name=piece.get("name"))
        case _:
            return _other(piece, kind)


def _other(piece: dict[str, JsonValue], kind: PartType) -> Part:
    """Media and what nobody knows: everything it came with, but its type."""
    if kind == "file":
        media_type = _text(piece.get("mime_type")).partition("/")[0]
        kind = _MEDIA.get(_text(piece.get("modality")) or media_type, "file")
    rest = {name: value for name, value in piece.items() if name != "type" or kind == "other"}
    return _made(kind, rest, id=piece.get("id"), name=piece.get("name"))


def _made(
    kind: PartType, value: JsonValue, *, id: JsonValue = None, name: JsonValue = None
) -> Part:
    is_text = isinstance(value, str)
    return Part(
        type=kind,
        content=_text(value),
        id=_text(id),
        name=_text(name),
        data=None if is_text else value,
    )


def _opened(value: JsonValue) -> JsonValue:
    return structure(value) if isinstance(value, str) else value


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
