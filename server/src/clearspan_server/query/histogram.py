"""The histogram above a list: how many of its rows start when."""

from dataclasses import dataclass

from clearspan_server.query import SQL
from clearspan_server.query.filter import compose
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_BUCKETS = 500

_MS_NS = 1_000_000
_STATEMENTS = {
    "spans": statement(SQL, "histogram_of_spans"),
    "traces": statement(SQL, "histogram_of_traces"),
}


@dataclass(slots=True, frozen=True)
class Histogram:
    """Rows of `start_ns`, `count` and `errors`, without a gap; the last step may reach behind the window."""

    step_ms: int
    points: list[Row]


def histogram(engine: Engine, of: str, asked: Narrowing, buckets: int) -> Histogram:
    """The traces or spans of a list in at most `buckets` steps of whole milliseconds, from the window's beginning.

    Raises:
        BadInput: the filter cannot be read.
    """
    window = asked.window
    step_ns = -(-window.width_ns // (buckets * _MS_NS)) * _MS_NS
    clauses = narrowed(engine, of, asked)
    values: dict[str, object] = {"step_ns": step_ns} | window.values()
    rows = engine.query(compose(_STATEMENTS[of], clauses), clauses.values | values)
    found = {row["bucket"]: row for row in rows}
    none: Row = {"count": 0, "errors": 0}
    points = [
        {"start_ns": window.from_ns + bucket * step_ns}
        | {name: found.get(bucket, none)[name] for name in ("count", "errors")}
        for bucket in range(-(-window.width_ns // step_ns))
    ]
    return Histogram(step_ns // _MS_NS, points)
