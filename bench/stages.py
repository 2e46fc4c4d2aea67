"""Where each microsecond of ingest goes, stage by stage in one thread.

    python -m bench.stages LOAD SPANS

prints microseconds a span as JSON. A server overlaps the stages, so that their sum is more than what it takes.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from bench.loads import Load, make
from bench.raw_engine import PROJECT, insert
from typing_extensions import override

from clearspan_server.ingest.batches import starts_of
from clearspan_server.ingest.decode_traces import decode_protobuf
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.price import price
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.settings import Settings
from clearspan_server.store.columns import SCHEMA_VERSION, from_bytes, to_batch, to_bytes
from clearspan_server.store.derived import Bounds, derive_traces
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal, Rows

_TRACES_AT_ONCE = 4_000


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        begin_s = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - begin_s


class TimedRedactor(Redactor):
    """The redactor, with a clock: it works in the middle of another stage."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    @override
    def redact(self, texts: list[str], names: int = 0) -> tuple[list[str], dict[str, int]]:
        with self._clock.stage("redact"):
            return super().redact(texts, names)

    @override
    def is_clean(self, joined: str) -> bool:
        with self._clock.stage("redact"):
            return super().is_clean(joined)


def receive(load: Load, clock: Clock, journal: Journal) -> int:
    """Each request through all stages up to the disk; how many of the spans have a price."""
    privacy = Privacy(TimedRedactor(clock), b"bench")
    priced = 0
    for body in load.bodies:
        with clock.stage("decode"):
            drafts = decode_protobuf(body, PROJECT).drafts
        with clock.stage("normalise"):
            for draft in drafts:
                normalise(draft)
        calls = [draft for draft in drafts if draft.span.input_tokens is not None]
        priced += len(calls)
        with clock.stage("price"):
            for draft in calls:
                _price(draft)
        with clock.stage("encode"):
            spans = [finish(draft, privacy) for draft in drafts]
        with clock.stage("columns"):
            batch = to_batch(spans)
        with clock.stage("compress"):
            entry = to_bytes(batch)
        with clock.stage("journal"):
            journal.append([Rows("spans", SCHEMA_VERSION, len(spans), entry)]).result()
    clock.seconds["encode"] -= clock.seconds["redact"]
    return priced


def _price(draft: Draft) -> None:
    span = draft.span
    cost = price(span, LIST_ONLY)
    if cost is not None:
        span.input_cost, span.output_cost, span.total_cost = cost.input, cost.output, cost.total
        span.cost_by_class, span.price_version = cost.by_class, cost.version


def store(tables: list[pa.Table], clock: Clock, engine: Engine) -> None:
    """What the writer and the lifecycle job do afterwards."""
    clock.seconds["insert"] = insert(tables, engine)
    with clock.stage("derive"):
        starts = starts_of(pa.concat_tables(tables))
        keys, bounds = sorted(starts), Bounds(starts)
        for start in range(0, len(keys), _TRACES_AT_ONCE):
            derive_traces(engine, keys[start : start + _TRACES_AT_ONCE], bounds)


def main() -> None:
    """Prints the stages in their order, and the price of a call by itself."""
    load = make(sys.argv[1], int(sys.argv[2]))
    clock = Clock()
    with TemporaryDirectory(prefix="clearspan-bench-") as folder:
        journal = Journal(Path(folder) / "journal", max_bytes=Settings().max_journal_bytes)
        priced = receive(load, clock, journal)
        with clock.stage("read"):
            tables = [from_bytes(entry.data, entry.schema_version) for entry in journal.read(0)]
        journal.close()
        engine = Engine(Path(folder) / "engine")
        store(tables, clock, engine)
        engine.close()
    a_span = {name: seconds / load.span_count * 1e6 for name, seconds in clock.seconds.items()}
    a_call = clock.seconds["price"] / max(priced, 1) * 1e6
    print(json.dumps({"us_per_span": a_span, "price_us_per_call": a_call}))


if __name__ == "__main__":
    main()
