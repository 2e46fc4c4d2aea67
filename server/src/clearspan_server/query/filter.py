"""The only builder of SQL: a filter and an order become clauses of fixed text with bound values."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from clearspan_server.query import SQL
from clearspan_server.query.conditions import Conditions, searched
from clearspan_server.query.fields import Field, Of
from clearspan_server.query.language import parse
from clearspan_server.query.text import search
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement


@dataclass(slots=True, frozen=True)
class Stillness:
    """What a filter is read with.

    The moments, in nanoseconds, since which nothing of a trace came that is quiet, or idle; and the other name under
    which a user, customer or session may be stored.
    """

    quiet_ns: int
    idle_ns: int
    pseudonym: Callable[[str], str] = str

    def values(self) -> dict[str, object]:
        """The values that are bound in `fields.STATE`."""
        return {"quiet_ns": self.quiet_ns, "idle_ns": self.idle_ns}


# What stands before the filter where the spans of traces are looked through; the second for a window of few traces.
_BY_SPAN, _BY_SPAN_NEAR = (
    statement(SQL, name).partition("/*filter*/ true")[0]
    for name in ("trace_ids_by_span", "trace_ids_by_span_near")
)


@dataclass(slots=True, frozen=True)
class Clauses:
    """Conditions that must all hold, and the values bound in them."""

    where: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)

    def and_(self, other: "Clauses") -> "Clauses":
        return Clauses(self.where + other.where, self.values | other.values)

    @property
    def look_up(self) -> bool:
        """Whether traces are looked through for a list of spans, or spans for one of traces."""
        return any("trace_id in (" in clause for clause in self.where)

    def near(self) -> "Clauses":
        """The same, worded for a window of few traces."""
        return Clauses([one.replace(_BY_SPAN, _BY_SPAN_NEAR) for one in self.where], self.values)


def span_clauses(engine: Engine, text: str, still: Stillness) -> Clauses:
    """What rows of `spans` must fulfil to pass a filter.

    The statement binds the project, and `from_ns` and `to_ns` as the window whose rows it reads: what is asked of
    the trace of a span is looked for around it.

    Raises:
        BadFilter: the filter cannot be read.
    """
    return _clauses(engine, "span", text, still)


def trace_clauses(engine: Engine, text: str, still: Stillness) -> Clauses:
    """What rows of `traces` must fulfil to pass a filter; what `span_clauses` says of the statement holds here too.

    Raises:
        BadFilter: the filter cannot be read.
    """
    return _clauses(engine, "trace", text, still)


def log_clauses(engine: Engine, text: str, still: Stillness) -> Clauses:
    """What rows of `logs` must fulfil to pass a filter; what `span_clauses` says of the statement holds here too.

    What a log record has not is asked of its trace, or of one span of that.

    Raises:
        BadFilter: the filter cannot be read.
    """
    return _clauses(engine, "log", text, still)


def logs_of(trace_id: str, span_id: str) -> Clauses:
    """The log records of a trace, and of one of its spans; empty means of any."""
    asked = {"trace_id": trace_id, "span_id": span_id}
    held: dict[str, object] = {f"of_{name}": one for name, one in asked.items() if one}
    return Clauses([f"{name} = {{of_{name}:String}}" for name, one in asked.items() if one], held)


def _clauses(engine: Engine, rows: Of, text: str, still: Stillness) -> Clauses:
    tree = parse(text)
    words = search(engine, {said.text for said in searched(tree) if not said.is_pattern})
    conditions = Conditions(rows, words, still.pseudonym)
    where = conditions.of(tree, rows)
    return Clauses([where], conditions.values | still.values())


@dataclass(slots=True, frozen=True)
class Measure:
    """What a list can be sorted by: its expression, and the type of its value in a cursor."""

    expression: str
    type: str


MEASURES: Mapping[str, Measure] = {
    "start": Measure("start_ns", "Int64"),
    "duration": Measure("end_ns - start_ns", "Int64"),
    "cost": Measure("total_cost", "Decimal(38, 12)"),
    "tokens": Measure("total_tokens", "UInt64"),
    # Of groups.
    "last_seen": Measure("last_seen_ns", "Int64"),
    "first_seen": Measure("first_seen_ns", "Int64"),
    "sessions": Measure("sessions", "UInt64"),
    "traces": Measure("traces", "UInt64"),
    "spans": Measure("spans", "UInt64"),
    "count": Measure("count", "UInt64"),
    "users": Measure("users", "UInt64"),
    "errors": Measure("errors", "UInt64"),
    "error_rate": Measure("error_rate", "Float64"),
}


@dataclass(slots=True, frozen=True)
class Order:
    """By a measure, unknown last; what is equal by the ids, in the same direction."""

    measure: str
    descending: bool
    ids: tuple[str, ...]

    def sql(self) -> str:
        direction = "desc" if self.descending else "asc"
        ids = ", ".join(f"{name} {direction}" for name in self.ids)
        return f"{MEASURES[self.measure].expression} {direction} nulls last, {ids}"

    def after(self, value: object, ids: Sequence[str]) -> Clauses:
        """What comes behind a row with this value and these ids."""
        measure = MEASURES[self.measure]
        beyond = "<" if self.descending else ">"
        own = ", ".join(self.ids)
        bound = ", ".join(f"{{after_{name}:String}}" for name in self.ids)
        behind = f"({own}) {beyond} ({bound})"
        values: dict[str, object] = {
            f"after_{name}": one for name, one in zip(self.ids, ids, strict=True)
        }
        if value is None:
            return Clauses([f"{measure.expression} is null and {behind}"], values)
        at = f"{{after:{measure.type}}}"
        where = (
            f"{measure.expression} {beyond} {at} or {measure.expression} is null"
            f" or {measure.expression} = {at} and {behind}"
        )
        return Clauses([where], values | {"after": value})


_COUNT = "select count() as rows from (/*statement*/)"
_VALUE = re.compile(r"/\*value\*/ \w+")
_ORDER = re.compile(r"/\*order\*/ \w+ desc")


@dataclass(slots=True, frozen=True)
class Facet:
    """Where the values of a field are counted: the table, and the expression that gives one of a row, or an array.

    Of an array of several columns `columns` are these.
    """

    table: str
    expression: str
    is_array: bool = False
    columns: tuple[str, ...] = ()


_TABLES: Mapping[Of, str] = {"span": "spans", "trace": "traces", "log": "logs"}


def facet_of(asked: Field, of: Of, *, has_key: bool = False) -> Facet | None:
    """How the values of a field are counted in rows of spans, traces or logs; None where they have no words of it.

    Of attributes the keys, or with `has_key` the values of the one that is bound as `key`.
    """
    columns = asked.columns(of)
    if asked.type == "attribute" and columns:
        name = columns[0].sql
        if has_key:
            return Facet(_TABLES[of], _ATTRIBUTE.format(name))
        return Facet(_TABLES[of], f"mapKeys({name})", is_array=True)
    if asked.type != "word" or not columns:
        return None
    if len(columns) > 1:
        several = tuple(column.sql for column in columns)
        expression = f"arrayDistinct([{', '.join(several)}])"
        return Facet(_TABLES[of], expression, is_array=True, columns=several)
    [column] = columns
    return Facet(_TABLES[of], column.sql, column.is_array)


# The text of a JSON text, any other value as it is written.
_ATTRIBUTE = (
    "if(startsWith({0}[{{key:String}}], '\"'),"
    " JSONExtractString(concat('[', {0}[{{key:String}}], ']'), 1), {0}[{{key:String}}])"
)


def compose(
    statement: str, clauses: Clauses, order: Order | None = None, after: Clauses | None = None
) -> str:
    """A statement with clauses at its `/*filter*/` marks and, if given, an order at its `/*order*/` mark.

    Of groups, what comes behind a cursor is asked of the sums, at `/*after*/`. Each mark stands before what makes
    the file a statement of its own: `true`, and an order.
    """
    where = _all_of(clauses)
    if "{before_ns:" in statement:
        where = where.replace("{from_ns:Int64}", "{before_ns:Int64}")  # it reads from there on
    statement = statement.replace("/*filter*/ true", where)
    if after is not None:
        statement = statement.replace("/*after*/ true", _all_of(after))
    if order is not None:
        statement = _ORDER.sub(order.sql(), statement)
    return statement


def _all_of(clauses: Clauses) -> str:
    return " and ".join(f"({clause})" for clause in clauses.where) or "true"


def only(statement: str, column: str, order: Order) -> str:
    """A statement of groups that gives of each the column and what the order sorts by; no other sum is computed."""
    wanted = f"{column}, {MEASURES[order.measure].expression}"
    return statement.replace("/*columns*/ groups.*", wanted)


def counting(statement: str) -> str:
    """How many `rows` a statement gives, as far as its limit goes."""
    return _COUNT.replace("/*statement*/", statement)


def compose_facet(statement: str, facet: Facet) -> str:
    """A statement with a value of the facet at its `/*value*/` mark; a row of which it has several comes as often."""
    value = f"arrayJoin({facet.expression})" if facet.is_array else facet.expression
    return _VALUE.sub(lambda _: value, statement)


def compose_facets(statement: str, facets: Sequence[Facet]) -> str:
    """A statement with the facets' columns at `/*values*/`, their new names at `/*names*/`, texts at `/*arrays*/`."""
    values: list[str] = []
    arrays: list[str] = []
    for facet in facets:
        columns = facet.columns or (facet.expression,)
        names = [f"value_{len(values) + place}" for place in range(len(columns))]
        values += [f"{one} as {name}" for one, name in zip(columns, names, strict=True)]
        texts = ", ".join(f"toString({name})" for name in names)
        is_whole = facet.is_array and not facet.columns
        arrays.append(
            f"cast({names[0]} as Array(String))" if is_whole else f"arrayDistinct([{texts}])"
        )
    named = ", ".join(f"value_{place}" for place in range(len(values)))
    statement = statement.replace("/*values*/ name as value_0", ", ".join(values))
    statement = statement.replace("/*arrays*/ [toString(value_0)]", ", ".join(arrays))
    return statement.replace("/*names*/ value_0", named)


def compose_measures(statement: str, keys: Sequence[str], sums: Sequence[str]) -> str:
    """A statement with what is grouped by at `/*keys*/`, which may be nothing, and sums at `/*measures*/`."""
    named = [f"key_{number}" for number in range(len(keys))]
    shown = [f"{one} as {name}, " for one, name in zip(keys, named, strict=True)]
    statement = statement.replace("/*keys*/ name as key_0, ", "".join(shown))
    measures = ", ".join(f"{one} as measure_{number}" for number, one in enumerate(sums))
    statement = statement.replace("/*measures*/ count() as measure_0", measures)
    return statement.replace(
        "group by /*names*/ key_0", f"group by {', '.join(named)}" if named else ""
    )
