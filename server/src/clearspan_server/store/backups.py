"""Backups of the data folder while it is in use, and folders made of them.

Everything is copied as of one moment. For a few tenths of a second nothing is stored (what comes waits in the journal,
acknowledged as ever), while the SQLite files are copied and the engine links its parts, which never change. The parts
are copied afterwards. What SQLite files say is done is older than what the engine holds, so that a server which starts
on the copy goes on as after a power cut.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from clearspan_server.errors import BadInput, ClearspanError
from clearspan_server.model.backup import Backup
from clearspan_server.store.backup_files import copy_frame, copy_journal, copy_rest, seal
from clearspan_server.store.engine import Engine

LOG = logging.getLogger(__name__)

_LISTED = 20
_NAME = "backup"
_FROZEN = (
    "select name from system.tables where database = currentDatabase() and engine like '%MergeTree'"
)


class Backups:
    """The backups of one running server, kept while it runs; one at a time. Thread-safe.

    Within `still()` nobody changes what is stored.
    """

    def __init__(
        self, folder: Path, engine: Engine, still: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._folder = folder
        self._engine = engine
        self._still = still
        self._lock = threading.Lock()
        self._made: list[Backup] = []
        shutil.rmtree(folder / "engine" / "shadow", ignore_errors=True)

    def begin(self, path: Path, asked_by: str) -> Backup:
        """Begin a backup into a new folder.

        Raises:
            BadInput: the folder cannot be made, or a backup is under way.
        """
        if not isinstance(self._engine.target, Path):
            raise BadInput("the engine is a server of its own: back it up by its own means")
        _check(path, self._folder)
        with self._lock:
            if self._made and self._made[-1].state == "running":
                raise BadInput(f"the backup to {self._made[-1].path} is still under way")
            made = Backup(len(self._made) + 1, str(path), asked_by, time.time_ns())
            self._made.append(made)
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
            return self._made[backup_id - 1] if 1 <= backup_id <= len(self._made) else None

    def _make(self, made: Backup) -> None:
        path = Path(made.path)
        partial = path.with_name(f"{path.name}.partial")
        try:
            partial.mkdir(mode=0o700)
            self._copy(made, partial)
            partial.replace(path)
            made.state, made.progress = "done", 1.0
        except Exception as error:
            # Whatever it was: it is told where the backup is asked for.
            LOG.exception("the backup failed")
            made.state, made.error = "failed", f"{type(error).__name__}: {error}"[:300]
            shutil.rmtree(partial, ignore_errors=True)
        finally:
            shutil.rmtree(self._shadow, ignore_errors=True)
            made.ended_ns = time.time_ns()

    def _copy(self, made: Backup, target: Path) -> None:
        with self._still():
            begun_ns = time.time_ns()
            copy_journal(self._folder / "journal", target / "journal")
            copy_rest(self._folder, target)
            for row in self._engine.query(_FROZEN):
                self._engine.command(f"alter table {row['name']} freeze with name '{_NAME}'")
            copy_frame(self._folder / "engine", target / "engine")
            made.still_ns = time.time_ns() - begun_ns
        parts = self._shadow / _NAME
        files = [one for one in sorted(parts.rglob("*")) if one.is_file()]
        total = sum(one.stat().st_size for one in files) or 1
        if shutil.disk_usage(target).free < total:
            raise ClearspanError(f"the disk of {target.parent} has no room for {total} bytes")
        done = 0
        for file in files:
            copy = target / "engine" / file.relative_to(parts)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            done += file.stat().st_size
            made.progress = 0.9 * done / total
        made.files, made.size_bytes = seal(target, made.created_ns)

    @property
    def _shadow(self) -> Path:
        return self._folder / "engine" / "shadow"


def _check(path: Path, folder: Path) -> None:
    if not path.is_absolute():
        raise BadInput(f"the path of a backup is absolute, not {str(path)!r}", field="path")
    if path.exists() or path.with_name(f"{path.name}.partial").exists():
        raise BadInput(f"{path} exists; a backup goes into a new folder", field="path")
    if not path.parent.is_dir():
        raise BadInput(f"there is no folder {path.parent}", field="path")
    if path.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{path} is within the data folder", field="path")
