"""The journal: what was acknowledged, on disk, until the engine has it.

A segment is one SQLite file of entries; an entry is rows of one kind from one request, and the first entry of a request
carries its receipt. Appends of several threads share one fsynced commit. Three positions, all sequence numbers of
entries, say how far the others have come:

    derived ≤ stored ≤ committed

A batch's range and token are committed here before its insert, so that after a crash exactly the same batch is
inserted again and the engine drops it if it had arrived. A segment is unlinked once all of it is derived.
"""

import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

from clearspan_server.errors import TooBusy, Unavailable
from clearspan_server.store.disk import Disk

SEGMENT_BYTES = 64 * 1024 * 1024
COMMIT_BYTES = 32 * 1024 * 1024  # one group commit holds at most about this much

_ENTRIES = """
create table if not exists entries (
    seq integer primary key, schema_version integer not null, row_count integer not null, data blob not null,
    kind text not null default 'spans', receipt text not null default '')
"""
_LATER_ENTRIES = ("kind text not null default 'spans'", "receipt text not null default ''")
_STATE = """
create table if not exists positions (name text primary key, seq integer not null) without rowid;
create table if not exists batch (
    token text primary key, first_seq integer not null, last_seq integer not null,
    note text not null default '');
"""
_LATER_BATCH = ("note text not null default ''",)
_NO_ROWS = "none"
_ENTRY_BYTES = 64  # what an entry takes beside its data and its receipt


@dataclass(slots=True, frozen=True)
class Rows:
    """Rows of one kind on their way into the journal, as an Arrow IPC stream."""

    kind: str
    schema_version: int
    row_count: int
    data: bytes


@dataclass(slots=True, frozen=True)
class Entry:
    """Rows of one kind of one acknowledged request, as an Arrow IPC stream.

    `kind` says where they go: `spans`, `open`, `update`, `log` (parts of spans), `logs`, `metrics`; `none` is a
    request of which nothing was accepted. `receipt` is JSON, on the first entry of a request.
    """

    seq: int
    schema_version: int
    row_count: int
    data: bytes
    kind: str
    receipt: str

    @property
    def size_bytes(self) -> int:
        return len(self.data) + len(self.receipt) + _ENTRY_BYTES


@dataclass(slots=True, frozen=True)
class Batch:
    """The entries `first_seq` to `last_seq` of one insert, its deduplication token, and what the writer noted."""

    token: str
    first_seq: int
    last_seq: int
    note: str = ""


@dataclass(slots=True)
class _Append:
    rows: Sequence[Rows]
    receipt: str
    size_bytes: int
    done: "Future[int]"


