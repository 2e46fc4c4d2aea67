"""Spans as rules would leave them that know nothing of models: what a version of long ago may have stored.

`python spoiling.py DATA` does it to all spans of a data folder on which no server runs; it is a program because a
process can open one engine.
"""

import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from clearspan_server.ingest.normalise import VERSION
from clearspan_server.model.span import Span
from clearspan_server.store.columns import to_batch
from clearspan_server.store.engine import Engine

UNREAD: dict[str, Any] = {
    "kind": "other",
    "provider": "",
    "request_model": "",
    "operation": "",
    "input_tokens": None,
    "output_tokens": None,
    "total_tokens": None,
    "usage_source": "",
    "input_cost": None,
    "output_cost": None,
    "total_cost": None,
    "cost_by_class": {},
    "price_version": "",
    "normaliser_version": VERSION - 1,
}


def spoil(data: Path) -> None:
    """Do it to a folder, in a process of its own."""
    subprocess.run([sys.executable, __file__, str(data)], check=True, timeout=120)


def _spoil_here(data: Path) -> None:
    engine = Engine(data / "engine")
    spans = [
        replace(Span(**row | {"is_deleted": False}), **UNREAD, version=row["version"] + 1)
        for row in engine.query("select * from spans final", {})
    ]
    engine.insert("spans", pa.Table.from_batches([to_batch(spans)]), token=uuid.uuid4().hex)
    engine.close()


if __name__ == "__main__":
    _spoil_here(Path(sys.argv[1]))
