"""Conversations in any encoding to canonical messages (model/messages.py), and their previews for lists."""

from collections.abc import Iterable

from clearspan.wire import read_message, read_parts
from clearspan_server.ingest.coerce import opened, text, to_json
from clearspan_server.ingest.draft import Value
from clearspan_server.model.messages import Message

PREVIEW_CHARS = 200


def canonical(value: Value) -> list[Message] | None:
    """The messages in `value` (structured, or JSON text), each with a role and parts; None where there are none.

    Of any provider, and as OpenTelemetry has them; those that are canonical already come back as they are.
    """
    value = opened(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not value:
        return None
    found = [
        message
        for item in value
        if isinstance(item, dict) and (message := read_message(item)) is not None
    ]
    return found if len(found) == len(value) else None


def parts(content: Value) -> list[Message]:
    """The parts of a message's content: text, or a list of parts of any provider."""
    return read_parts(content)


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
