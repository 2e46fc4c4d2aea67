"""Where an export goes: standard output, or a file that is only there once it is whole.

Until then it grows as `PATH.partial`. Beside it `PATH.partial.json` says what was asked for, how many bytes of it are
whole, and where it goes on: the same command begins there. The note is written after the bytes are on disk.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from clearspan_server.errors import BadInput, StartRefused

STDOUT = "-"


@dataclass(slots=True)
class Kept:
    """How far an export is; `asked` are the parameters of all its requests."""

    asked: Mapping[str, Any]
    cursor: str = ""
    size_bytes: int = 0
    rows: int = 0  # that are in it
    total: int | None = None  # that there are, as the first answer says
    is_whole: bool = False


@dataclass(slots=True)
class Destination:
    """What an export is written to, page by page."""

    kept: Kept
    file: IO[bytes]
    path: Path | None = None  # where it will be; None for standard output
    resumed: bool = field(default=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.path:
            self.file.close()

    @property
    def partial(self) -> Path:
        """The file as it grows."""
        return partial_of(self.path or Path())

    def keep(self, cursor: str | None) -> None:
        """A page is whole: note where the next one begins."""
        self.file.flush()
        self.kept.cursor, self.kept.is_whole = cursor or "", cursor is None
        if not self.path:
            return
        os.fsync(self.file.fileno())
        self.kept.size_bytes = self.file.tell()
        note = _note_of(self.path)
        fresh = note.with_name(f"{note.name}.new")
        fresh.write_text(json.dumps(asdict(self.kept)), encoding="utf-8")
        fresh.replace(note)

    def finish(self, made: Path | None = None) -> None:
        """The file is whole: `made`, else what has grown, takes its name."""
        if not self.path:
            return
        self.file.close()
        (made or self.partial).replace(self.path)
        self.partial.unlink(missing_ok=True)
        _note_of(self.path).unlink(missing_ok=True)


def opened(out: str, asked: Mapping[str, Any], *, is_until_now: bool, anew: bool) -> Destination:
    """The destination of an export, at its beginning or where an earlier one broke off.

    `is_until_now` says that the end of its window is only when it began: one that goes on keeps its own.

    Raises:
        BadInput: what is there is of another export.
        StartRefused: the file cannot be written.
    """
    if out == STDOUT:
        return Destination(Kept(asked), sys.stdout.buffer)
    path = Path(out)
    kept = None if anew else _found(path)
    if kept and _named(kept.asked, is_until_now) != _named(asked, is_until_now):
        raise BadInput(
            f"{partial_of(path)} is the beginning of an export that asked for something else;"
            " `--anew` begins again"
        )
    try:
        if not kept:
            return Destination(Kept(asked), partial_of(path).open("wb"), path)
        file = partial_of(path).open("r+b")
        file.truncate(kept.size_bytes)
        file.seek(kept.size_bytes)
    except OSError as error:
        raise StartRefused(f"{partial_of(path)} cannot be written: {error.strerror}") from error
    return Destination(kept, file, path, resumed=True)


def partial_of(path: Path) -> Path:
    """The file beside `path` while it is not whole."""
    return path.with_name(f"{path.name}.partial")


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial.json")


def _found(path: Path) -> Kept | None:
    """How far an earlier export came; None where none did, or nobody knows."""
    try:
        kept = Kept(**json.loads(_note_of(path).read_text(encoding="utf-8")))
        return kept if partial_of(path).stat().st_size >= kept.size_bytes else None
    except (OSError, ValueError, TypeError):
        return None


def _named(asked: Mapping[str, Any], is_until_now: bool) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name != "to" or not is_until_now}
