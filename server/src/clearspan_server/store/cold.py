"""Cold storage: whole months of spans as Parquet files in a folder or a bucket, a file a project and month.

Rows of traces stay in the engine, so that lists know them; spans come back when somebody reads their trace. What is in
that place stands in an index in the data folder: one that is not there is trouble, and never taken for an empty one.
"""

import hashlib
import math
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from clearspan_server.errors import BadInput, ColdAway
from clearspan_server.model.cold import Month
from clearspan_server.store.cold_files import (
    between,
    count_of,
    of_traces,
    replacing,
    rows_of,
    tables,
    traces_with,
    without,
)
from clearspan_server.store.cold_place import File, Place
from clearspan_server.store.counting import Key
from clearspan_server.store.doomed import Sought, drop_parts, remove
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
# What is `begun` may have left a file that is no month yet, or half of one.
_INDEX = """
create table if not exists months (
    project text not null, month integer not null, spans integer not null, size_bytes integer not null,
    primary key (project, month)) without rowid;
create table if not exists begun (
    project text not null, month integer not null, primary key (project, month)) without rowid;
create table if not exists owner (one integer primary key check (one = 1), id text not null);
"""
_MARK = "clearspan-cold"  # a file that says whose folder it is
_KEYS = ("trace_id", "span_id", "version")
_MINUTE_NS = 60_000_000_000
_AT_ONCE, _BYTES_AT_ONCE = 20_000, 64 * 1024 * 1024  # of records that are read at once
# A place that took a second or more to fail is left alone for so many times as long.
_SLOW_S, _REST, _MOST_REST_S = 1.0, 10, 300.0
_FIELDS = {"user": "user_id", "customer": "customer_id", "session": "session_id"}


@dataclass(slots=True, frozen=True)
class Stretch:
    """Some minutes of a project, or of their records the `share`th of `shares`."""

    project: str
    from_ns: int
    to_ns: int
    shares: int = 1
    share: int = 0


