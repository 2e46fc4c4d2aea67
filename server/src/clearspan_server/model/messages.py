"""The text of canonical messages: what ingest mirrors and lists show, and what readers put back.

A message is `{"role", "parts": [{"type": "text", "content"}, …], "finish_reason"?}`
(semantic conventions for generative AI, JSON schema of `gen_ai.input.messages`).
"""

from collections.abc import Iterable
from typing import Any

Message = dict[str, Any]  # JSON: a role and a list of parts


def input_text(messages: Iterable[Message]) -> str:
    """The text of the last message that a user wrote, else of the last message with text."""
    last = ""
    last_of_user = ""
    for message in messages:
        found = _text_of(message)
        if found:
            last = found
            if message.get("role") == "user":
                last_of_user = found
    return last_of_user or last


def output_text(messages: Iterable[Message]) -> str:
    """The text of all messages, one after the other."""
    return "\n".join(filter(None, (_text_of(message) for message in messages)))


def _text_of(message: Message) -> str:
    pieces = [
        part.get("content")
        for part in message["parts"]
        if isinstance(part, dict) and part.get("type") == "text"
    ]
    return "\n".join(piece for piece in pieces if isinstance(piece, str))
