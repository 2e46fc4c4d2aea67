"""The shapes of the SQL console."""

from typing import Any

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.api.window import TIMES
from clearspan_server.query.console_statement import MAX_CHARS


class SqlRequest(Shape):
    """A query: one `select`."""

    sql: str = Field(
        min_length=1,
        max_length=MAX_CHARS,
        examples=["select kind, count() as spans from spans group by kind order by spans desc"],
    )

    since: str | None = Field(default=None, alias="from", max_length=100, description=TIMES)
    until: str | None = Field(
        default=None, alias="to", max_length=100, description=f"{TIMES} Exclusive."
    )


class SqlColumn(Shape):
    """A column of an answer, with the engine's type."""

    name: str
    type: str = Field(examples=["UInt64"])


class SqlAnswer(Shape):
    """What a query says: at most 10 000 rows, `truncated` when there are more.

    Whole numbers of 64 bits, decimals, and numbers that are none are texts; times are texts in UTC.
    """

    columns: list[SqlColumn]
    rows: list[list[Any]]
    truncated: bool
    elapsed_ms: float


class SqlTableColumn(SqlColumn):
    """A column of a table, and what it means."""

    says: str


class SqlTable(Shape):
    """A table that can be asked of."""

    name: str
    says: str
    columns: list[SqlTableColumn]


class SqlSchema(Shape):
    """All that can be asked of, and with which functions."""

    tables: list[SqlTable]
    functions: list[str]
