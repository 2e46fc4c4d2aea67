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

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.receive import PROTOBUF, Request, receive
from clearspan_server.ingest.redact import Redactor
from clearspan_server.settings import Settings
from clearspan_server.store.columns import from_bytes
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.migrations import migrate

PROJECT = "bench"


def request_of(body: bytes) -> Request:
    """A request as the route hands it to ingest."""
    return Request(body, PROTOBUF, "", PROJECT, environment="", sender="bench")


def opened_journal(folder: Path) -> Journal:
    """A journal with the bound that the server gives it."""
    return Journal(folder / "journal", max_bytes=Settings().max_journal_bytes)


def rows(load: Load, journal: Journal) -> list[pa.Table]:
    """One table a request: what the server would insert."""
    privacy = Privacy(Redactor(), b"bench")
    for body in load.bodies:
        receipt = receive(
            request_of(body), journal, privacy, max_body_bytes=Settings().max_body_bytes
        )
        if receipt.durable is not None:
            receipt.durable.result()
    return [from_bytes(entry.data, entry.schema_version) for entry in journal.read(0)]


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
        journal = opened_journal(Path(folder))
        tables = rows(load, journal)
        journal.close()
        engine = Engine(Path(folder) / "engine")
        seconds = insert(tables, engine)
        engine.close()
    print(json.dumps({"rows": sum(map(len, tables)), "seconds": seconds}))


if __name__ == "__main__":
    main()
