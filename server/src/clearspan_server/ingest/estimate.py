"""Usage that nobody told, estimated from the conversation and marked as such.

With `tiktoken` installed and its vocabulary in the folder that TIKTOKEN_CACHE_DIR names, short texts are counted with
OpenAI's `o200k_base`; else by the characters of each script. docs/prices.md tells how far that is off.
"""

import os
import string
from functools import cache
from hashlib import sha1
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from clearspan_server.ingest.coerce import opened, text
from clearspan_server.model.span import Span

# OpenAI's framing (its cookbook, "How to count tokens"): so many a message, and so many before the answer.
_A_MESSAGE = 4
_BEFORE_ANSWER = 3
_LONGEST_COUNTED = 65_536  # characters; beyond, a tokenizer would hold up the receiving thread
_LONGEST_READ = 4_000_000  # characters of a conversation: no context is so long
_VOCABULARY = b"https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"

# Which bytes of UTF-8, and how many of them make a token of `o200k_base`. Of characters of more than one byte the
# first is counted: two bytes are Cyrillic, Greek, Arabic or Hebrew, E0 the scripts of India, other three CJK.
_RATES: tuple[tuple[bytes, float], ...] = (
    (string.ascii_letters.encode(), 3.9),
    (string.digits.encode(), 2.5),
    (string.punctuation.encode(), 2.5),
    (b"\n", 1.0),
    (bytes(range(0xC2, 0xE0)), 2.9),
    (b"\xe0", 2.6),
    (bytes(range(0xE1, 0xF0)), 1.4),
    (bytes(range(0xF0, 0xF5)), 0.5),
)
_MEDIA = ("blob", "uri", "file")


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def estimate(span: Span) -> bool:
    """Fill the tokens of a model call that has answered and has no usage; tells whether it did.

    The input stays unknown where media are part of it: what a picture costs depends on more than its bytes.
    """
    if span.kind != "llm" or not span.output or _is_known(span) or _is_unanswered(span):
        return False
    if len(span.input) + len(span.output) > _LONGEST_READ:
        return False
    answer, given = opened(span.output), opened(span.input)
    if not isinstance(answer, list):
        return False
    output = sum(count_tokens(_text_of(message)) for message in answer)
    if not output:
        return False
    span.output_tokens = output
    if isinstance(given, list) and not any(_has_media(message) for message in given):
        texts = [*map(_text_of, given), span.tool_definitions]
        framing = _A_MESSAGE * len(given) + _BEFORE_ANSWER
        span.input_tokens = sum(map(count_tokens, texts)) + framing
        span.total_tokens = span.input_tokens + output
    span.usage_source = "estimated"
    return True


def forget_estimate(span: Span) -> bool:
    """Take an estimate off again, since better may have come; tells whether there was one."""
    if span.usage_source != "estimated":
        return False
    span.input_tokens = span.output_tokens = span.total_tokens = None
    span.usage_source = ""
    return True


def _is_known(span: Span) -> bool:
    return (span.usage_source, span.input_tokens, span.output_tokens) != ("", None, None)


def _is_unanswered(span: Span) -> bool:
    """Whether the span is no call that came to an answer: it goes on, or it failed, or it echoes another."""
    is_echo = span.call_key != "" and not span.response_id
    return span.end_ns is None or span.status not in ("ok", "cancelled") or is_echo


def count_tokens(words: str) -> int:
    """About how many tokens a text has."""
    encoding = _encoding() if len(words) <= _LONGEST_COUNTED else None
    if encoding is not None:
        return len(encoding.encode_ordinary(words))
    written = words.encode("utf-8", "replace")
    total = sum((len(written) - len(written.translate(None, kind))) / rate for kind, rate in _RATES)
    return round(total) or bool(words.strip())


def _parts(message: object) -> list[dict[str, Any]]:
    held = message.get("parts") if isinstance(message, dict) else None
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _has_media(message: object) -> bool:
    return any(part.get("type") in _MEDIA for part in _parts(message))


def _text_of(message: object) -> str:
    """What a model reads or writes of a message: texts, reasoning, tools' names, arguments and results."""
    found: list[str] = []
    for part in _parts(message):
        held = (part.get(name) for name in ("content", "name", "arguments", "response"))
        found += [text(one) for one in held if one is not None and part.get("type") not in _MEDIA]
    return "\n".join(found)


@cache
def _encoding() -> _Encoding | None:
    """The tokenizer, where it is installed with its vocabulary: it would fetch it otherwise, and nothing is fetched."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", "")
    kept = sha1(_VOCABULARY, usedforsecurity=False).hexdigest()  # as the package names it
    if not folder or not (Path(folder) / kept).is_file() or find_spec("tiktoken") is None:
        return None
    encoding: _Encoding = import_module("tiktoken").get_encoding("o200k_base")
    return encoding
