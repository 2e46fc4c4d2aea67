"""Backups of the data folder while it is in use, and folders made of them.

Everything is copied as of one moment. For a few tenths of a second nothing is stored (what comes waits in the journal,
acknowledged as ever), while the SQLite files are copied and the engine links its parts, which never change. The parts,
and files beside traces, are copied afterwards; nothing is removed meanwhile. What SQLite files say is done is older
than what the engine holds, so that a server which starts on the copy goes on as after a power cut.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

import orjson

from clearspan_server.errors import BadInput, ClearspanError, Unavailable
from clearspan_server.model.backup import Backup
from clearspan_server.store.backup_files import (
    LATER,
    MANIFEST,
    copy_frame,
    copy_journal,
    copy_rest,
    seal,
)
from clearspan_server.store.engine import Engine

LOG = logging.getLogger(__name__)

_LISTED, _REMEMBERED = 20, 200
_NAME = "backup"
_FROZEN = (
    "select name from system.tables where database = currentDatabase() and engine like '%MergeTree'"
)


class Backups:
    """The backups of a folder, one at a time; the newest are remembered in a file, also one under way. Thread-safe.

    Within `still()` nobody changes what is stored, and nothing is removed from disk while `removing` is held.
    """

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        still: Callable[[], AbstractContextManager[None]],
        removing: threading.Lock,
    ) -> None:
        self._folder = folder
        self._engine = engine
        self._still = still
        self._removing = removing
        self._lock = threading.Lock()
        self._file = folder / "backups.json"
        held = _remembered(self._file)
        self._made = [_over(one) for one in held]
        if self._made != held:
            self._remember_if_possible()
        shutil.rmtree(folder / "engine" / "shadow", ignore_errors=True)

    def begin(self, path: Path, asked_by: str) -> Backup:
        """Begin a backup into a new folder.

        Raises:
            BadInput: the folder cannot be made, or a backup is under way.
            Unavailable: it cannot be noted, so that nobody would know of a copy that is cut off.
        """
        if not isinstance(self._engine.target, Path):
            raise BadInput("the engine is a server of its own: back it up by its own means")
        _check(path, self._folder)
        with self._lock:
            if self._made and self._made[-1].state == "running":
                raise BadInput(f"the backup to {self._made[-1].path} is still under way")
            try:
                _partial(path).mkdir(mode=0o700)
            except OSError as error:
                raise BadInput(f"{path} cannot be made: {error}", field="path") from error
            number = self._made[-1].id + 1 if self._made else 1
            made = Backup(number, str(path), asked_by, time.time_ns())
            self._made.append(made)
            try:
                self._remember()
            except OSError as error:
                self._made.remove(made)
                _partial(path).rmdir()
                raise Unavailable(f"the backup cannot be noted in {self._file}: {error}") from error
        thread = threading.Thread(target=self._make, args=(made,), name="backup", daemon=True)
        thread.start()
        return made

    def newest(self) -> list[Backup]:
        """The newest, newest first."""
        with self._lock:
            return self._made[: -_LISTED - 1 : -1]

    def find(self, backup_id: int) -> Backup | None:
        """One of them."""
        with self._lock:
            return next((one for one in self._made if one.id == backup_id), None)

    def standing(self) -> list[str]:
        """The paths of those that are still there, also half of one, as far as this machine can tell."""
        with self._lock:
            made = [(one.state, Path(one.path)) for one in self._made]
        whole = [path for state, path in made if state == "done" and (path / MANIFEST).exists()]
        halves = [_partial(path) for state, path in made if state == "failed"]
        return [str(path) for path in dict.fromkeys((*whole, *filter(Path.exists, halves)))]

    def _make(self, made: Backup) -> None:
        path = Path(made.path)
        partial = _partial(path)
        try:
            with self._removing:
                self._copy(made, partial)
                partial.replace(path)
                made.state, made.progress = "done", 1.0  # before an erasure asks which there are
        except Exception as error:
            # Whatever it was: it is told where the backup is asked for.
            LOG.exception("the backup failed")
            made.state, made.error = "failed", f"{type(error).__name__}: {error}"[:300]
            shutil.rmtree(partial, ignore_errors=True)
        finally:
            shutil.rmtree(self._shadow, ignore_errors=True)
            made.ended_ns = time.time_ns()
            with self._lock:
                self._remember_if_possible()

    def _remember_if_possible(self) -> None:
        try:
            self._remember()
        except OSError:
            LOG.exception("backups are not remembered")

    def _remember(self) -> None:
        self._made = self._made[-_REMEMBERED:]
        partial = self._file.with_name(f"{self._file.name}.new")
        with partial.open("wb") as file:
            file.write(orjson.dumps([asdict(one) for one in self._made]))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._file)

    def _copy(self, made: Backup, target: Path) -> None:
        with self._still():
            begun_ns = time.time_ns()
            copy_journal(self._folder / "journal", target / "journal")
            copy_rest(self._folder, target)
            for row in self._engine.query(_FROZEN):
                self._engine.command(f"alter table {row['name']} freeze with name '{_NAME}'")
            copy_frame(self._folder / "engine", target / "engine")
            made.still_ns = time.time_ns() - begun_ns
        copies = _copies(self._shadow / _NAME, target / "engine")
        for name in LATER:
            # With a dot one is not whole yet, and has another name soon.
            files = _copies(self._folder / name, target / name)
            copies += [pair for pair in files if "." not in pair[0].name]
        total = sum(file.stat().st_size for file, _ in copies) or 1
        if shutil.disk_usage(target).free < total:
            raise ClearspanError(f"the disk of {target.parent} has no room for {total} bytes")
        done = 0
        for file, copy in copies:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
            done += file.stat().st_size
            made.progress = 0.9 * done / total
        made.files, made.size_bytes = seal(target, made.created_ns)

    @property
    def _shadow(self) -> Path:
        return self._folder / "engine" / "shadow"


def _remembered(file: Path) -> list[Backup]:
    try:
        return [Backup(**one) for one in orjson.loads(file.read_bytes())]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        LOG.exception("%s cannot be read: earlier backups are not known", file)
        return []


def _over(made: Backup) -> Backup:
    """What became of one: the end of the process cut it off, unless it was whole and only that not noted."""
    if made.state != "running":
        return made
    path, ended_ns = Path(made.path), time.time_ns()
    try:
        held = orjson.loads((path / MANIFEST).read_bytes())
        if held["created_ns"] == made.created_ns:
            size, files = sum(one for one, _ in held["files"].values()), len(held["files"])
            told = replace(made, state="done", progress=1.0, size_bytes=size, files=files)
            return replace(told, ended_ns=ended_ns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        LOG.info("the backup to %s was cut off", path)
    shutil.rmtree(_partial(path), ignore_errors=True)
    return replace(made, state="failed", ended_ns=ended_ns, error="the server ended meanwhile")


def _copies(source: Path, target: Path) -> list[tuple[Path, Path]]:
    """The files of a folder, each with where it is copied to."""
    files = (one for one in sorted(source.rglob("*")) if one.is_file())
    return [(one, target / one.relative_to(source)) for one in files]


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


def _check(path: Path, folder: Path) -> None:
    if not path.is_absolute() or ".." in path.parts:
        raise BadInput(f"the path of a backup is absolute, not {str(path)!r}", field="path")
    try:
        is_taken = path.exists() or _partial(path).exists()
        is_possible = path.parent.is_dir()
        is_within = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError) as error:
        raise BadInput(f"{str(path)[:200]!r} is no path: {error}", field="path") from error
    if is_taken:
        raise BadInput(f"{path} or {path.name}.partial beside it exists already", field="path")
    if not is_possible:
        raise BadInput(f"there is no folder {path.parent}", field="path")
    if is_within:
        raise BadInput(f"{path} is within the data folder", field="path")
