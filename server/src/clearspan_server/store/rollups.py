"""Sums by hour: hours computed from their spans and traces under a new generation, which then holds."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from clearspan_server.store.agenda import Hour
from clearspan_server.store.engine import Engine
from clearspan_server.store.ranks import RANKS
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_LAYOUT = 2  # of the rows of a generation; raise it when a column is added that older hours lack

# Lower bounds of the bins: six to a power of ten, as even on a logarithmic axis as round numbers can be. Hours are
# stored with them: raise `_LAYOUT` when they change.
_ROUND = (10, 15, 20, 30, 50, 70)
LATENCY_BOUNDS_NS = (0, *(one * 10**power for power in range(5, 12) for one in _ROUND))
TOKEN_BOUNDS = (0, 1, 2, 3, 5, 7, *(one * 10**power for power in range(7) for one in _ROUND))


def compute_hours(engine: Engine, project: str, hours_s: Sequence[int], generation: int) -> None:
    """Compute hours from their spans and traces; also those where all are gone. Until the end the last ones hold.

    Of many hours a few dozen at a time: each statement takes as long to plan as to read an hour of 10 000 spans.
    """
    values: dict[str, object] = {"project": project, "generation": generation}
    values |= {"minutes": [hour_s + 60 * minute for hour_s in hours_s for minute in range(60)]}
    values |= {"ranks": list(RANKS)}
    values |= {"latency_bounds": list(LATENCY_BOUNDS_NS), "token_bounds": list(TOKEN_BOUNDS)}
    for name in ("rollup_compute", "rollup_spans_compute", "rollup_traces_compute"):
        engine.command(statement(_SCHEMA, name), values)
    rows = [[project, datetime.fromtimestamp(one, UTC), generation, _LAYOUT] for one in hours_s]
    engine.insert_rows("rollup_hours", ["project", "hour", "generation", "layout"], rows)


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
    for name in ("rollup_sweep", "rollup_spans_sweep", "rollup_traces_sweep"):
        engine.command(statement(_SCHEMA, name))
