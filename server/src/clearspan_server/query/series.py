"""A series: one measure of the spans or traces that pass a filter, over time, told apart by the values of a field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.query.fields import FIELDS, Of, named
from clearspan_server.query.filter import (
    Clauses,
    Facet,
    compose,
    compose_facet,
    compose_measures,
    facet_of,
)
from clearspan_server.query.language import Term, leaves, parse
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.overview import step_for
from clearspan_server.query.source import Source, source_of
from clearspan_server.query.window import HOUR_NS, Window
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_TOP = 20
MAX_SPLIT_CHARS = 300

SeriesOf = Literal["spans", "traces"]
Unit = Literal["count", "share", "usd", "ns"]

_OTHERS = "\x1f"  # the place of all values that are not among the largest
_STATEMENTS = {
    "spans": statement(SQL, "series_of_spans"),
    "traces": statement(SQL, "series_of_traces"),
    "rollups": statement(SQL, "series_of_rollups"),
}
_ROWS: Mapping[SeriesOf, Of] = {"spans": "span", "traces": "trace"}
_NOTHING = Facet("spans", "''")
# As cost and roll-ups have it: a span is of one model, the one that answered where that is known.
_MODEL = "if(response_model != '', response_model, request_model)"
_ATTRIBUTE = re.compile(r'(attr|resource)\["([^"]+)"\]')


@dataclass(slots=True, frozen=True)
class SeriesMeasure:
    """What is measured: its expression over rows of spans, of traces and of sums, "" where they cannot tell it.

    A sum is 0 where nothing was, and the values of a field are ranked by it; of anything else they are by how many.
    """

    unit: Unit
    spans: str
    traces: str
    sums: str = ""
    is_sum: bool = False


_HAS_FAILED = "status in ('error', 'crashed')"
_FAILED = f"sumIf(sample_weight, {_HAS_FAILED})"
_IS_CALL = "counted and kind in ('llm', 'embedding')"  # once, however many libraries recorded it
_PAID = "ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6)"
_COSTS = {
    "spans": f"toFloat64(sumIf({_PAID}, counted))",
    "traces": f"toFloat64(sum({_PAID}))",
    "sums": "toFloat64(sum(cost))",
}
_COUNTS = dict.fromkeys(("spans", "traces"), "sum(sample_weight)") | {"sums": "sum(rows)"}
_TOOK_NS = "end_ns - start_ns"


def _tokens(column: str, sums: str) -> SeriesMeasure:
    one = f"ifNull({column}, 0) * sample_weight"
    return SeriesMeasure("count", f"sumIf({one}, counted)", f"sum({one})", sums, is_sum=True)


def _latency(expression: str) -> SeriesMeasure:
    return SeriesMeasure("ns", expression, expression)


def _calls(condition: str = "true") -> SeriesMeasure:
    return SeriesMeasure(
        "count", f"sumIf(sample_weight, {_IS_CALL} and {condition})", "", is_sum=True
    )


def _first_token(level: float) -> SeriesMeasure:
    return SeriesMeasure("ns", f"quantileExactIf({level})(ttft_ns, {_IS_CALL})", "")


def _people(column: str) -> SeriesMeasure:
    counted = f"toFloat64(uniqExactIf({column}, {column} != ''))"
    return SeriesMeasure("count", counted, counted)


MEASURES: Mapping[str, SeriesMeasure] = {
    "count": SeriesMeasure("count", **_COUNTS, is_sum=True),
    "errors": SeriesMeasure("count", _FAILED, _FAILED, "sum(failed)", is_sum=True),
    "error_rate": SeriesMeasure(
        "share",
        f"{_FAILED} / sum(sample_weight)",
        f"{_FAILED} / sum(sample_weight)",
        "sum(failed) / sum(rows)",
    ),
    "calls": _calls(),
    "failed_calls": _calls(_HAS_FAILED),
    "cost": SeriesMeasure("usd", **_COSTS, is_sum=True),
    "cost_avg": SeriesMeasure(
        "usd",
        # Of the spans that the cost is of: sums by the hour do not know how many these are.
        spans=f"{_COSTS['spans']} / sumIf(sample_weight, counted)",
        traces=f"{_COSTS['traces']} / {_COUNTS['traces']}",
    ),
    "tokens": _tokens("total_tokens", "sum(tokens)"),
    "input_tokens": _tokens("input_tokens", "sum(read_tokens)"),
    "output_tokens": _tokens("output_tokens", "sum(written_tokens)"),
    "latency_avg": _latency(f"avg({_TOOK_NS})"),
    "latency_p50": _latency(f"quantileExact(0.5)({_TOOK_NS})"),
    "latency_p95": _latency(f"quantileExact(0.95)({_TOOK_NS})"),
    "latency_p99": _latency(f"quantileExact(0.99)({_TOOK_NS})"),
    "ttft_p50": _first_token(0.5),
    "ttft_p95": _first_token(0.95),
    "users": _people("user_id"),
    "sessions": _people("session_id"),
}
# What sums by the hour tell apart, under the names of these columns; `model` is `_MODEL`.
_SUMMED = {
    "kind": "kind",
    "name": "name",
    "service": "service",
    "provider": "provider",
    "env": "environment",
    "feature": "feature",
    "customer": "customer_id",
    "model": "model",
}
# Of these a filter asks rows of spans and of sums in the same words. Who a span was done for its trace may know better.
_FILTERED = frozenset(("kind", "name", "service", "provider"))


@dataclass(slots=True, frozen=True)
class SeriesQuestion:
    """A key of `MEASURES` of rows, by a field's values: the `top` of these with the most, and all others."""

    of: SeriesOf
    measure: str
    split: str = ""
    top: int = 8


