"""Journal entries as what goes into the engine: one table a kind, with where each row came from."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.ingest.agent_events import SessionKey, sessions_in
from clearspan_server.store import columns, log_columns, metric_columns, score_columns, text_columns
from clearspan_server.store.derived import Stretch, widen
from clearspan_server.store.journal import Entry
from clearspan_server.store.parts import to_parts

LOG = logging.getLogger(__name__)

_HOUR_NS = 3_600_000_000_000
_MONTH = "datetime64[M]"
# Each month of an insert becomes a part with files of its own.
MAX_MONTHS = 90

Hour = tuple[str, int]  # project, start of the hour in seconds since the epoch
TraceKey = tuple[str, str]  # project, trace id


@dataclass(slots=True, frozen=True)
class Kind:
    """How rows of one kind are read, and into which table they go."""

    table: str
    read: Callable[[bytes, int], pa.Table]
    schema_version: int
    time: str = ""  # the column that partitions the table, "" for none
    identity: tuple[
        str, ...
    ] = ()  # what makes two rows the same record; () when they are not counted
    made: Callable[[pa.Table], pa.Table] | None = None  # the table's rows from those that were read


def _part(kind: str) -> Kind:
    return Kind(
        "span_parts",
        columns.from_bytes,
        columns.SCHEMA_VERSION,
        # What a log says of a span is counted as the log that it also is.
        identity=() if kind == "log" else ("project", "trace_id", "span_id", "part_id"),
        made=partial(to_parts, kind),
    )


KINDS: Mapping[str, Kind] = {
    # Before the spans, so that whoever reads one of these finds the text that it tells of.
    "texts": Kind("long_texts", text_columns.from_bytes, text_columns.SCHEMA_VERSION),
    "spans": Kind(
        "spans",
        columns.from_bytes,
        columns.SCHEMA_VERSION,
        "start_ns",
        ("project", "trace_id", "span_id"),
    ),
    "open": _part("open"),
    "update": _part("update"),
    "log": _part("log"),
    "logs": Kind(
        "logs",
        log_columns.from_bytes,
        log_columns.SCHEMA_VERSION,
        "time_ns",
        ("project", "record_id"),
    ),
    "metrics": Kind(
        "metrics",
        metric_columns.from_bytes,
        metric_columns.SCHEMA_VERSION,
        "time_ns",
        ("project", "series", "time_ns", "start_ns"),
    ),
    "scores": Kind(
        "scores",
        score_columns.from_bytes,
        score_columns.SCHEMA_VERSION,
        identity=("project", "score_id"),
    ),
}
# What comes beside records and is counted with them.
BESIDE = frozenset(name for name, kind in KINDS.items() if not kind.identity)


@dataclass(slots=True)
class Gathered:
    """The rows of one kind, as they were sent and as they are inserted, row by row."""

    kind: str
    sent: pa.Table
    made: pa.Table
    seqs: npt.NDArray[np.int64]  # the entry of each row
    places: npt.NDArray[np.int64]  # and its row there


@dataclass(slots=True)
class Contents:
    """Everything that a batch of entries holds."""

    gathered: list[Gathered] = field(default_factory=list)
    receipts: dict[int, str] = field(default_factory=dict)  # entry → JSON of its delivery
    receipt_of: dict[int, int] = field(default_factory=dict)  # entry → the one with its receipt
    unreadable: list[tuple[Entry, str]] = field(default_factory=list)  # with the reason
    # Refused rows that repeat a refused row of the batch, by receipt: they were noted as duplicates, and are none.
    repeated: Counter[int] = field(default_factory=Counter)

    def keys(self) -> set[TraceKey]:
        """The traces whose spans are in it."""
        return trace_keys(one.sent for one in self.gathered if KINDS[one.kind].table in _OF_SPANS)

    def logs(self) -> dict[str, set[str]]:
        """The projects whose log records are in it, each with the traces that they name."""
        found: dict[str, set[str]] = {}
        for project, trace_id in trace_keys(
            one.sent for one in self.gathered if one.kind == "logs"
        ):
            found.setdefault(project, set()).update([trace_id] if trace_id else [])
        return found

    def agents(self) -> dict[SessionKey, tuple[int, int]]:
        """The sessions of coding agents that its log records tell of, and from when to when, in nanoseconds."""
        found = [sessions_in(one.sent) for one in self.gathered if one.kind == "logs"]
        return found[0] if found else {}

    def starts(self) -> dict[TraceKey, Stretch]:
        """When the first and the last of the spans of a trace start."""
        found: dict[TraceKey, Stretch] = {}
        for one in self.gathered:
            if one.kind == "spans":
                widen(found, starts_of(one.sent))
        return found

    def hours(self) -> set[Hour]:
        """The hours in which its spans start."""
        return {hour for one in self.gathered if one.kind == "spans" for hour in hours_of(one.sent)}


_OF_SPANS = ("spans", "span_parts")


def contents(entries: Iterable[Entry]) -> Contents:
    """Read the entries; one that cannot be read stops nobody."""
    found = Contents()
    tables: dict[str, list[tuple[int, pa.Table]]] = {}
    first_seq = 0
    for entry in entries:
        if entry.receipt:
            first_seq = entry.seq
            found.receipts[entry.seq] = entry.receipt
        found.receipt_of[entry.seq] = first_seq
        if not entry.row_count:
            continue
        try:
            table = KINDS[entry.kind].read(entry.data, entry.schema_version)
        except (pa.ArrowException, ValueError, KeyError) as error:
            LOG.error("journal entry %d cannot be read: %s", entry.seq, error)  # noqa: TRY400 - no stack of ours
            found.unreadable.append((entry, f"it cannot be read: {error}"[:300]))
            continue
        tables.setdefault(entry.kind, []).append((entry.seq, table))
    found.gathered = [_gathered(kind, tables[kind]) for kind in KINDS if kind in tables]
    return found


def _gathered(kind: str, tables: list[tuple[int, pa.Table]]) -> Gathered:
    sent = pa.concat_tables([table for _, table in tables]).combine_chunks()
    make = KINDS[kind].made
    sizes = [table.num_rows for _, table in tables]
    return Gathered(
        kind,
        sent,
        sent if make is None else make(sent),
        np.repeat(np.array([seq for seq, _ in tables], np.int64), sizes),
        np.concatenate([np.arange(size) for size in sizes]),
    )


def trace_keys(tables: Iterable[pa.Table]) -> set[TraceKey]:
    """The (project, trace id) pairs in the tables."""
    keys: set[TraceKey] = set()
    for table in tables:
        pairs = (
            table.select(["project", "trace_id"]).group_by(["project", "trace_id"]).aggregate([])
        )
        keys.update(zip(pairs["project"].to_pylist(), pairs["trace_id"].to_pylist(), strict=True))
    return keys


def starts_of(table: pa.Table) -> dict[TraceKey, Stretch]:
    """When the first and the last of the spans of each trace start."""
    found = (
        table.select(["project", "trace_id", "start_ns"])
        .group_by(["project", "trace_id"])
        .aggregate([("start_ns", "min"), ("start_ns", "max")])
    )
    names = ("project", "trace_id", "start_ns_min", "start_ns_max")
    rows = zip(*(found[name].to_pylist() for name in names), strict=True)
    return {
        (project, trace_id): (first_ns, last_ns) for project, trace_id, first_ns, last_ns in rows
    }


def hours_of(table: pa.Table) -> set[Hour]:
    """The (project, hour) pairs in which spans start."""
    hours = pc.multiply(pc.divide(table["start_ns"], _HOUR_NS), 3_600)
    pairs = (
        pa.table([table["project"], hours], names=["project", "hour_s"])
        .group_by(["project", "hour_s"])
        .aggregate([])
    )
    return set(zip(pairs["project"].to_pylist(), pairs["hour_s"].to_pylist(), strict=True))


def by_months(table: pa.Table, time: str) -> Iterator[npt.NDArray[np.int64]]:
    """The rows of a table in groups of at most `MAX_MONTHS` months, the partitions of its table; mostly one group."""
    if not time:
        yield np.arange(table.num_rows)
        return
    months = table[time].to_numpy().astype("datetime64[ns]").astype(_MONTH)
    known = np.unique(months)
    if len(known) <= MAX_MONTHS:
        yield np.arange(table.num_rows)
        return
    for start in range(0, len(known), MAX_MONTHS):
        yield np.flatnonzero(np.isin(months, known[start : start + MAX_MONTHS]))
