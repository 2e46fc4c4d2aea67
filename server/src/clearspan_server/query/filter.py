"""The only builder of SQL: a filter, a search and an order become clauses of fixed text with bound values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from clearspan_server.query.text import Term


@dataclass(slots=True, frozen=True)
class Stillness:
    """The moments, in nanoseconds, since which nothing of a trace came that is quiet, or idle."""

    quiet_ns: int
    idle_ns: int

    def values(self) -> dict[str, object]:
        """The values that are bound in `STATE`."""
        return {"quiet_ns": self.quiet_ns, "idle_ns": self.idle_ns}


@dataclass(slots=True, frozen=True, kw_only=True)
class Filter:
    """What a list is narrowed to: any of the values within a field, and every field. Empty means all.

    Latency in nanoseconds, cost in US dollars; both bounds are inclusive, and unknown is outside of any bound. Only
    traces have a state, and it depends on when one asks: `still`.
    """

    kind: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    model: tuple[str, ...] = ()  # as requested or as answered
    provider: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    error_type: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    still: Stillness | None = None  # by which `state` is told
    min_latency_ns: int | None = None
    max_latency_ns: int | None = None
    min_cost: Decimal | None = None
    max_cost: Decimal | None = None
    min_tokens: int | None = None
    max_tokens: int | None = None


@dataclass(slots=True, frozen=True)
class Clauses:
    """Conditions that must all hold, and the values bound in them."""

    where: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)

    def and_(self, other: "Clauses") -> "Clauses":
        return Clauses(self.where + other.where, self.values | other.values)


# What a single span answers.
_OF_SPAN: Mapping[str, str] = {
    "kind": "kind in {kind:Array(String)}",
    "model": "(request_model in {model:Array(String)} or response_model in {model:Array(String)})",
    "provider": "provider in {provider:Array(String)}",
    "name": "name in {name:Array(String)}",
    "error_type": "error_type in {error_type:Array(String)}",
}
# What spans and traces have in columns of the same name.
_OF_BOTH: Mapping[str, str] = {
    "status": "status in {status:Array(String)}",
    "user": "user_id in {user:Array(String)}",
    "session": "session_id in {session:Array(String)}",
    "environment": "environment in {environment:Array(String)}",
    "tag": "hasAny(tags, {tag:Array(String)})",
    "min_latency_ns": "end_ns - start_ns >= {min_latency_ns:Int64}",
    "max_latency_ns": "end_ns - start_ns <= {max_latency_ns:Int64}",
    "min_cost": "total_cost >= {min_cost:Decimal(18, 12)}",
    "max_cost": "total_cost <= {max_cost:Decimal(18, 12)}",
    "min_tokens": "total_tokens >= {min_tokens:UInt64}",
    "max_tokens": "total_tokens <= {max_tokens:UInt64}",
}
_SPAN = {**_OF_SPAN, **_OF_BOTH, "service": "service in {service:Array(String)}"}
# Where a trace stands at the moments of a `Stillness`; of one row, `query.traces.state_of` says the same.
STATE = (
    "multiIf(state = 'ended', if(received_ns <= {quiet_ns:Int64}, 'finished', 'open'),"
    " state = 'open' and empty(processes) and received_ns <= {idle_ns:Int64}, 'idle', state)"
)
_TRACE = {
    **_OF_BOTH,
    "service": "hasAny(services, {service:Array(String)})",
    "state": f"{STATE} in {{state:Array(String)}}",
}

# As the text indexes of store/schema/spans.sql spell them, else the engine reads every text.
_MESSAGES = ("input", "output")
_MESSAGE_TEXT = r"lowerUTF8(replaceAll(replaceAll({}, '\\n', ' '), '\\t', ' '))"
_ERROR_TEXT = "lowerUTF8(error_message)"
TEXTS = (*(_MESSAGE_TEXT.format(column) for column in _MESSAGES), _ERROR_TEXT)


def span_clauses(asked: Filter, search: Sequence[Term] = ()) -> Clauses:
    """What a span must fulfil to be in a list of spans."""
    return _fields(asked, _SPAN).and_(_search(search))


def span_of_trace_clauses(asked: Filter, search: Sequence[Term] = ()) -> Clauses:
    """What one span of a trace must fulfil, all of it by itself; no clauses when nothing of it is asked."""
    return _fields(asked, _OF_SPAN).and_(_search(search))


def trace_clauses(asked: Filter) -> Clauses:
    """What a trace itself must fulfil."""
    still = Clauses([], asked.still.values() if asked.still else {})
    return _fields(asked, _TRACE).and_(still)


def within(column: str, statement: str, clauses: Clauses) -> Clauses:
    """The column holds one of what a statement finds under the clauses."""
    return Clauses([f"{column} in ({compose(statement, clauses)})"], clauses.values)


def _fields(asked: Filter, table: Mapping[str, str]) -> Clauses:
    asked_for = {name: getattr(asked, name) for name in table}
    values: dict[str, object] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asked_for.items()
        if value is not None and value != ()
    }
    return Clauses([table[name] for name in values], values)


def _search(search: Sequence[Term]) -> Clauses:
    found = Clauses()
    for number, term in enumerate(search):
        texts = [_holds(text, number, term) for text in TEXTS]
        values: dict[str, object] = {
            f"words_{number}": term.words,
            f"error_words_{number}": term.error_words,
            f"needles_{number}": term.needles,
        }
        found = found.and_(Clauses(["(" + " or ".join(texts) + ")"], values))
    return found


def _holds(text: str, number: int, term: Term) -> str:
    """The text holds the term: its words by the index, then where they are not all, the text itself."""
    words, name = (
        (term.error_words, "error_words") if text == _ERROR_TEXT else (term.words, "words")
    )
    parts = []
    if words:
        parts.append(f"hasAllTokens({text}, {{{name}_{number}:Array(String)}})")
    if term.needles:
        parts.append(f"multiSearchAny({text}, {{needles_{number}:Array(String)}})")
    return "(" + " and ".join(parts) + ")"


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
_ORDER = re.compile(r"/\*order\*/ \w+ desc")


@dataclass(slots=True, frozen=True)
class Facet:
    """Where the values of a field are counted: the table, and the expression that gives them."""

    table: str
    expression: str


FACETS: Mapping[str, Facet] = {
    "kind": Facet("spans", "kind"),
    "model": Facet("spans", "arrayJoin(arrayDistinct([request_model, response_model]))"),
    "provider": Facet("spans", "provider"),
    "name": Facet("spans", "name"),
    "error_type": Facet("spans", "error_type"),
    "status": Facet("traces", "status"),
    "state": Facet("traces", STATE),
    "user": Facet("traces", "user_id"),
    "session": Facet("traces", "session_id"),
    "service": Facet("traces", "arrayJoin(services)"),
    "environment": Facet("traces", "environment"),
    "tag": Facet("traces", "arrayJoin(tags)"),
}


def compose(
    statement: str, clauses: Clauses, order: Order | None = None, after: Clauses | None = None
) -> str:
    """A statement with clauses at its `/*filter*/` marks and, if given, an order at its `/*order*/` mark.

    Of groups, what comes behind a cursor is asked of the sums, at `/*after*/`. Each mark stands before what makes
    the file a statement of its own: `true`, and an order.
    """
    statement = statement.replace("/*filter*/ true", _all_of(clauses))
    if after is not None:
        statement = statement.replace("/*after*/ true", _all_of(after))
    if order is not None:
        statement = _ORDER.sub(order.sql(), statement)
    return statement


def _all_of(clauses: Clauses) -> str:
    return " and ".join(f"({clause})" for clause in clauses.where) or "true"


def only(statement: str, column: str, order: Order) -> str:
    """A statement of groups that gives of each the column and, as `measure`, what the order sorts by.

    Sums that nobody asks for are not computed.
    """
    wanted = f"{column}, {MEASURES[order.measure].expression} as measure"
    return statement.replace("/*columns*/ groups.*", wanted)


def counting(statement: str) -> str:
    """How many `rows` a statement gives, as far as its limit goes."""
    return _COUNT.replace("/*statement*/", statement)


def compose_facet(statement: str, facet: Facet) -> str:
    """A statement with the facet's expression at its `/*value*/` mark."""
    return statement.replace("/*value*/ name", facet.expression)
