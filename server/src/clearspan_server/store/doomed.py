"""What is being removed from the engine: found, counted, deleted from every table, and gone from the disk.

One removal at a time; what it is about stands in two tables of the engine's memory, so that no mutation, whose text is
kept on disk, holds an id or a name.
"""

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from clickhouse_connect.driver.exceptions import DatabaseError

from clearspan_server.errors import Unavailable
from clearspan_server.model.removal import Example, Subject
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
# What is found by its traces goes first: after an interruption they tell what is left.
OF_TRACES = ("long_texts", "span_parts", "responses", "spans", "traces")
_HOURLY = ("rollups", "rollup_spans", "rollup_traces")
_OF_SERIES = ("metric_series", "metric_hours")
EVERY_TABLE = (
    *OF_TRACES,
    *_OF_SERIES,
    "logs",
    "metrics",
    "scores",
    "deliveries",
    *_HOURLY,
    "rollup_hours",
)
_AT_ONCE = 10_000
_GONE_S = 120.0
_LOOK_S = 0.25
# What a mutation is for, asked of one row.
_MUTATION = re.compile(
    r"alter table (\S+)\s+(?:delete|update.+?\n)\s*where (.+)\s+settings mutations_sync = 2\s*",
    re.DOTALL,
)
_LOOK = r"select 1 as one from \1 where \2 limit 1"
_NO_MONTH = "190001"
_NO_SUCH_PART = "NO_SUCH_DATA_PART"
_FIELDS = {"user": "user_id", "customer": "customer_id", "session": "session_id"}


@dataclass(slots=True, frozen=True)
class Sought:
    """A subject of a project as the engine looks for it: its spellings as an id, as an attribute, and in any text."""

    project: str
    subject: Subject
    names: Sequence[str]
    wholes: Sequence[str]
    needles: Sequence[str]

    def values(self) -> dict[str, object]:
        """What the statements bind."""
        return {
            "project": self.project,
            "field": _FIELDS.get(self.subject.by, ""),
            "anywhere": self.subject.anywhere,
            "wholes": list(self.wholes),
            "needles": list(self.needles),
        }


