"""What is being removed from the engine: found, counted, deleted from every table, and gone from the disk.

One removal at a time; what it is about stands in two tables of the engine's memory, so that no mutation, whose text is
kept on disk, holds an id or a name.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from clearspan_server.errors import Unavailable
from clearspan_server.model.removal import Example, Subject
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
OF_TRACES = ("span_parts", "responses", "traces", "spans")
_MONTHLY = ("spans", "traces")
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
_NO_MONTH = "190001"
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
        """Forget all of it."""
        for table in ("doomed", "doomed_rows"):
            self.engine.command(f"truncate table {table}")

    def add(self, trace_ids: Collection[str]) -> None:
        """These traces go."""
        listed = sorted(trace_ids)
        for start in range(0, len(listed), _AT_ONCE):
            rows = [[one] for one in listed[start : start + _AT_ONCE]]
            self.engine.insert_rows("doomed", ["trace_id"], rows)

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
        """Traces that stay, of which other spans may count when these are gone."""
        rows = self.engine.query(statement(_SCHEMA, "doomed_kin"), {"project": self.project})
        return {(self.project, row["trace_id"]) for row in rows}

    def delete(self, told: Callable[[float], None]) -> None:
        """Delete it from every table that has records of traces; `told` hears the share that is done."""
        for done, table in enumerate(OF_TRACES):
            if table in _MONTHLY:
                self._drop_months(table)
            self._run("remove_traces", {"project": self.project, "table": table})
            told((done + 1) / (len(OF_TRACES) + 1))
        for name in ("remove_logs", "remove_metrics", "remove_scores"):
            self._run(name, {"project": self.project})
        self.drop_series()
        told(1.0)

    def drop_series(self) -> None:
        """Forget series of metrics of which no point is left."""
        for table in _OF_SERIES:
            self._run("remove_series", {"project": self.project, "table": table})

    def unname(self, *, anywhere: bool) -> None:
        """Take the names out of sums by the hour that cannot be computed anew, and out of the ledger."""
        values: dict[str, object] = {"project": self.project, "anywhere": anywhere}
        self._run("remove_names_of_spans", values)
        self._run("remove_names_of_hours", values)
        if anywhere:
            self._run("remove_names_of_deliveries", values)

    def _drop_months(self, table: str) -> None:
        """A month of which nothing is kept goes as a whole, without a row being read."""
        values = {"project": self.project, "table": table}
        for row in self.engine.query(statement(_SCHEMA, "parts_partitions"), values):
            if str(row["partition"]).isdecimal():
                self.engine.command(f"alter table {table} drop partition id '{row['partition']}'")

    def _run(self, name: str, values: dict[str, object]) -> None:
        self.engine.command(statement(_SCHEMA, name), values)


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
