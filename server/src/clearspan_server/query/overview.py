"""The overview: a window in numbers, beside the window before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clearspan_server.query import SQL
from clearspan_server.query.filter import Clauses, compose
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.source import Source, source_of
from clearspan_server.query.window import HOUR_NS, Window
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_BUCKETS = 120
_SECOND_NS = 1_000_000_000
_DAY_S = 86_400
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200, _DAY_S),
)

_TRACES = statement(SQL, "overview_traces")
_SPREAD = statement(SQL, "overview_spread")
_CALLS = {
    "raw": statement(SQL, "overview_calls"),
    "rollups": statement(SQL, "overview_calls_rollups"),
}
_MODELS = {
    "raw": statement(SQL, "overview_models"),
    "rollups": statement(SQL, "overview_models_rollups"),
}

# Lower bounds of the bins: six to a power of ten, as even on a logarithmic axis as round numbers can be.
_ROUND = (10, 15, 20, 30, 50, 70)
LATENCY_BOUNDS_NS = (0, *(one * 10**power for power in range(5, 12) for one in _ROUND))
TOKEN_BOUNDS = (0, 1, 2, 3, 5, 7, *(one * 10**power for power in range(7) for one in _ROUND))


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
    step_ns = step_for(window, at_least_ns=HOUR_NS if source.kind == "rollups" else 0)
    # By whole buckets, so that the ghost's points lie where those of the window do.
    shift_ns = round(window.width_ns / step_ns) * step_ns
    framed = window.values() | source.values()
    framed |= {"step_ns": step_ns, "before_ns": before_ns, "shift_ns": shift_ns}
    bounds = {"latency_bounds": list(LATENCY_BOUNDS_NS), "token_bounds": list(TOKEN_BOUNDS)}

    def found(statement: str, clauses: Clauses) -> list[Row]:
        return engine.query(compose(statement, clauses), clauses.values | framed | bounds)

    traces = _Found(found(_TRACES, of_traces))
    spans = _Found(found(_CALLS[source.kind], of_spans))
    spread = found(_SPREAD, of_traces)
    buckets = _buckets(window, step_ns)
    return Overview(
        window=window,
        step_ns=step_ns,
        source=source,
        totals=_figures(traces.total(1), spans.total(1)),
        previous=_figures(traces.total(0), spans.total(0)),
        series=_series(traces, spans, 1, buckets, step_ns),
        previous_series=_series(traces, spans, 0, buckets, step_ns),
        models=[_model(row) for row in found(_MODELS[source.kind], of_spans)],
        latencies=_bins(
            LATENCY_BOUNDS_NS,
            {row["latency_bin"]: row["timed"] for row in spread if not row["is_tokens"]},
        ),
        tokens=_bins(
            TOKEN_BOUNDS, {row["token_bin"]: row["used"] for row in spread if row["is_tokens"]}
        ),
    )


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
    timed = traces.get("timed", 0)
    generating_ns = spans.get("generating_ns") or 0
    generated = spans.get("generated_tokens") or 0
    return sums | {
        "estimated": bool(traces.get("estimated") or spans.get("estimated")),
        **{rate: share(sums[part], sums[whole]) for rate, (part, whole) in _RATES.items()},
        "latency_avg_ns": traces["latency_sum_ns"] // timed if timed else None,
        **_quantiles(traces.get("latency_quantiles_ns", ()), _LATENCIES, timed),
        **_quantiles(spans.get("ttft_quantiles_ns", ()), _FIRST_TOKENS, spans.get("timed", 0)),
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


def _model(row: Row) -> Row:
    return {
        **{name: row[name] for name in ("provider", "model", "calls", "errors")},
        **{name: row[name] or 0 for name in ("input_tokens", "output_tokens")},
        "cost": row["cost"] or Decimal(0),
        **_quantiles(row["latency_quantiles_ns"], _LATENCIES[:2], row["timed"]),
    }


def _quantiles(found: Sequence[float], names: Sequence[str], timed: int) -> Row:
    """The engine gives 0 for the quantile of nothing, and fractions where it asks a sketch."""
    if not timed:
        return dict.fromkeys(names)
    return {name: round(value) for name, value in zip(names, found, strict=True)}


def _series(traces: _Found, spans: _Found, period: int, buckets: range, step_ns: int) -> list[Row]:
    return [
        {"start_ns": bucket * step_ns}
        | _figures(traces.at(period, bucket), spans.at(period, bucket))
        for bucket in buckets
    ]


def _bins(bounds: Sequence[int], counts: dict[int, float]) -> list[tuple[int, int | None, float]]:
    """The bins from the first to the last that holds anything."""
    used = [at for at, low in enumerate(bounds) if counts.get(low)]
    if not used:
        return []
    uppers: tuple[int | None, ...] = (*bounds[1:], None)
    return [
        (bounds[at], uppers[at], counts.get(bounds[at], 0)) for at in range(used[0], used[-1] + 1)
    ]
