"""The agenda: the hours whose roll-ups no longer follow from their spans, on disk until they do again.

Hours of which spans were removed by retention are frozen: their sums outlive them and are never computed again.
"""

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
    primary key (project, hour_s)) without rowid;
create table if not exists frozen (project text primary key, before_s integer not null) without rowid;
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
        self._file.executescript(_SCHEMA)
        self._file.commit()

    def mark(self, hours: Iterable[Hour]) -> None:
        """These hours must be computed anew, also those that are being computed now; frozen ones stay as they are."""
        now_s = time.time()
        rows = [(project, hour_s, now_s, hour_s, project) for project, hour_s in hours]
        with self._lock, self._file:
            self._file.executemany(
                "insert into hours select ?, ?, 1, ?"
                " where ? >= coalesce((select before_s from frozen where project = ?), 0)"
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

    def freeze(self, project: str, before_s: int) -> bool:
        """Keep the sums of all hours before a moment as they are, for ever; false while one of them is due."""
        with self._lock, self._file:
            late = self._file.execute(
                "select 1 from hours where project = ? and hour_s < ?", (project, before_s)
            ).fetchone()
            if late is None:
                self._file.execute(
                    "insert into frozen values (?, ?) on conflict (project)"
                    " do update set before_s = max(before_s, excluded.before_s)",
                    (project, before_s),
                )
        return late is None

    def frozen_before(self, project: str) -> int:
        """The moment, in seconds since the epoch, before which the hours of a project are frozen; 0 for none."""
        with self._lock:
            row = self._file.execute(
                "select before_s from frozen where project = ?", (project,)
            ).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        with self._lock:
            self._file.close()
