"""Texts of a span by ranges of their bytes, however long they are: whole beside the span, or in its row."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.long_text import FIELDS, hash_of, kept_whole
from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement
from clearspan_server.store.text_columns import AFTER_BYTES, PIECE_BYTES

MAX_FOUND = 200  # places of one answer
_SEARCH_S = 5.0
_AT_ONCE = 4 * 1024 * 1024  # bytes of one statement
_ATTRIBUTE = "attributes."
_TEXT = statement(SQL, "span_text")
_NEWEST = statement(SQL, "long_text")
_PIECES = statement(SQL, "long_text_pieces")


@dataclass(slots=True, frozen=True)
class Text:
    """A text of a span: what it is found by, and `inline` its bytes where the row of the span holds all of them."""

    project: str
    trace_id: str
    span_id: str
    field: str
    size_bytes: int
    hash: str
    cleaned: int = 0
    inline: bytes | None = None


@dataclass(slots=True, frozen=True)
class Places:
    """Where words stand, as the bytes at which they begin; `next_start` is where to look on, None at the end."""

    starts: list[int]
    next_start: int | None


def find_text(engine: Engine, project: str, trace_id: str, span_id: str, field: str) -> Text:
    """One text of a span.

    Raises:
        BadInput: no span has such a field.
        NotFound: there is no such span, or it says nothing there.
    """
    key = field.removeprefix(_ATTRIBUTE) if field.startswith(_ATTRIBUTE) else ""
    if not key and field not in FIELDS:
        known = ", ".join((*FIELDS, "attributes.<key>"))
        raise BadInput(f"field: {field[:100]!r} is not one of {known}", field="field", value=field)
    ids = {"project": project, "trace_id": trace_id, "span_id": span_id}
    found = engine.query(_TEXT, {**ids, "key": key, "column": "input" if key else field})
    cut = kept_whole(found[0]["truncated"]).get(field) if found else None
    if cut is not None:
        for row in engine.query(_NEWEST, {**ids, "field": field, "hash": cut.hash}):
            return Text(
                project, trace_id, span_id, field, row["size_bytes"], cut.hash, row["newest"]
            )
    text = found[0]["text"].encode() if found else b""
    if cut is not None or not text:
        raise NotFound(
            f"span {span_id!r} of trace {trace_id!r} in project {project!r} has no {field!r}", **ids
        )
    return Text(project, trace_id, span_id, field, len(text), hash_of(text), inline=text)


def read_range(engine: Engine, text: Text, first: int, to: int) -> Iterator[bytes]:
    """The bytes of a text from `first` up to `to`, some at a time."""
    if text.inline is not None:
        yield text.inline[first:to]
        return
    for at in range(first, to, _AT_ONCE):
        end = min(to, at + _AT_ONCE)
        for start, piece, _ in _pieces(engine, text, at, end):
            yield piece[max(0, at - start) : end - start]


def find_words(engine: Engine, text: Text, words: str, first: int) -> Places:
    """Where words stand in a text from byte `first` on, whether in large or small letters.

    Looks for at most five seconds and finds at most `MAX_FOUND` places; `next_start` leads on.

    Raises:
        BadInput: words that are longer than what is kept across the border of two pieces.
    """
    if len(words.encode()) > AFTER_BYTES // 2:
        raise BadInput(f"words: {words[:40]!r}… are too long to look for", field="words")
    wanted = _lowered(words)
    deadline = time.monotonic() + _SEARCH_S
    found: list[int] = []
    for at in range(first, text.size_bytes, _AT_ONCE):
        end = min(text.size_bytes, at + _AT_ONCE)
        for start, piece, after in _searched(engine, text, at, end):
            found += islice(_places(wanted, piece, after, start, (at, end)), MAX_FOUND)
        if len(found) >= MAX_FOUND:
            return Places(found[:MAX_FOUND], found[MAX_FOUND - 1] + 1)
        if time.monotonic() > deadline and end < text.size_bytes:
            return Places(found, end)
    return Places(found, None)


def _pieces(engine: Engine, text: Text, first: int, to: int) -> Iterator[tuple[int, bytes, bytes]]:
    values = {
        "project": text.project,
        "trace_id": text.trace_id,
        "span_id": text.span_id,
        "field": text.field,
        "hash": text.hash,
        "cleaned": text.cleaned,
        "first": max(0, first - PIECE_BYTES + 1),
        "to": to,
    }
    for row in engine.query(_PIECES, values):
        yield row["start"], row["text"].encode(), row["after"].encode()


def _searched(
    engine: Engine, text: Text, first: int, to: int
) -> Iterator[tuple[int, bytes, bytes]]:
    if text.inline is None:
        yield from _pieces(engine, text, first, to)
    elif first < to:
        yield 0, text.inline, b""


def _places(
    wanted: str, piece: bytes, after: bytes, start: int, within: tuple[int, int]
) -> Iterator[int]:
    """The bytes of the whole at which words begin in a piece; each is of one piece and of one stretch alone."""
    shown = (piece + after).decode("utf-8", "replace")
    lowered = _lowered(shown)
    at = chars = 0
    place = lowered.find(wanted)
    while place >= 0:
        at += len(shown[chars:place].encode())
        chars = place
        if at >= len(piece):
            return
        if within[0] <= start + at < within[1]:
            yield start + at
        place = lowered.find(wanted, place + len(wanted))


def _lowered(text: str) -> str:
    """In small letters, each in its place: of one alone Python makes two.

    Found so, words take time in proportion to the text; by a regular expression they may take it once a letter.
    """
    return text.replace("İ", "i").lower()
