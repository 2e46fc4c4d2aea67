"""Spill: requests that could not be sent, kept in files for later and for the next run.

    FOLDER/<endpoint>/<process>/lock                   held by who may send what is beside it
                                numbers                requests, spans sent, spans dropped so far
                                00000001-256.json.gz   a request with 256 spans

The endpoint is a hash of the address and all headers: what is kept goes to the same project of the
same server, or nowhere. No header is kept itself.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import stat
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clearspan.errors import warn_once

try:
    import fcntl
except ImportError:  # on Windows, where nothing is kept for want of such locks
    HAS_LOCKS = False
else:
    HAS_LOCKS = True

MOST_BYTES = 64_000_000
MOST_FILES = 4_000
SCAN_S = 60.0
ENDING = ".json.gz"
LOCK, NUMBERS, CORRUPT = "lock", "numbers", ".corrupt"

# Folders held by this process: its own locks do not keep it out. After a fork the parent's stay in
# here, while the locks remain the parent's alone.
_held: dict[Path, object] = {}


@dataclass(slots=True)
class Numbers:
    """What a process has counted; the headers of a request tell it to the server."""

    requests: int = 0
    sent: int = 0
    dropped: int = 0


@dataclass(slots=True, frozen=True)
class Kept:
    """A request on disk."""

    path: Path
    spans: int

    def read(self) -> bytes | None:
        """The compressed body; None when it is gone, or damaged and now set aside."""
        try:
            content = self.path.read_bytes()
            gzip.decompress(content)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, MemoryError) as error:
            warn_once("corrupt", f"{self.path} cannot be read ({error}); it is set aside")
            with contextlib.suppress(OSError):
                self.path.replace(f"{self.path}{CORRUPT}")
            return None
        return content

    def forget(self) -> bool:
        """Removes it; whether it is gone."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            return False
        return True