class Doomed:
    """The engine's tables of what is being removed, of one project."""

    def __init__(self, engine: Engine, project: str) -> None:
        self.engine = engine
        self.project = project
        self.clear()

    def clear(self) -> None:
        """Forget all of it; a mutation that was interrupted must not go on with what stands here next."""
        self.engine.command(statement(_SCHEMA, "doomed_interrupted"))
        for table in ("doomed", "doomed_rows"):
            self.engine.command(f"truncate table {table}")

    def add(self, trace_ids: Collection[str]) -> None:
        """These traces go."""
        self._add("doomed", ["trace_id"], [[one] for one in sorted(trace_ids)])

    def _add(self, table: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        for start in range(0, len(rows), _AT_ONCE):
            self.engine.insert_rows(table, names, rows[start : start + _AT_ONCE])

    def keep(self, trace_ids: Collection[str]) -> None:
        """These traces stay, whatever thinning would make of them."""
        self._add("doomed_rows", ["kind", "id"], [["noted", one] for one in sorted(trace_ids)])

    def seek(self, sought: Sought) -> None:
        """Find what a subject has in every table."""
        names = [["name", one] for one in sought.names]
        self.engine.insert_rows("doomed_rows", ["kind", "id"], names)
        if sought.subject.by in _FIELDS:
            self._run("doomed_by_identity", sought.values())
        self.add(sought.subject.trace_ids)
        if sought.subject.anywhere:
            self._run("doomed_by_text", sought.values())
            self._run("doomed_names", sought.values())
        for name in ("doomed_logs", "doomed_agent_logs", "doomed_metrics", "doomed_scores"):
            self._run(name, sought.values())

    def trace_ids(self) -> set[str]:
        """The traces that go."""
        rows = self.engine.query("select distinct trace_id from doomed")
        return {row["trace_id"] for row in rows}

    def counts(self) -> dict[str, int]:
        """How many records go, by table."""
        rows = self.engine.query(statement(_SCHEMA, "doomed_counts"), {"project": self.project})
        return {row["name"]: row["rows"] for row in rows}

    def examples(self) -> list[Example]:
        """Some of the traces, the newest."""
        rows = self.engine.query(statement(_SCHEMA, "doomed_examples"), {"project": self.project})
        return [
            Example(row["trace_id"], row["name"], row["start_ns"], row["span_count"])
            for row in rows
        ]

    def hours(self) -> set[tuple[str, int]]:
        """The hours of the project whose sums change."""
        rows = self.engine.query(statement(_SCHEMA, "doomed_hours"), {"project": self.project})
        return {(self.project, row["hour_s"]) for row in rows}

    def kin(self) -> set[tuple[str, str]]:
        """Traces that stay, of which other spans may count when these are gone: all of them."""
        found = self.engine.table(statement(_SCHEMA, "doomed_kin"), {"project": self.project})
        return {(self.project, trace_id) for trace_id in found["trace_id"].to_pylist()}

    def delete(self, told: Callable[[float], None]) -> None:
        """Delete it from every table that has records of traces; `told` hears the share that is done."""
        for name in ("remove_logs", "remove_metrics", "remove_scores"):
            self._remove(name, {"project": self.project})
        drop_series(self.engine, self.project)
        for done, table in enumerate(OF_TRACES):
            told((done + 1) / (len(OF_TRACES) + 1))
            drop_parts(self.engine, table, "doomed_parts", {"project": self.project})
            self._remove("remove_traces", {"project": self.project, "table": table})
        told(1.0)

    def unname(self, *, anywhere: bool) -> None:
        """Take the names out of sums by the hour that cannot be computed anew, and out of the ledger."""
        values: dict[str, object] = {"project": self.project, "anywhere": anywhere}
        self._remove("remove_names_of_spans", values)
        self._remove("remove_names_of_hours", values)
        if anywhere:
            self._remove("remove_names_of_deliveries", values)

    def _remove(self, name: str, values: dict[str, object]) -> None:
        remove(self.engine, name, values)

    def _run(self, name: str, values: dict[str, object]) -> None:
        self.engine.command(statement(_SCHEMA, name), values)


def remove(engine: Engine, name: str, values: Mapping[str, object]) -> None:
    """Run a mutation of this name where there is something for it: it goes through every part of its table."""
    asked = statement(_SCHEMA, name)
    if engine.query(_MUTATION.sub(_LOOK, asked), values):
        engine.command(asked, values)


def drop_parts(engine: Engine, table: str, name: str, values: Mapping[str, object]) -> None:
    """Drop the parts that a statement finds, those of which nothing is kept: no row of them is written anew.

    By its name and not by its month: of that new parts may have come since.
    """
    for row in engine.query(statement(_SCHEMA, name), {**values, "table": table}):
        try:
            engine.command(f"alter table {table} drop part '{row['part']}'")
        except DatabaseError as error:
            if _NO_SUCH_PART not in str(error):
                raise  # else it was merged with others meanwhile, and is looked through with them


def drop_series(engine: Engine, project: str) -> None:
    """Forget series of metrics of which no point is left."""
    for table in _OF_SERIES:
        remove(engine, "remove_series", {"project": project, "table": table})


def purge(engine: Engine, tables: Sequence[str] = EVERY_TABLE) -> None:
    """Return when no part that was replaced is on disk any more; the engine keeps such parts for minutes else.

    Raises:
        Unavailable: they did not go.
    """
    # What a sweep of old generations removes is only marked.
    for table in _HOURLY:
        engine.command(f"alter table {table} apply deleted mask settings mutations_sync = 2")
    for table in tables:
        engine.command(f"alter table {table} modify setting old_parts_lifetime = 0")
    try:
        _wait(engine, tables)
    finally:
        for table in tables:
            engine.command(f"alter table {table} reset setting old_parts_lifetime")


def _wait(engine: Engine, tables: Sequence[str]) -> None:
    """The engine looks for old parts at its leisure, and at once when a partition is dropped, also one of nothing."""
    deadline = time.monotonic() + _GONE_S
    while True:
        for table in tables:
            engine.command(f"alter table {table} drop partition id '{_NO_MONTH}'")
        [row] = engine.query(statement(_SCHEMA, "parts_left"), {"tables": list(tables)})
        if not row["parts"]:
            return
        if time.monotonic() > deadline:
            raise Unavailable(f"{row['parts']} replaced parts are still on disk")
        time.sleep(_LOOK_S)
