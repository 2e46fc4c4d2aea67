"""Messages of every provider in one form: `{"role", "parts": [{"type": "text", "content"}, …]}`.

The form is that of OpenTelemetry (`gen_ai.input.messages`): text, tool_call, tool_call_response, reasoning, blob, uri,
file. What is in it already comes back as the same object; what nobody knows is kept as it came.
"""

from collections.abc import Callable
from typing import Any

from clearspan.wire.forms import Json, either, first, mapping, mappings, opened, text

Message = dict[str, Any]
Part = dict[str, Any]

_ROLES = {
    "model": "assistant",  # Gemini
    "ai": "assistant",  # LangChain
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "CHATBOT": "assistant",  # Cohere
    "human": "user",
    "HumanMessage": "user",
    "USER": "user",
    "SystemMessage": "system",
    "SYSTEM": "system",
    "developer": "system",
    "ToolMessage": "tool",
    "TOOL": "tool",
    "function": "tool",
}
_ROLE_NAMES = frozenset((*_ROLES, *_ROLES.values()))
_SPEAKERS = ("user", "assistant", "system")
_REASONING = ("reasoning_content", "reasoning", "thinking", "tool_plan")
_CALL_IDS = ("call_id", "tool_call_id", "toolCallId", "toolUseId", "tool_use_id", "id")
_NAMES = ("name", "toolName", "tool_name")
_ARGUMENTS = ("arguments", "input", "args", "parameters", "action", "code", "queries")
_RESULTS = ("response", "result", "output", "content", "tools")


def read_messages(items: object) -> list[Message]:
    """All messages of a list (of any provider's, or of items as OpenAI's responses have them), in order.

    Items that are one turn of the assistant (its thoughts, text and calls), or results of one turn, become one message.
    """
    found: list[Message] = []
    for item in items if isinstance(items, list) else [items]:
        message = read_message(item)
        if message is None:
            continue
        is_item = isinstance(item, dict) and ("role" not in item or item.get("type") == "message")
        role = message["role"] if is_item else ""
        if role in ("assistant", "tool") and found and found[-1]["role"] == role:
            found[-1]["parts"] += message["parts"]
        else:
            found.append(message)
    return found


def read_message(item: object, role: str = "") -> Message | None:
    """One message; None for what is none. `role` is of a text, or of an object that does not name its own."""
    if isinstance(item, str):
        return {"role": role or "user", "parts": read_parts(item)} if item else None
    if not isinstance(item, dict):
        return None
    content = item.get("content")
    if len(item) == 2 and isinstance(content, str) and item.get("role") in _SPEAKERS:  # as most are
        parts = [{"type": "text", "content": content}] if content else []
        return {"role": item["role"], "parts": parts}
    if "lc" in item and isinstance(item.get("kwargs"), dict):
        names = item.get("id")
        item = {**item["kwargs"], "type": names[-1] if isinstance(names, list) and names else ""}
    said = item.get("role")
    kind = item.get("type")
    if not isinstance(said, str) or not said:
        if isinstance(kind, str) and kind in _ROLE_NAMES:
            said = kind
        elif isinstance(kind, str) and kind not in ("message", "") and not role:
            return _of_item(item, kind)
        else:
            said = role
    return _of_role(item, _ROLES.get(said, said)) if said else None


def _of_item(item: Json, kind: str) -> Message | None:
    """An item of OpenAI's responses that is no message: thoughts, a call, the result of one."""
    role = "assistant"
    if kind.endswith(("_output", "_response", "_result", "-result")):
        role = "tool"
    elif kind in ("text", "input_text", "image_url", "input_image", "image", "input_file", "file"):
        role = "user"
    elif kind == "item_reference":
        return None
    parts = _part(item)
    return {"role": role, "parts": parts} if parts else None


def _of_role(item: Json, role: str) -> Message:
    given = item.get("parts")
    if isinstance(given, list):
        parts = [part for piece in given for part in _part(piece)]
        is_same = role == item.get("role") and len(parts) == len(given)
        if is_same and all(new is old for new, old in zip(parts, given, strict=True)):
            return item
        return {**_rest(item), "role": role, "parts": parts}
    parts = _before(item)
    content = item.get("content")
    if content is None:
        content = item.get("message")  # so Cohere's first interface calls it
    is_result = role == "tool" or (role != "assistant" and item.get("tool_call_id"))
    if is_result and not _holds_results(content):
        call_id, name = text(first(item, _CALL_IDS)), first(item, _NAMES)
        result: Part = {"type": "tool_call_response", "id": call_id, "response": content}
        parts.append({**result, "name": name} if isinstance(name, str) else result)
    else:
        parts += read_parts(content)
    parts += _beside(item, {part.get("id") for part in parts if part.get("type") == "tool_call"})
    return {**_rest(item), "role": role, "parts": parts}


