"""The values of a file of JSON, one at a time: of lines, of a list, or one document; none is held that is too large."""

import codecs
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from clearspan_server.cli.moving.progress import amount
from clearspan_server.cli.moving.records import Place

Values = Iterator[tuple[Place, Any]]  # JSON values, each with its place

MOST_BYTES = 256 * 1024 * 1024  # of a line, of an item of a list, and of a document that is no list
_PIECE = 1024 * 1024
_NEAR = 64  # characters: a name or number that goes on behind what was read
_SPACE = " \t\r\n"


@dataclass(slots=True, frozen=True)
class Broken:
    """What is no JSON, or cannot be read as such, and why."""

    reason: str


def values(file: IO[bytes], name: str, most_bytes: int = MOST_BYTES) -> Values:
    """The values: a line each where a line is one, the items of a list, else the document.

    What cannot be read is a `Broken`.
    """
    if file.peek(3)[:3] == codecs.BOM_UTF8:  # type: ignore[attr-defined]  # buffered readers have it
        file.read(3)
    if _first_of(file) == b"[":
        yield from _items(file, name, most_bytes)
        return
    first = file.readline(most_bytes)
    document = _parsed(first)
    if not isinstance(document, Broken):
        yield from _of_lines(name, document, _lines(file, most_bytes))
        return
    text = first + file.read(most_bytes - len(first))
    document = _parsed(text)
    if file.peek(1)[:1]:  # type: ignore[attr-defined]  # as above
        text += file.readline(most_bytes)
        document = _too_large("a document", most_bytes)
    second, _, rest = text[len(first) :].partition(b"\n")
    if isinstance(document, Broken) and isinstance(_parsed(second), dict):
        # Lines, of which the first is damaged.
        others = chain([second], io.BytesIO(rest), _lines(file, most_bytes))
        yield from _of_lines(name, _parsed(first), others)
        return
    yield from _of_document(name, document)


def _first_of(file: IO[bytes]) -> bytes:
    """The first byte that is no white space; what stands before it is read."""
    while True:
        byte: bytes = file.peek(1)[:1]  # type: ignore[attr-defined]  # as above
        if not byte.isspace():
            return byte
        file.read(1)


def _of_lines(name: str, first: Any, rest: Iterator[bytes | Broken]) -> Values:  # noqa: ANN401 - foreign JSON
    """A value a line, of which the first is known; where there is one line alone, it is a document."""
    is_alone = True
    number = 1
    for line in rest:
        number += 1
        if isinstance(line, bytes) and not line.strip():
            continue
        if is_alone:
            yield Place(name, "line 1"), first
            is_alone = False
        yield Place(name, f"line {number}"), line if isinstance(line, Broken) else _parsed(line)
    if is_alone:
        yield from _of_document(name, first)


def _lines(file: IO[bytes], most_bytes: int) -> Iterator[bytes | Broken]:
    while line := file.readline(most_bytes):
        if len(line) < most_bytes or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_PIECE)
        yield _too_large("a line", most_bytes)


def _of_document(name: str, document: Any) -> Values:  # noqa: ANN401 - foreign JSON
    if isinstance(document, dict) and set(document) <= {"data", "meta"} and "data" in document:
        document = document["data"]  # a page as Langfuse's API gives it
    if isinstance(document, list):
        for number, value in enumerate(document, 1):
            yield Place(name, f"item {number}"), value
    else:
        yield Place(name), document


def _items(file: IO[bytes], name: str, most_bytes: int) -> Values:
    """The items of a list as they are read, up to one that cannot be read."""
    reader = _Text(file, most_bytes)
    number = 0
    try:
        reader.after("[")
        while not reader.after("]"):
            number += 1
            value = reader.value() if number == 1 or reader.after(",") else reader.unexpected()
            yield Place(name, f"item {number}"), value
            if isinstance(value, Broken):
                return
        if reader.next():
            yield Place(name), Broken("there is more behind the end of the list")
    except UnicodeDecodeError as error:
        yield Place(name, f"behind item {number}"), Broken(f"it is no UTF-8: {error.reason}")


class _Text:
    """The text of a file from where it is read: no more of it is held than a value needs."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._values = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._is_end = False

    def next(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            rest = len(self._text)
            while self._at < rest and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < rest or self._is_end:
                return self._text[self._at : self._at + 1]
            self._more()

    def after(self, character: str) -> bool:
        """Whether this character is next; then it is read."""
        is_next = self.next() == character
        self._at += is_next
        return is_next

    def value(self) -> Any:  # noqa: ANN401 - foreign JSON
        """The next value; a `Broken` where there is none."""
        self.next()
        while True:
            try:
                value, end = self._values.raw_decode(self._text, self._at)
            except RecursionError as error:
                return Broken(f"it is no JSON: {error}")
            except json.JSONDecodeError as error:
                if self._is_end or not self._goes_on(error):
                    return Broken(f"it is no JSON: {error.msg}")
            else:
                if end < len(self._text) or self._is_end:  # else a number may go on
                    self._at = end
                    return value
            if len(self._text) - self._at > self._most:
                return _too_large("an item", self._most)
            self._more()

    def unexpected(self) -> Broken:
        """What to say where something else should stand."""
        found = self.next()
        return Broken(f"it is no JSON: {found!r} in a list" if found else "the list breaks off")

    def _goes_on(self, error: json.JSONDecodeError) -> bool:
        """Whether more text may help."""
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _NEAR

    def _more(self) -> None:
        """Read on; as much again as is held, so that a long value is not tried too often."""
        piece = self._file.read(max(_PIECE, len(self._text) - self._at))
        self._is_end = not piece
        self._text = self._text[self._at :] + self._decoder.decode(piece, final=not piece)
        self._at = 0


def _too_large(what: str, most_bytes: int) -> Broken:
    return Broken(f"{what} of more than {amount(most_bytes)} is not read")


def _parsed(text: bytes) -> Any:  # noqa: ANN401 - foreign JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return Broken(f"it is no JSON: {error}")
