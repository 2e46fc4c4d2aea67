"""Pictures and sound in messages: what is large is told by its size, not kept."""

from clearspan.wire.forms import Json, first, mappings, text
from clearspan.wire.messages import Message, Part, media_part

MOST_BASE64_CHARS = 64_000


def without_large(messages: list[Message]) -> list[Message]:
    """The messages, with `size_bytes` in place of the content of every large blob."""
    if not any(part.get("type") == "blob" for one in messages for part in one["parts"]):
        return messages  # as most are
    return [{**one, "parts": [_told(part) for part in one["parts"]]} for one in messages]


def sized(modality: str, mime_type: str, size_bytes: int) -> Part:
    """A blob that is told by its size."""
    return {
        "type": "blob",
        "modality": modality,
        "mime_type": mime_type,
        "size_bytes": size_bytes,
    }


def size_of(base64: str) -> int:
    """How many bytes base64 text stands for."""
    return len(base64) * 3 // 4 - base64[-2:].count("=")


def _is_large(part: Part) -> bool:
    return part.get("type") == "blob" and len(text(part.get("content"))) > MOST_BASE64_CHARS


def _told(part: Part) -> Part:
    if not _is_large(part):
        return part
    rest = {key: value for key, value in part.items() if key != "content"}
    return {**rest, "size_bytes": size_of(text(part["content"]))}


def as_message(operation: str, body: Json) -> Json:
    """The body of a transcript, or of pictures or speech that were made, with what it has as a message."""
    content: list[Part] = []
    if operation == "transcription":
        content = [{"type": "text", "text": text(body.get("text"))}]
    elif operation == "image_generation":
        mime_type = f"image/{text(body.get('output_format')) or 'png'}"
        for made in mappings(body.get("data")):
            held = first(made, ("b64_json", "url"))
            if isinstance(held, str):
                content.append(media_part(held, "image", mime_type))
    elif operation == "speech" and "size_bytes" in body:
        content = [sized("audio", text(body.get("mime_type")), body["size_bytes"])]
    return {**body, "message": {"role": "assistant", "content": content}} if content else body
