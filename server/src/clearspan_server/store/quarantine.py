"""The quarantine: rows that the engine refused, with the reason, until somebody sends them again or gives them up."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from clearspan_server.store.scrub import scrub

_SCHEMA = """
create table if not exists rows (
    id integer primary key,
    seq integer not null, place integer not null, kind text not null,
    project text not null, trace_id text not null, span_id text not null, name text not null,
    process text not null, service text not null,
    received_ns integer not null, quarantined_ns integer not null,
    reason text not null, schema_version integer not null, data blob not null,
    row_count integer not null, redriven_ns integer,
    unique (seq, place));
create index if not exists by_project on rows (project, trace_id);
"""
_COLUMNS = (
    "seq, place, kind, project, trace_id, span_id, name, process, service, received_ns, quarantined_ns,"
    " reason, schema_version, data, row_count"
)


@dataclass(slots=True, frozen=True)
class Refused:
    """A row that the engine refused: `place` of its entry; `data` is the row alone, as an Arrow stream of its kind.

    An entry that could not be read is kept whole: `row_count` says of how many records.
    """

    seq: int
    place: int
    kind: str
    project: str
    trace_id: str
    span_id: str
    name: str
    process: str
    service: str
    received_ns: int
    quarantined_ns: int
    reason: str
    schema_version: int
    data: bytes
    row_count: int = 1


@dataclass(slots=True, frozen=True)
class Quarantined:
    """A row in the quarantine, with the number that it has there."""

    id: int
    row: Refused
    redriven_ns: int | None


class Quarantine:
    """One SQLite file. Thread-safe; what was added is on disk when `add` returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, timeout=10)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.executescript(_SCHEMA)

    def add(self, rows: Iterable[Refused]) -> None:
        """Keep the rows; one of the same entry and place, from before a crash, stays as it is."""
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        with self._lock, self._file:
            self._file.executemany(
                f"insert or ignore into rows ({_COLUMNS}) values ({marks})",  # noqa: S608 - our own names
                [astuple(row) for row in rows],
            )

    def count(self, project: str | None = None) -> int:
        """How many rows wait, of one project or of all."""
        with self._lock:
            row = self._file.execute(
                "select count(*) from rows where redriven_ns is null and (? is null or project = ?)",
                (project, project),
            ).fetchone()
        return int(row[0])

    def waiting(self, project: str, trace_id: str = "", limit: int = 200) -> list[Quarantined]:
        """The newest rows of a project that wait, of one trace or of all."""
        return self._select(
            "where redriven_ns is null and project = ? and (? = '' or trace_id = ?) order by id desc limit ?",
            (project, trace_id, trace_id, limit),
        )

    def projects(self, trace_id: str) -> set[str]:
        """The projects of which rows of a trace wait."""
        with self._lock:
            rows = self._file.execute(
                "select distinct project from rows where redriven_ns is null and trace_id = ?",
                (trace_id,),
            ).fetchall()
        return {project for (project,) in rows}

    def find(self, project: str, ids: Sequence[int]) -> list[Quarantined]:
        """The rows of these numbers that wait in the project."""
        marks = ", ".join("?" * len(ids))
        return self._select(
            f"where redriven_ns is null and project = ? and id in ({marks}) order by id",
            (project, *ids),
        )

    def redriven(self, ids: Sequence[int]) -> None:
        """These rows are in the journal again."""
        with self._lock, self._file:
            self._file.executemany(
                "update rows set redriven_ns = ? where id = ?",
                [(time.time_ns(), one) for one in ids],
            )

    def discard(self, ids: Sequence[int]) -> None:
        """Give these rows up."""
        with self._lock, self._file:
            self._file.executemany("delete from rows where id = ?", [(one,) for one in ids])

    def of_project(self, project: str) -> list[Quarantined]:
        """All rows of a project, also those that were sent again."""
        return self._select("where project = ? order by id", (project,))

    def erase(self, ids: Sequence[int]) -> None:
        """Delete rows so that nothing of them stays on disk."""
        self.discard(ids)
        with self._lock:
            scrub(self._file)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _select(self, condition: str, values: tuple[object, ...]) -> list[Quarantined]:
        with self._lock:
            rows = self._file.execute(
                f"select id, redriven_ns, {_COLUMNS} from rows {condition}",  # noqa: S608 - our own text
                values,
            ).fetchall()
        return [Quarantined(row[0], Refused(*row[2:]), row[1]) for row in rows]