def _rest(item: Json) -> Message:
    return {key: item[key] for key in ("name", "finish_reason") if isinstance(item.get(key), str)}


def _holds_results(content: object) -> bool:
    return any(
        part.get("type") == "tool_call_response"
        for piece in mappings(content)
        for part in _part(piece)
    )


def _before(item: Json) -> list[Part]:
    """What a model thought before it spoke."""
    thought = first(item, _REASONING)
    if not isinstance(thought, str):
        details = mappings(item.get("reasoning_details"))
        thought = "".join(text(first(one, ("text", "summary"))) for one in details)
    return [{"type": "reasoning", "content": thought}] if thought else []


def _beside(item: Json, known: set[object]) -> list[Part]:
    """What stands beside the content of a message: a refusal, sound, pictures, calls."""
    parts: list[Part] = []
    if isinstance(item.get("refusal"), str) and item["refusal"]:
        parts += _refusal(item)
    audio = mapping(item.get("audio"))
    if audio:
        parts += _text_part(audio.get("transcript")) + _media(audio, "audio")
    images = item.get("images")
    for image in images if isinstance(images, list) else []:
        parts += _media(mapping(image).get("image_url", image), "image")
    calls = opened(item.get("tool_calls"))
    for call in mappings(calls):
        part = _call(call)[0]
        if not part["id"] or part["id"] not in known:  # LangChain says Anthropic's calls twice
            parts.append(part)
    if isinstance(item.get("function_call"), dict):
        parts += _call(item["function_call"])
    return parts


def read_parts(content: object) -> list[Part]:
    """The parts of a message's content: a text, a part, or a list of parts, of any provider."""
    if isinstance(content, list):
        return [part for piece in content for part in _part(piece)]
    return _part(content)


def _part(piece: object) -> list[Part]:
    if not isinstance(piece, dict):
        return _text_part(piece)
    kind = piece.get("type")
    reader = _BY_TYPE.get(kind) if isinstance(kind, str) else None
    if reader is not None:
        return reader(piece)
    if isinstance(kind, str):
        if kind.endswith(("_call_output", "_tool_result")):
            return _response(piece)
        if kind.endswith("_call"):
            return _call({**piece, "name": first(piece, _NAMES) or kind.removesuffix("_call")})
        return [piece]
    for sign, reader in _BY_KEY:
        if sign in piece:
            return reader(piece)
    return [piece]


def _text_part(said: object) -> list[Part]:
    return [{"type": "text", "content": text(said)}] if said not in (None, "") else []


def _text(piece: Json) -> list[Part]:
    said = piece.get("content")
    if isinstance(said, str):
        return [piece]
    if isinstance(said, list):  # OpenLIT's
        return read_parts(said) if _is_flat(said) else [piece]
    said = first(piece, ("text", "input_text", "output_text", "content"))
    if isinstance(said, dict):
        said = said.get("value", said)  # the Assistants interface
    part: Part = {"type": "text", "content": text(said)}
    for key in ("citations", "annotations"):
        if piece.get(key):
            part[key] = piece[key]
    return [part]


def _is_flat(pieces: list[Any]) -> bool:
    """Whether no text among the pieces holds a list again: what is nested without end is not followed."""
    return not any(isinstance(one.get("content"), list) for one in mappings(pieces))


def _refusal(piece: Json) -> list[Part]:
    return [{"type": "text", "content": text(piece.get("refusal")), "refusal": True}]


def _reasoning(piece: Json) -> list[Part]:
    """Thoughts, with the signature that the provider wants back."""
    said = piece.get("content")
    if piece.get("type") == "reasoning" and isinstance(said, str):
        return [piece]
    thought = first(piece, ("thinking", "text", "reasoning", "summary", "content"))
    if isinstance(thought, dict):  # Bedrock: {"reasoningText": {"text", "signature"}}
        thought = thought.get("text")
    if isinstance(thought, list):
        pieces = [
            *mappings(piece.get("summary")),
            *mappings(said),
            *mappings(piece.get("thinking")),
        ]
        thought = "\n".join(filter(None, (text(one.get("text")) for one in pieces)))
    part: Part = {"type": "reasoning", "content": text(thought)}
    signature = first(piece, ("signature", "encrypted_content", "data", "thoughtSignature"))
    if isinstance(signature, str):
        part["signature"] = signature
    return [part] if part["content"] or "signature" in part else []


