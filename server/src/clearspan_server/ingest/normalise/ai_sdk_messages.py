"""The messages of Vercel's AI SDK, versions 4 to 6, as canonical messages.

Source: vercel/ai `packages/provider` (language model prompt of each version) and `packages/ai/src/telemetry`: parts are
named with hyphens, calls have `args` or `input`, results `result` or `output`, and files are base64 or an address.
"""

from collections.abc import Callable

from clearspan.wire import media_part
from clearspan_server.ingest.coerce import opened, text
from clearspan_server.ingest.draft import Attributes, Value
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.ingest.normalise.messages import parts as parts_of
from clearspan_server.model.messages import Message

_ROLES = ("system", "user", "assistant", "tool")


def conversation(value: Value) -> list[Message]:
    """The conversation in `ai.prompt.messages`, or in a root's `ai.prompt` with `system`, `prompt`, `messages`."""
    held = opened(value)
    if isinstance(held, str) and held:
        held = {"prompt": held}
    if isinstance(held, list):
        return [message for one in held if (message := _message(one)) is not None]
    if not isinstance(held, dict):
        return []
    found = _with_role("system", held.get("system")) if held.get("system") else []
    for key in ("messages", "prompt"):
        said = opened(held.get(key))
        if isinstance(said, list):
            found += conversation(said)
        elif said:
            found += _with_role("user", said)
    return found


def reply(attributes: Attributes) -> list[Message]:
    """What the model answered, from the attributes of a step or of a root."""

    def held(name: str) -> Value:
        return attributes.get(f"ai.response.{name}", attributes.get(f"ai.result.{name}"))

    parts: list[Message] = []
    thoughts = opened(held("reasoning") or held("reasoningText"))
    for thought in thoughts if isinstance(thoughts, list) else [thoughts]:
        said = thought.get("text") if isinstance(thought, dict) else thought
        if said:
            parts.append({"type": "reasoning", "content": text(said)})
    answers = [said for said in (held("text"), held("object")) if said not in (None, "")]
    parts += [{"type": "text", "content": text(said)} for said in answers]
    calls, files = opened(held("toolCalls")), opened(held("files"))
    if isinstance(calls, list):
        parts += [_call(one) for one in map(opened, calls) if isinstance(one, dict)]
    if isinstance(files, list):
        parts += [_file(one) for one in map(opened, files) if isinstance(one, dict)]
    if not parts:
        return []
    message: Message = {"role": "assistant", "parts": parts}
    reason = attributes.get("ai.response.finishReason", attributes.get("ai.finishReason"))
    if isinstance(reason, str):
        message["finish_reason"] = reason
    return [message]


def _with_role(role: str, content: Value) -> list[Message]:
    content = content.get("content", content) if isinstance(content, dict) else content
    found = _message({"role": role, "content": content})
    return [found] if found is not None else []


def _message(one: Value) -> Message | None:
    if not isinstance(one, dict) or one.get("role") not in _ROLES:
        found = canonical([one])
        return found[0] if found else None
    content = one.get("content")
    if not isinstance(content, list):
        content = [{"type": "text", "text": text(content)}] if content not in (None, "") else []
    return {
        "role": text(one["role"]),
        "parts": [part for piece in content for part in _part(piece)],
    }


def _part(piece: Value) -> list[Message]:
    reader = _READERS.get(text(piece.get("type"))) if isinstance(piece, dict) else None
    if reader is not None and isinstance(piece, dict):
        return [reader(piece)]
    return parts_of([piece])


def _call(piece: Attributes) -> Message:
    return {
        "type": "tool_call",
        "id": text(piece.get("toolCallId")),
        "name": text(piece.get("toolName")),
        "arguments": opened(piece.get("input", piece.get("args"))),
    }


def _result(piece: Attributes) -> Message:
    held = piece.get("output", piece.get("result"))
    if isinstance(held, dict) and "type" in held and "value" in held:
        held = held["value"]  # since version 5 it says whether it is text, JSON or an error
    return {"type": "tool_call_response", "id": text(piece.get("toolCallId")), "response": held}


def _reasoning(piece: Attributes) -> Message:
    return {"type": "reasoning", "content": text(piece.get("text"))}


def _file(piece: Attributes) -> Message:
    """A file or an image: an address, a data URI, or base64."""
    mime = text(piece.get("mediaType") or piece.get("mimeType"))
    held = piece.get("data", piece.get("image", piece.get("base64", piece.get("base64Data"))))
    held = held.get("data", held.get("url")) if isinstance(held, dict) else held
    data = text(held)
    is_image = piece.get("type") == "image" or mime.startswith("image/")
    modality = "image" if is_image else mime.partition("/")[0] or "file"
    if is_image and not mime:
        mime = "image/*"
    return media_part(data, modality, mime)


_READERS: dict[str, Callable[[Attributes], Message]] = {
    "tool-call": _call,
    "tool-result": _result,
    "reasoning": _reasoning,
    "file": _file,
    "image": _file,
}