class Pile:
    """What one process has kept, in order; nobody else touches it until `release`."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self.process = folder.name
        self._lock = lock
        self._next = 1 + max((_order(path) for path in folder.iterdir()), default=0)

    @staticmethod
    def claim(folder: Path) -> Pile | None:
        """The pile of a process that has ended; None when somebody holds it."""
        token, lock = object(), -1
        if not HAS_LOCKS or _held.setdefault(folder, token) is not token:
            return None
        try:
            lock = os.open(folder / LOCK, os.O_RDWR)
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return Pile(folder, lock)
        except OSError:
            del _held[folder]
            if lock >= 0:
                os.close(lock)
            return None

    @staticmethod
    def create(folder: Path) -> Pile:
        """A pile of this process. Nobody sees it before it is held.

        Raises:
            OSError: the disk does not take it.
        """
        hidden = folder.with_name(f".{folder.name}")
        hidden.mkdir(mode=0o700)
        lock = os.open(hidden / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hidden.rename(folder)
            _held[folder] = lock
            return Pile(folder, lock)
        except OSError:
            os.close(lock)
            raise

    def numbers(self) -> Numbers | None:
        """What its process has counted; None when that is not known."""
        try:
            return Numbers(*map(int, (self.folder / NUMBERS).read_text("ascii").split()))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, numbers: Numbers) -> None:
        """Keeps what was counted, for whoever goes on with this pile."""
        text = f"{numbers.requests} {numbers.sent} {numbers.dropped}\n"
        with contextlib.suppress(OSError):
            _write(self.folder / NUMBERS, text.encode())

    def add(self, content: bytes, spans: int) -> None:
        """Keeps a compressed body.

        Raises:
            OSError: the disk does not take it.
        """
        _write(self.folder / f"{self._next:08d}-{spans}{ENDING}", content)
        self._next += 1

    def oldest(self) -> Kept | None:
        """The request that is next."""
        try:
            path = min(self.folder.glob(f"[0-9]*{ENDING}"))
        except (OSError, ValueError):  # there is no folder, there are no files
            return None
        return Kept(path, _spans(path))

    def split(self, kept: Kept, content: bytes) -> bool:
        """Makes two requests of one that was too large; false for one that cannot be split."""
        half = kept.spans // 2
        if not half:
            return False
        document = json.loads(gzip.decompress(content))
        scope = document["resourceSpans"][0]["scopeSpans"][0]
        spans = scope["spans"]
        order = kept.path.name.partition("-")[0]
        for letter, part in (("a", spans[:half]), ("b", spans[half:])):
            scope["spans"] = part
            text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            path = self.folder / f"{order}{letter}-{len(part)}{ENDING}"
            _write(path, gzip.compress(text, compresslevel=1, mtime=0))
        kept.forget()
        return True

    def release(self) -> None:
        """Lets others have it; an empty one goes."""
        with contextlib.suppress(OSError):
            names = {path.name for path in self.folder.iterdir()}
            if all(name in {LOCK, NUMBERS} or name.startswith(".") for name in names):
                for name in names:
                    (self.folder / name).unlink()
                self.folder.rmdir()
        _held.pop(self.folder, None)
        os.close(self._lock)


class Spill:
    """The files of one exporter, and those that ended processes have left for the same endpoint.

    Args:
        root: the folder of all endpoints.
        url: where spans are posted.
        headers: those of every request that decide where spans go.
        process: the id of this process.
        most_bytes: of all files under ``root``.
    """

    def __init__(
        self,
        root: Path,
        url: str,
        headers: Mapping[str, str],
        process: str,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        identity = json.dumps([url, sorted(headers.items())]).encode()
        self.root = root
        self._most_bytes = most_bytes
        self._place = root / hashlib.sha256(identity).hexdigest()[:24]
        self._process = process
        self._own: Pile | None = None
        self._other: Pile | None = None
        self._next_scan_s = 0.0
        # Never held while something is sent: at the end of the program another thread comes in.
        self._lock = threading.Lock()

    def keep(self, content: bytes, spans: int, numbers: Numbers) -> int:
        """Keeps a request; how many spans had to go for it, oldest first.

        Raises:
            OSError: the disk does not take it.
        """
        with self._lock:
            if self._own is None:
                self._prepare()
                folder = self._place / self._process
                self._own = Pile.claim(folder) or Pile.create(folder)
            self._own.note(numbers)
            self._own.add(content, spans)
            return self._make_room(self._own)

    def own(self) -> Pile | None:
        """What this process has kept."""
        if self._own is None:
            return None
        with self._lock:
            if self._own.oldest() is None:
                self._own.release()
                self._own = None
            return self._own

    def other(self) -> Pile | None:
        """What an ended process has left; looked for once a minute."""
        if self._other is not None and self._other.oldest() is not None:
            return self._other
        self._let_go()
        now_s = time.monotonic()
        if now_s < self._next_scan_s:
            return None
        for folder in _folders(self._place) if _is_own(self._place) else ():
            if pile := Pile.claim(folder):
                if pile.oldest() is not None:
                    self._other = pile
                    return pile
                pile.release()
        self._next_scan_s = now_s + SCAN_S
        return None

    def close(self) -> None:
        """Lets others have what is left."""
        with self._lock:
            if self._own is not None:
                self._own.release()
                self._own = None
        self._let_go()

    def _let_go(self) -> None:
        if self._other is not None:
            self._other.release()
            self._other = None

    def _prepare(self) -> None:
        if not HAS_LOCKS:
            raise OSError("this system has no locks between processes")
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            self._place.mkdir(mode=0o700)
        # Who else could write here could let us send anything in our name.
        if not _is_own(self._place):
            raise PermissionError(f"{self._place} belongs to somebody else")
        self._place.chmod(0o700)

    def _make_room(self, own: Pile) -> int:
        """Removes the oldest files of this process and of ended ones while all are too large."""
        files = sorted(_all_files(self.root))
        excess_bytes = sum(size for _, _, size in files) - self._most_bytes
        excess_files = len(files) - MOST_FILES
        removed = 0
        for _, path, size in files:
            if excess_bytes <= 0 and excess_files <= 0:
                break
            pile = own if path.parent == own.folder else Pile.claim(path.parent)
            if pile is None:
                continue
            Kept(path, 0).forget()
            excess_bytes, excess_files = excess_bytes - size, excess_files - 1
            removed += _spans(path)
            if pile is not own:
                pile.release()
        return removed


def _is_own(place: Path) -> bool:
    """Whether it is a folder of this user, and no link."""
    try:
        found = place.lstat()
    except OSError:
        return False
    return HAS_LOCKS and found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode)


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def _all_files(root: Path) -> Iterator[tuple[int, Path, int]]:
    """Of every request on disk, damaged ones too: time of writing, path, size."""
    for path in root.glob(f"*/*/*{ENDING}*"):
        with contextlib.suppress(OSError):
            found = path.stat()
            yield found.st_mtime_ns, path, found.st_size


def _order(path: Path) -> int:
    digits = path.name.partition("-")[0].rstrip("ab")
    return int(digits) if digits.isdecimal() else 0


def _spans(path: Path) -> int:
    digits = path.name.partition("-")[2].partition(".")[0]
    return int(digits) if digits.isdecimal() else 0


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else to read."""
    unfinished = path.with_name(f".{path.name}")
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as writing:
            writing.write(content)
        unfinished.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
