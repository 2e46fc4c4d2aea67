"""Where one trace is: in the journal, stored, listed, or refused near the time when it came."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from clearspan_server.query import SQL
from clearspan_server.query.deliveries import Reason, ledger
from clearspan_server.query.window import HOUR_NS, Window
from clearspan_server.store.columns import from_bytes
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.journal import Entry, Journal
from clearspan_server.store.statements import statement

_NEAR_NS = 60_000_000_000
_MAX_BYTES = 256 * 1024 * 1024  # of waiting entries that are searched
_OF_SPANS = frozenset(("spans", "open", "update", "log"))
_TRACE = statement(SQL, "deliveries_trace")
_PARTS = statement(SQL, "deliveries_trace_parts")
_LISTED = statement(SQL, "deliveries_trace_listed")
_NOTHING: Row = {
    "spans": 0,
    "open_spans": 0,
    "missing_parents": 0,
    "processes": [],
    "services": [],
}


@dataclass(slots=True, frozen=True)
class Pending:
    """Spans of the trace in one entry of the journal."""

    seq: int
    kind: str
    spans: int
    received_ns: int


@dataclass(slots=True, frozen=True)
class Whereabouts:
    """`stored` is the row of deliveries_trace.sql; `listed` the state in lists, None when no list has it."""

    stored: Row
    parts: dict[str, int]
    listed: str | None
    pending: list[Pending]
    reasons: list[Reason]


def whereabouts(
    engine: Engine | None, journal: Journal, project: str, trace_id: str
) -> Whereabouts:
    """Everything that is known of a trace, also when that is nothing; reasons are of a minute around it.

    Of a trace of which nothing is known they are of the last hour. Without an engine, because it does not answer
    now, only what waits is known.
    """
    values = {"project": project, "trace_id": trace_id}
    pending = list(_pending(journal, project, trace_id))
    if engine is None:
        return Whereabouts(stored=_NOTHING, parts={}, listed=None, pending=pending, reasons=[])
    [stored] = engine.query(_TRACE, values)
    listed = engine.query(_LISTED, values)
    times = [one.received_ns for one in pending]
    if stored["spans"]:
        times += [stored["first_received_ns"], stored["last_received_ns"]]
    now_ns = time.time_ns()
    near = (
        Window(min(times) - _NEAR_NS, max(times) + _NEAR_NS)
        if times
        else Window(now_ns - HOUR_NS, now_ns)
    )
    return Whereabouts(
        stored=stored,
        parts={row["part"]: row["parts"] for row in engine.query(_PARTS, values)},
        listed=listed[0]["state"] if listed else None,
        pending=pending,
        reasons=ledger(engine, project, near, journal.stored, ()).reasons,
    )


def _pending(journal: Journal, project: str, trace_id: str) -> Iterator[Pending]:
    for entry in journal.read(journal.stored, max_bytes=_MAX_BYTES):
        if entry.kind in _OF_SPANS and (found := _found(entry, project, trace_id)):
            yield found


def _found(entry: Entry, project: str, trace_id: str) -> Pending | None:
    table = from_bytes(entry.data, entry.schema_version)
    mine = pc.and_(pc.equal(table["project"], project), pc.equal(table["trace_id"], trace_id))
    rows = table.filter(mine)
    if not rows.num_rows:
        return None
    return Pending(entry.seq, entry.kind, rows.num_rows, pc.min(rows["received_ns"]).as_py())
