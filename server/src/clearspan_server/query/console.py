"""A question to the SQL console, and what it can ask of."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from clearspan_server.errors import SqlLimit
from clearspan_server.query import SQL
from clearspan_server.query.console_statement import TABLES, compile_question
from clearspan_server.query.window import Window
from clearspan_server.store.console import MAX_BYTES, MAX_ROWS, Console, Ticket
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

# Whatever a statement says: of each table that it reads, the engine gives only the project's rows.
_FILTERED = (*TABLES, "rollup_hours")
_COLUMN = re.compile(r"^    (?:.+ as )?(\w+),? -- (.+)$", re.MULTILINE)


@dataclass(slots=True, frozen=True)
class Column:
    """A column of an answer, with the engine's type."""

    name: str
    type: str


@dataclass(slots=True, frozen=True)
class TableColumn(Column):
    """A column of a table; `says` is what it means."""

    says: str


@dataclass(slots=True, frozen=True)
class Table:
    """A table that can be asked of."""

    name: str
    says: str
    columns: list[TableColumn]


@dataclass(slots=True, frozen=True)
class Answer:
    """At most MAX_ROWS rows; of values that JSON would round, the text."""

    columns: list[Column]
    rows: list[list[Any]]
    truncated: bool
    elapsed_ms: float


def ask(
    console: Console, ticket: Ticket, project: str, text: str, window: Window | None = None
) -> Answer:
    """What a query says of a project's rows; with a window, of those in it alone.

    Raises:
        BadSql: it holds what is not allowed, or makes no sense.
        SqlLimit: it takes too long, or reads or gives too much.
    """
    begun = time.perf_counter()
    reply = console.run(ticket, compile_question(text, project, window), filters(project))
    if len(reply) > MAX_BYTES:
        size = MAX_BYTES // 1024 // 1024
        raise SqlLimit(f"the answer is over {size} MB: select fewer columns or rows")
    found = orjson.loads(reply)
    columns = [Column(one["name"], one["type"]) for one in found["meta"]]
    rows = found["data"]
    elapsed_ms = (time.perf_counter() - begun) * 1000
    return Answer(columns, rows[:MAX_ROWS], len(rows) > MAX_ROWS, elapsed_ms)


def tables(engine: Engine) -> list[Table]:
    """The tables of the console and their columns, as `sql/console_….sql` has them."""
    return [_table(engine, name) for name in TABLES]


def _table(engine: Engine, name: str) -> Table:
    says, columns = described(name)
    described_by = f"describe ({statement(SQL, f'console_{name}')})"
    types = engine.constant(described_by, {"project": "any"})
    return Table(
        name, says, [TableColumn(row["name"], row["type"], columns[row["name"]]) for row in types]
    )


@cache
def described(name: str) -> tuple[str, Mapping[str, str]]:
    """What a table is, and each of its columns by name."""
    text = (files(SQL) / f"console_{name}.sql").read_text(encoding="utf-8")
    first = text.partition("\n")[0].removeprefix("-- ")
    return first, dict(_COLUMN.findall(text))


def filters(project: str) -> dict[str, str]:
    """The rule by which the engine reads each table for a project, whatever a statement says."""
    quoted = project.replace("\\", "\\\\").replace("'", "\\'")
    return dict.fromkeys(_FILTERED, f"project = '{quoted}'")
