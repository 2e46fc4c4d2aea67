"""Journal to engine: large batches, each with its range, token and note committed before the insert."""

import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import orjson
import pyarrow as pa
from clickhouse_connect.driver.exceptions import DatabaseError

from clearspan_server.ingest.admission import DEFAULT_PROJECT
from clearspan_server.ingest.agent_events import SessionKey
from clearspan_server.ingest.batches import (
    BESIDE,
    KINDS,
    Contents,
    Gathered,
    Hour,
    TraceKey,
    by_months,
    contents,
)
from clearspan_server.ingest.duplicates import Seen, hashes
from clearspan_server.ingest.merge import NO_RECORD
from clearspan_server.ingest.refusals import Insertion
from clearspan_server.store.columns import to_bytes
from clearspan_server.store.derived import Stretch
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Batch, Entry, Journal
from clearspan_server.store.ledger import DELIVERIES, deliveries
from clearspan_server.store.quarantine import Quarantine, Refused

LOG = logging.getLogger(__name__)

_RETRY_S = 1.0
_LOOK_S = 0.25  # how often a waiting writer looks whether the server stops
_PROGRESS_S = 1.0

# What was received lately can be sent again: enough to know it by, the newest first, for a retry comes soon.
# A row without a finished record (`merge.NO_RECORD`) was made of parts: its end comes for the first time.
_LATELY = """
select project, trace_id, span_id from spans
where received_ns > {since_ns:Int64} and start_minute > now() - interval 2 day
    and not has(filled, {no_record:String})
order by received_ns desc
limit 500000
"""
_HOUR_NS = 3_600_000_000_000


@dataclass(slots=True, frozen=True)
class BatchLimits:
    """When a batch goes: at `rows` spans or `size_bytes` journal bytes, or `age_s` after the one before it."""

    rows: int
    size_bytes: int
    age_s: float


@dataclass(slots=True, frozen=True)
class StoredBatch:
    """What is in the engine up to journal entry `seq`: the traces of which something came, and when spans start.

    `logs` are the projects of which log records came, each with the traces that they name; `agents` the sessions of
    coding agents that these tell of, from when to when.
    """

    seq: int
    keys: set[TraceKey]
    starts: dict[TraceKey, Stretch]
    hours: set[Hour]
    logs: Mapping[str, set[str]] = field(default_factory=dict)
    agents: Mapping[SessionKey, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, seq: int, held: Contents) -> "StoredBatch":
        """Of what was read up to `seq`."""
        return cls(seq, held.keys(), held.starts(), held.hours(), held.logs(), held.agents())


@dataclass(slots=True)
class Figures:
    """What the writer did since the start, for the server's own metrics."""

    batches: int = 0
    rows: int = 0
    insert_s: float = 0.0
    quarantined: int = 0