class Journal:
    """One folder of segments with one committing thread. All methods are thread-safe."""

    def __init__(
        self,
        folder: Path,
        *,
        max_bytes: int,
        disk: Disk | None = None,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._disk = disk
        self._folder = folder
        self._max_bytes = max_bytes
        self._segment_bytes = segment_bytes
        self._state = _connect(folder / "state.db", _STATE, batch=_LATER_BATCH)
        self._state_lock = threading.Lock()
        self._wake = threading.Condition()
        self._grown = threading.Condition()
        self._segments = sorted(int(path.stem) for path in folder.glob("[0-9]*.db"))
        self.stored = self._position("stored")
        self.derived = self._position("derived")
        self._backlog = self._sizes(after=self.stored)  # sequence number → bytes
        self._backlog_bytes = sum(self._backlog.values())
        self.committed = max(self._backlog, default=self.stored)
        self._pending: list[_Append] = []
        self._pending_bytes = 0
        self._newest: sqlite3.Connection | None = None  # the committing thread's own
        self._newest_bytes = 0
        self._is_rolling = False
        self._next_first: int | None = None  # of the segment that follows one that was ended early
        self._closed = False
        self._thread = threading.Thread(target=self._commit_forever, name="journal", daemon=True)
        self._thread.start()

    def append(self, rows: Sequence[Rows], receipt: str = "") -> "Future[int]":
        """Queue the rows of one request, kept together; the future gives their last sequence number once on disk.

        Raises:
            TooBusy: more than `max_bytes` wait for the engine, or the disk is full.
            Unavailable: the journal is closed.
        """
        if not rows:
            rows = [Rows(_NO_ROWS, 0, 0, b"")]
        entry = _Append(rows, receipt, len(receipt) + sum(map(_cost, rows)), Future())
        if self._disk is not None and self._disk.is_full():
            free, least = self._disk.free_bytes(), self._disk.min_free_bytes
            raise TooBusy(f"the disk has {free} bytes left; below {least} nothing is taken")
        entry.done.set_running_or_notify_cancel()  # a sender that goes away cannot take its entry back
        with self._wake:
            if self._closed:
                raise Unavailable("the journal is closed: the server is stopping")
            waiting = self._backlog_bytes + self._pending_bytes
            if waiting + entry.size_bytes > self._max_bytes:
                raise TooBusy(
                    f"{waiting} bytes wait in the journal, {entry.size_bytes} more pass its bound {self._max_bytes}"
                )
            self._pending.append(entry)
            self._pending_bytes += entry.size_bytes
            self._wake.notify()
        return entry.done

    def read(
        self, after: int, *, up_to: int = sys.maxsize, max_bytes: int = sys.maxsize
    ) -> Iterator[Entry]:
        """Committed entries above `after`, oldest first, to `up_to` or until `max_bytes` are passed."""
        size = 0
        for first in self._segments_from(after):
            for entry in _entries(self._path(first), after, up_to):
                yield entry
                size += entry.size_bytes
                if size >= max_bytes:
                    return

    def receipts(self, after: int, up_to: int) -> Iterator[tuple[int, str]]:
        """The receipts of committed entries above `after`, to `up_to`, with their numbers; no rows are read."""
        for first in self._segments_from(after):
            with closing(_segment_at(self._path(first))) as connection:
                yield from connection.execute(
                    "select seq, receipt from entries where seq > ? and seq <= ? and receipt != ''"
                    " order by seq",
                    (after, up_to),
                )

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait until an entry above `after` is committed; false when the time ran out or the journal closed."""
        with self._grown:
            return self._grown.wait_for(
                lambda: self.committed > after or self._closed, timeout_s
            ) and (self.committed > after)

    def backlog(self) -> tuple[int, int]:
        """How many entries, and how many bytes of them, wait for the engine."""
        with self._wake:
            return len(self._backlog) + len(
                self._pending
            ), self._backlog_bytes + self._pending_bytes

    def begin(self, batch: Batch) -> None:
        """Commit a batch's range and token, before its insert."""
        with self._state_lock, self._state:
            self._state.execute(
                "insert or replace into batch values (?, ?, ?, ?)",
                (batch.token, batch.first_seq, batch.last_seq, batch.note),
            )

    def begun(self) -> Batch | None:
        """The batch whose insert was begun and not finished, if any."""
        with self._state_lock:
            row = self._state.execute(
                "select token, first_seq, last_seq, note from batch"
            ).fetchone()
        return Batch(*row) if row else None

    def finish(self, batch: Batch) -> None:
        """The engine has the batch."""
        with self._state_lock, self._state:
            self._state.execute("delete from batch")
            self._set_position("stored", batch.last_seq)
        self.stored = batch.last_seq
        with self._wake:
            for seq in range(batch.first_seq, batch.last_seq + 1):
                self._backlog_bytes -= self._backlog.pop(seq, 0)

    def derive(self, seq: int) -> None:
        """Everything up to `seq` has been worked into the derived tables; its segments can go."""
        with self._state_lock, self._state:
            self._set_position("derived", seq)
        self.derived = seq
        self._unlink(seq)

    def roll(self) -> None:
        """End the newest segment, so that it can go once all of it is derived, whether another follows or not."""
        with self._wake:
            self._is_rolling = True
            self._wake.notify()

    def holds(self, seq: int) -> bool:
        """Whether entries up to `seq` are still on disk."""
        with self._wake:
            return self._is_rolling or any(first <= seq for first in self._segments)

    def _unlink(self, seq: int) -> None:
        with self._wake:
            # The newest segment stays, whatever is derived, unless it was ended.
            ends = [] if self._next_first is None else [self._next_first]
            limits = pairwise([*self._segments, *ends])
            gone = [first for first, following in limits if following - 1 <= seq]
            self._segments = [first for first in self._segments if first not in gone]
        for first in gone:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path(first)}{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        """Commit what was queued and stop; entries that wait for the engine stay for the next start."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()
        with self._grown:
            self._grown.notify_all()
        with self._state_lock:
            self._state.close()

    def _commit_forever(self) -> None:
        while True:
            group = self._next_group()
            self._end_segment()
            if not group and self._closed:
                break
            if not group:
                continue
            try:
                self._newest_bytes += self._commit(self._segment(), group)
            except sqlite3.Error as error:
                self._refuse(group, Unavailable(f"the journal cannot write: {error}"))
                time.sleep(0.1)  # a full disk: senders are told at once, the disk is not hammered
        if self._newest is not None:
            self._newest.close()

    def _segment(self) -> sqlite3.Connection:
        """The newest segment, a new one when it is full."""
        if self._newest is not None and self._newest_bytes <= self._segment_bytes:
            return self._newest
        if self._newest is not None:
            self._newest.close()
        first = self.committed + 1
        self._newest, self._newest_bytes = _segment_at(self._path(first)), 0
        with self._wake:
            self._next_first = None
            if first not in self._segments:
                self._segments.append(first)
        return self._newest

    def _end_segment(self) -> None:
        """Do what `roll` asks for."""
        with self._wake:
            if not self._is_rolling:
                return
            if self._newest is not None:
                self._newest.close()
            self._newest, self._next_first = None, self.committed + 1
            self._is_rolling = False
        self._unlink(self.derived)

    def _next_group(self) -> list[_Append]:
        with self._wake:
            self._wake.wait_for(lambda: self._pending or self._closed or self._is_rolling)
            size, taken = 0, 0
            for entry in self._pending:
                size += entry.size_bytes
                taken += 1
                if size >= COMMIT_BYTES:
                    break
            group, self._pending = self._pending[:taken], self._pending[taken:]
            return group

    def _commit(self, segment: sqlite3.Connection, group: list[_Append]) -> int:
        numbers = count(self.committed + 1)
        numbered = [
            (next(numbers), one, "" if place else entry.receipt)
            for entry in group
            for place, one in enumerate(entry.rows)
        ]
        with segment:
            segment.executemany(
                "insert into entries (seq, schema_version, row_count, data, kind, receipt) values (?, ?, ?, ?, ?, ?)",
                [
                    (seq, one.schema_version, one.row_count, one.data, one.kind, receipt)
                    for seq, one, receipt in numbered
                ],
            )
        sizes = {seq: _cost(one) + len(receipt) for seq, one, receipt in numbered}
        total = sum(sizes.values())
        with self._wake:
            self._pending_bytes -= total
            self._backlog.update(sizes)
            self._backlog_bytes += total
        with self._grown:
            seq = self.committed
            self.committed = seq + len(numbered)
            self._grown.notify_all()
        for entry in group:
            seq += len(entry.rows)
            entry.done.set_result(seq)
        return total

    def _refuse(self, group: list[_Append], error: Unavailable) -> None:
        with self._wake:
            self._pending_bytes -= sum(entry.size_bytes for entry in group)
        for entry in group:
            entry.done.set_exception(error)

    def _segments_from(self, after: int) -> list[int]:
        with self._wake:
            segments = list(self._segments)
        limits = pairwise([*segments, sys.maxsize])
        return [first for first, following in limits if following - 1 > after]

    def _path(self, first: int) -> Path:
        return self._folder / f"{first:016d}.db"

    def _sizes(self, after: int) -> dict[int, int]:
        sizes: dict[int, int] = {}
        for first in self._segments_from(after):
            connection = _segment_at(self._path(first))
            sizes.update(
                connection.execute(
                    "select seq, length(data) + length(receipt) + ? from entries where seq > ?",
                    (_ENTRY_BYTES, after),
                )
            )
            connection.close()
        return sizes

    def _position(self, name: str) -> int:
        row = self._state.execute("select seq from positions where name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def _set_position(self, name: str, seq: int) -> None:
        self._state.execute("insert or replace into positions values (?, ?)", (name, seq))


def _cost(rows: Rows) -> int:
    return len(rows.data) + _ENTRY_BYTES


def _entries(path: Path, after: int, up_to: int) -> Iterator[Entry]:
    with closing(_segment_at(path)) as connection:
        rows = connection.execute(
            "select seq, schema_version, row_count, data, kind, receipt from entries"
            " where seq > ? and seq <= ? order by seq",
            (after, up_to),
        )
        for row in rows:
            yield Entry(*row)


def _segment_at(path: Path) -> sqlite3.Connection:
    return _connect(path, _ENTRIES, entries=_LATER_ENTRIES)


def _connect(path: Path, schema: str, **later: Sequence[str]) -> sqlite3.Connection:
    """A connection to a file with the tables of `schema`; `later` are columns that files of 0.1.0 lack, by table."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.executescript(schema)
    for table, columns in later.items():
        known = {row[1] for row in connection.execute(f"pragma table_info({table})")}
        for column in columns:
            if column.split()[0] not in known:
                connection.execute(f"alter table {table} add column {column}")
    connection.commit()
    return connection
