"""The engine by itself: the same spans into the same schema, without anything before it.

    python -m bench.raw_engine LOAD SPANS

prints seconds as JSON. The rows come from the server's own ingest; only inserting is measured, in batches of the
size that the writer uses.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from bench.loads import Load, make

from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.signals import Clock, Setting, take
from clearspan_server.settings import Settings
from clearspan_server.store.columns import from_bytes
from clearspan_server.store.engine import Engine
from clearspan_server.store.migrations import migrate

PROJECT = "bench"


def rows(load: Load) -> list[pa.Table]:
    """One table a request: what the server would insert."""
    privacy = Privacy(Redactor(), b"bench")
    access = IngestAccess(PROJECT, environment="", sender="bench")
    setting = Setting(access, privacy, Clock(), LIST_ONLY)
    taken = [take("traces", "protobuf", body, setting) for body in load.bodies]
    return [from_bytes(one.data, one.schema_version) for each in taken for one in each.rows]


def insert(tables: Sequence[pa.Table], engine: Engine) -> float:
    """Insert into a fresh schema; seconds."""
    migrate(engine)
    batches = list(_batches(tables, Settings().batch_rows))
    begin_s = time.perf_counter()
    for number, batch in enumerate(batches):
        engine.insert("spans", batch, token=f"bench-{number}")
    return time.perf_counter() - begin_s


def _batches(tables: Sequence[pa.Table], row_count: int) -> Iterator[pa.Table]:
    """Whole tables together until a batch has `row_count` rows."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= row_count:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def main() -> None:
    """Prepares everything before the clock starts."""
    load = make(sys.argv[1], int(sys.argv[2]))
    with TemporaryDirectory(prefix="clearspan-bench-") as folder:
        tables = rows(load)
        engine = Engine(Path(folder) / "engine")
        seconds = insert(tables, engine)
        engine.close()
    print(json.dumps({"rows": sum(map(len, tables)), "seconds": seconds}))


if __name__ == "__main__":
    main()
