"""Images, sounds and files inside messages: an address, a data URI or base64 to one part."""

from clearspan_server.model.messages import Message


def media_part(held: str, modality: str, mime_type: str = "") -> Message:
    """A `uri` part for an address, a `blob` part for bytes, whichever `held` is."""
    if held.startswith("data:"):
        head, _, body = held.partition(",")
        mime_type = head.removeprefix("data:").partition(";")[0] or mime_type
        return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": body}
    if "://" in held[:16]:
        return {"type": "uri", "modality": modality, "uri": held}
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": held}
