"""What one span costs the thread that records it: our SDK beside OpenTelemetry's, in turns.

    python -m bench.sdk

prints microseconds a span as JSON. Both deliver in the background to an exporter that only counts; after each
round everything is delivered while no clock runs, so that neither drops a span.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from typing_extensions import override

import clearspan

ROUNDS = 60
SPANS_PER_ROUND = 1_000  # below both queues' bounds


class Counting:
    """An exporter of ours that takes everything."""

    def __init__(self) -> None:
        self.count = 0

    def export(self, spans: Sequence[clearspan.Span], dropped: int) -> clearspan.Outcome:
        self.count += len(spans) - dropped
        return clearspan.Outcome(len(spans))

    def watch(self, open_spans: Sequence[clearspan.Span]) -> None:
        """Nothing is open for long."""

    def close(self) -> None:
        """Nothing is held."""


class OtelCounting(SpanExporter):
    """The same for OpenTelemetry."""

    def __init__(self) -> None:
        self.count = 0

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.count += len(spans)
        return SpanExportResult.SUCCESS


def ours() -> None:
    """A span with five attributes of four types."""
    with clearspan.span(
        "rank", candidates=40, query="late parcel", share=0.25, cached=True, index="orders"
    ):
        pass


@clearspan.trace
def _decorated(candidates: int, query: str, share: float, *, cached: bool, index: str) -> None:
    """A function whose five arguments are recorded."""


def decorated() -> None:
    """A call of a traced function with five arguments."""
    _decorated(40, "late parcel", 0.25, cached=True, index="orders")


def candidates(
    provider: TracerProvider,
) -> Iterator[tuple[str, Callable[[], None], Callable[[], object]]]:
    """What is compared: its name, one span, and how it delivers."""
    tracer = provider.get_tracer("bench")

    def otel() -> None:
        attributes: dict[str, str | int | float | bool] = {
            "candidates": 40,
            "query": "late parcel",
            "share": 0.25,
            "cached": True,
            "index": "orders",
        }
        with tracer.start_as_current_span("rank", attributes=attributes):
            pass

    yield "clearspan.span", ours, clearspan.flush
    yield "clearspan.trace", decorated, clearspan.flush
    yield "opentelemetry", otel, provider.force_flush


def one_round(record: Callable[[], None]) -> float:
    """Microseconds a span."""
    begin_ns = time.perf_counter_ns()
    for _ in range(SPANS_PER_ROUND):
        record()
    return (time.perf_counter_ns() - begin_ns) / SPANS_PER_ROUND / 1e3


def main() -> None:
    """Medians over the rounds; nothing if a span was lost."""
    exporter, otel_exporter = Counting(), OtelCounting()
    clearspan.init(service="bench", exporters=[exporter])
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(otel_exporter))
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, record, deliver in candidates(provider):
            rounds.setdefault(name, []).append(one_round(record))
            deliver()
    provider.shutdown()
    sent, otel_sent = 2 * ROUNDS * SPANS_PER_ROUND, ROUNDS * SPANS_PER_ROUND
    if (exporter.count, otel_exporter.count) != (sent, otel_sent):
        raise SystemExit(
            f"of {sent} and {otel_sent} spans {exporter.count} and {otel_exporter.count} arrived"
        )
    print(json.dumps({name: statistics.median(found) for name, found in rounds.items()}))


if __name__ == "__main__":
    main()
