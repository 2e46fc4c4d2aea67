"""How much is stored: the engine's tables, and files of the data folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_TABLES = statement("clearspan_server.store.schema", "table_sizes")


@dataclass(slots=True, frozen=True)
class TableSize:
    """A table on disk, older versions of its rows included."""

    name: str
    rows: int
    size_bytes: int


def table_sizes(engine: Engine) -> Sequence[TableSize]:
    """The engine's tables, the largest first."""
    return [
        TableSize(row["name"], row["held_rows"], row["size_bytes"]) for row in engine.query(_TABLES)
    ]


def file_bytes(path: Path) -> int:
    """An SQLite file with what it keeps beside itself while it is open."""
    beside = (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))
    return sum(one.stat().st_size for one in beside if one.exists())
