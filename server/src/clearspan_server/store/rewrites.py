"""The rewrites of history: each with its progress, on disk, so that a restart goes on where it was."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from clearspan_server.model.rewrite import (
    Change,
    Difference,
    ModelTally,
    Rewrite,
    RewriteKind,
    RewriteState,
    Stretch,
    Tally,
)
from clearspan_server.store.scrub import scrub

_SCHEMA = """
create table if not exists rewrites (
    id integer primary key autoincrement, kind text not null, project text not null,
    from_ns integer not null, to_ns integer not null, is_dry integer not null, is_full integer not null,
    created_ns integer not null, next_ns integer not null, state text not null, ended_ns integer,
    spans_total integer not null, tally text not null, error text not null);
create table if not exists steps (
    rewrite integer primary key, from_ns integer not null, to_ns integer not null,
    tally text not null, trace_ids text not null);
"""
_LISTED = 20


@dataclass(slots=True, frozen=True)
class Step:
    """A stretch of a window whose spans are being written: what it changes, and the traces that follow.

    `erasures` is how often something of the project had been erased when its spans were read.
    """

    from_ns: int
    to_ns: int
    tally: Tally
    trace_ids: Collection[str]
    erasures: int = 0


class Rewrites:
    """One SQLite file. Thread-safe; what is told is on disk when a method returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._erasures = Counter[str]()  # by project, since the start
        self._file = sqlite3.connect(path, check_same_thread=False, timeout=10)
        self._file.row_factory = sqlite3.Row
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.executescript(_SCHEMA)

    def add(
        self, kind: RewriteKind, window: Stretch, *, is_dry: bool, is_full: bool = False
    ) -> Rewrite:
        """A new one, which waits for its turn."""
        now_ns = time.time_ns()
        told = (kind, window.project, window.from_ns, window.to_ns, is_dry, is_full)
        with self._lock, self._file:
            added = self._file.execute(
                "insert into rewrites (kind, project, from_ns, to_ns, is_dry, is_full, created_ns,"
                " next_ns, state, spans_total, tally, error)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, 'running', 0, ?, '')",
                (*told, now_ns, window.from_ns, _to_text(Tally())),
            )
        return Rewrite(added.lastrowid or 0, *told, now_ns, window.from_ns)

    def next(self) -> Rewrite | None:
        """The oldest that is not over; one that was cancelled still has to end the stretch that it was in."""
        left = "state = 'running' or id in (select rewrite from steps)"
        found = self._select(f"where {left} order by id limit 1", ())
        return found[0] if found else None

    def find(self, kind: RewriteKind, project: str, rewrite_id: int) -> Rewrite | None:
        """One of a project."""
        wanted = "where kind = ? and project = ? and id = ?"
        found = self._select(wanted, (kind, project, rewrite_id))
        return found[0] if found else None

    def newest(self, kind: RewriteKind, project: str) -> list[Rewrite]:
        """The newest of a project, newest first."""
        wanted = "where kind = ? and project = ? order by id desc limit ?"
        return self._select(wanted, (kind, project, _LISTED))

    def plan(self, rewrite: Rewrite, spans_total: int) -> None:
        """How many spans it has before it in the whole window, for the progress."""
        with self._lock, self._file:
            self._file.execute(
                "update rewrites set spans_total = ? where id = ?", (spans_total, rewrite.id)
            )

    def step(self, rewrite: Rewrite) -> Step | None:
        """What was being written when the last process ended."""
        with self._lock:
            row = self._file.execute(
                "select * from steps where rewrite = ?", (rewrite.id,)
            ).fetchone()
        if row is None:
            return None
        trace_ids = orjson.loads(row["trace_ids"])
        return Step(row["from_ns"], row["to_ns"], _from_text(row["tally"]), trace_ids)

    def erasures(self, project: str) -> int:
        """How often something of a project was erased, since the start."""
        with self._lock:
            return self._erasures[project]

    def begin(self, rewrite: Rewrite, step: Step) -> None:
        """Note a step before its first span is written."""
        trace_ids = orjson.dumps(list(step.trace_ids)).decode()
        with self._lock, self._file:
            told = (step.from_ns, step.to_ns, _to_text(self._sayable(rewrite, step)), trace_ids)
            self._file.execute(
                "insert or replace into steps values (?, ?, ?, ?, ?)", (rewrite.id, *told)
            )

    def finish(self, rewrite: Rewrite, step: Step) -> None:
        """The step is done, and everything that follows from it."""
        with self._lock, self._file:
            row = self._file.execute(
                "select tally from rewrites where id = ?", (rewrite.id,)
            ).fetchone()
            rewrite.tally = _from_text(row["tally"])
            rewrite.tally.add(self._sayable(rewrite, step))
            rewrite.next_ns = step.to_ns
            self._file.execute(
                "update rewrites set next_ns = ?, tally = ?, error = '' where id = ?",
                (step.to_ns, _to_text(rewrite.tally), rewrite.id),
            )
            self._file.execute("delete from steps where rewrite = ?", (rewrite.id,))

    def count(self, rewrite: Rewrite, tally: Tally) -> None:
        """Add what was found beside the stretches."""
        with self._lock, self._file:
            row = self._file.execute(
                "select tally from rewrites where id = ?", (rewrite.id,)
            ).fetchone()
            rewrite.tally = _from_text(row["tally"])
            rewrite.tally.add(tally)
            self._file.execute(
                "update rewrites set tally = ? where id = ?", (_to_text(rewrite.tally), rewrite.id)
            )

    def _sayable(self, rewrite: Rewrite, step: Step) -> Tally:
        """What a step changes; without examples when they may be of what was erased since it was read."""
        if self._erasures[rewrite.project] == step.erasures:
            return step.tally
        return replace(step.tally, examples=[], biggest=[])

    def note_trouble(self, error: str) -> None:
        """Why the one whose turn it is does not go on."""
        with self._lock, self._file:
            self._file.execute(
                "update rewrites set error = ? where id ="
                " (select min(id) from rewrites where state = 'running')",
                (error,),
            )

    def end(self, rewrite_id: int, state: RewriteState) -> bool:
        """It is over; false when it was before."""
        with self._lock, self._file:
            ended = self._file.execute(
                "update rewrites set state = ?, ended_ns = ? where id = ? and state = 'running'",
                (state, time.time_ns(), rewrite_id),
            )
        return bool(ended.rowcount)

    def forget(self, project: str) -> None:
        """Drop what rewrites of a project show of spans; what they count stays."""
        kept = "id in (select id from rewrites where project = ?)"
        of_steps = kept.replace("id in", "rewrite in")
        with self._lock:
            self._erasures[project] += 1
            with self._file:
                for table, key, which in (("rewrites", "id", kept), ("steps", "rewrite", of_steps)):
                    rows = self._file.execute(
                        f"select {key} as id, tally from {table} where {which}",  # noqa: S608 - our own names
                        (project,),
                    ).fetchall()
                    for row in rows:
                        tally = replace(_from_text(row["tally"]), examples=[], biggest=[])
                        self._file.execute(
                            f"update {table} set tally = ? where {key} = ?",  # noqa: S608 - our own names
                            (_to_text(tally), row["id"]),
                        )
            scrub(self._file)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _select(self, clause: str, values: tuple[object, ...]) -> list[Rewrite]:
        with self._lock:
            rows = self._file.execute(f"select * from rewrites {clause}", values).fetchall()  # noqa: S608 - our own clauses
        return [
            Rewrite(
                id=row["id"],
                kind=row["kind"],
                project=row["project"],
                from_ns=row["from_ns"],
                to_ns=row["to_ns"],
                is_dry=bool(row["is_dry"]),
                is_full=bool(row["is_full"]),
                created_ns=row["created_ns"],
                next_ns=row["next_ns"],
                state=row["state"],
                ended_ns=row["ended_ns"],
                spans_total=row["spans_total"],
                tally=_from_text(row["tally"]),
                error=row["error"],
            )
            for row in rows
        ]


def _to_text(tally: Tally) -> str:
    return orjson.dumps(tally, default=str).decode()


def _from_text(text: str) -> Tally:
    held = _decimals(orjson.loads(text), "old_total", "new_total")
    held["models"] = [
        ModelTally(**_decimals(one, "old_total", "new_total")) for one in held["models"]
    ]
    held["biggest"] = [Difference(**_decimals(one, "old", "new")) for one in held["biggest"]]
    held["examples"] = [Change(**one) for one in held["examples"]]
    return Tally(**held)


def _decimals(values: dict[str, Any], *names: str) -> dict[str, Any]:
    money = {name: None if values[name] is None else Decimal(values[name]) for name in names}
    return values | money
