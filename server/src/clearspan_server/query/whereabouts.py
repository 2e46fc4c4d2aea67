"""Where one trace is: in the journal, stored, listed, or refused near the time when it came."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
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
_IS_HERE = statement(SQL, "deliveries_trace_is_here")
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


def projects_of(
    engine: Engine | None, journal: Journal, projects: Sequence[str], trace_id: str
) -> set[str]:
    """Those of these projects that hold spans of this trace, stored or waiting; without an engine, only waiting."""
    found = {
        name for _, rows in _waiting(journal, trace_id) for name in rows["project"].to_pylist()
    }
    if engine is not None:
        found |= {project for project in projects if _is_here(engine, project, trace_id)}
    return found & set(projects)


def _is_here(engine: Engine, project: str, trace_id: str) -> bool:
    [row] = engine.query(_IS_HERE, {"project": project, "trace_id": trace_id})
    return bool(row["records"])


def _pending(journal: Journal, project: str, trace_id: str) -> Iterator[Pending]:
    for entry, found in _waiting(journal, trace_id):
        rows = found.filter(pc.equal(found["project"], project))
        if rows.num_rows:
            yield Pending(entry.seq, entry.kind, rows.num_rows, pc.min(rows["received_ns"]).as_py())


def _waiting(journal: Journal, trace_id: str) -> Iterator[tuple[Entry, pa.Table]]:
    """Entries that wait for the engine, with their rows of this trace, of any project."""
    for entry in journal.read(journal.stored, max_bytes=_MAX_BYTES):
        if entry.kind in _OF_SPANS:
            table = from_bytes(entry.data, entry.schema_version)
            rows = table.filter(pc.equal(table["trace_id"], trace_id))
            if rows.num_rows:
                yield entry, rows
