"""What follows from spans: one row a span under one key, the counting decision, one row a trace."""

import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from clearspan_server.store.agenda import Hour
from clearspan_server.store.counting import Key, decide, hour_of, keys_of, named
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_MINUTE_NS = 60_000_000_000
_QUIET_NS = 5_000_000_000
_LONG_NS = 60 * _MINUTE_NS  # of a trace that goes on for longer most minutes hold nothing
Mark = Callable[[Iterable[Hour]], None]  # these hours must be computed anew
_ASIDE = ("is_doubled", "is_suspect", "responses")  # of a scan, not of the table

Stretch = tuple[int, int]
"""When the first and the last of some spans start, in nanoseconds."""


@dataclass(slots=True, frozen=True)
class Standing:
    """Where a trace stands now, and whether it had finished before; times in nanoseconds."""

    key: Key
    state: str  # open, ended, stalled, crashed
    processes: list[str]  # that said they have spans of it open
    received_ns: int
    had_finished: bool


@dataclass(slots=True)
class Derived:
    """The traces that were brought up to date, and the hours that they start in or whose spans changed by that."""

    standings: list[Standing] = field(default_factory=list)
    hours: set[Hour] = field(default_factory=set)


@dataclass(slots=True, frozen=True)
class Bounds:
    """What is known beforehand.

    `starts` is where what is new of the traces starts; one that is not in it has nothing new, and without it nothing
    is known. The open traces of the processes in `silent` are stalled. A trace that was quiet for `quiet_ns` after its
    end had finished. `mark` hears of the hours that traces and spans leave before they do: once they have, nobody
    could tell any more.
    """

    starts: Mapping[Key, Stretch] | None = None
    silent: Collection[str] = ()
    quiet_ns: int = _QUIET_NS
    mark: Mark | None = None


def derive_traces(engine: Engine, keys: Sequence[Key], bounds: Bounds | None = None) -> Derived:
    """Bring `counted` and the `traces` rows of these traces up to date; doing it twice changes nothing."""
    bounds = bounds or Bounds()
    before = _before(engine, keys)
    traces = _scan(engine, keys, before, bounds)
    derived = Derived()
    doubled = _flagged(traces, "is_doubled")
    if doubled:
        derived.hours |= heal(engine, doubled, bounds.mark)
        traces = _again(engine, traces, doubled, before, bounds)
    changed, hours = decide(engine, traces)
    if changed:
        derived.hours |= hours
        before |= _before(engine, sorted(changed - set(keys)))
        traces = _again(engine, traces, changed, before, bounds)
    _store(engine, traces, before, bounds, derived)
    return derived


def widen(starts: dict[Key, Stretch], others: Mapping[Key, Stretch]) -> None:
    """Add what is new of some traces to what is new of others."""
    for key, (first_ns, last_ns) in others.items():
        known = starts.get(key, (first_ns, last_ns))
        starts[key] = (min(known[0], first_ns), max(known[1], last_ns))


def unsettled(engine: Engine, told_ns: int, week_ns: int) -> list[Standing]:
    """The traces to watch when a server starts: with open spans of a process, or ended after `told_ns`."""
    values = {"told_ns": told_ns, "week_ns": week_ns}
    return [
        Standing(
            (row["project"], row["trace_id"]),
            row["state"],
            row["processes"],
            row["received_ns"],
            had_finished=row["finished_ns"] is not None,
        )
        for row in engine.query(statement(_SCHEMA, "traces_unsettled"), values)
    ]


def heal(engine: Engine, keys: Collection[Key], mark: Mark | None) -> set[Hour]:
    """Tombstones for all but the newest record of each span that has two sort keys; gives the hours they leave.

    The minute of the start is part of the sort key: without them the engine would keep both rows for ever.
    """
    names = ["project", "trace_id", "span_id", "start_ns", "version", "is_deleted"]
    rows = [
        [row["project"], row["trace_id"], row["span_id"], start_ns, row["newest"] + 1, 1]
        for row in engine.query(statement(_SCHEMA, "spans_doubled"), named(keys))
        for start_ns in row["starts_ns"]
        if start_ns // _MINUTE_NS != row["kept_ns"] // _MINUTE_NS
    ]
    hours = {hour_of(str(row[0]), row[3]) for row in rows}
    if hours and mark:
        mark(hours)
    if rows:
        engine.insert_rows("spans", names, rows)
    return hours


def _before(engine: Engine, keys: Sequence[Key]) -> dict[Key, list[Row]]:
    """The rows that the traces have; two where one was to move and the server was killed."""
    newest: dict[tuple[Key, int], Row] = {}
    if keys:
        for row in engine.query(statement(_SCHEMA, "traces_before"), named(keys)):
            place = (row["project"], row["trace_id"]), row["start_ns"] // _MINUTE_NS
            if place not in newest or row["version"] >= newest[place]["version"]:
                newest[place] = row
    found: dict[Key, list[Row]] = {}
    for (key, _), row in newest.items():
        if not row["is_deleted"]:
            found.setdefault(key, []).append(row)
    return found


_Before = Mapping[Key, Sequence[Row]]


