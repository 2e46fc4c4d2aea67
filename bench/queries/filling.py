"""Fills a data folder with spans of the last week, in large steps, by what the server's own jobs call.

    python -m bench.queries.filling FOLDER SPANS

prints what became of it as JSON. The folder can then be given to a server.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from bench.processes import Failed
from bench.progress import say
from bench.queries.copies import Copy, Templates, copy, templates

from clearspan_server.ingest.batches import starts_of
from clearspan_server.store.agenda import Hour
from clearspan_server.store.derived import Bounds, derive_traces
from clearspan_server.store.engine import Engine
from clearspan_server.store.folder import Folder
from clearspan_server.store.migrations import migrate
from clearspan_server.store.rollups import compute_hours, next_generation

PROJECT = "default"
DAYS = 7
BIG_TRACE_SPANS = 100_000

_COPIES_AT_ONCE = 5
_TRACES_AT_ONCE = 4_000
_HOURS_AT_ONCE = 24
_NOTED_IDS = 2_000
_HOUR_NS = 3_600_000_000_000
_DAY_NS = 24 * _HOUR_NS
_MERGED_LIMIT_S = 60.0
_SAY_EVERY_S = 10.0


def fill(folder: Path, span_count: int) -> dict[str, object]:
    """Spans, traces, roll-ups; gives ids and words that questions can ask for."""
    owned = Folder(folder)
    engine = Engine(folder / "engine")
    migrate(engine)
    source = templates()
    to_ns = time.time_ns() // _HOUR_NS * _HOUR_NS
    hours: set[Hour] = set()
    trace_ids: list[str] = []
    filled = 0
    progress = Progress(span_count)
    for step in _steps(source, span_count, to_ns):
        hours |= _store(engine, step)
        trace_ids += [one for each in step for one in each.trace_ids[:: len(source.late_ns) // 20]]
        filled += sum(len(each.spans) for each in step)
        progress.tell(filled)
    big_trace_id, big_hours = _big_trace(engine, source, to_ns - 2 * _DAY_NS)
    _roll_up(engine, hours | big_hours)
    _merge(engine)
    engine.close()
    owned.release()
    return {
        "spans": filled,
        "to_ns": to_ns,
        "trace_ids": trace_ids[:: max(1, len(trace_ids) // _NOTED_IDS)],
        "big_trace_id": big_trace_id,
        "copies": progress.copies,
        "traces_a_copy": source.trace_count,
    }


class Progress:
    """A line every ten seconds: how many, and how long it will still take."""

    def __init__(self, wanted: int) -> None:
        self.copies = 0
        self._wanted = wanted
        self._begun_s = self._said_s = time.monotonic()

    def tell(self, filled: int) -> None:
        self.copies += _COPIES_AT_ONCE
        now_s = time.monotonic()
        if now_s - self._said_s >= _SAY_EVERY_S:
            left_s = (now_s - self._begun_s) / filled * max(0, self._wanted - filled)
            say(f"queries: {filled:,} of {self._wanted:,} spans stored, {left_s:.0f} s left")
            self._said_s = now_s


def _steps(source: Templates, span_count: int, to_ns: int) -> Iterator[list[Copy]]:
    """Some copies at a time, from the oldest to the newest."""
    steps = -(-span_count // (_COPIES_AT_ONCE * len(source.spans)))
    count = steps * _COPIES_AT_ONCE
    width_ns = DAYS * _DAY_NS // count
    from_ns = to_ns - width_ns * count
    for first in range(0, count, _COPIES_AT_ONCE):
        yield [
            copy(source, n, PROJECT, from_ns + n * width_ns, from_ns + (n + 1) * width_ns)
            for n in range(first, first + _COPIES_AT_ONCE)
        ]


def _store(engine: Engine, step: Sequence[Copy]) -> set[Hour]:
    """What the writer and the lifecycle job do."""
    spans = pa.concat_tables([one.spans for one in step]).combine_chunks()
    engine.insert("spans", spans, token=spans["span_id"][0].as_py())
    starts = starts_of(spans)
    keys, bounds = sorted(starts), Bounds(starts)
    hours = _hours_of(spans)
    for start in range(0, len(keys), _TRACES_AT_ONCE):
        hours |= derive_traces(engine, keys[start : start + _TRACES_AT_ONCE], bounds).hours
    return hours


def _hours_of(spans: pa.Table) -> set[Hour]:
    starts = np.unique(spans["start_ns"].to_numpy() // _HOUR_NS) * 3_600
    return {(PROJECT, int(hour_s)) for hour_s in starts}


def _big_trace(engine: Engine, source: Templates, from_ns: int) -> tuple[str, set[Hour]]:
    """One trace of as many spans as the server shows of one: all that some copies have, below a single root."""
    say(f"queries: a trace of {BIG_TRACE_SPANS:,} spans")
    hours: set[Hour] = set()
    trace_id, root = "b16" + "0" * 28 + "1", ""
    left = BIG_TRACE_SPANS
    number = 0
    while left:
        one = copy(source, 90_000 + number, PROJECT, from_ns, from_ns + _HOUR_NS // 20).spans[:left]
        root = root or next(
            span
            for span, parent in zip(
                one["span_id"].to_pylist(), one["parent_id"].to_pylist(), strict=True
            )
            if not parent
        )
        engine.insert("spans", _below(one, trace_id, root), token=f"big-{number}")
        hours |= _hours_of(one)
        left -= len(one)
        number += 1
    derive_traces(engine, [(PROJECT, trace_id)])
    return trace_id, hours


def _below(spans: pa.Table, trace_id: str, root: str) -> pa.Table:
    """The spans in one trace; what had no parent gets `root`, which alone has none."""
    parents = [
        parent or ("" if span == root else root)
        for span, parent in zip(
            spans["span_id"].to_pylist(), spans["parent_id"].to_pylist(), strict=True
        )
    ]
    changed = {"trace_id": pa.repeat(trace_id, len(spans)), "parent_id": pa.array(parents)}
    for name, column in changed.items():
        index = spans.schema.get_field_index(name)
        spans = spans.set_column(index, spans.schema.field(index), column)
    return spans.combine_chunks()


def _roll_up(engine: Engine, hours: set[Hour]) -> None:
    say(f"queries: rolling up {len(hours)} hours")
    wanted = sorted(hour_s for _, hour_s in hours)
    for start in range(0, len(wanted), _HOURS_AT_ONCE):
        generation = next_generation(start)
        compute_hours(engine, PROJECT, wanted[start : start + _HOURS_AT_ONCE], generation)


def _merge(engine: Engine) -> None:
    """Wait until the engine has nothing left to merge, or a minute: what a server that runs for a week has done."""
    say("queries: merging")
    deadline = time.monotonic() + _MERGED_LIMIT_S
    while time.monotonic() < deadline:
        (row,) = engine.query("select count() as merges from system.merges")
        if not row["merges"]:
            return
        time.sleep(1)


def main() -> None:
    """Fills, and prints what questions need to know."""
    folder, span_count = Path(sys.argv[1]), int(sys.argv[2])
    if folder.exists():
        raise Failed(f"{folder} exists")
    print(json.dumps(fill(folder, span_count)))


if __name__ == "__main__":
    main()