def _call(piece: Json) -> list[Part]:
    if piece.get("type") == "tool_call" and {"id", "name", "arguments"} <= piece.keys():
        arguments = opened(piece["arguments"])
        return [piece if arguments is piece["arguments"] else {**piece, "arguments": arguments}]
    function = first(piece, ("function", "custom"))
    held = function if isinstance(function, dict) else piece
    part: Part = {
        "type": "tool_call",
        "id": text(first(piece, _CALL_IDS)),
        "name": text(first(held, _NAMES)),
        "arguments": opened(first(held, _ARGUMENTS)),
    }
    extra = [_response({**piece, "type": ""})[0]] if piece.get("type") == "mcp_call" else []
    return [part, *(one for one in extra if one["response"] is not None)]


def _response(piece: Json) -> list[Part]:
    if piece.get("type") == "tool_call_response" and "response" in piece:
        return [piece]
    held = first(piece, _RESULTS)
    if isinstance(held, dict) and held.keys() == {"type", "value"}:
        held = held["value"]  # the AI SDK's
    held = _joined(held)
    part: Part = {
        "type": "tool_call_response",
        "id": text(first(piece, ("tool_use_id", "tool_call_id", *_CALL_IDS))),
        "response": held,
    }
    name = first(piece, _NAMES)
    if isinstance(name, str):
        part["name"] = name
    if piece.get("is_error") is True or piece.get("status") == "error":
        part["is_error"] = True
    return [part]


def _joined(held: object) -> object:
    """The text of a result that is a list of nothing but texts; anything else as it is."""
    if not isinstance(held, list) or not held:
        return held
    texts = [one.get("text") if isinstance(one, dict) else None for one in held]
    said = [one for one in texts if isinstance(one, str)]
    return "\n".join(said) if len(said) == len(held) else held


def media_part(held: str, modality: str, mime_type: str = "") -> Part:
    """A `uri` part for an address, a `blob` part for bytes, whichever `held` is."""
    if held.startswith("data:"):
        head, _, body = held.partition(",")
        mime_type = head.removeprefix("data:").partition(";")[0] or mime_type
        return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": body}
    if "://" in held[:16]:
        return {"type": "uri", "modality": modality, "uri": held}
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": held}


def _media(held: object, modality: str) -> list[Part]:
    """A picture, sound or file, whatever holds it: an address, bytes, or a name at the provider."""
    if isinstance(held, str):
        return [media_part(held, modality)] if held else []
    if not isinstance(held, dict):
        return []
    source = mapping(held.get("source"))
    source = source or (held if held.get("type") == "text" else source)
    place = {**held, **source, **mapping(source.get("s3Location"))}
    mime = text(first(place, ("media_type", "mediaType", "mimeType", "mime_type")))
    if not mime and isinstance(place.get("format"), str):
        mime = f"{modality if modality != 'file' else 'application'}/{place['format']}"
    kind = mime.partition("/")[0]
    modality = kind if modality == "file" and kind in ("image", "audio", "video") else modality
    found = first(place, _ADDRESSES)
    if not isinstance(found, str):
        found = first(place, _BYTES)
    if isinstance(found, str):
        if source.get("type") == "text":  # a document of Anthropic's that is no file
            return _text_part(found)
        return [media_part(found, modality, mime)]
    name = first(place, ("file_id", "fileId", "id"))
    if isinstance(name, str):
        return [{"type": "file", "modality": modality, "file_id": name}]
    return _text_part(place.get("text")) + read_parts(
        [one for one in mappings(place.get("content")) if one.get("type") == "text"]
    )


_ADDRESSES = ("url", "uri", "file_url", "fileUri", "file_uri")
_BYTES = ("data", "bytes", "file_data", "base64", "base64Data")


def _medium(modality: str, *keys: str) -> Callable[[Json], list[Part]]:
    """A reader of parts whose medium stands under one of `keys`, or in the part itself."""

    def read(piece: Json) -> list[Part]:
        inner = first(piece, keys)
        found = _media(inner, modality) if isinstance(inner, (str, dict)) else []
        return found or _media({**piece, "id": None}, modality) or [piece]

    return read


