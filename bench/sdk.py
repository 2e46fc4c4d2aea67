"""What one span costs the thread that records it: our SDK beside others, in turns.

    python -m bench.sdk

prints microseconds a span as JSON. All deliver in the background to an exporter that only counts; after each round
everything is delivered while no clock runs, so that none drops a span.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

import logfire
from langfuse import Langfuse, observe
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from typing_extensions import override

import clearspan

ROUNDS = 40
SPANS_PER_ROUND = 1_000  # below the bounds of all queues
ATTRIBUTES: dict[str, str | int | float | bool] = {
    "candidates": 40,
    "query": "late parcel",
    "share": 0.25,
    "cached": True,
    "index": "orders",
}

Candidate = tuple[str, Callable[[], object], Callable[[], object]]


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
    """The same for all that are made of OpenTelemetry."""

    def __init__(self) -> None:
        self.count = 0

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.count += len(spans)
        return SpanExportResult.SUCCESS


def clearspans(exporter: Counting) -> Iterator[Candidate]:
    """A span with five attributes of four types, and a function whose five arguments are recorded."""
    clearspan.init(service="bench", exporters=[exporter])

    def span() -> None:
        with clearspan.span(
            "rank", candidates=40, query="late parcel", share=0.25, cached=True, index="orders"
        ):
            pass

    @clearspan.trace
    def decorated(candidates: int, query: str, share: float, *, cached: bool, index: str) -> None:
        """Does nothing."""

    def call() -> None:
        decorated(40, "late parcel", 0.25, cached=True, index="orders")

    yield "clearspan.span", span, clearspan.flush
    yield "clearspan.trace", call, clearspan.flush


def opentelemetries(exporter: SpanExporter) -> Iterator[Candidate]:
    """OpenTelemetry's own SDK."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("bench")

    def span() -> None:
        with tracer.start_as_current_span("rank", attributes=dict(ATTRIBUTES)):
            pass

    yield "opentelemetry", span, provider.force_flush


def langfuses(exporter: SpanExporter) -> Iterator[Candidate]:
    """Langfuse's SDK, its context manager and its decorator."""
    client = Langfuse(public_key="pk-bench", secret_key="sk-bench", span_exporter=exporter)  # noqa: S106 - of nobody

    def span() -> None:
        with client.start_as_current_observation(name="rank", metadata=dict(ATTRIBUTES)):
            pass

    @observe()  # type: ignore[untyped-decorator]  # its types are in bench/.envs
    def decorated(candidates: int, query: str, share: float, *, cached: bool, index: str) -> None:
        """Does nothing."""

    def call() -> None:
        decorated(40, "late parcel", 0.25, cached=True, index="orders")

    yield "langfuse", span, client.flush
    yield "langfuse.observe", call, client.flush


def logfires(exporter: SpanExporter) -> Iterator[Candidate]:
    """Logfire's SDK."""
    recorder = logfire.configure(
        local=True,
        send_to_logfire=False,
        console=False,
        inspect_arguments=False,
        additional_span_processors=[BatchSpanProcessor(exporter)],
    )

    def span() -> None:
        with recorder.span(
            "rank", candidates=40, query="late parcel", share=0.25, cached=True, index="orders"
        ):
            pass

    yield "logfire", span, recorder.force_flush


def one_round(record: Callable[[], object]) -> float:
    """Microseconds a span."""
    begin_ns = time.perf_counter_ns()
    for _ in range(SPANS_PER_ROUND):
        record()
    return (time.perf_counter_ns() - begin_ns) / SPANS_PER_ROUND / 1e3


def main() -> None:
    """Medians over the rounds; nothing if one of our spans was lost."""
    exporter = Counting()
    candidates = [
        *clearspans(exporter),
        *opentelemetries(OtelCounting()),
        *langfuses(OtelCounting()),
        *logfires(OtelCounting()),
    ]
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, record, deliver in candidates:
            rounds.setdefault(name, []).append(one_round(record))
            deliver()
    sent = 2 * ROUNDS * SPANS_PER_ROUND
    if exporter.count != sent:
        raise SystemExit(f"of {sent} spans {exporter.count} arrived")
    print(json.dumps({name: statistics.median(found) for name, found in rounds.items()}))


if __name__ == "__main__":
    main()
