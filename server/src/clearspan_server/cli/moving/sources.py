"""Files, and what is in each: lines of JSON or one document, OTLP in protobuf, Parquet; told apart by their content."""

import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

from clearspan_server.cli.moving import (
    claude_sessions,
    codex_sessions,
    langfuse,
    otlp,
    otlp_protobuf,
    phoenix,
)
from clearspan_server.cli.moving.records import Place, Record, Untaken
from clearspan_server.cli.moving.values import Broken, Values, values
from clearspan_server.errors import NotFound

STDIN = "-"
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_HEAD_BYTES = 64
# How JSON begins. A message in protobuf may begin with a line feed and a brace, too: its size; then come controls.
_JSON = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*(?:["}][^\x00-\x08\x0a-\x1f]|[}]?\s*$)|\[\s*(?:[\[{\]]|"[^\x00-\x1f]|$))'
)

Read = Iterator[Record | Untaken]


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
    Kind("Claude Code", claude_sessions.is_claude_code, claude_sessions.records),
    Kind("Codex", codex_sessions.is_codex, codex_sessions.records),
)
_LOOKED_AT = 50  # values, of which the first ones of a transcript may tell nothing
_UNKNOWN = "unknown"
_MOST_BROKEN = 1_000  # values, one after the other


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
    """What kind of file it is, and its records; where it cannot be read, or not to its end, the last one says so."""
    name = "standard input" if path == STDIN else path
    try:
        kind, records = _read(_opened(path), name)
    except _DAMAGES as error:
        return _UNKNOWN, iter([_damage(name, error)])
    return kind, _to_the_end(name, records)


_DAMAGES = (OSError, EOFError, zlib.error)


def _to_the_end(name: str, records: Read) -> Read:
    try:
        yield from records
    except _DAMAGES as error:
        yield _damage(name, error)


def _damage(name: str, error: Exception) -> Untaken:
    reason = getattr(error, "strerror", "") or error
    return Untaken(Place(name), f"it cannot be read, or not to its end: {reason}", 1, "file")


def _read(file: IO[bytes], name: str) -> tuple[str, Read]:
    head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]  # type: ignore[attr-defined]  # buffered readers have it
    if not head:
        return "empty", iter(())
    if head.startswith(_PARQUET):
        return "Phoenix", phoenix.records(phoenix.parquet_values(file, name))
    if not _JSON.match(head):
        return "OTLP", otlp_protobuf.records(file, name)
    broken: list[Untaken] = []
    first, rest = _looked_at(_whole(values(file, name), broken))
    for kind in KINDS:
        if first and kind.is_it(first[-1][1]):
            return kind.name, _with(broken, kind.read(rest))
    return _UNKNOWN, iter(broken or [_unknown(name, first)])


def _opened(path: str) -> IO[bytes]:
    file: IO[bytes] = sys.stdin.buffer if path == STDIN else Path(path).open("rb")  # noqa: SIM115 - it is read as its records are asked for
    if file.peek(2)[:2] == _GZIP:  # type: ignore[attr-defined]  # as above
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    return file


def _looked_at(found: Values) -> tuple[list[tuple[Place, Any]], Values]:
    """The first values, up to one of a kind that is known; and all of them."""
    first: list[tuple[Place, Any]] = []
    for one in found:
        first.append(one)
        if len(first) == _LOOKED_AT or any(kind.is_it(one[1]) for kind in KINDS):
            break
    return first, chain(first, found)


def _whole(found: Values, broken: list[Untaken]) -> Values:
    """The values that could be read; what is said of the others goes where it waits for its turn."""
    for place, value in found:
        if not isinstance(value, Broken):
            yield place, value
            continue
        broken.append(Untaken(place, value.reason))
        if len(broken) == _MOST_BROKEN:
            broken.append(Untaken(place, "behind it nothing is read: too much of it is no JSON"))
            return


def _with(broken: list[Untaken], records: Read) -> Read:
    """The records, and among them what waited."""
    for one in records:
        while broken:
            yield broken.pop(0)
        yield one
    yield from broken


def _unknown(name: str, first: list[tuple[Place, Any]]) -> Untaken:
    reason = "it is no OTLP, no export of Langfuse or Phoenix, and no transcript of a coding agent"
    if first and _is_row(first[0][1]):
        reason = "rows of a list hold no whole spans: `clearspan export --format otlp` writes what can be read back"
    return Untaken(Place(name), reason, 1, "file")


def _is_row(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    return isinstance(value, dict) and any(
        name in value for name in ("trace_id", "session_id", "user_id", "fingerprint")
    )
