"""Messages as people write them, in the canonical form of OpenTelemetry GenAI.

A message is `{"role": …, "parts": […]}`; a part is text, tool_call, tool_call_response, reasoning
or anything else with a type. Everything here works on plain copies (`clearspan.capture`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

Message = dict[str, object]
Part = dict[str, object]


def messages(value: object, role: str) -> list[Message] | None:
    """``value`` as messages; None when it does not look like any.

    Args:
        value: a text, a message, a part, or a list of them; a message may be in OpenAI's form
            (`content`, `tool_calls`, `tool_call_id`, `reasoning_content`) or canonical.
        role: of a text or part that stands alone.
    """
    items = value if isinstance(value, list) else [value]
    found: list[Message] = []
    for item in items:
        if isinstance(item, dict) and "role" in item:
            found.append(_message(item))
        elif isinstance(item, str) or (isinstance(item, dict) and "type" in item):
            if not found or found[-1].get("role") != role or isinstance(item, str):
                found.append({"role": role, "parts": []})
            _parts_of(found[-1]).extend(_parts(item))
        else:
            return None
    return found


def _parts_of(message: Message) -> list[Part]:
    parts = message["parts"]
    return parts if isinstance(parts, list) else []


def _message(item: Message) -> Message:
    parts = item.get("parts")
    if isinstance(parts, list):
        return {**item, "parts": [part for given in parts for part in _parts(given)]}
    known = {"role", "content", "tool_calls", "tool_call_id", "reasoning_content", "refusal"}
    rest = {key: value for key, value in item.items() if key not in known and value is not None}
    return {"role": item["role"], "parts": list(_openai_parts(item)), **rest}


def _openai_parts(item: Message) -> Iterator[Part]:
    content = item.get("content")
    if item.get("role") == "tool" and item.get("tool_call_id"):
        yield {"type": "tool_call_response", "id": item["tool_call_id"], "response": content}
        return
    if item.get("reasoning_content"):
        yield {"type": "reasoning", "content": item["reasoning_content"]}
    for part in content if isinstance(content, list) else [content]:
        yield from _parts(part)
    if item.get("refusal"):
        yield {"type": "text", "content": item["refusal"]}
    calls = item.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        yield from _parts(call)


def _parts(part: object) -> Iterator[Part]:
    """``part`` in canonical form; unknown types are kept as they are."""
    if part is None:
        return
    if not isinstance(part, dict):
        yield {"type": "text", "content": part if isinstance(part, str) else json.dumps(part)}
    elif isinstance(function := part.get("function"), dict):
        yield {
            "type": "tool_call",
            "id": part.get("id"),
            "name": function.get("name"),
            "arguments": _decoded(function.get("arguments")),
        }
    elif part.get("type") == "tool_call":
        yield {**part, "arguments": _decoded(part.get("arguments"))}
    elif part.get("type") == "text" and "text" in part:
        yield {"type": "text", "content": part["text"]}
    elif isinstance(image := part.get("image_url"), dict):
        yield {"type": "uri", "modality": "image", "uri": image.get("url")}
    else:
        yield part


def _decoded(arguments: object) -> object:
    """Arguments of a tool call as an object, where the model's text is valid JSON."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
