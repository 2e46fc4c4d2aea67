"""Sums by hour: one hour computed from its spans under a new generation, which then holds."""

import time
from datetime import UTC, datetime

from clearspan_server.store.agenda import Hour
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_LAYOUT = 1  # of the rows of a generation; raise it when a column is added that older hours lack


def compute_hour(engine: Engine, hour: Hour, generation: int) -> None:
    """Compute the hour from `spans final`; also one whose spans are all gone. Until the end the last one holds."""
    project, hour_s = hour
    values = {"project": project, "hour_s": hour_s, "generation": generation}
    engine.command(statement(_SCHEMA, "rollup_compute"), values)
    row = [project, datetime.fromtimestamp(hour_s, UTC), generation, _LAYOUT]
    engine.insert_rows("rollup_hours", ["project", "hour", "generation", "layout"], [row])


def outdated_hours(engine: Engine) -> list[Hour]:
    """The hours that an earlier version computed, without the columns of now."""
    rows = engine.query(statement(_SCHEMA, "rollup_hours_outdated"), {"layout": _LAYOUT})
    return [(row["project"], row["hour_s"]) for row in rows]


def newest_generation(engine: Engine) -> int:
    """The highest generation that ever held; 0 when none did."""
    (row,) = engine.query("select max(generation) as newest from rollup_hours")
    return int(row["newest"])


def next_generation(last: int) -> int:
    """Above the last one, also when the clock was set back."""
    return max(last + 1, time.time_ns())


def sweep(engine: Engine) -> None:
    """Remove the generations that no longer hold. Only while none is being computed."""
    engine.command(statement(_SCHEMA, "rollup_sweep"))