@dataclass(slots=True, frozen=True)
class SeriesLine:
    """A value and its measure in the whole window and in each step; None where nothing tells it."""

    value: str
    is_others: bool
    total: float | None
    points: list[float | None]


@dataclass(slots=True, frozen=True)
class Series:
    """Lines of the values with the most, largest first, then one of all others where there are any."""

    window: Window
    step_ns: int
    starts_ns: list[int]
    source: Source
    unit: Unit
    estimated: bool
    lines: list[SeriesLine]
    value_count: int


def splits(of: SeriesOf) -> list[str]:
    """The fields by whose values rows can be told apart, in the order of the filter language."""
    return [one.name for one in FIELDS if facet_of(one, _ROWS[of]) and one.type == "word"]


def checked(question: SeriesQuestion) -> None:
    """Raise BadInput, with what there is, when a measure or a split is none of these rows."""
    _measure(question)
    _facet(question)


def series(
    engine: Engine, asked: Narrowing, question: SeriesQuestion, agenda: Agenda | None
) -> Series:
    """The measure in steps of the window; from sums by the hour where they can tell it and the window is long.

    Raises:
        BadInput: the filter cannot be read, or there is no such measure or split of these rows.
    """
    measured = _measure(question)
    _, key = _facet(question)
    source = _source(asked, question, agenda)
    is_sums = source.kind == "rollups"
    window = asked.window
    step_ns = step_for(window, at_least_ns=HOUR_NS if is_sums else 0)
    clauses = narrowed(engine, question.of, asked)
    framed = window.values() | source.values() | {"step_ns": step_ns, "key": key}
    ask = _Asking(engine, question, clauses, framed, is_sums=is_sums)
    top, value_count = ask.largest(measured) if question.split else ([], 0)
    rows = ask.rows(measured, top)
    buckets = range(window.from_ns // step_ns, -(-window.to_ns // step_ns))
    return Series(
        window=window,
        step_ns=step_ns,
        starts_ns=[bucket * step_ns for bucket in buckets],
        source=source,
        unit=measured.unit,
        estimated=any(row["estimated"] for row in rows),
        lines=_lines(rows, [*top, _OTHERS], buckets, 0.0 if measured.is_sum else None),
        value_count=value_count,
    )


@dataclass(slots=True, frozen=True)
class _Asking:
    """The statement of a question with all but its measure and its values, for which it is asked twice."""

    engine: Engine
    question: SeriesQuestion
    clauses: Clauses
    framed: Mapping[str, object]
    is_sums: bool

    def largest(self, measured: SeriesMeasure) -> tuple[list[str], int]:
        """The values with the most, and how many values there are."""
        ranked = measured if measured.is_sum else MEASURES["count"]
        more = {"ranked": True, "top": [], "limit": self.question.top}
        rows = [row for row in self._ask(ranked, more) if row["is_total"]]
        # Whoever had no part in it needs no line.
        top = [row["place"] for row in rows if row["measure_0"] or not measured.is_sum]
        return top, rows[0]["value_count"] if rows else 0

    def rows(self, measured: SeriesMeasure, top: list[str]) -> list[Row]:
        """Rows of each value of `top` and of all others, by bucket and of the whole window."""
        return self._ask(measured, {"ranked": False, "top": top, "limit": 10_000})

    def _ask(self, measured: SeriesMeasure, more: Mapping[str, object]) -> list[Row]:
        facet = _facet(self.question)[0]
        if self.is_sums and self.question.split:
            facet = Facet("rollups", _SUMMED[named(self.question.split).name])
        expression = measured.sums if self.is_sums else _over(measured, self.question.of)
        asked = _STATEMENTS["rollups" if self.is_sums else self.question.of]
        text = compose(compose_facet(asked, facet), self.clauses)
        values = {**self.clauses.values, **self.framed, **more}
        return self.engine.query(compose_measures(text, (), (expression,)), values)


def _over(measured: SeriesMeasure, of: SeriesOf) -> str:
    return measured.spans if of == "spans" else measured.traces


def _measure(question: SeriesQuestion) -> SeriesMeasure:
    there = {name: one for name, one in MEASURES.items() if _over(one, question.of)}
    if question.measure not in there:
        raise BadInput(
            f"{question.of} have no measure {question.measure[:100]!r}: {', '.join(there)}",
            field="measure",
            value=question.measure[:100],
        )
    return there[question.measure]


def _facet(question: SeriesQuestion) -> tuple[Facet, str]:
    """How the values of the split are told, and the key of an attribute."""
    if not question.split:
        return _NOTHING, ""
    attribute = _ATTRIBUTE.fullmatch(question.split)
    name, key = attribute.groups() if attribute else (question.split, "")
    field = named(name)
    facet = facet_of(field, _ROWS[question.of], has_key=bool(key))
    if facet is None or (field.type == "attribute" and not key):
        raise BadInput(
            f"{question.of} cannot be split by {question.split[:100]!r}: {', '.join(splits(question.of))},"
            ' attr["key"], resource["key"]',
            field="split",
            value=question.split[:100],
        )
    if question.of == "spans" and field.name == "model":
        return Facet("spans", _MODEL), key
    return facet, key


def _source(asked: Narrowing, question: SeriesQuestion, agenda: Agenda | None) -> Source:
    """Sums by the hour where they know the measure, the field, and all that the filter asks for."""
    split = _ATTRIBUTE.sub("attr", question.split)
    is_known = (
        question.of == "spans"
        and MEASURES[question.measure].sums != ""
        and (split == "" or named(split).name in _SUMMED)
        and all(
            isinstance(leaf, Term) and leaf.scope in ("", "span") and leaf.field.name in _FILTERED
            for leaf in leaves(parse(asked.filter))
        )
    )
    plain = replace(asked, filter="")  # what it asks for is known
    return source_of(agenda if is_known else None, plain, asked.window.from_ns)


def _lines(
    rows: Iterable[Row], places: list[str], buckets: range, nothing: float | None
) -> list[SeriesLine]:
    is_split = len(places) > 1
    totals: dict[str, float | None] = {}
    there: set[str] = set()  # in some bucket: the total of nothing is a row, too
    points: dict[tuple[str, int], float | None] = {}
    for row in rows:
        if row["is_total"]:
            totals[row["place"]] = _number(row["measure_0"])
        else:
            points[row["place"], row["bucket"]] = _number(row["measure_0"])
            there.add(row["place"])
    return [
        SeriesLine(
            value="" if place == _OTHERS else place,
            is_others=place == _OTHERS,
            total=totals[place],
            points=[points.get((place, bucket), nothing) for bucket in buckets],
        )
        for place in places
        if place in there and not (is_split and place == _OTHERS and totals[place] == 0)
    ]


def _number(value: object) -> float | None:
    """As JSON has it; the engine gives NaN for the average of nothing."""
    if value is None:
        return None
    number = float(str(value))
    return None if isnan(number) else number
