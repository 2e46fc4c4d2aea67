"""The overview: a window in numbers, beside the window before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from clearspan_server.query import SQL
from clearspan_server.query.window import Window
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
_SPANS = statement(SQL, "overview_spans")
_MODELS = statement(SQL, "overview_models")


@dataclass(slots=True, frozen=True)
class Overview:
    """Rows with the names of `api.shapes.Totals`, `Point` (with `start_ns`) and `ModelRow`; money as Decimal."""

    window: Window
    step_ns: int
    totals: Row
    previous: Row
    series: list[Row]
    models: list[Row]


def overview(engine: Engine, project: str, window: Window) -> Overview:
    """The window in buckets, in sums and by model. Tokens, cost and calls are of counted spans."""
    step_ns = step_for(window)
    before_ns = max(0, window.from_ns - window.width_ns)
    values: dict[str, object] = {"project": project} | window.values()
    framed = values | {"step_ns": step_ns, "before_ns": before_ns}
    of_traces = [_trace_numbers(row) for row in engine.query(_TRACES, framed)]
    of_spans = [_span_numbers(row) for row in engine.query(_SPANS, framed)]
    return Overview(
        window=window,
        step_ns=step_ns,
        totals=_totals(of_traces, of_spans, period=1),
        previous=_totals(of_traces, of_spans, period=0),
        series=_series(of_traces, of_spans, _buckets(window, step_ns), step_ns),
        models=[_model_numbers(row) for row in engine.query(_MODELS, values)],
    )


def step_for(window: Window) -> int:
    """The shortest step, in ns, that covers the window with at most `MAX_BUCKETS` buckets at its multiples."""
    for step_s in _STEPS_S:
        if len(_buckets(window, step_s * _SECOND_NS)) <= MAX_BUCKETS:
            return step_s * _SECOND_NS
    day_ns = _DAY_S * _SECOND_NS
    return day_ns * -(-window.width_ns // (day_ns * (MAX_BUCKETS - 1)))


def _buckets(window: Window, step_ns: int) -> range:
    """The numbers of the window's buckets; a bucket starts at its number times the step."""
    return range(window.from_ns // step_ns, -(-window.to_ns // step_ns))


_TRACE_COUNTS = ("traces", "errors", "spans")
_SPAN_COUNTS = (
    "llm_calls",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "unpriced_calls",
)
_LATENCIES = ("latency_p50_ns", "latency_p95_ns", "latency_p99_ns")
_NO_TRACES: Row = dict.fromkeys(_TRACE_COUNTS, 0) | dict.fromkeys(
    ("latency_avg_ns", *_LATENCIES), None
)
_NO_SPANS: Row = dict.fromkeys(_SPAN_COUNTS, 0) | {"cost": Decimal(0), "ttft_p50_ns": None}


def _trace_numbers(row: Row) -> Row:
    timed = row["timed"]
    return _group(row) | {
        **{name: row[name] for name in _TRACE_COUNTS},
        "latency_avg_ns": row["latency_sum_ns"] // timed if timed else None,
        **_quantiles(row["latency_quantiles_ns"], _LATENCIES, timed),
    }


def _span_numbers(row: Row) -> Row:
    return _group(row) | {
        **{name: row[name] or 0 for name in _SPAN_COUNTS},
        "cost": row["cost"] or Decimal(0),
        **_quantiles(row["ttft_quantiles_ns"], ("ttft_p50_ns",), row["timed"]),
    }


def _model_numbers(row: Row) -> Row:
    return {
        **{name: row[name] for name in ("provider", "model", "calls", "errors")},
        **{name: row[name] or 0 for name in ("input_tokens", "output_tokens")},
        "cost": row["cost"] or Decimal(0),
        **_quantiles(row["latency_quantiles_ns"], _LATENCIES[:2], row["timed"]),
    }


def _group(row: Row) -> Row:
    return {name: row[name] for name in ("period", "bucket", "is_total")}


def _quantiles(found: Sequence[int], names: Sequence[str], timed: int) -> Row:
    """The engine gives 0 for the quantile of nothing."""
    return {name: value if timed else None for name, value in zip(names, found, strict=True)}


def _totals(of_traces: Sequence[Row], of_spans: Sequence[Row], *, period: int) -> Row:
    def of_period(rows: Sequence[Row], nothing: Row) -> Row:
        found = (row for row in rows if row["is_total"] and row["period"] == period)
        return _numbers(next(found, nothing))

    totals = of_period(of_traces, _NO_TRACES) | of_period(of_spans, _NO_SPANS)
    rate = totals["errors"] / totals["traces"] if totals["traces"] else None
    return totals | {"error_rate": rate}


_OF_TOTALS_ONLY = ("spans", "latency_avg_ns", "cache_read_tokens", "unpriced_calls")


def _series(
    of_traces: Sequence[Row], of_spans: Sequence[Row], buckets: range, step_ns: int
) -> list[Row]:
    def by_bucket(rows: Sequence[Row]) -> dict[int, Row]:
        return {row["bucket"]: row for row in rows if row["period"] and not row["is_total"]}

    traces, spans = by_bucket(of_traces), by_bucket(of_spans)
    points = []
    for bucket in buckets:
        numbers = _numbers(traces.get(bucket, _NO_TRACES) | spans.get(bucket, _NO_SPANS))
        points.append(
            {"start_ns": bucket * step_ns}
            | {name: value for name, value in numbers.items() if name not in _OF_TOTALS_ONLY}
        )
    return points


def _numbers(row: Row) -> Row:
    return {
        name: value for name, value in row.items() if name not in ("period", "bucket", "is_total")
    }
