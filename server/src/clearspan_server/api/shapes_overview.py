"""The JSON of the overview; docs/figures.md says what each figure is."""

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_figures import Origin


class Point(Shape):
    """One bucket. Counts, tokens and cost are weighted where traces were sampled; null is nothing to tell."""

    start: str
    traces: float
    errors: float
    cancelled: float
    calls: float
    retries: float
    timeouts: float
    refusals: float
    filtered: float
    latency_avg_ns: int | None
    latency_p50_ns: int | None
    latency_p95_ns: int | None
    latency_p99_ns: int | None
    ttft_p50_ns: int | None
    ttft_p95_ns: int | None
    output_per_s: float | None
    uncached_tokens: float
    cache_read_tokens: float
    cache_write_tokens: float
    output_tokens: float
    reasoning_tokens: float
    cost: str


class Totals(Shape):
    """A whole window; `estimated` where some of it was sampled and counts are weighted."""

    traces: float
    spans: float
    errors: float
    error_rate: float | None
    cancelled: float
    cancel_rate: float | None
    latency_avg_ns: int | None
    latency_p50_ns: int | None
    latency_p95_ns: int | None
    latency_p99_ns: int | None
    calls: float
    retries: float
    retry_rate: float | None
    timeouts: float
    timeout_rate: float | None
    refusals: float
    refusal_rate: float | None
    filtered: float
    filter_rate: float | None
    ttft_p50_ns: int | None
    ttft_p95_ns: int | None
    output_per_s: float | None
    input_tokens: float
    uncached_tokens: float
    cache_read_tokens: float
    cache_write_tokens: float
    output_tokens: float
    reasoning_tokens: float
    cost: str
    unpriced_calls: float
    estimated: bool


class ModelRow(Shape):
    """One model over the window; latencies are of its calls."""

    provider: str
    model: str
    calls: float
    errors: float
    input_tokens: float
    output_tokens: float
    cost: str
    latency_p50_ns: int | None
    latency_p95_ns: int | None


class Bin(Shape):
    """Traces from `low` up to and without `high`; null has no end."""

    low: int
    high: int | None
    traces: float


class Overview(Shape):
    """The window in numbers: latency is of traces, tokens and cost of counted spans.

    `previous` is the time as long before; the points of `previous_series` stand for those of `series` at their place.
    """

    start: str
    end: str
    step_ns: int
    origin: Origin
    totals: Totals
    previous: Totals
    series: list[Point]
    previous_series: list[Point]
    models: list[ModelRow]
    latencies: list[Bin]
    tokens: list[Bin]
