"""The overview: a window in numbers, beside the window before it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.query import SQL
from clearspan_server.query.adding import added
from clearspan_server.query.filter import Clauses, compose
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.source import Source, source_of
from clearspan_server.query.window import Window
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.ranks import RANKS
from clearspan_server.store.rollups import LATENCY_BOUNDS_NS, TOKEN_BOUNDS
from clearspan_server.store.statements import statement

MAX_BUCKETS = 120
_SECOND_NS = 1_000_000_000
_QUARTER_NS = 900 * _SECOND_NS  # the points of roll-ups
_DAY_S = 86_400
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200, _DAY_S),
)

_SPANS = {
    "raw": statement(SQL, "overview_spans"),
    "rollups": statement(SQL, "overview_spans_rollups"),
}
_TRACES = {
    "raw": statement(SQL, "overview_traces"),
    "rollups": statement(SQL, "overview_traces_rollups"),
}
_MAX_MODELS = 100


@dataclass(slots=True, frozen=True)
class Overview:
    """Rows with the names of the shapes in `api.shapes_overview`, points with `start_ns`; money as Decimal.

    `latencies` and `tokens` are bins as (lower bound, upper bound or None, traces).
    """

    window: Window
    step_ns: int
    source: Source
    totals: Row
    previous: Row
    series: list[Row]
    previous_series: list[Row]
    models: list[Row]
    latencies: list[tuple[int, int | None, float]]
    tokens: list[tuple[int, int | None, float]]


def overview(engine: Engine, asked: Narrowing, agenda: Agenda | None) -> Overview:
    """The window in buckets, in sums and by model. Tokens, cost and calls are of counted spans.

    Counts, tokens and money are weighted by the share that was sampled; latencies are of what was kept.

    Raises:
        BadInput: the filter cannot be read.
    """
    window = asked.window
    of_spans, of_traces = narrowed(engine, "spans", asked), narrowed(engine, "traces", asked)
    before_ns = max(0, window.from_ns - window.width_ns)
    source = source_of(agenda, asked, before_ns)
    step_ns = step_for(window, at_least_ns=_QUARTER_NS if source.kind == "rollups" else 0)
    # By whole buckets, so that the ghost's points lie where those of the window do.
    shift_ns = round(window.width_ns / step_ns) * step_ns
    framed = window.values() | source.values()
    framed |= {"step_ns": step_ns, "before_ns": before_ns, "shift_ns": shift_ns}
    framed |= {"latency_bounds": list(LATENCY_BOUNDS_NS), "token_bounds": list(TOKEN_BOUNDS)}
    framed |= {"ranks": list(RANKS)}
    by_model, by_time = _read_spans(engine, source, of_spans, framed)
    spread, over_time = _read_traces(engine, source, of_traces, framed)
    spans, traces = _Found(by_time), _Found(over_time)
    buckets = _buckets(window, step_ns)
    return Overview(
        window=window,
        step_ns=step_ns,
        source=source,
        totals=_figures(traces.total(1), spans.total(1)),
        previous=_figures(traces.total(0), spans.total(0)),
        series=_series(traces, spans, 1, buckets, step_ns),
        previous_series=_series(traces, spans, 0, buckets, step_ns),
        models=_models(by_model),
        latencies=_bins(LATENCY_BOUNDS_NS, spread, "latency"),
        tokens=_bins(TOKEN_BOUNDS, spread, "tokens"),
    )


# Rows that tell something apart, by model or in bins, and rows of buckets and totals.
_Rows = tuple[list[Row], list[Row]]


def _read_spans(engine: Engine, source: Source, clauses: Clauses, values: Row) -> _Rows:
    asked = compose(_SPANS[source.kind], clauses)
    spans = engine.table(asked, clauses.values | values)
    answers = spans.filter(pc.equal(spans["is_answer"], 1))
    others = spans.filter(pc.equal(spans["is_by_model"], 0))
    at_ranks = source.kind == "rollups"
    by_time = _by_time(others, {"ttft": (0.5, 0.95)}, at_ranks=at_ranks)
    return _by_model(answers, at_ranks=at_ranks), by_time


def _read_traces(engine: Engine, source: Source, clauses: Clauses, values: Row) -> _Rows:
    if source.kind == "raw":
        rows = engine.query(compose(_TRACES["raw"], clauses), clauses.values | values)
        return [row for row in rows if row["dimension"]], [r for r in rows if not r["dimension"]]
    traces = engine.table(_TRACES["rollups"], clauses.values | values)
    is_all = pc.equal(traces["dimension"], "")
    binned, every = traces.filter(pc.invert(is_all)), traces.filter(is_all)
    return _spread(binned), _by_time(every, {"latency": (0.5, 0.95, 0.99)}, at_ranks=True)


def _by_time(
    parts: pa.Table, levels: Mapping[str, tuple[float, ...]], *, at_ranks: bool
) -> list[Row]:
    periods, buckets = parts["period"].to_pylist(), parts["bucket"].to_pylist()
    points = added(parts, list(zip(periods, buckets, strict=True)), levels, at_ranks=at_ranks)
    totals = added(parts, periods, levels, at_ranks=at_ranks)
    return [
        *(
            row | {"period": period, "bucket": bucket, "is_total": 0}
            for (period, bucket), row in points.items()
        ),
        *(row | {"period": period, "is_total": 1} for period, row in totals.items()),
    ]


def _by_model(parts: pa.Table, *, at_ranks: bool) -> list[Row]:
    """Calls by model; one without an answer counts under the model that last answered the same wish."""
    names = ("asked_of", "asked_for", "answered_by", "last_ns")
    calls = list(zip(*(parts[name].to_pylist() for name in names), strict=True))
    last = {
        (provider, wish): answer
        for provider, wish, answer, _ in sorted(calls, key=lambda call: call[3])
        if wish and answer
    }
    keys = [
        (provider, answer or last.get((provider, wish)) or wish)
        for provider, wish, answer, _ in calls
    ]
    models = added(parts, keys, {"latency": (0.5, 0.95)}, at_ranks=at_ranks)
    return [
        row | {"provider": provider, "model": model, "is_total": 0}
        for (provider, model), row in models.items()
    ]


def _spread(parts: pa.Table) -> list[Row]:
    names = ("dimension", "period", "low")
    lows = pc.if_else(
        pc.equal(parts["dimension"], "latency"), parts["latency_low"], parts["token_low"]
    )
    parts = parts.append_column("low", lows)
    keys = list(zip(*(parts[name].to_pylist() for name in names), strict=True))
    return [
        dict(zip(names, key, strict=True)) | {"traces": row["traces"], "is_total": 1}
        for key, row in added(parts.select(["traces"]), keys, {}, at_ranks=True).items()
    ]


def step_for(window: Window, at_least_ns: int = 0) -> int:
    """The shortest step, in ns, that covers the window with at most `MAX_BUCKETS` buckets at its multiples."""
    for step_s in _STEPS_S:
        step_ns = step_s * _SECOND_NS
        if step_ns >= at_least_ns and len(_buckets(window, step_ns)) <= MAX_BUCKETS:
            return step_ns
    day_ns = _DAY_S * _SECOND_NS
    return day_ns * -(-window.width_ns // (day_ns * (MAX_BUCKETS - 1)))


def _buckets(window: Window, step_ns: int) -> range:
    """The numbers of the window's buckets; a bucket starts at its number times the step."""
    return range(window.from_ns // step_ns, -(-window.to_ns // step_ns))


class _Found:
    """What a statement found: a row of totals for each period, and rows by bucket."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._totals: dict[int, Row] = {}
        self._buckets: dict[tuple[int, int], Row] = {}
        for row in rows:
            if row["is_total"]:
                self._totals[row["period"]] = row
            else:
                self._buckets[row["period"], row["bucket"]] = row

    def total(self, period: int) -> Row:
        """The sums of a period, without a name where nothing was."""
        return self._totals.get(period, {})

    def at(self, period: int, bucket: int) -> Row:
        """The sums of a bucket, without a name where nothing was."""
        return self._buckets.get((period, bucket), {})


_LATENCIES = ("latency_p50_ns", "latency_p95_ns", "latency_p99_ns")
_FIRST_TOKENS = ("ttft_p50_ns", "ttft_p95_ns")
_OF_TRACES = ("traces", "errors", "cancelled", "spans")
_OF_CALLS = ("calls", "retries", "timeouts", "refusals", "filtered", "unpriced_calls")
_TOKENS = (
    *("input_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens"),
)
# A rate and what it is the share of.
_RATES = {
    "error_rate": ("errors", "traces"),
    "cancel_rate": ("cancelled", "traces"),
    "retry_rate": ("retries", "calls"),
    "timeout_rate": ("timeouts", "calls"),
    "refusal_rate": ("refusals", "calls"),
    "filter_rate": ("filtered", "calls"),
}


def _figures(traces: Row, spans: Row) -> Row:
    """The figures of one stretch of time from what was found of its traces and of its spans."""
    sums: Row = {name: traces.get(name) or 0 for name in _OF_TRACES}
    sums |= {name: spans.get(name) or 0 for name in (*_OF_CALLS, *_TOKENS)}
    timed = traces.get("latency_count", 0)
    generating_ns = spans.get("generating_ns") or 0
    generated = spans.get("generated_tokens") or 0
    return sums | {
        "estimated": bool(traces.get("estimated") or spans.get("estimated")),
        **{rate: share(sums[part], sums[whole]) for rate, (part, whole) in _RATES.items()},
        "latency_avg_ns": traces["latency_sum_ns"] // timed if timed else None,
        **_quantiles(traces, _LATENCIES),
        **_quantiles(spans, _FIRST_TOKENS),
        "output_per_s": generated / generating_ns * _SECOND_NS if generating_ns else None,
        "uncached_tokens": uncached(sums),
        "cost": spans.get("cost") or Decimal(0),
    }


def share(part: float, whole: float) -> float | None:
    """A part of a whole; None of nothing."""
    return part / whole if whole else None


def uncached(tokens: Row) -> float:
    """Input that was neither read from a cache nor written to one; never below zero, whatever was reported."""
    cached = tokens["cache_read_tokens"] + tokens["cache_write_tokens"]
    return float(max(0, tokens["input_tokens"] - cached))


def _models(rows: Iterable[Row]) -> list[Row]:
    """The models of the window, most called first."""
    named = (row for row in rows if not row["is_total"])
    most = sorted(named, key=lambda row: (-row["calls"], row["provider"], row["model"]))
    return [_model(row) for row in most[:_MAX_MODELS]]


def _model(row: Row) -> Row:
    return {
        **{name: row[name] for name in ("provider", "model", "calls", "errors")},
        **{name: row[name] or 0 for name in ("input_tokens", "output_tokens")},
        "cost": row["cost"] or Decimal(0),
        **_quantiles(row, _LATENCIES[:2]),
    }


def _quantiles(row: Row, names: Sequence[str]) -> Row:
    """The figures of these names, `latency_p50_ns` and the like; the engine gives 0 for the quantile of nothing."""
    measure = names[0].partition("_")[0]
    if not row.get(f"{measure}_count"):
        return dict.fromkeys(names)
    return dict(zip(names, row[f"{measure}_quantiles_ns"], strict=True))


def _series(traces: _Found, spans: _Found, period: int, buckets: range, step_ns: int) -> list[Row]:
    return [
        {"start_ns": bucket * step_ns}
        | _figures(traces.at(period, bucket), spans.at(period, bucket))
        for bucket in buckets
    ]


def _bins(
    bounds: Sequence[int], spread: Iterable[Row], dimension: str
) -> list[tuple[int, int | None, float]]:
    """The bins from the first to the last that holds anything of the window."""
    counts: dict[int, float] = {
        row["low"]: row["traces"]
        for row in spread
        if row["dimension"] == dimension and row["period"] and row["is_total"]
    }
    used = [at for at, low in enumerate(bounds) if counts.get(low)]
    if not used:
        return []
    uppers: tuple[int | None, ...] = (*bounds[1:], None)
    return [
        (bounds[at], uppers[at], counts.get(bounds[at], 0)) for at in range(used[0], used[-1] + 1)
    ]
