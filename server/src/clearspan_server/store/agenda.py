"""The agenda: the hours whose roll-ups no longer follow from their spans, on disk until they do again."""

import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

Hour = tuple[str, int]  # project, start of the hour in seconds since the epoch

_SCHEMA = """
create table if not exists hours (
    project text not null, hour_s integer not null,
    mark integer not null, since_s real not null,
    primary key (project, hour_s)) without rowid
"""


@dataclass(slots=True, frozen=True)
class Due:
    """One dirty hour: how often it was marked, and when first, in seconds since the epoch."""

    hour: Hour
    mark: int
    since_s: float


class Agenda:
    """One SQLite file. Thread-safe; what was marked is on disk when `mark` returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, timeout=10)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.execute(_SCHEMA)
        self._file.commit()

    def mark(self, hours: Iterable[Hour]) -> None:
        """These hours must be computed anew, also those that are being computed now."""
        now_s = time.time()
        rows = [(project, hour_s, now_s) for project, hour_s in hours]
        with self._lock, self._file:
            self._file.executemany(
                "insert into hours values (?, ?, 1, ?)"
                " on conflict (project, hour_s) do update set mark = mark + 1",
                rows,
            )

    def due(self) -> list[Due]:
        """What is dirty, longest first."""
        with self._lock:
            rows = self._file.execute(
                "select project, hour_s, mark, since_s from hours order by since_s, project, hour_s"
            ).fetchall()
        return [Due((project, hour_s), mark, since_s) for project, hour_s, mark, since_s in rows]

    def done(self, hour: Hour, mark: int) -> None:
        """The hour was computed from what was there at `mark`; one that was marked since then stays, from now on."""
        with self._lock, self._file:
            self._file.execute(
                "delete from hours where project = ? and hour_s = ? and mark = ?", (*hour, mark)
            )
            self._file.execute(
                "update hours set since_s = max(since_s, ?) where project = ? and hour_s = ?",
                (time.time(), *hour),
            )

    def close(self) -> None:
        with self._lock:
            self._file.close()
