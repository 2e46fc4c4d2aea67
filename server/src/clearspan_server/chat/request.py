"""The request of a recorded model call, as it can be asked again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

# Of the transport and of clients, not of what a model was asked.
_NOT_ASKED = frozenset(
    ("stream", "stream_options", "max_retries", "timeout", "model", "messages", "tools")
)
_SENT = frozenset(("text", "tool_call", "tool_call_response", "blob", "uri"))
_FILES = ("blob", "uri")
_SCHEMAS = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "json_schema")

Json = Mapping[str, Any]


@dataclass(slots=True)
class Recorded:
    """What a call asked; `missing` are sentences about what of it is not known, or will not be sent."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def recorded(
    texts: Mapping[str, str], cut: Sequence[str], redactions: Mapping[str, int]
) -> Recorded:
    """Read `input`, `tool_definitions` and `parameters` of a span; `cut` are those of which the rest is gone."""
    found = Recorded()
    found.missing += [f"{name} was cut when it was recorded, and the rest is gone" for name in cut]
    if redactions:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(redactions.items()))
        found.missing.append(f"redaction has replaced what was sent: {kinds}")
    found.messages = list(_messages(_read(texts, "input", found), found))
    found.tools = list(_tools(_read(texts, "tool_definitions", found), found))
    parameters = _read(texts, "parameters", found)
    if isinstance(parameters, dict):
        found.parameters = {
            name: value for name, value in parameters.items() if name not in _NOT_ASKED
        }
    if not found.messages:
        found.missing.append("no messages are recorded of this call")
    found.missing = list(dict.fromkeys(found.missing))
    return found


def is_image(part: Json) -> bool:
    """Whether the file of an address is an image, as far as the part says."""
    media_type = str(part.get("mime_type") or "image/")
    return media_type.startswith("image/") and part.get("modality", "image") == "image"


def _read(texts: Mapping[str, str], name: str, found: Recorded) -> Any:  # noqa: ANN401 - foreign JSON enters here
    text = texts.get(name, "")
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if name == "input":  # what a program gave as a plain text
            return [{"role": "user", "parts": [{"type": "text", "content": text}]}]
        found.missing.append(f"{name} cannot be read")
        return None


def _messages(value: object, found: Recorded) -> Iterator[dict[str, Any]]:
    for message in value if isinstance(value, list) else []:
        if not (isinstance(message, dict) and isinstance(message.get("role"), str)):
            found.missing.append("a message has no role")
            continue
        parts = message.get("parts")
        kept = [one for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
        for part in kept:
            kind = part.get("type")
            if kind == "reasoning":
                found.missing.append("what the model thought in earlier answers is not sent again")
            elif kind in _FILES and message["role"] == "assistant":
                found.missing.append("files in earlier answers are not sent again")
            elif kind == "uri" and not is_image(part):
                found.missing.append(
                    f"a file that is no image cannot be sent again: {str(part.get('uri'))[:200]!r}"
                )
            elif kind not in _SENT:
                found.missing.append(f"a part of type {kind!r} is sent as text")
        yield {"role": message["role"], "parts": kept}


def _tools(value: object, found: Recorded) -> Iterator[dict[str, Any]]:
    for one in _spread(value):
        name, schema = _text(one, "name"), _schema(one)
        if not name:
            found.missing.append(
                f"a tool of the provider's own is not sent: {_text(one, 'type')!r}"
            )
            continue
        yield {"name": name, "description": _text(one, "description"), "parameters": schema}


def _spread(value: object) -> Iterator[Json]:
    """The tools in a list of any provider's: each holds its own fields, or has them in a field of another name."""
    for one in value if isinstance(value, list) else []:
        held = _opened(one)
        if not isinstance(held, dict):
            continue
        declared = held.get("functionDeclarations", held.get("function_declarations"))
        if isinstance(declared, list):
            yield from _spread(declared)
            continue
        inner = next((held[key] for key in ("function", "toolSpec", "custom") if key in held), held)
        yield inner if isinstance(inner, dict) else held


def _schema(one: Json) -> dict[str, Any]:
    for key in _SCHEMAS:
        schema = _opened(one.get(key))
        if isinstance(schema, dict):
            inner = schema.get("json")  # Bedrock's
            return inner if isinstance(inner, dict) else schema
    return {}


def _opened(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        opened: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return opened


def _text(one: Json, name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""
