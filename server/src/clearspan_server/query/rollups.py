"""Sums by hour, from the roll-ups alone: fast over any time, and some seconds behind the spans."""

from collections.abc import Mapping
from math import isnan

from clearspan_server.query import SQL
from clearspan_server.query.filter import Facet, compose_facet
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_ROWS = 10_000
_ROLLUPS = statement(SQL, "rollups")

GROUPS: Mapping[str, Facet] = {
    "hour": Facet("rollups", "''"),
    "service": Facet("rollups", "service"),
    "environment": Facet("rollups", "environment"),
    "kind": Facet("rollups", "kind"),
    "name": Facet("rollups", "name"),
    "provider": Facet("rollups", "provider"),
    "model": Facet("rollups", "model"),
    "feature": Facet("rollups", "feature"),
    "customer": Facet("rollups", "customer_id"),
}


def sums_by_hour(engine: Engine, project: str, window: Window, by: str) -> list[Row]:
    """At most `MAX_ROWS` rows by hour and value of `by`, a key of `GROUPS`; whole hours that touch the window.

    `hour_s` in seconds since the epoch; counts and tokens weighted by the share that was sampled, usage and cost of
    counted spans; quantiles (0.5, 0.9, 0.95, 0.99) in nanoseconds, None where nothing was timed; money as Decimal.
    """
    values: dict[str, object] = {"project": project, "limit": MAX_ROWS}
    rows = engine.query(compose_facet(_ROLLUPS, GROUPS[by]), values | window.values())
    return [_readable(row) for row in rows]


def _readable(row: Row) -> Row:
    """The engine gives NaN for the quantile of nothing."""
    names = ("latency_quantiles_ns", "ttft_quantiles_ns")
    return row | {name: [None if isnan(one) else round(one) for one in row[name]] for name in names}
