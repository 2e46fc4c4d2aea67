"""The bars that the design sets, and whether a run reached them."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from bench.results import LOAD_NAMES, Results, Stages
from bench.server import Figures

MIB = 2**20

INGEST_PER_S = {"reference": 10_000, "realistic": 6_000}
_DISK_SHARE = {"reference": 0.45, "realistic": 0.6}
_RAW_SHARE = 0.45


@dataclass(slots=True, frozen=True)
class Bar:
    """One row: what is asked, how the bar reads, and for each load what was found and whether it is enough."""

    what: str
    bar: str
    check: Callable[[Results, str], tuple[str, bool] | None]


def marked(bar: Bar, results: Results, load: str) -> str:
    """The figure with its mark; a dash where nothing was measured."""
    found = bar.check(results, load)
    if found is None:
        return "–"
    shown, enough = found
    return f"{'✓' if enough else '✗'} {shown}"


def _of_server(
    check: Callable[[Figures], tuple[str, bool]],
) -> Callable[[Results, str], tuple[str, bool] | None]:
    def checked(results: Results, load: str) -> tuple[str, bool] | None:
        figures = results.server.get(load)
        return check(figures) if isinstance(figures, Figures) else None

    return checked


def _of_stages(
    check: Callable[[Stages], tuple[str, bool]],
) -> Callable[[Results, str], tuple[str, bool] | None]:
    def checked(results: Results, load: str) -> tuple[str, bool] | None:
        stages = results.stages.get(load)
        return check(stages) if isinstance(stages, Stages) else None

    return checked


def _ingest(figures: Figures) -> tuple[str, bool]:
    rate = figures.ingest.queryable_per_s
    return f"{rate:,.0f} spans/s", rate >= INGEST_PER_S[figures.load]


def _raw(results: Results, load: str) -> tuple[str, bool] | None:
    figures, raw_per_s = results.server.get(load), results.raw_per_s.get(load)
    if not isinstance(figures, Figures) or not isinstance(raw_per_s, float):
        return None
    share = figures.ingest.queryable_per_s / raw_per_s
    return f"{share:.0%} of {raw_per_s:,.0f}/s", share >= _RAW_SHARE


def _redaction(stages: Stages) -> tuple[str, bool]:
    found_us = stages.us_per_span["redact"]
    return f"{found_us:.1f} µs", found_us <= 20


def _pricing(stages: Stages) -> tuple[str, bool]:
    found_us = stages.price_us_per_call
    return f"{found_us:.1f} µs", found_us <= 5


def _acknowledged(figures: Figures) -> tuple[str, bool]:
    sent = figures.ingest.half_bar
    p50_ms, p99_ms = sent.percentile_ms(0.5), sent.percentile_ms(0.99)
    return f"{p50_ms:.0f} ms, {p99_ms:.0f} ms", p50_ms <= 60 and p99_ms <= 250


def _visible(figures: Figures) -> tuple[str, bool]:
    median_s, worst_s = statistics.median(figures.visible_s), max(figures.visible_s)
    return f"{median_s:.2f} s, at worst {worst_s:.2f} s", worst_s <= 2


def _start(figures: Figures) -> tuple[str, bool]:
    return f"{figures.idle.start_s:.1f} s", figures.idle.start_s <= 3


def _memory(figures: Figures) -> tuple[str, bool]:
    idle, peak = figures.idle.memory_bytes / MIB, figures.peak_bytes / MIB
    return f"{idle:,.0f} MiB, {peak:,.0f} MiB", idle <= 500 and peak <= 1_200


def _idle_cpu(figures: Figures) -> tuple[str, bool]:
    return f"{figures.idle.cpu_share:.1%}", figures.idle.cpu_share <= 0.01


def _disk(figures: Figures) -> tuple[str, bool]:
    share = figures.disk.engine_bytes / figures.disk.received_bytes
    return f"{share:.2f}", share <= _DISK_SHARE[figures.load]


def _both(bars: dict[str, float] | dict[str, int]) -> str:
    return ", ".join(f"{bars[name]:,}" for name in LOAD_NAMES)


BARS: tuple[Bar, ...] = (
    Bar(
        "spans/s over HTTP until the API counts them all",
        f"≥ {_both(INGEST_PER_S)}",
        _of_server(_ingest),
    ),
    Bar("share of raw engine inserts in the same run", f"≥ {_RAW_SHARE:.0%}", _raw),
    Bar("redaction, a span", "≤ 20 µs", _of_stages(_redaction)),
    Bar("pricing, a model call", "≤ 5 µs", _of_stages(_pricing)),
    Bar(
        "acknowledgement of a request at half the bar, p50 and p99",
        "≤ 60 ms, ≤ 250 ms",
        _of_server(_acknowledged),
    ),
    Bar("sent → visible in the list of an idle server", "≤ 2 s", _of_server(_visible)),
    Bar("start with data until ready", "≤ 3 s", _of_server(_start)),
    Bar("memory idle and at most under load", "≤ 500 MiB, ≤ 1,200 MiB", _of_server(_memory)),
    Bar("idle processor", "≤ 1 % of a core", _of_server(_idle_cpu)),
    Bar("bytes stored a byte received", f"≤ {_both(_DISK_SHARE)}", _of_server(_disk)),
)
SDK_BAR_US = 3.0
CALL_BAR_US = 150.0
IMPORT_BAR_MS = 30.0
WHEEL_BAR_BYTES = 120_000
CORE_BAR_LINES = 200
