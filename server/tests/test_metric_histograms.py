"""Histograms of metrics: what is known of values that were counted in buckets."""

import json
import math
import random
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from clearspan_server.ingest import decode_metrics_json
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.encode_records import MAX_LABELS, finish_point
from clearspan_server.ingest.exponential import Buckets, Exponential, Zero, explicit
from clearspan_server.ingest.redact import Redactor
from clearspan_server.query.metric_histograms import Frame, Histograms, cells_of
from clearspan_server.query.window import Window
from measuring import Json, Metrics, gauge, histogram, number, of_values, told
from running import Server, settle

BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SCALE = 4
LEVELS = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
CHANCE = random.Random(3)
VALUES = [[CHANCE.lognormvariate(-0.5, 1) for _ in range(200)] for _ in range(10)]


def interpolated(values: Sequence[float], level: float) -> float:
    """What Prometheus' histogram_quantile says, bucket by bucket."""
    rank, before, lower = level * len(values), 0, 0.0
    for bound in BOUNDS:
        held = sum(lower < value <= bound for value in values)
        if before + held >= rank and held:
            return lower + (bound - lower) * (rank - before) / held
        before, lower = before + held, bound
    return BOUNDS[-1]


def point(at_s: float, values: Sequence[float], since_s: float | None, **labels: str) -> Json:
    return {**of_values(BOUNDS, values), **told(at_s, since_s, labels)}


def exponential(at_s: float, values: Sequence[float], since_s: float, **labels: str) -> Json:
    """An exponential histogram as an SDK makes it."""
    index = [math.ceil(math.log2(abs(value)) * 2**SCALE) - 1 if value else 0 for value in values]
    sides = {}
    for side, sign in (("positive", 1), ("negative", -1)):
        own = [at for at, value in zip(index, values, strict=True) if value * sign > 0]
        first, last = (min(own), max(own)) if own else (0, -1)
        counts = [str(own.count(at)) for at in range(first, last + 1)]
        sides[side] = {"offset": first, "bucketCounts": counts}
    return {
        "count": str(len(values)),
        "sum": sum(values),
        "scale": SCALE,
        "zeroCount": str(sum(value == 0 for value in values)),
        **sides,
        **told(at_s, since_s, labels),
    }


def so_far(step: int) -> list[float]:
    return [value for values in VALUES[: step + 1] for value in values]


