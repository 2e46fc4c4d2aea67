"""An engine that fails on demand, for drills and tests: how it is to fail stands in a JSON file (docs/drills.md)."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect.driver.exceptions import DatabaseError
from typing_extensions import override

from clearspan_server.errors import Unavailable
from clearspan_server.store.engine import Engine, Row


class FaultyEngine(Engine):
    """The engine, which does what the file says.

    `{"down": true}` fails every call, `{"slow_ms": 200}` delays it, `{"refuse_named": "text"}` refuses inserts with a
    row whose `name` holds the text, as the engine refuses a row that it cannot take; every row's name holds "". No
    file, no fault.
    """

    def __init__(self, target: str | Path, faults: Path) -> None:
        self._faults = faults
        self._wanted: dict[str, Any] = {}
        super().__init__(target)

    @override
    def query(self, statement: str, values: Mapping[str, object] | None = None) -> list[Row]:
        self._fail()
        return super().query(statement, values)

    @override
    def table(self, statement: str, values: Mapping[str, object] | None = None) -> pa.Table:
        self._fail()
        return super().table(statement, values)

    @override
    def command(self, statement: str, values: Mapping[str, object] | None = None) -> None:
        self._fail()
        super().command(statement, values)

    @override
    def insert(self, table: str, batch: pa.Table, *, token: str) -> None:
        wanted = self._fail()
        refused = wanted.get("refuse_named")
        if refused is not None and "name" in batch.column_names:
            hit = pc.any(pc.match_substring(batch["name"], str(refused))).as_py()
            if hit:
                raise DatabaseError(f"Code: 53. a drill: a row is named {refused!r}")
        super().insert(table, batch, token=token)

    @override
    def insert_rows(
        self, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        self._fail()
        super().insert_rows(table, names, rows)

    def _fail(self) -> dict[str, Any]:
        wanted = self._read()
        if wanted.get("slow_ms"):
            time.sleep(float(wanted["slow_ms"]) / 1000)
        if wanted.get("down"):
            raise Unavailable("a drill: the engine is down")
        return wanted

    def _read(self) -> dict[str, Any]:
        """What the file says now; while it is being written, what it said before."""
        try:
            read = json.loads(self._faults.read_text(encoding="utf-8"))
        except FileNotFoundError:
            read = {}
        except ValueError:
            return self._wanted
        self._wanted = read if isinstance(read, dict) else {}
        return self._wanted
