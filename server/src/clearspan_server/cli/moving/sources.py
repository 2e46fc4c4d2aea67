"""Files, and what is in each: lines of JSON or one document, OTLP in protobuf, Parquet; told apart by their content."""

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from clearspan_server.cli.moving import langfuse, otlp, phoenix, transcripts
from clearspan_server.cli.moving.records import Place, Record, Untaken
from clearspan_server.errors import NotFound, StartRefused

STDIN = "-"
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_HEAD_BYTES = 4
_MOST_BYTES = 1024 * 1024 * 1024  # of a document that is read as one

Read = Iterator[Record | Untaken]
Values = Iterator[tuple[Place, Any]]  # JSON values, each with its place


@dataclass(slots=True, frozen=True)
class Kind:
    """A kind of file: whether one of its values says that it is one, and the records of all of them."""

    name: str
    is_it: Callable[[Any], bool]
    read: Callable[[Values], Read]


# The first whose mark a value carries.
KINDS: tuple[Kind, ...] = (
    Kind("OTLP", otlp.is_otlp, otlp.records),
    Kind("Langfuse", langfuse.is_langfuse, langfuse.records),
    Kind("Phoenix", phoenix.is_phoenix, phoenix.records),
    Kind("Claude Code", transcripts.is_claude_code, transcripts.claude_code_records),
    Kind("Codex", transcripts.is_codex, transcripts.codex_records),
)
_LOOKED_AT = 50  # values, of which the first ones of a transcript may tell nothing


def files_of(paths: list[str]) -> Iterator[str]:
    """The files that are named, and those in folders that are.

    Raises:
        NotFound: there is no such file.
    """
    for path in paths:
        place = Path(path)
        if path == STDIN or place.is_file():
            yield path
        elif place.is_dir():
            yield from sorted(str(one) for one in place.rglob("*") if one.suffix in _ENDINGS)
        else:
            raise NotFound(f"there is no file {path}")


_ENDINGS = {".jsonl", ".json", ".ndjson", ".parquet", ".pb", ".bin", ".gz"}


def read(path: str) -> tuple[str, Read]:
    """What kind of file it is, and its records.

    Raises:
        StartRefused: it cannot be read.
    """
    try:
        file = _opened(path)
        head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]  # type: ignore[attr-defined]  # buffered readers have it
    except OSError as error:
        raise StartRefused(f"{path} cannot be read: {error.strerror or error}") from error
    if head == _PARQUET:
        return "Phoenix", phoenix.records(phoenix.parquet_values(file, path))
    if head.lstrip()[:1] not in (b"{", b"["):
        return "OTLP", otlp.protobuf_records(file, path)
    first, values = _looked_at(_values(file, path))
    for kind in KINDS:
        if any(kind.is_it(value) for _, value in first):
            return kind.name, kind.read(values)
    return "unknown", _unknown(path, first)


def _opened(path: str) -> IO[bytes]:
    file: IO[bytes] = sys.stdin.buffer if path == STDIN else Path(path).open("rb")  # noqa: SIM115 - it is read as its records are asked for
    if file.peek(2)[:2] == _GZIP:  # type: ignore[attr-defined]  # as above
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    return file


def _looked_at(values: Values) -> tuple[list[tuple[Place, Any]], Values]:
    """The first values, and all of them."""
    first = list(islice(values, _LOOKED_AT))
    return first, chain(first, values)


def _values(file: IO[bytes], path: str) -> Values:
    """The values of a file of JSON: a line each where the first line is one, else the document, or what its list holds.

    A line that is no JSON is a value of no kind: the text.
    """
    name = "standard input" if path == STDIN else path
    first = file.readline()
    document = _parsed(first)
    if isinstance(document, _Broken):
        rest = file.read(_MOST_BYTES)
        document = _parsed(first + rest)
        yield from _of_document(name, document)
        return
    second = file.readline()
    if not second.strip() and not file.peek(1)[:1]:  # type: ignore[attr-defined]  # as above
        yield from _of_document(name, document)
        return
    yield Place(name, "line 1"), document
    number = 2
    line = second
    while line:
        if line.strip():
            yield Place(name, f"line {number}"), _parsed(line)
        number += 1
        line = file.readline()


def _of_document(name: str, document: Any) -> Values:  # noqa: ANN401 - foreign JSON
    if isinstance(document, dict) and set(document) <= {"data", "meta"} and "data" in document:
        document = document["data"]  # a page as Langfuse's API gives it
    if isinstance(document, list):
        for number, value in enumerate(document, 1):
            yield Place(name, f"item {number}"), value
    else:
        yield Place(name), document


@dataclass(slots=True, frozen=True)
class _Broken:
    """What is no JSON, and why."""

    reason: str


def _parsed(text: bytes) -> Any:  # noqa: ANN401 - foreign JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return _Broken(f"it is no JSON: {error}")


def _unknown(path: str, first: list[tuple[Place, Any]]) -> Read:
    place, value = first[0] if first else (Place(path), None)
    if isinstance(value, _Broken):
        yield Untaken(place, value.reason)
    elif _is_row(value):
        reason = "rows of a list hold no whole spans: `clearspan export --format otlp` writes what can be read back"
        yield Untaken(Place(place.file), reason, 1, "file")
    else:
        reason = (
            "it is no OTLP, no export of Langfuse or Phoenix, and no transcript of a coding agent"
        )
        yield Untaken(Place(place.file), reason, 1, "file")


def _is_row(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    return isinstance(value, dict) and any(
        name in value for name in ("trace_id", "session_id", "user_id", "fingerprint")
    )
