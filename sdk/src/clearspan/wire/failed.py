"""Errors: what providers say when they do not answer, in one form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clearspan.wire.forms import first, mapping, mappings, text

MOST_MESSAGE_CHARS = 8_192
_UNKNOWN = "_OTHER"  # OpenTelemetry's word for an error without a class
_WORD = re.compile(r"[A-Za-z_][\w.\-]*\Z")


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a provider did not answer, or stopped."""

    type: str  # the provider's own word; the HTTP status where it has none
    message: str = ""
    code: str = ""


def read_failed(body: object, status: int, headers: Mapping[str, str]) -> Failed:
    """The error that a body tells of: an object of any provider, or any text.

    The type is the most exact word that is said: OpenAI's rate limit is of the type "tokens" and has the code
    "rate_limit_exceeded"; Mistral's is of the type "rate_limited" and has the code "1300".
    """
    held = body[0] if isinstance(body, list) and body else body  # Gemini's, outside of events
    said = held if isinstance(held, dict) else {}
    inner = said.get("error")
    details = {**said, **inner} if isinstance(inner, dict) else said
    words = [details.get(key) for key in ("code", "status", "type", "__type")]
    named = headers.get("x-amzn-errortype", "").partition(":")[0]
    word = named or next((one for one in words if _is_word(one)), "")
    code = details.get("code")
    return Failed(
        type=word or (str(status) if status >= 400 else _UNKNOWN),
        message=_message(held, inner, details)[:MOST_MESSAGE_CHARS],
        code=text(code),
    )


def _is_word(said: object) -> bool:
    return isinstance(said, str) and said != "error" and _WORD.match(said) is not None


def _message(held: object, inner: object, details: Mapping[str, Any]) -> str:
    if not isinstance(held, dict):
        return text(held)
    if isinstance(inner, str):  # Ollama, xAI
        return inner
    said = first(details, ("message", "Message", "detail", "msg"))
    if isinstance(said, list):  # FastAPI's, at Mistral and vLLM
        return "; ".join(_complaint(one) for one in mappings(said))
    return text(said)


def _complaint(one: Mapping[str, Any]) -> str:
    place = one.get("loc")
    where = ".".join(text(step) for step in place) if isinstance(place, list) else ""
    return ": ".join(filter(None, (where, text(one.get("msg")))))


def failure_in(chunk: Mapping[str, Any]) -> object:
    """What a piece of a stream, or a whole answer, tells of an error; None where it tells of none."""
    kind = chunk.get("type")
    if kind == "error" or chunk.get("object") == "error":
        return chunk
    if chunk.get("error"):
        return {"error": chunk["error"]}
    for holder in ("x_groq", "response", "delta"):  # Groq; OpenAI's response.failed; Cohere
        inner = mapping(chunk.get(holder))
        if inner.get("error"):
            return {"error": inner["error"]}
    return None