def _scan(engine: Engine, keys: Collection[Key], before: _Before, bounds: Bounds) -> pa.Table:
    minutes = _minutes(engine, keys, before, bounds.starts)
    values = {**named(keys), "silent": sorted(bounds.silent), "minutes": minutes}
    return engine.table(statement(_SCHEMA, "traces_derive"), values)


def _again(
    engine: Engine, traces: pa.Table, keys: Collection[Key], before: _Before, bounds: Bounds
) -> pa.Table:
    """The rows with those of some traces computed anew."""
    others = pa.array([key not in keys for key in keys_of(traces)], pa.bool_())
    return pa.concat_tables([traces.filter(others), _scan(engine, keys, before, bounds)])


def _minutes(
    engine: Engine, keys: Collection[Key], before: _Before, starts: Mapping[Key, Stretch] | None
) -> list[int]:
    """The minutes in which spans of the traces start, in seconds: from the first to the last that each has.

    Where these are not known, or far apart, they are looked up. One trace that is days late must not make the others
    be looked for in all of these days.
    """
    minutes: set[int] = set()
    wanted: list[Key] = []
    for key in keys:
        stretch = None if starts is None else _stretch(before.get(key, ()), starts.get(key))
        if stretch is None or stretch[1] - stretch[0] > _LONG_NS:
            wanted.append(key)
        else:
            first, last = (at_ns // _MINUTE_NS for at_ns in stretch)
            minutes.update(60 * minute for minute in range(first, last + 1))
    if wanted:
        found = engine.query(statement(_SCHEMA, "spans_minutes"), named(wanted))
        minutes.update(row["minute_s"] for row in found)
    return sorted(minutes)


def _stretch(rows: Sequence[Row], new: Stretch | None) -> Stretch | None:
    """Where all spans of a trace start, from its rows and from what is new; None where these do not tell."""
    known = [(row["start_ns"], row["last_start_ns"]) for row in rows]
    if new is not None:
        known.append(new)
    # A row of an earlier version does not say when its last span starts.
    if not known or any(last_ns < first_ns for first_ns, last_ns in known):
        return None
    return min(first_ns for first_ns, _ in known), max(last_ns for _, last_ns in known)


def _flagged(traces: pa.Table, column: str) -> set[Key]:
    flags = traces[column].to_pylist()
    return {key for key, flag in zip(keys_of(traces), flags, strict=True) if flag}


def _store(
    engine: Engine, traces: pa.Table, before: dict[Key, list[Row]], bounds: Bounds, derived: Derived
) -> None:
    if not traces.num_rows:
        return
    version = max(
        [time.time_ns(), *(row["version"] + 1 for rows in before.values() for row in rows)]
    )
    finished: list[int | None] = []
    left: list[tuple[int, int]] = []  # number of a row, and a start that its trace had before
    columns = ("start_ns", "received_ns", "state", "processes")
    values = zip(keys_of(traces), *(traces[name].to_pylist() for name in columns), strict=True)
    for number, (key, start_ns, received_ns, state, processes) in enumerate(values):
        rows = before.get(key, [])
        starts_ns = (start_ns, *(row["start_ns"] for row in rows))
        derived.hours |= {hour_of(key[0], one_ns) for one_ns in starts_ns}
        finished_ns = _finished_ns(rows, bounds.quiet_ns)
        finished.append(finished_ns)
        derived.standings.append(
            Standing(key, state, processes, received_ns, finished_ns is not None)
        )
        left += [
            (number, row["start_ns"])
            for row in rows
            if row["start_ns"] // _MINUTE_NS != start_ns // _MINUTE_NS
        ]
    size = traces.num_rows
    stored = traces.drop_columns(list(_ASIDE))
    stored = stored.append_column("finished_ns", pa.array(finished, pa.int64()))
    stored = stored.append_column("version", pa.array([version] * size, pa.uint64()))
    stored = stored.append_column("is_deleted", pa.array([0] * size, pa.uint8()))
    if left and bounds.mark:
        keys = keys_of(traces)
        bounds.mark({hour_of(keys[number][0], start_ns) for number, start_ns in left})
    engine.insert("traces", _with_tombstones(stored, left), token=uuid.uuid4().hex)


def _with_tombstones(traces: pa.Table, left: Sequence[tuple[int, int]]) -> pa.Table:
    """The rows, and a tombstone for each place that one has left: in one insert, so that no list shows both."""
    if not left:
        return traces
    gone = traces.take(pa.array([number for number, _ in left], pa.int64()))
    for name, values in (
        ("start_ns", [start for _, start in left]),
        ("is_deleted", [1] * len(left)),
    ):
        index = gone.schema.get_field_index(name)
        column = gone.schema.field(index)
        gone = gone.set_column(index, column, pa.array(values, column.type))
    return pa.concat_tables([traces, gone]).combine_chunks()


def _finished_ns(rows: Sequence[Row], quiet_ns: int) -> int | None:
    """When the trace finished for the first time, if it had before."""
    now_ns = time.time_ns()
    for row in rows:
        if row["finished_ns"] is not None:
            return int(row["finished_ns"])
        if row["state"] == "ended" and now_ns - row["received_ns"] >= quiet_ns:
            return int(row["received_ns"] + quiet_ns)
    return None