class Cold:
    """The cold months of all projects.

    Thread-safe: nothing is stored again while something is erased. One thread alone moves and erases.
    """

    def __init__(
        self,
        index: Path,
        place: Place | None,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place = place
        self._clock_s = clock
        self._engine = engine
        self._lock = threading.RLock()
        # The traces that were looked for since the last move of their project, and whether spans of them came back.
        self._back: dict[Key, bool] = {}
        self._trouble, self._rests_until_s = "", 0.0
        self._file = sqlite3.connect(index, check_same_thread=False, timeout=10)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.executescript(_INDEX)
        with self._file:
            self._file.execute("insert or ignore into owner values (1, ?)", (uuid.uuid4().hex,))
        [(self._owner,)] = self._file.execute("select id from owner")
        self._known = [Month(*row) for row in self._file.execute("select * from months")]

    def months(self, project: str) -> list[Month]:
        """The months of a project that are in cold storage, the oldest first."""
        found = [one for one in self._known if one.project == project]
        return sorted(found, key=lambda one: one.month)

    def check(self) -> Place:
        """Where files are. A place that holds nothing yet is marked as that of this data folder.

        Raises:
            ColdAway: it is not there, or another's.
        """
        if self.place is None:
            raise ColdAway("there is no place for cold storage: start with CLEARSPAN_COLD")
        with _telling(self.place):
            said = self.place.text(_MARK).strip()
            if not said and not self._known:
                self.place.say(_MARK, self._owner)
                said = self._owner
        if said != self._owner:
            taking = f"that of another data folder; {self._owner} in it, in place of {said}, takes it away from that"
            why = taking if said else "not mounted, or not the one of before"
            raise ColdAway(f"cold storage is not in {self.place}: by its file {_MARK} it is {why}")
        return self.place

    def bring_back(self, project: str, trace_ids: Collection[str]) -> set[str]:
        """Store the spans of these traces in the engine again, until the next move; gives those that are cold.

        Raises:
            ColdAway: the place is not there.
        """
        months = self.months(project)
        if not months:
            return set()
        wanted = [one for one in trace_ids if (project, one) not in self._back]
        if wanted:
            self._bring_back(project, months, wanted)
        return {one for one in trace_ids if self._back.get((project, one))}

    def copy(self, month: Month, beat: Callable[[], None] = lambda: None) -> None:
        """Have the spans of a month in its file, and note which records of the engine may go.

        Nothing is locked meanwhile: what is stored or rewritten now is no part of it. `beat` is called now and then,
        and may raise. Safe to repeat after a crash.

        Raises:
            ColdAway: it is not there, or cannot be written to.
        """
        values = {"project": month.project, "month": month.month}
        file = self._file_of(month)
        self._sweep(month.project)
        self._engine.command(statement(_SCHEMA, "cold_interrupted"))
        self._engine.command("truncate table cold_rows")
        with _telling(file):
            if self._is_known(month):
                self._take(Stretch(month.project, month.from_ns, month.to_ns))
                if self._holds(file, values):
                    return
                self._engine.command("truncate table cold_rows")
                self._store(tables(file))
            self._begin(month)
            with replacing(file, self._lock) as writing:
                for stretch in self._stretches(values):
                    beat()
                    self._take(stretch)
                    writing.add(
                        self._engine.table(statement(_SCHEMA, "cold_spans"), asdict(stretch))
                    )
            self._note(month, writing.rows)

    def leave(self, month: Month) -> None:
        """Remove from the engine what `copy` has found in the file, and nothing else; nobody may derive traces now."""
        values = {"project": month.project, "month": month.month}
        with self._lock:
            drop_parts(self._engine, "spans", "cold_parts", values)
            remove(self._engine, "cold_remove", values)
            self._back = _but_of(month.project, self._back)
        self._engine.command("truncate table cold_rows")

    def seek(self, sought: Sought) -> set[str]:
        """The traces of which a cold span is about a subject."""
        field = _FIELDS.get(sought.subject.by)
        names = set(sought.names)
        needles = [one.lower() for one in sought.needles] if sought.subject.anywhere else []

        def is_about(row: Mapping[str, object]) -> bool:
            if field is not None and row[field] in names:
                return True
            return bool(needles) and _says(row, needles)

        if field is None and not needles:
            return set()
        columns = None if needles else ["trace_id", str(field)]
        found: set[str] = set()
        for file in self._files(sought.project):
            with _telling(file):
                found |= traces_with(file, columns, is_about)
        return found

    def count(self, project: str, trace_ids: Collection[str]) -> int:
        """How many cold spans these traces have."""
        spans = 0
        for file in self._files(project) if trace_ids else ():
            with _telling(file):
                spans += count_of(file, trace_ids)
        return spans

    def erase(self, project: str, trace_ids: Collection[str]) -> None:
        """Write the files that have spans of these traces anew, without them; what was left half-written goes.

        What is stored again meanwhile was in the engine before the files are without it: remove it there afterwards.
        """
        self._sweep(project)
        for month in self.months(project) if trace_ids else ():
            file = self._file_of(month)
            with _telling(file):
                if count_of(file, trace_ids):
                    self._begin(month)
                    self._note(month, without(file, trace_ids, self._lock))

    def forget(self, month: Month) -> None:
        """Take a month out of the index whose file is lost: reading, retention and erasures wait for it else.

        Raises:
            BadInput: its file is there.
        """
        with self._lock:
            file = self._at(month)
            with _telling(file):
                is_there = file.size is not None
            if is_there:
                raise BadInput(f"{file} is there: an erasure or retention removes spans")
            self._note(month, 0)
            self._back = _but_of(month.project, self._back)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _bring_back(self, project: str, months: Sequence[Month], wanted: Sequence[str]) -> None:
        asked = {"project": project, "trace_ids": wanted, "to_ns": months[-1].to_ns}
        rows = self._engine.query(statement(_SCHEMA, "cold_traces"), asked)
        of_months = {
            month: [
                row["trace_id"]
                for row in rows
                if row["start_ns"] < month.to_ns and row["last_start_ns"] >= month.from_ns
            ]
            for month in months
        }
        may_be_cold = {trace_id for ids in of_months.values() for trace_id in ids}
        if not may_be_cold:
            return
        found: set[str] = set()
        with self._lock:
            try:
                with self._rested():
                    for month, ids in of_months.items():
                        found |= self._stored_of(month, ids) if ids else set()
            except ColdAway as away:
                raise ColdAway(away.message, may_be_cold) from away
            self._back |= {(project, one): one in found for one in may_be_cold}

    @contextmanager
    def _rested(self) -> Iterator[None]:
        """A place that took long to fail is not asked again for a while: whoever comes next would wait as long."""
        asked_s = self._clock_s()
        if asked_s < self._rests_until_s:
            raise ColdAway(self._trouble)
        try:
            yield
        except ColdAway as away:
            failed_s = self._clock_s()
            if failed_s - asked_s >= _SLOW_S:
                self._rests_until_s = failed_s + min(_REST * (failed_s - asked_s), _MOST_REST_S)
                self._trouble = away.message
            raise

    def _stored_of(self, month: Month, trace_ids: Collection[str]) -> set[str]:
        file, found = self._file_of(month), set[str]()
        with _telling(file):
            for table in of_traces(file, trace_ids):
                self._store([table])
                found.update(table["trace_id"].to_pylist())
        return found

    def _take(self, stretch: Stretch) -> None:
        self._engine.command(statement(_SCHEMA, "cold_take"), asdict(stretch))

    def _holds(self, file: File, values: Mapping[str, object]) -> bool:
        """Whether every span of the month that is in the engine came back from the file, as it is there."""
        for stretch in self._stretches(values):
            left = _keys(self._engine.table(statement(_SCHEMA, "cold_keys"), asdict(stretch)))
            for table in between(file, _KEYS, stretch.from_ns, stretch.to_ns):
                left -= _keys(table)
            if left:
                return False
        return True

    def _stretches(self, values: Mapping[str, object]) -> Iterator[Stretch]:
        """A month in pieces that fit into memory."""
        project = str(values["project"])
        from_ns = to_ns = 0
        held = 0.0  # of what fits
        for row in self._engine.query(statement(_SCHEMA, "cold_minutes"), values):
            minute_ns = row["minute_s"] * 1_000_000_000
            more = max(row["records"] / _AT_ONCE, row["bytes"] / _BYTES_AT_ONCE)
            if held and held + more > 1:
                yield from _shares(Stretch(project, from_ns, to_ns), held)
                held = 0.0
            from_ns = from_ns if held else minute_ns
            to_ns = minute_ns + _MINUTE_NS
            held += more
        if held:
            yield from _shares(Stretch(project, from_ns, to_ns), held)

    def _begin(self, month: Month) -> None:
        with self._lock, self._file:
            row = (month.project, month.month)
            self._file.execute("insert or ignore into begun values (?, ?)", row)

    def _note(self, month: Month, spans: int) -> None:
        """What the index says of a month from now on; its file is whole."""
        key, file = (month.project, month.month), self._at(month)
        size = (file.size or 0) if spans else 0
        with self._lock:
            with self._file:
                self._file.execute("delete from months where project = ? and month = ?", key)
                if spans:
                    row = (*key, spans, size)
                    self._file.execute("insert into months values (?, ?, ?, ?)", row)
                self._file.execute("delete from begun where project = ? and month = ?", key)
            others = [one for one in self._known if (one.project, one.month) != key]
            self._known = [*others, Month(*key, spans, size)] if spans else others
        if not spans:
            file.place.remove(file.name)

    def _sweep(self, project: str) -> None:
        """Remove what was begun and never became a month: the engine has all of its spans."""
        rows = self._file.execute(
            "select month from begun where project = ?", (project,)
        ).fetchall()
        for (number,) in rows:
            month = Month(project, number)
            file = self._file_of(month)
            with _telling(file):
                file.place.remove(file.written)
                is_known = self._is_known(month)
                if not is_known:
                    file.place.remove(file.name)
                # Of a known month it may be the newer file already, of which the index does not know yet.
                self._note(month, rows_of(file) if is_known else 0)

    def _store(self, rows: Iterator[pa.Table] | Sequence[pa.Table]) -> None:
        for table in rows:
            self._engine.insert("spans", table, token=uuid.uuid4().hex)

    def _is_known(self, month: Month) -> bool:
        return any((one.project, one.month) == (month.project, month.month) for one in self._known)

    def _files(self, project: str) -> list[File]:
        return [self._file_of(month) for month in self.months(project)]

    def _file_of(self, month: Month) -> File:
        self.check()
        file = self._at(month)
        with _telling(file):
            is_lost = self._is_known(month) and file.size is None
        if is_lost:
            raise ColdAway(f"{file} is not there; put it back")
        return file

    def _at(self, month: Month) -> File:
        if self.place is None:
            raise ColdAway("there is no place for cold storage: start with CLEARSPAN_COLD")
        project = month.project
        if project != project.lower():  # a disk may take two names of projects for one
            project += f"-{hashlib.sha256(project.encode()).hexdigest()[:8]}"
        return File(self.place, f"of-{project}/{month.name}.parquet")


@contextmanager
def _telling(where: File | Place) -> Iterator[None]:
    """Trouble with the disk or the store, or with a file that is none, is trouble of cold storage."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise ColdAway(f"cold storage at {where} cannot be used: {error}") from error


def _but_of(project: str, keys: Mapping[Key, bool]) -> dict[Key, bool]:
    return {key: is_so for key, is_so in keys.items() if key[0] != project}


def _shares(stretch: Stretch, held: float) -> Iterator[Stretch]:
    """A stretch that holds so many times what fits, in as many pieces."""
    shares = math.ceil(held)
    for share in range(shares):
        yield replace(stretch, shares=shares, share=share)


def _keys(table: pa.Table) -> set[tuple[Any, ...]]:
    return set(zip(*(table[name].to_pylist() for name in _KEYS), strict=True))


def _says(value: object, needles: Collection[str]) -> bool:
    if isinstance(value, str):
        lowered = value.lower()
        return any(one in lowered for one in needles)
    if isinstance(value, Mapping):
        return any(_says(one, needles) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return any(_says(one, needles) for one in value)
    return False
