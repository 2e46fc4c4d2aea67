"""A text of a span that is too long for its row: there stands how it begins, and beside it lies the whole.

The note of a cut says where: `field:bytes` for a text of which the rest is gone, `field:bytes:hash` for one that lies
in `long_texts` under its hash.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

# The columns of a span that may be long.
FIELDS = (
    *("input", "output", "links", "events", "attributes_overflow", "error_message", "error_stack"),
    *("parameters", "tool_definitions", "tool_arguments", "tool_result"),
    *("retrieval_query", "documents"),
)
# Of these what was said: what a transcript shows, and who is shown a trace by a link may read.
SAID = (
    *("input", "output", "error_message", "tool_definitions", "tool_arguments", "tool_result"),
    *("retrieval_query", "documents"),
)
_HASH_BYTES = 16
# Sixteen letters in place of the digits of a hexadecimal number: what redaction takes for no number of anybody.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_NOTE = re.compile(r"(.+):(\d+):([a-p]{32})", re.DOTALL)


@dataclass(slots=True, frozen=True)
class LongText:
    """A whole text, redacted, in UTF-8; `field` is a column of the span, or `attributes.` and a key.

    `hash` is that of the text as it was first stored: what a rescan cleans is still found by it.
    """

    project: str
    trace_id: str
    span_id: str
    field: str
    hash: str
    text: bytes
    time_ns: int  # when the span starts
    received_ns: int
    cleaned: int = 0  # how many rescans have taken something out of it


@dataclass(slots=True, frozen=True)
class Cut:
    """What a note says: which field was cut, how long it was, and the hash under which the whole lies."""

    field: str
    size_bytes: int
    hash: str


def hash_of(text: bytes) -> str:
    """What a text is found by."""
    return hashlib.blake2b(text, digest_size=_HASH_BYTES).hexdigest().translate(_LETTERS)


def note_of(field: str, size_bytes: int, hash_: str) -> str:
    """The note of a text that lies whole under a hash."""
    return f"{field}:{size_bytes}:{hash_}"


def kept_whole(notes: Iterable[str]) -> dict[str, Cut]:
    """By field, the texts that lie whole somewhere; of several the one that was noted last."""
    found = (_NOTE.fullmatch(note) for note in notes)
    return {one[1]: Cut(one[1], int(one[2]), one[3]) for one in found if one}


def field_of(note: str) -> str:
    """Which field a note is of."""
    found = _NOTE.fullmatch(note)
    return found[1] if found else note.rpartition(":")[0]


def without_hashes(notes: Iterable[str]) -> list[str]:
    """The notes as people read them: `field:bytes`."""
    # Whole matches alone: one that is looked for anywhere in a long text takes the square of its length.
    found = ((note, _NOTE.fullmatch(note)) for note in notes)
    return [f"{one[1]}:{one[2]}" if one else note for note, one in found]
