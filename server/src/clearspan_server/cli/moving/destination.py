"""Where an export goes: standard output, or a file that is only there once it is whole.

Until then it grows as `PATH.partial`, which one export alone may write. Beside it `PATH.partial.json` says of what it
is, how many bytes of it are whole, and where it goes on: the same command begins there. The note is written after the
bytes are on disk. Exports hold what people have said: nobody else may read their files, and no link leads them
elsewhere.
"""

import contextlib
import errno
import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from clearspan_server.errors import BadInput, StartRefused

STDOUT = "-"
_MODE = 0o600
_TRIES = 10  # that a file may be finished by another export while it is opened


@dataclass(slots=True)
class Kept:
    """How far an export is; `said` is what the command named, `asked` are the parameters of all its requests."""

    said: Mapping[str, str]
    asked: Mapping[str, Any]
    cursor: str = ""
    size_bytes: int = 0
    rows: int = 0  # that are in it
    total: int | None = None  # that there were when it began
    is_whole: bool = False


@dataclass(slots=True)
class Destination:
    """What an export is written to, page by page."""

    kept: Kept
    file: IO[bytes]
    path: Path | None = None  # where it will be; None for standard output
    resumed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.path:
            return
        with self._told():
            if not self.kept.cursor and not self.kept.is_whole:
                self.partial.unlink(missing_ok=True)  # there is nothing to go on from
            self.file.close()

    @property
    def partial(self) -> Path:
        """The file as it grows."""
        return partial_of(self.path or Path())

    def write(self, piece: bytes) -> None:
        """Add to the page.

        Raises:
            StartRefused: there is no room.
            BrokenPipeError: who reads standard output has enough.
        """
        with self._told():
            self.file.write(piece)

    def keep(self, cursor: str | None) -> None:
        """A page is whole: note where the next one begins.

        Raises:
            StartRefused: there is no room.
        """
        with self._told():
            self.file.flush()
            self.kept.cursor, self.kept.is_whole = cursor or "", cursor is None
            if not self.path:
                return
            os.fsync(self.file.fileno())
            self.kept.size_bytes = self.file.tell()
            _write_note(self.path, self.kept)

    def finish(self, made: Path | None = None) -> None:
        """The file is whole: `made`, else what has grown, takes its name."""
        if not self.path:
            return
        with self._told():
            (made or self.partial).replace(self.path)
            self.partial.unlink(missing_ok=True)
            _note_of(self.path).unlink(missing_ok=True)

    def _told(self) -> contextlib.AbstractContextManager[None]:
        return _told(str(self.partial) if self.path else "standard output")


def opened(
    out: str, said: Mapping[str, str], asked: Mapping[str, Any], *, anew: bool
) -> Destination:
    """The destination of an export, at its beginning or where an earlier one broke off.

    One that goes on keeps its own window: `7d` were other days then.

    Raises:
        BadInput: what is there is of another export, or no file.
        StartRefused: the file cannot be written, or another export writes it.
    """
    begun = Kept(said, asked)
    if out == STDOUT:
        return Destination(begun, sys.stdout.buffer)
    path = Path(out)
    with _told(out):
        if path.exists() and not path.is_file():
            raise BadInput(f"{path} is no file")
    with _told(str(partial_of(path))):
        file = _locked(partial_of(path))
        try:
            kept = None if anew else _found(path)
            if kept:
                _compare(partial_of(path), kept.said, said)
            place = kept.size_bytes if kept else 0
            file.truncate(place)
            file.seek(place)
        except BaseException:
            file.close()
            raise
    return Destination(kept or begun, file, path, resumed=kept is not None)


def partial_of(path: Path) -> Path:
    """The file beside `path` while it is not whole."""
    return path.with_name(f"{path.name}.partial")


@contextlib.contextmanager
def own_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file beside an export's; no link is followed, and nobody else may read it.

    Raises:
        StartRefused: it cannot be written.
    """
    with _told(str(path)):
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, _MODE), "wb") as file:
            yield file


def _locked(partial: Path) -> IO[bytes]:
    """The file, which nobody else writes as long as it is open."""
    for _ in range(_TRIES):
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
        file = os.fdopen(handle, "r+b")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.fchmod(handle, _MODE)
            if os.path.samestat(os.fstat(handle), partial.stat(follow_symlinks=False)):
                return file
        except BlockingIOError:
            file.close()
            raise StartRefused(
                f"another export is writing {partial}; --out names another file"
            ) from None
        except FileNotFoundError:
            pass  # it was finished by another export, and has its name by now
        file.close()
    raise StartRefused(f"{partial} is replaced again and again; --out names another file")


def _write_note(path: Path, kept: Kept) -> None:
    note = _note_of(path)
    fresh = note.with_name(f"{note.name}.new")
    with own_file(fresh) as file:
        file.write(json.dumps(asdict(kept)).encode())
    fresh.replace(note)


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial.json")


def _found(path: Path) -> Kept | None:
    """How far an earlier export came; None where none did.

    Raises:
        BadInput: there is a note of one, and nobody can read it.
    """
    note = _note_of(path)
    try:
        handle = os.open(note, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        with os.fdopen(handle, encoding="utf-8") as file:
            kept = Kept(**json.loads(file.read()))
        has_all = partial_of(path).stat().st_size >= kept.size_bytes
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"{note} is no note of this version's exports; `--anew` begins again"
        ) from error
    return kept if has_all else None


def _compare(partial: Path, before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Refuse to go on with what is of another export, and name what differs."""
    others = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if others:
        differs = ", ".join(
            f"{name} {before.get(name)!r} instead of {now.get(name)!r}" for name in others
        )
        raise BadInput(
            f"{partial} is the beginning of another export: {differs}; `--anew` begins again"
        )


@contextlib.contextmanager
def _told(place: str) -> Iterator[None]:
    """What goes wrong with a file, with its name; what is there of it stays, for the same command to go on."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise StartRefused(f"{place} cannot be written: {reason}") from error
