"""Cost: what was spent in a window and on what, beside the window before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from clearspan_server.query import SQL
from clearspan_server.query.filter import Clauses, Facet, compose, compose_facet
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.overview import share, step_for, uncached
from clearspan_server.query.source import Source, source_of
from clearspan_server.query.window import HOUR_NS, Window
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_VALUES = 200
MAX_LINES = 8  # of a chart; what is less dear is drawn as one

_VALUES = statement(SQL, "cost_values")
_SERIES = statement(SQL, "cost_series")
_TRACES = statement(SQL, "cost_traces")
_SAVINGS = statement(SQL, "cost_savings")

_PICO = Decimal("1E-12")

# Between a value and what tells equal ones apart: whose model, which version of a prompt.
_BETWEEN = "\x1f"

DIMENSIONS: Mapping[str, Facet] = {
    "model": Facet(
        "spans",
        "concat(if(response_model != '', response_model, request_model), char(31), provider)",
    ),
    "provider": Facet("spans", "provider"),
    "feature": Facet("spans", "feature"),
    "customer": Facet("spans", "customer_id"),
    "user": Facet("spans", "user_id"),
    "prompt": Facet("spans", "concat(prompt_name, char(31), prompt_version)"),
    "environment": Facet("spans", "environment"),
    "release": Facet("spans", "release"),
    "service": Facet("spans", "service"),
}


@dataclass(slots=True, frozen=True)
class CostReport:
    """Rows with the names of the shapes in `api.shapes_cost`; money as Decimal.

    `lines` are the costs of each bucket for a value of the dearest, in the order of `rows`; `others` those of all
    other values.
    """

    window: Window
    step_ns: int
    starts_ns: list[int]
    source: Source
    estimated: bool
    totals: Row
    previous: Row
    units: Row
    previous_units: Row
    rows: list[Row]
    value_count: int
    lines: list[list[Decimal]]
    others: list[Decimal]
    unpriced: list[Row]
    saved: Decimal
    unsaved_tokens: float


def cost_report(engine: Engine, asked: Narrowing, by: str, agenda: Agenda | None) -> CostReport:
    """What counted spans with usage cost by a key of `DIMENSIONS`: at most `MAX_VALUES` rows, dearest first.

    Raises:
        BadInput: the filter cannot be read.
    """
    window = asked.window
    of_spans, of_traces = narrowed(engine, "spans", asked), narrowed(engine, "traces", asked)
    before_ns = max(0, window.from_ns - window.width_ns)
    source = source_of(agenda, asked, before_ns)
    step_ns = step_for(window, at_least_ns=HOUR_NS if source.kind == "rollups" else 0)
    buckets = range(window.from_ns // step_ns, -(-window.to_ns // step_ns))
    framed = window.values() | source.values() | {"before_ns": before_ns, "step_ns": step_ns}

    def found(statement: str, clauses: Clauses, **more: object) -> list[Row]:
        return engine.query(compose(statement, clauses), clauses.values | framed | more)

    def values_of(dimension: str) -> list[Row]:
        named = compose_facet(_VALUES, DIMENSIONS[dimension])
        return found(named, of_spans, dimension=dimension, limit=MAX_VALUES + 1)

    total, *rows = values_of(by)
    top = [row["value"] for row in rows[:MAX_LINES] if row["cost"]]
    series = found(compose_facet(_SERIES, DIMENSIONS[by]), of_spans, dimension=by, top=top)
    others, *lines = _lines(series, len(top), buckets)
    units = {row["period"]: row for row in found(_TRACES, of_traces)}
    [savings] = found(_SAVINGS, of_spans)
    unpriced = values_of("model")[1:] if total["unpriced_calls"] else []
    return CostReport(
        window=window,
        step_ns=step_ns,
        starts_ns=[bucket * step_ns for bucket in buckets],
        source=source,
        estimated=bool(total["estimated"] or any(row["estimated"] for row in units.values())),
        totals=_figures(total),
        previous=_before(total),
        units=_units(units.get(1, {})),
        previous_units=_units(units.get(0, {})),
        rows=[_row(row, total["cost"]) for row in rows],
        value_count=total["value_count"],
        lines=lines,
        others=others,
        unpriced=_unpriced(unpriced),
        saved=Decimal(repr(savings["saved_cost"] or 0.0)).quantize(Decimal("1E-9")),
        unsaved_tokens=savings["unsaved_tokens"] or 0,
    )


def _lines(series: list[Row], count: int, buckets: range) -> list[list[Decimal]]:
    """The cost of each bucket: of all values that are not among the dearest, then of each of those."""
    costs = {(row["place"], row["bucket"]): row["cost"] or Decimal(0) for row in series}
    return [
        [costs.get((place, bucket), Decimal(0)) for bucket in buckets] for place in range(count + 1)
    ]


def _unpriced(rows: list[Row]) -> list[Row]:
    """The models whose calls have usage and no price, most calls first."""
    named = [_named(row["value"]) | {"calls": row["unpriced_calls"]} for row in rows]
    return sorted(filter(lambda row: row["calls"], named), key=lambda row: -row["calls"])


def _named(value: str) -> Row:
    """A value and its detail."""
    name, _, detail = value.partition(_BETWEEN)
    return {"value": name, "detail": detail}


_TOKENS = (
    *("input_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens"),
)


def _figures(row: Row) -> Row:
    return {
        **{name: row[name] for name in ("cost", "calls", "unpriced_calls", *_TOKENS)},
        "uncached_tokens": uncached(row),
        "cost_per_call": per(row["cost"], row["calls"] - row["unpriced_calls"]),
    }


def _before(row: Row) -> Row:
    priced = row["previous_calls"] - row["previous_unpriced_calls"]
    return {
        "cost": row["previous_cost"],
        "calls": row["previous_calls"],
        "cost_per_call": per(row["previous_cost"], priced),
    }


def _row(row: Row, whole: Decimal) -> Row:
    return _figures(row) | {
        **_named(row["value"]),
        "share": share(float(row["cost"]), float(whole)),
        "previous_cost": row["previous_cost"],
    }


def _units(row: Row) -> Row:
    """What one of each costs. Users and sessions cannot be counted where traces of them were left out by sampling."""
    cost = row.get("cost") or Decimal(0)
    estimated = bool(row.get("estimated"))
    users = None if estimated else row.get("users", 0)
    sessions = None if estimated else row.get("sessions", 0)
    return {
        "traces": row.get("traces", 0),
        "ok_traces": row.get("ok_traces", 0),
        "users": users,
        "sessions": sessions,
        "cost_per_trace": per(cost, row.get("traces", 0)),
        "cost_per_ok_trace": per(cost, row.get("ok_traces", 0)),
        "cost_per_user": per(row.get("cost_of_users") or Decimal(0), users),
        "cost_per_session": per(row.get("cost_of_sessions") or Decimal(0), sessions),
    }


def per(cost: Decimal, count: float | None) -> Decimal | None:
    """What one of `count` costs; None of none, and of an unknown number."""
    return (cost / Decimal(count)).quantize(_PICO) if count else None