@pytest.fixture(scope="module")
def metrics(server: Server) -> Metrics:
    """Two hundred values a minute for ten minutes, counted in every way."""
    made = Metrics(server)
    minutes = range(len(VALUES))
    made.send(
        histogram("total", *(point(60 * n + 30, so_far(n), 0) for n in minutes)),
        histogram(
            "each", *(point(60 * n + 30, VALUES[n], 60 * n - 30) for n in minutes), is_delta=True
        ),
        # It begins anew in the middle, first saying so, then not.
        histogram(
            "anew",
            *(
                point(
                    60 * n + 30,
                    [v for one in VALUES[n // 5 * 5 : n + 1] for v in one],
                    n // 5 * 300,
                )
                for n in minutes
            ),
        ),
        histogram(
            "falls",
            *(
                point(60 * n + 30, [v for one in VALUES[n // 5 * 5 : n + 1] for v in one], None)
                for n in minutes
            ),
        ),
        histogram(
            "powers",
            *(exponential(60 * n + 30, so_far(n), 0) for n in minutes),
            kind="exponentialHistogram",
        ),
        histogram(
            "signed",
            exponential(30, [-4.0, -2.5, -1.0, 0.0, 0.0, 1.5, 3.0, 8.0, 9.0, 10.0], 0),
            kind="exponentialHistogram",
            is_delta=True,
        ),
    )
    return made


@pytest.mark.parametrize("stat", sorted(LEVELS))
@pytest.mark.parametrize("name", ["total", "each", "anew"])
def test_percentiles_are_interpolated_within_buckets(
    metrics: Metrics, name: str, stat: str
) -> None:
    found = metrics.query(name, stat, 600, step="1m")

    assert found["reading"] == "buckets"
    assert found["series"][0]["values"] == pytest.approx(
        [interpolated(values, LEVELS[stat]) for values in VALUES]
    )


@pytest.mark.parametrize("name", ["total", "each", "anew", "powers"])
def test_counts_sums_and_averages_are_exact(metrics: Metrics, name: str) -> None:
    sums = [sum(values) for values in VALUES]

    assert metrics.values(name, "count", 600, step="1m") == [200] * 10
    assert metrics.values(name, "sum", 600, step="1m") == pytest.approx(sums)
    assert metrics.values(name, "avg", 600, step="5m") == pytest.approx(
        [sum(sums[:5]) / 1000, sum(sums[5:]) / 1000]
    )
    assert metrics.values(name, "rate", 600, step="10m") == pytest.approx([2000 / 600])


def test_a_histogram_that_does_not_say_since_when_counts_from_its_second_point(
    metrics: Metrics,
) -> None:
    assert metrics.values("falls", "count", 600, step="1m") == [200] * 9
    assert metrics.values("falls", "p90", 600, step="1m") == pytest.approx(
        [interpolated(values, 0.9) for values in VALUES[1:]]
    )


@pytest.mark.parametrize("stat", sorted(LEVELS))
def test_percentiles_of_an_exponential_histogram_are_within_a_bucket(
    metrics: Metrics, stat: str
) -> None:
    found = metrics.values("powers", stat, 600, step="1m")

    exact = [np.quantile(values, LEVELS[stat], method="inverted_cdf") for values in VALUES]
    assert found == pytest.approx(exact, rel=2 ** (2**-SCALE) - 1)


def test_values_below_zero_are_below_zero(metrics: Metrics) -> None:
    [least], [middle], [most] = (
        metrics.values("signed", stat, 600, step="10m") for stat in ("min", "p50", "max")
    )

    assert least == pytest.approx(-4.0, rel=0.05)
    assert middle == pytest.approx(0, abs=0.01)
    assert most == pytest.approx(10, rel=0.05)


def test_exponential_buckets_of_every_scale_have_bounds_in_common() -> None:
    nothing = Buckets(0, [])
    fine = Exponential(3, Zero(0, 0.0), Buckets(-8, [1] * 16), nothing)
    coarse = Exponential(2, Zero(0, 0.0), Buckets(-4, [2] * 8), nothing)

    assert set(explicit(coarse)[0]) <= set(explicit(fine)[0])
    assert sum(explicit(fine)[1]) == sum(explicit(coarse)[1]) == 16


def test_histograms_of_different_bounds_are_added(server: Server) -> None:
    metrics = Metrics(server)
    coarse = {**of_values((1, 10), [0.5, 5.0]), **told(10, 0, {"from": "a"})}
    fine = {**of_values((1, 2, 3), [1.5, 2.5]), **told(10, 0, {"from": "b"})}
    metrics.send(histogram("mixed", coarse, fine))

    assert metrics.values("mixed", "count", step="1h") == [4]
    assert 1 <= metrics.values("mixed", "p50", step="1h")[0] <= 2


@pytest.mark.parametrize("is_delta", [True, False])
def test_a_histogram_without_a_sum_has_no_average(server: Server, *, is_delta: bool) -> None:
    metrics = Metrics(server)
    points = [point(60 * n, so_far(n), 0) for n in (1, 2)]
    for one in points:
        del one["sum"]

    metrics.send(histogram("h", *points, is_delta=is_delta))

    assert metrics.values("h", "count", step="1m") == [400, 600 if is_delta else 200]
    assert metrics.values("h", "avg", step="1m") == metrics.values("h", "sum", step="1m") == []
    assert len(metrics.values("h", "p50", step="1m")) == 2


@pytest.mark.parametrize(
    ("bounds", "counts", "kept"),
    [
        ([1.0, 2.0, "Infinity"], [1, 2, 3, 0], ([1.0, 2.0], [1, 2, 3])),
        ([1.0, 2.0, "Infinity"], [1, 2, 3], ([1.0, 2.0], [1, 2, 3])),
        ([2.0, 1.0], [1, 2, 3], ([], [])),
        ([1.0, "NaN"], [1, 2, 3], ([], [])),
        ([float(n) for n in range(2_001)], [1] * 2_002, ([], [])),
        ([], [6], ([], [6])),
    ],
    ids=lambda one: str(one)[:30],
)
def test_odd_bounds_leave_the_count(
    bounds: list[Any], counts: list[int], kept: tuple[list[float], list[int]]
) -> None:
    sent = {"count": "6", "sum": 9, "explicitBounds": bounds, "bucketCounts": counts}
    body = {"scopeMetrics": [{"metrics": [histogram("h", {**sent, **told(1, 0, {})})]}]}

    decoded = decode_metrics_json.decode_json(json.dumps({"resourceMetrics": [body]}).encode(), "p")

    [draft] = decoded.drafts
    assert (draft.point.bounds, draft.point.bucket_counts) == kept
    assert (draft.point.count, draft.point.sum) == (6, 9)
    assert any("bounds:" in one for one in draft.point.truncated) == (kept == ([], []))


def test_a_summary_counts_and_sums_and_has_no_buckets(server: Server) -> None:
    made = Metrics(server)
    points = [
        {"count": str(count), "sum": total, **told(at_s, 0, {})}
        for at_s, count, total in ((60, 4, 2.0), (120, 10, 5.0))
    ]
    made.send({"name": "gc", "unit": "s", "summary": {"dataPoints": points}})

    assert sum(made.values("gc", "sum")) == 5.0
    assert sum(made.values("gc", "count")) == 10
    assert made.values("gc", "avg", step="3600") == [0.5]


def test_before_its_first_point_a_histogram_has_nothing(server: Server) -> None:
    made = Metrics(server)
    made.send(histogram("later", point(1800, VALUES[0], 0)))

    assert made.values("later", "p95", 600) == []


def test_many_histograms_are_added_up_piece_by_piece() -> None:
    """Whatever is looked at at once, the figures are the same."""
    chance = np.random.default_rng(2)
    kinds = [[0.1, 1.0, 5.0], [0.5, 1.0], [0.2, 0.7, 2.0, 9.0]]
    rows: list[Json] = []
    for line in range(60):
        bounds = kinds[line % 3]
        held = np.zeros(len(bounds) + 1, np.int64)
        for bucket in range(-1, 12):
            held = held + chance.integers(0, 9, len(held))
            rows.append(
                {
                    "group": line // 6,
                    "line": line,
                    "bucket": bucket,
                    "bounds": bounds,
                    "counts": held.tolist(),
                    "count": float(held.sum()),
                    "sum": float(held.sum()) * 2,
                    "low": None,
                    "high": None,
                }
            )
    increases = [row for row in rows if row["bucket"] >= 0]
    frame = Frame(Window(0, 12 * 10**9), 10**9, range(12), 0)
    found = [
        Histograms.of(table(rows), are_readings=True),
        Histograms.of(table(increases), are_readings=False),
    ]

    whole = cells_of(found, frame)
    pieces = [cells_of(found, frame, most_cells=most) for most in (1, 100, 400)]

    assert len(whole.group) == 10 * 12
    for one in pieces:
        for name in ("group", "bucket", "count", "sum", "low", "high", "levels"):
            assert np.allclose(getattr(one, name), getattr(whole, name))


def table(rows: list[Json]) -> pa.Table:
    """Rows as the engine gives them."""
    types = {"group": pa.uint32(), "line": pa.uint64(), "bucket": pa.int64()}
    numbers = {name: pa.float64() for name in ("count", "sum", "low", "high")}
    lists = {"bounds": pa.list_(pa.float64()), "counts": pa.list_(pa.uint64())}
    return pa.Table.from_pylist(rows, pa.schema({**types, **numbers, **lists}))


def test_what_a_histogram_cannot_say_is_refused(metrics: Metrics) -> None:
    status, said = metrics.refusal(name="total", stat="last")

    assert status == 400
    assert "a histogram has no 'last': it can be asked for avg, min" in said


def test_an_exemplar_leads_to_the_span_that_it_was_measured_in(server: Server) -> None:
    metrics = Metrics(server)
    exemplar = {
        "timeUnixNano": told(7, None, {})["timeUnixNano"],
        "asDouble": 1.5,
        "traceId": "ab" * 16,
        "spanId": "cd" * 8,
    }
    one = {**point(10, [1.5], 0), "exemplars": [exemplar]}
    metrics.send(
        histogram("slow", one, {**one, "timeUnixNano": told(20, None, {})["timeUnixNano"]})
    )

    window = {"from_": "0", "to": "2099-01-01"}
    [found] = metrics.answer("exemplars", name="slow", **window).body["exemplars"]

    assert (found["trace_id"], found["span_id"], found["value"]) == ("ab" * 16, "cd" * 8, 1.5)


def test_a_point_keeps_so_many_labels_of_such_a_length() -> None:
    labels: Json = {f"l{n:03}": "v" * (5000 if n == 0 else 1) for n in range(MAX_LABELS + 6)}
    body = {
        "resourceMetrics": [{"scopeMetrics": [{"metrics": [gauge("m", number(1, 1, **labels))]}]}]
    }

    [draft] = decode_metrics_json.decode_json(json.dumps(body).encode(), "p").drafts
    kept = finish_point(draft, Privacy(Redactor(), b"key"))

    assert len(kept.attributes) == MAX_LABELS
    assert len(kept.attributes["l000"]) <= 1024
    assert [one.split(":")[0] for one in kept.truncated] == ["attributes", "attributes.l000"]


def test_what_the_sdk_measures_can_be_asked_for(server: Server) -> None:
    metrics = Metrics(server)
    program = (
        "import clearspan, sys\n"
        "clearspan.init(endpoint=sys.argv[1], project=sys.argv[2])\n"
        "clearspan.counter('sdk.hits').add(2, cache='a'); clearspan.counter('sdk.hits').add(3, cache='a')\n"
        "clearspan.gauge('sdk.queue').set(17)\n"
        "[clearspan.histogram('sdk.time', unit='s').record(v) for v in (0.2, 0.3, 0.4)]\n"
        "assert clearspan.flush()\n"
    )
    command = [sys.executable, "-c", program, server.url, metrics.project]
    subprocess.run(command, check=True, timeout=120)
    settle(server)

    now: Json = {"from_": "0", "to": "2099-01-01", "step": "366d"}
    assert metrics.values("sdk.hits", "sum", where='cache="a"', **now) == [5]
    assert metrics.values("sdk.queue", "last", **now) == [17]
    assert metrics.values("sdk.time", "count", **now) == [3]
