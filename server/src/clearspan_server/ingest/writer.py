"""Journal to engine: large batches, each with its range and token committed before the insert."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from clearspan_server.store.columns import from_bytes
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Batch, Entry, Journal

LOG = logging.getLogger(__name__)

Stored = Callable[[int, set[tuple[str, str]]], None]  # last sequence number, (project, trace id)s
_RETRY_S = 1.0
_LOOK_S = 0.25  # how often a waiting writer looks whether the server stops


@dataclass(slots=True, frozen=True)
class BatchLimits:
    """When a batch goes: at `rows` spans or `size_bytes` journal bytes, or `age_s` after the one before it."""

    rows: int
    size_bytes: int
    age_s: float


class Writer:
    """One thread that moves entries from the journal into the engine, and tells `stored` what is new."""

    def __init__(
        self, journal: Journal, engine: Engine, limits: BatchLimits, stored: Stored
    ) -> None:
        self._journal = journal
        self._engine = engine
        self._limits = limits
        self._stored = stored
        self.trouble = ""  # why the last batch was not stored; empty when it was
        self._read_at = time.monotonic()
        self._draining = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_forever, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, drain_s: float) -> bool:
        """Work for at most `drain_s` on what is in the journal, then stop; true when nothing is left."""
        deadline = time.monotonic() + drain_s
        self._draining = True
        while time.monotonic() < deadline and self._journal.stored < self._journal.committed:
            self._stop.wait(0.05)
        self._stop.set()
        self._thread.join(timeout=max(1.0, deadline - time.monotonic()))
        return self._journal.stored >= self._journal.committed

    def _write_forever(self) -> None:
        while not self._stop.is_set():
            try:
                if not self._write_next():
                    self._journal.wait(self._journal.stored, timeout_s=0.5)
                self.trouble = ""
            except Exception as error:
                # Nothing is lost: the batch stays begun, and the same range is inserted again. Whatever it
                # was, this thread goes on: a server that acknowledges and never stores would be worse.
                LOG.exception("a batch was not stored, trying again")
                self.trouble = f"{type(error).__name__}: {error}"[:300]
                self._stop.wait(_RETRY_S)

    def _write_next(self) -> bool:
        """Insert the next batch; false when there is none."""
        batch = self._journal.begun()
        if batch is None:
            entries = self._gather()
            if not entries:
                return False
            batch = Batch(uuid.uuid4().hex, entries[0].seq, entries[-1].seq)
            self._journal.begin(batch)
        else:
            entries = list(self._journal.read(batch.first_seq - 1, up_to=batch.last_seq))
        tables = list(readable(entries, self._journal.set_aside))
        if tables:
            table = pa.concat_tables(tables).combine_chunks()
            self._engine.insert("spans", table, token=batch.token)
        self._journal.finish(batch)
        self._stored(batch.last_seq, trace_keys(tables))
        return True

    def _gather(self) -> list[Entry]:
        """Entries for one batch: waits until it is full, or `age_s` have passed since the last one."""
        journal, limits = self._journal, self._limits
        if journal.committed <= journal.stored:
            return []
        # What is here came after the last reading, so none of it is older than that.
        deadline = self._read_at + limits.age_s
        while not self._draining and journal.backlog()[1] < limits.size_bytes // 8:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            journal.wait(journal.committed, min(left_s, _LOOK_S))
        self._read_at = time.monotonic()
        entries: list[Entry] = []
        rows = 0
        for entry in journal.read(journal.stored, max_bytes=limits.size_bytes):
            entries.append(entry)
            rows += entry.row_count
            if rows >= limits.rows:
                break
        return entries


def readable(
    entries: Iterable[Entry], unreadable: Callable[[Entry, str], None] | None = None
) -> Iterator[pa.Table]:
    """The spans of the entries; one that cannot be read is handed to `unreadable` and stops nobody."""
    for entry in entries:
        try:
            yield from_bytes(entry.data, entry.schema_version)
        except (pa.ArrowException, ValueError) as error:
            LOG.error("journal entry %d cannot be read: %s", entry.seq, error)  # noqa: TRY400 - no stack of ours
            if unreadable is not None:
                unreadable(entry, str(error))


def trace_keys(tables: Iterable[pa.Table]) -> set[tuple[str, str]]:
    """The (project, trace id) pairs in the tables."""
    keys: set[tuple[str, str]] = set()
    for table in tables:
        keys.update(zip(table["project"].to_pylist(), table["trace_id"].to_pylist(), strict=True))
    return keys