def _inner(key: str, reader: Callable[[Json], list[Part]]) -> Callable[[Json], list[Part]]:
    """A reader of parts that say what they are by a key: Bedrock's and Gemini's."""

    def read(piece: Json) -> list[Part]:
        held = piece[key]
        if not isinstance(held, dict):
            return [piece]
        parts = reader(held)
        signature = either(piece, "thoughtSignature")
        return [{**part, "signature": signature} for part in parts] if signature else parts

    return read


def _said(piece: Json) -> list[Part]:
    """Gemini's and Bedrock's text; Gemini's thoughts are text with a mark."""
    kind = "reasoning" if piece.get("thought") is True else "text"
    part: Part = {"type": kind, "content": text(piece["text"])}
    signature = either(piece, "thoughtSignature")
    if signature:
        part["signature"] = signature
    return [part] if part["content"] or signature else []


def _thought(held: Json) -> list[Part]:
    """Bedrock's thoughts, readable or not."""
    inner = mapping(held.get("reasoningText")) or {"data": held.get("redactedContent")}
    return _reasoning(inner)


def _same(piece: Json) -> list[Part]:
    return [piece]


def _binary(piece: Json) -> list[Part]:
    """Pydantic AI's bytes of any medium."""
    held, mime = piece.get("content"), text(either(piece, "mediaType"))
    kind = mime.partition("/")[0]
    modality = kind if kind in ("image", "audio", "video") else "file"
    return [media_part(held, modality, mime)] if isinstance(held, str) and held else [piece]


def _made_image(piece: Json) -> list[Part]:
    """OpenAI's generated picture."""
    result = piece.get("result")
    return [media_part(result, "image", "image/png")] if isinstance(result, str) else [piece]


def _code(piece: Json) -> list[Part]:
    """Gemini's built-in tool, which runs what the model wrote."""
    key = "executableCode" if "executableCode" in piece else "executable_code"
    name = {"type": "tool_call", "id": "", "name": "code_execution", "arguments": piece[key]}
    return [name]


def _code_result(piece: Json) -> list[Part]:
    held = either(piece, "codeExecutionResult")
    return [{"type": "tool_call_response", "id": "", "name": "code_execution", "response": held}]


_image = _medium("image", "image_url", "image", "source")
_audio = _medium("audio", "input_audio", "audio", "audio_url")
_file = _medium("file", "file", "document", "input_file")
_BY_TYPE: dict[str, Callable[[Json], list[Part]]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    **dict.fromkeys(("reasoning", "thinking", "redacted_thinking", "reasoning_text"), _reasoning),
    **dict.fromkeys(
        ("tool_call", "tool_use", "server_tool_use", "mcp_tool_use", "function_call", "tool-call"),
        _call,
    ),
    **dict.fromkeys(("function", "custom"), _call),
    **dict.fromkeys(("tool_call_response", "tool_result", "tool-result"), _response),
    **dict.fromkeys(("image_url", "input_image", "image"), _image),
    **dict.fromkeys(("input_audio", "audio", "audio_url"), _audio),
    **dict.fromkeys(("video", "video_url", "input_video"), _medium("video", "video_url", "video")),
    **dict.fromkeys(("document", "input_file", "document_url"), _file),
    **dict.fromkeys(("blob", "uri"), _same),
    "file": lambda piece: [piece] if "file_id" in piece else _file(piece),
    "refusal": _refusal,
    "image_generation_call": _made_image,
    "binary": _binary,
    **{f"{kind}-url": _medium(kind, "url") for kind in ("image", "audio", "video")},
    "document-url": _medium("file", "url"),
}
# Parts without a type: Gemini's, in the spelling of its wire and of its Python package, and Bedrock's.
_BY_KEY: tuple[tuple[str, Callable[[Json], list[Part]]], ...] = (
    ("text", _said),
    *((key, _inner(key, _call)) for key in ("functionCall", "function_call", "toolUse")),
    *(
        (key, _inner(key, _response))
        for key in ("functionResponse", "function_response", "toolResult")
    ),
    *(
        (key, _inner(key, lambda held: _media(held, "file")))
        for key in ("inlineData", "inline_data", "fileData", "file_data", "document")
    ),
    ("image", _inner("image", lambda held: _media(held, "image"))),
    ("video", _inner("video", lambda held: _media(held, "video"))),
    ("audio", _inner("audio", lambda held: _media(held, "audio"))),
    ("reasoningContent", _inner("reasoningContent", _thought)),
    *((key, _code) for key in ("executableCode", "executable_code")),
    *((key, _code_result) for key in ("codeExecutionResult", "code_execution_result")),
    ("function", _call),
)
