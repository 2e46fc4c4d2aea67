"""What a project did day by day: spans, traces, usage and cost, as a whole and by model."""

from clearspan_server.query import SQL
from clearspan_server.query.filter import compose
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_ROWS = 100_000

_DAYS = statement(SQL, "days")


def read_days(engine: Engine, asked: Narrowing) -> list[Row]:
    """The days on which a span began, the newest first; of each the row that `is_total`, then one a model.

    `day` counts from 1970; a model of "" is of spans that name none.

    Raises:
        BadInput: the filter cannot be read.
    """
    clauses = narrowed(engine, "spans", asked)
    values = clauses.values | asked.window.values() | {"limit": MAX_ROWS}
    return engine.query(compose(_DAYS, clauses), values)
