"""The removals: each with its progress and its receipt, on disk; of an erasure that is over the person is not named."""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Collection
from dataclasses import asdict, fields
from pathlib import Path

import orjson

from clearspan_server.model.removal import (
    Example,
    Findings,
    Removal,
    RemovalKind,
    Subject,
)
from clearspan_server.store.scrub import scrub

_SCHEMA = """
create table if not exists removals (
    id integer primary key autoincrement, kind text not null, project text not null, is_dry integer not null,
    asked_by text not null, created_ns integer not null, subject text not null, sought_by text not null,
    subject_hash text not null, state text not null, progress real not null, findings text not null,
    ended_ns integer, receipt text not null, error text not null);
create table if not exists doomed (removal integer not null, trace_id text not null, primary key (removal, trace_id))
    without rowid;
create table if not exists kin (removal integer not null, trace_id text not null, primary key (removal, trace_id))
    without rowid;
create table if not exists nights (day integer primary key);
"""
_LISTED = 50
_BEGUN = ""  # among the traces that go: something of it is removed, also where no trace is


class Removals:
    """One SQLite file. Thread-safe; what is told is on disk when a method returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, check_same_thread=False, timeout=10)
        self._file.row_factory = sqlite3.Row
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.execute("pragma secure_delete = on")
        self._file.executescript(_SCHEMA)

    def add(
        self,
        kind: RemovalKind,
        project: str,
        asked_by: str,
        *,
        is_dry: bool,
        subject: Subject | None = None,
        subject_hash: str = "",
    ) -> Removal:
        """A new one, which waits for its turn."""
        by = subject.by if subject else ""
        made = Removal(
            0, kind, project, is_dry, asked_by, time.time_ns(), subject, by, subject_hash
        )
        with self._lock, self._file:
            self._insert(made)
        return made

    def waiting(self) -> list[Removal]:
        """Those that are not over, the oldest first."""
        return self._select("where state = 'running' order by id", ())

    def find(self, kind: RemovalKind, project: str, removal_id: int) -> Removal | None:
        """One of a project."""
        found = self._select(
            "where kind = ? and project = ? and id = ?", (kind, project, removal_id)
        )
        return found[0] if found else None

    def newest(self, kind: RemovalKind, project: str) -> list[Removal]:
        """The newest of a project, newest first."""
        wanted = "where kind = ? and project = ? order by id desc limit ?"
        return self._select(wanted, (kind, project, _LISTED))

    def begin(self, removal: Removal, trace_ids: Collection[str], kin: Collection[str]) -> bool:
        """Note what goes, and the traces that follow, before the first row goes; false when it was cancelled.

        One that is interrupted goes on with the same traces.
        """
        doomed = [(removal.id, trace_id) for trace_id in (_BEGUN, *trace_ids)]
        with self._lock, self._file:
            told = self._file.execute(
                "update removals set findings = ? where id = ? and state = 'running'",
                (_dump(removal.findings), removal.id),
            )
            if told.rowcount:
                self._file.executemany("insert or ignore into doomed values (?, ?)", doomed)
                self._file.executemany(
                    "insert or ignore into kin values (?, ?)", [(removal.id, one) for one in kin]
                )
        return bool(told.rowcount)

    def begun(self, removal: Removal) -> tuple[set[str], set[str]]:
        """The traces that were noted before the last process ended: those that go, and those that follow."""
        doomed = self._noted("select trace_id from doomed where removal = ?", removal)
        return doomed - {_BEGUN}, self._noted("select trace_id from kin where removal = ?", removal)

    def _noted(self, asked: str, removal: Removal) -> set[str]:
        with self._lock:
            return {row["trace_id"] for row in self._file.execute(asked, (removal.id,))}

    def progress(self, removal: Removal, share: float) -> None:
        """How much of it is done, from 0 to 1."""
        removal.progress = share
        with self._lock, self._file:
            self._file.execute(
                "update removals set progress = ?, error = '' where id = ?", (share, removal.id)
            )

    def note_trouble(self, removal: Removal, error: str) -> None:
        """Why one does not go on."""
        with self._lock, self._file:
            self._file.execute("update removals set error = ? where id = ?", (error, removal.id))

    def cancel(self, removal_id: int) -> bool:
        """Give up one that has not removed anything yet, of which the person is not named any more.

        False when it is over or under way.
        """
        with self._lock:
            with self._file:
                ended = self._file.execute(
                    "update removals set state = 'cancelled', subject = 'null', ended_ns = ?"
                    " where id = ? and state = 'running'"
                    " and (is_dry or not exists (select 1 from doomed where removal = id))",
                    (time.time_ns(), removal_id),
                )
            if ended.rowcount:
                scrub(self._file)
        return bool(ended.rowcount)

    def end(self, removal: Removal) -> None:
        """It is over: the person is not named any more, nor are the traces; what went has a receipt."""
        removal.state, removal.progress, removal.ended_ns = "done", 1.0, time.time_ns()
        is_erased = removal.kind == "erasure" and not removal.is_dry
        if is_erased:
            removal.findings.examples = []
        with self._lock:
            with self._file:
                removal.receipt = "" if removal.is_dry else self._receipt(removal)
                self._file.execute(
                    "update removals set state = 'done', progress = 1, subject = 'null', findings = ?,"
                    " ended_ns = ?, receipt = ?, error = '' where id = ? and state = 'running'",
                    (_dump(removal.findings), removal.ended_ns, removal.receipt, removal.id),
                )
                for table in ("doomed", "kin"):
                    self._file.execute(f"delete from {table} where removal = ?", (removal.id,))  # noqa: S608 - our own names
                if is_erased:
                    self._forget_examples(removal.project)
            scrub(self._file)
        removal.subject = None

    def is_night_done(self, day: int, *, first: bool) -> bool:
        """Whether retention had its turn on a day (since the epoch); in a new folder, with `first`, today counts."""
        with self._lock, self._file:
            row = self._file.execute("select max(day) as day from nights").fetchone()
            if row["day"] is None and first:
                self._file.execute("insert into nights values (?)", (day,))
                return True
        return row["day"] is not None and row["day"] >= day

    def night(self, day: int, projects: Collection[str], asked_by: str) -> None:
        """Retention has its turn on this day in each of these projects: all of it is noted, or nothing."""
        with self._lock, self._file:
            self._file.execute("delete from nights")
            self._file.execute("insert into nights values (?)", (day,))
            for project in projects:
                turn = Removal(
                    0,
                    "retention",
                    project,
                    is_dry=False,
                    asked_by=asked_by,
                    created_ns=time.time_ns(),
                )
                self._insert(turn)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _insert(self, made: Removal) -> None:
        told = (made.kind, made.project, made.is_dry, made.asked_by, made.created_ns)
        added = self._file.execute(
            "insert into removals (kind, project, is_dry, asked_by, created_ns, subject, sought_by, subject_hash,"
            " state, progress, findings, receipt, error)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, 'running', 0, ?, '', '')",
            (*told, _dump(made.subject), made.by, made.subject_hash, _dump(made.findings)),
        )
        made.id = added.lastrowid or 0

    def _receipt(self, removal: Removal) -> str:
        """A hash over this and the receipt before, so that none can be changed or left out unseen."""
        row = self._file.execute(
            "select receipt, ended_ns from removals where receipt != '' order by ended_ns desc, id desc limit 1"
        ).fetchone()
        if row and removal.ended_ns is not None:  # the clock may have been set back
            removal.ended_ns = max(removal.ended_ns, row["ended_ns"] + 1)
        said = {
            "before": row["receipt"] if row else "",
            "id": removal.id,
            "kind": removal.kind,
            "project": removal.project,
            "asked_by": removal.asked_by,
            "by": removal.by,
            "subject_hash": removal.subject_hash,
            "created_ns": removal.created_ns,
            "ended_ns": removal.ended_ns,
            "counts": removal.findings.counts,
            "backups": removal.findings.backups,
        }
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def _forget_examples(self, project: str) -> None:
        """Previews may show traces that are gone now."""
        for row in self._file.execute(
            "select id, findings from removals where project = ? and state != 'running'", (project,)
        ).fetchall():
            held = orjson.loads(row["findings"]) | {"examples": []}
            self._file.execute(
                "update removals set findings = ? where id = ?",
                (orjson.dumps(held).decode(), row["id"]),
            )

    def _select(self, clause: str, values: tuple[object, ...]) -> list[Removal]:
        with self._lock:
            rows = self._file.execute(f"select * from removals {clause}", values).fetchall()  # noqa: S608 - our own clauses
        return [_removal(row) for row in rows]


def _removal(row: sqlite3.Row) -> Removal:
    held = orjson.loads(row["findings"])
    findings = {one.name: held[one.name] for one in fields(Findings) if one.name in held}
    findings["examples"] = [Example(**one) for one in findings["examples"]]
    subject = orjson.loads(row["subject"])
    return Removal(
        id=row["id"],
        kind=row["kind"],
        project=row["project"],
        is_dry=bool(row["is_dry"]),
        asked_by=row["asked_by"],
        created_ns=row["created_ns"],
        subject=Subject(**subject) if subject else None,
        by=row["sought_by"],
        subject_hash=row["subject_hash"],
        state=row["state"],
        progress=row["progress"],
        findings=Findings(**findings),
        ended_ns=row["ended_ns"],
        receipt=row["receipt"],
        error=row["error"],
    )


def _dump(value: Findings | Subject | None) -> str:
    return orjson.dumps(None if value is None else asdict(value)).decode()
