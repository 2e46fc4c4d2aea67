"""Stored traces as they are compared: one with its hashes and texts, and what is usual of many."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from statistics import median, median_low
from typing import TypeVar

from clearspan_server.query import SQL
from clearspan_server.query.compare import TEXTS_AT_END, TEXTS_AT_START, Compared
from clearspan_server.query.compare_align import Like, Sided
from clearspan_server.query.contents import read_contents
from clearspan_server.query.steps import Steps, ordered, step_of
from clearspan_server.query.traces import found
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_SPANS = 20_000  # of one trace
MAX_SPANS_OF_MANY = 200_000
_MAX_BYTES = 16 * 1024 * 1024  # of texts, of each trace
_AT_ONCE = 50

_SPANS = statement(SQL, "compare_spans")
_MANY = statement(SQL, "compare_many")

_NO_LIKE = Like(0, 0)


def read_compared(engine: Engine, project: str, trace_id: str) -> Compared:
    """One trace; of more than `MAX_SPANS` spans the first.

    Raises:
        NotFound: no span of the project has this trace id.
    """
    values = {"project": project, "trace_id": trace_id, "limit": MAX_SPANS}
    rows: list[Row] = found(engine.table(_SPANS, values), project, trace_id).to_pylist()
    tree = ordered([step_of(row, rows[0]["start_ns"]) for row in rows])
    by_id = {row["span_id"]: row for row in rows}
    placed = [by_id[step.span_id] for step in tree.steps]
    return Compared(Sided(tree, [_like(row) for row in placed]), placed)


def read_texts(engine: Engine, project: str, trace_id: str, compared: Compared) -> dict[str, Row]:
    """The texts of steps by span id, in reading order as far as `_MAX_BYTES` go."""
    texts: dict[str, Row] = {}
    left, size = [row["span_id"] for row in compared.rows], 0
    while left and size < _MAX_BYTES:
        rows = read_contents(engine, project, trace_id, left[:_AT_ONCE])
        here = {row["span_id"]: row for row in rows}
        size += sum(len(value) for row in rows for value in row.values() if isinstance(value, str))
        texts |= here
        known = left[:_AT_ONCE] if not rows or len(rows) == rows[0]["found"] else list(here)
        left = [span_id for span_id in left if span_id not in set(known)]
    return texts


def read_usual(engine: Engine, project: str, trace_ids: Iterable[str]) -> tuple[Compared, int]:
    """What is usual of traces: the steps that half of them have, each with its medians; and how many they are.

    Steps are the same that have the same place: the third `tool search` below the first `agent planner`.
    """
    values = {"project": project, "trace_ids": sorted(trace_ids), "limit": MAX_SPANS_OF_MANY}
    by_trace: defaultdict[str, list[Row]] = defaultdict(list)
    for row in engine.query(_MANY, values):
        by_trace[row["trace_id"]].append(row)
    return usual(list(by_trace.values())), len(by_trace)


_Key = tuple[tuple[str, str, int], ...]


def usual(traces: Sequence[list[Row]]) -> Compared:
    """As `read_usual`; the rows of each trace in order of start."""
    same: defaultdict[_Key, list[tuple[Row, float]]] = defaultdict(list)
    for rows in traces:
        start_ns = rows[0]["start_ns"]
        by_id = {row["span_id"]: row for row in rows}
        tree = ordered([step_of(row, start_ns) for row in rows])
        for key, step in zip(_keys(tree), tree.steps, strict=True):
            same[key].append((by_id[step.span_id], step.start_ns))
    kept = {key: rows for key, rows in same.items() if 2 * len(rows) >= len(traces)}
    names = {key: f"{place:016x}" for place, key in enumerate(kept, start=1)}
    medians = [
        _median(rows, names[key], names.get(key[:-1], ""), len(traces))
        for key, rows in kept.items()
    ]
    medians.sort(key=lambda row: row["start_ns"])
    tree = ordered([step_of(row, 0) for row in medians])
    by_id = {row["span_id"]: row for row in medians}
    placed = [by_id[step.span_id] for step in tree.steps]
    return Compared(Sided(tree, [_NO_LIKE] * len(placed)), placed)


def _keys(tree: Steps) -> list[_Key]:
    """Where each step stands: by the names on the way to it, and how many of that name were before."""
    counts: Counter[_Key] = Counter()
    keys: list[_Key] = []
    for step, parent in zip(tree.steps, tree.parents, strict=True):
        above = keys[parent] if parent >= 0 else ()
        counts[(*above, (step.kind, step.name, 0))] += 1
        keys.append((*above, (step.kind, step.name, counts[(*above, (step.kind, step.name, 0))])))
    return keys


def _median(rows: list[tuple[Row, float]], span_id: str, parent_id: str, traces: int) -> Row:
    first = rows[0][0]
    start_ns = int(median(start_ns for _, start_ns in rows))
    took_ns = _known(
        row["end_ns"] - row["start_ns"] for row, _ in rows if row["end_ns"] is not None
    )
    return {
        **{name: first[name] for name in ("name", "kind", "tool_name")},
        "span_id": span_id,
        "parent_id": parent_id,
        "status": Counter(row["status"] for row, _ in rows).most_common(1)[0][0],
        "start_ns": start_ns,
        "end_ns": None if took_ns is None else start_ns + int(took_ns),
        "retry_of": "",
        "counted": 2 * sum(row["counted"] for row, _ in rows) >= len(rows),
        **{
            name: _known(row[name] for row, _ in rows if row[name] is not None)
            for name in ("input_tokens", "output_tokens", "total_cost")
        },
        "share": len(rows) / traces,
    }


_Value = TypeVar("_Value", int, Decimal)


def _known(values: Iterable[_Value]) -> _Value | None:
    """The median of what is known, the lower one of two; None of nothing."""
    listed = list(values)
    return median_low(listed) if listed else None


def _like(row: Row) -> Like:
    given = tuple(row[f"{one}_hash"] for one in TEXTS_AT_START)
    return Like(hash(given), hash((*given, *(row[f"{one}_hash"] for one in TEXTS_AT_END))))