class Writer:
    """One thread that moves entries from the journal into the engine, and tells `stored` what is new."""

    def __init__(
        self,
        journal: Journal,
        engine: Engine,
        quarantine: Quarantine,
        limits: BatchLimits,
        stored: Callable[[StoredBatch], None],
    ) -> None:
        self._journal = journal
        self._engine = engine
        self._quarantine = quarantine
        self._limits = limits
        self._stored = stored
        self._seen: Seen | None = None
        self._prepared: Batch | None = None  # not committed to the journal yet
        self.trouble = ""  # why the last batch was not stored; empty when it was
        self.figures = Figures()
        self._read_at = time.monotonic()
        self.storing = threading.Lock()  # held from before a batch begins until it is finished
        self._draining = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_forever, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, drain_s: float, progress: Callable[[str], None] = LOG.info) -> bool:
        """Work for at most `drain_s` on what is in the journal, then stop; true when nothing is left."""
        journal = self._journal
        deadline = time.monotonic() + drain_s
        said_at = time.monotonic()
        self._draining = True
        while time.monotonic() < deadline and journal.stored < journal.committed:
            if time.monotonic() - said_at >= _PROGRESS_S:
                said_at = time.monotonic()
                entries, size_bytes = journal.backlog()
                progress(f"{entries} entries ({size_bytes / 1e6:.1f} MB) of the journal are left")
            self._stop.wait(0.05)
        self._stop.set()
        self._thread.join(timeout=max(1.0, deadline - time.monotonic()))
        return journal.stored >= journal.committed

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
        batch = self._journal.begun() or self._prepared
        entries = self._gather() if batch is None else _of(self._journal, batch)
        if entries:
            with self.storing:
                self._write(entries, batch)
        return bool(entries)

    def _write(self, entries: list[Entry], batch: Batch | None) -> None:
        """Insert a batch, a new one where none is under way."""
        journal = self._journal
        held = contents(entries)
        if batch is None:
            note = self._note_duplicates(held)
            batch = Batch(uuid.uuid4().hex, entries[0].seq, entries[-1].seq, note)
            self._prepared = batch  # counted once, also when committing it takes several attempts
        if self._prepared is not None:
            journal.begin(self._prepared)
            self._prepared = None
        begin_s = time.monotonic()
        refused = self._keep_unreadable(held)
        for one in held.gathered:
            refused += self._insert(one, batch, held)
        self._enter(held, batch, refused)
        self.figures.insert_s += time.monotonic() - begin_s
        self.figures.batches += 1
        self.figures.rows += sum(one.sent.num_rows for one in held.gathered)
        journal.finish(batch)
        self._stored(StoredBatch.of(batch.last_seq, held))

    def _insert(self, one: Gathered, batch: Batch, held: Contents) -> Counter[int]:
        """Insert the rows of one kind; how many of them were refused, by the entry with their receipt."""
        kind = KINDS[one.kind]
        refused: dict[int, str] = {}
        for number, rows in enumerate(by_months(one.made, kind.time)):
            whole = len(rows) == one.made.num_rows
            table = one.made if whole else one.made.take(pa.array(rows))
            insertion = Insertion(
                self._engine,
                kind.table,
                f"{batch.token}:{one.kind}:{number}",
                partial(self._takes_again, kind.table),
            )
            insertion.insert(table)
            refused |= {int(rows[at]): reason for at, reason in insertion.refused.items()}
        if not refused:
            return Counter()
        self._quarantine.add(_refused(one, place, reason) for place, reason in refused.items())
        self.figures.quarantined += len(refused)
        LOG.warning("the engine refused %d of %d rows", len(refused), one.made.num_rows)
        if not kind.identity:
            return Counter()  # quarantined, but counted with what it came beside
        places = np.array(sorted(refused))
        identities = hashes(one.made.take(pa.array(places)), kind.identity)
        if self._seen is not None:
            self._seen.forget(identities)
        repeated = np.delete(places, np.unique(identities, return_index=True)[1])
        held.repeated.update(held.receipt_of[int(one.seqs[place])] for place in repeated)
        return Counter(held.receipt_of[int(one.seqs[place])] for place in places)

    def _takes_again(self, table: str) -> bool:
        """Whether the engine takes a row that it has taken before; the table merges the two into one."""
        row = self._engine.table(f"select * from {table} limit 1")  # noqa: S608 - one of our tables
        if not row.num_rows:
            return (
                True  # the first rows ever: then the quarantine may have them, and gives them back
            )
        try:
            self._engine.insert(table, row, token=uuid.uuid4().hex)
        except DatabaseError:
            return False
        return True

    def _keep_unreadable(self, held: Contents) -> Counter[int]:
        """Quarantine the entries that cannot be read; how many records they had, by the entry with their receipt."""
        if held.unreadable:
            self._quarantine.add(_whole(entry, reason, held) for entry, reason in held.unreadable)
        kept = Counter[int]()
        for entry, _ in held.unreadable:
            self.figures.quarantined += entry.row_count
            kept[held.receipt_of[entry.seq]] += 0 if entry.kind in BESIDE else entry.row_count
        return kept

    def _note_duplicates(self, held: Contents) -> str:
        """How many records of each receipt were stored before, as JSON; the engine is asked once, for the last hour."""
        if self._seen is None:
            since_ns = time.time_ns() - _HOUR_NS
            lately = self._engine.table(_LATELY, {"since_ns": since_ns, "no_record": NO_RECORD})
            self._seen = Seen()
            self._seen.add(hashes(lately, KINDS["spans"].identity))
        before = Counter[int]()
        for one in held.gathered:
            identity = KINDS[one.kind].identity
            if identity:
                known = self._seen.add(hashes(one.made, identity))
                before.update(held.receipt_of[int(seq)] for seq in one.seqs[known])
        return orjson.dumps({str(seq): count for seq, count in before.items()}).decode()

    def _enter(self, held: Contents, batch: Batch, refused: Counter[int]) -> None:
        """Enter the requests of the batch into the ledger."""
        noted = orjson.loads(batch.note or "{}")
        before = {int(seq): count - held.repeated[int(seq)] for seq, count in noted.items()}
        rows = deliveries(held.receipts, before, refused)
        if rows.num_rows:
            self._engine.insert(DELIVERIES, rows, token=f"{batch.token}:{DELIVERIES}")

    def _gather(self) -> list[Entry]:
        """Whole requests for one batch: waits until it is full, or `age_s` have passed since the last one."""
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
        rows = size_bytes = 0
        for entry in journal.read(journal.stored):
            is_full = rows >= limits.rows or size_bytes >= limits.size_bytes
            # The first entry of a request has its receipt; those of 0.1.0 had none, and one entry each.
            if is_full and (entry.receipt or not entries[0].receipt):
                break
            entries.append(entry)
            rows += entry.row_count
            size_bytes += entry.size_bytes
        return entries


def _of(journal: Journal, batch: Batch) -> list[Entry]:
    return list(journal.read(batch.first_seq - 1, up_to=batch.last_seq))


def _whole(entry: Entry, reason: str, held: Contents) -> Refused:
    receipt = orjson.loads(held.receipts.get(held.receipt_of[entry.seq], "{}"))
    return Refused(
        seq=entry.seq,
        place=0,
        kind=entry.kind,
        project=receipt.get("project", DEFAULT_PROJECT),
        trace_id="",
        span_id="",
        name="",
        process=receipt.get("process", ""),
        service=receipt.get("service", ""),
        received_ns=receipt.get("received_ns", 0),
        quarantined_ns=time.time_ns(),
        reason=reason,
        schema_version=entry.schema_version,
        data=entry.data,
        row_count=entry.row_count,
    )


def _refused(one: Gathered, place: int, reason: str) -> Refused:
    row = one.sent.slice(place, 1)
    said = {
        name: row[name][0].as_py()
        for name in ("project", "trace_id", "span_id", "name", "process", "service", "received_ns")
        if name in row.column_names
    }
    return Refused(
        seq=int(one.seqs[place]),
        place=int(one.places[place]),
        kind=one.kind,
        project=said["project"],
        trace_id=said.get("trace_id", ""),
        span_id=said.get("span_id", ""),
        name=said.get("name", ""),
        process=said.get("process", ""),  # a score has none of these
        service=said.get("service", ""),
        received_ns=said.get("received_ns", 0),
        quarantined_ns=time.time_ns(),
        reason=reason,
        schema_version=KINDS[one.kind].schema_version,
        data=to_bytes(row.combine_chunks().to_batches()[0]),
    )
