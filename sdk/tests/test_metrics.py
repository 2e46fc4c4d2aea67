"""Metrics: added up in the program, sent as cumulative OTLP."""

import logging
import os
import threading
from decimal import Decimal
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

import clearspan
from clearspan.metrics import MOST_SERIES, Counter, Registry
from programs import Programs
from receiver import Answer, Receiver

PATH = "/v1/metrics"


def points(receiver: Receiver, name: str) -> list[dict[str, Any]]:
    """The points of a metric, in the order in which they came."""
    return [
        {
            **point,
            "labels": {item["key"]: item["value"]["stringValue"] for item in point["attributes"]},
        }
        for request in receiver.posts(PATH)
        for metric in request.json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
        if metric["name"] == name
        for kind in ("sum", "gauge", "histogram")
        for point in metric.get(kind, {}).get("dataPoints", [])
    ]


def test_a_request_is_valid_otlp(recording: Receiver) -> None:
    clearspan.counter("valid.calls", description="calls").add(2, model="small")
    clearspan.gauge("valid.waiting").set(1.5)
    clearspan.histogram("valid.seconds", unit="s", bounds=[1, 2]).record(1.5)

    assert clearspan.flush()
    (request,) = recording.posts(PATH)
    message = ParseDict(request.json, ExportMetricsServiceRequest())
    (resource,) = message.resource_metrics
    sent = {metric.name: metric for metric in resource.scope_metrics[0].metrics}
    calls, seconds = sent["valid.calls"].sum, sent["valid.seconds"].histogram
    assert (calls.is_monotonic, calls.aggregation_temporality) == (True, 2)
    assert calls.data_points[0].as_int == 2
    assert sent["valid.waiting"].gauge.data_points[0].as_double == 1.5
    assert list(seconds.data_points[0].bucket_counts) == [0, 1, 0]
    assert (seconds.data_points[0].count, seconds.data_points[0].sum) == (1, 1.5)
    assert sent["valid.seconds"].unit == "s"
    keys = {item.key for item in resource.resource.attributes}
    assert {"service.name", "service.instance.id", "process.pid"} <= keys


def test_a_series_is_one_combination_of_labels_in_any_order(recording: Receiver) -> None:
    calls = clearspan.counter("labels.calls")

    calls.add(1, a="1", b="2")
    calls.add(1, b="2", a="1")
    calls.add(1, a="1", b=["no", "hash"])

    assert clearspan.flush()
    sent = {str(point["labels"]): point["asInt"] for point in points(recording, "labels.calls")}
    assert sent == {"{'a': '1', 'b': '2'}": "2", "{'a': '1', 'b': \"['no', 'hash']\"}": "1"}


def test_labels_are_masked_and_those_that_are_the_same_then_are_one_series(
    receiver: Receiver,
) -> None:
    clearspan.init(endpoint=receiver.url, capture="masked")
    calls = clearspan.counter("masked.calls")

    for name in ("ann", "bob"):
        calls.add(1, user=f"{name}@example.com")

    assert clearspan.flush()
    clearspan.init(exporters=[])
    [point] = points(receiver, "masked.calls")
    assert (point["labels"], point["asInt"]) == ({"user": "***"}, "2")


def test_only_what_has_changed_is_sent_and_always_the_whole_sum(recording: Receiver) -> None:
    calls = clearspan.counter("changed.calls")
    calls.add(1, model="a")
    calls.add(1, model="b")
    assert clearspan.flush()

    calls.add(2, model="b")

    assert clearspan.flush()
    assert clearspan.flush()
    values = [
        (point["labels"]["model"], point["asInt"]) for point in points(recording, "changed.calls")
    ]
    assert values == [("a", "1"), ("b", "1"), ("b", "3")]


def test_what_the_server_did_not_take_is_sent_the_next_time(recording: Receiver) -> None:
    recording.answers += [Answer(503, {}, b"")]
    clearspan.counter("again.calls").add(1)

    assert not clearspan.flush()
    assert clearspan.flush()

    assert len(points(recording, "again.calls")) == 2


def test_nonsense_harms_nothing(recording: Receiver) -> None:
    calls = clearspan.counter("nonsense.calls")

    calls.add(-1)
    calls.add(float("inf"))
    calls.add(1)
    clearspan.gauge("nonsense.level").set(float("nan"))
    clearspan.histogram("nonsense.spread", bounds=[1, float("inf")]).record(float("nan"))
    clearspan.histogram("nonsense.cost").record(Decimal("1.5"))  # type: ignore[arg-type]  # as programs do

    assert clearspan.flush()
    (point,) = points(recording, "nonsense.calls")
    assert point["asInt"] == "1"
    (point,) = points(recording, "nonsense.cost")
    assert point["sum"] == 1.5
    assert not any(
        word in request.body
        for request in recording.posts("/v1/metrics")
        for word in (b"NaN", b"Infinity")
    )


def test_labels_are_cut_before_they_are_kept() -> None:
    registry = Registry()
    calls = Counter(registry, "long.calls", "1", "")
    registry.get(calls)

    calls.add(1, text="x" * 1_000_000)
    calls.add(1, text="x" * 1_000_001)

    assert list(calls.series) == [frozenset({("text", "x" * 256)})]


def test_instruments_without_number_are_not_kept() -> None:
    registry = Registry()
    made = [Counter(registry, f"calls.{number}", "1", "") for number in range(MOST_SERIES + 1)]

    for instrument in made:
        registry.get(instrument)
        instrument.add(1)

    assert len(made[MOST_SERIES - 1].series) == 1
    assert len(made[MOST_SERIES].series) == 0


def test_a_name_keeps_its_kind(recording: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    first = clearspan.counter("kind.calls")

    with caplog.at_level(logging.WARNING):
        other = clearspan.gauge("kind.calls")
        other.set(7)
        first.add(1)

    assert clearspan.counter("kind.calls") is first
    assert clearspan.flush()
    (point,) = points(recording, "kind.calls")
    assert point["asInt"] == "1"


def test_threads_lose_no_count(recording: Receiver) -> None:
    calls = clearspan.counter("threads.calls")

    def count() -> None:
        for _ in range(1_000):
            calls.add(1, kind="x")

    threads = [threading.Thread(target=count) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clearspan.flush()
    assert points(recording, "threads.calls")[-1]["asInt"] == "8000"


MANY = """
import clearspan

for number in range(2_100):
    clearspan.counter("many").add(1, number=number)
"""


def test_the_number_of_series_is_bounded_and_the_rest_is_counted(
    receiver: Receiver, programs: Programs
) -> None:
    ended = programs.run(MANY, CLEARSPAN_ENDPOINT=receiver.url)

    assert ended.code == 0
    assert len(ended.err.splitlines()) == 1
    assert f"{MOST_SERIES} series" in ended.err
    assert len({str(point["labels"]) for point in points(receiver, "many")}) == MOST_SERIES
    assert points(receiver, "clearspan.metrics.dropped")[-1]["asInt"] == "100"


FORK = """
import os
import clearspan

calls = clearspan.counter("forked")
calls.add(5)
if os.fork() == 0:
    calls.add(1)
    assert clearspan.flush()
    os._exit(0)
assert os.wait()[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_program_without_spans_and_its_forked_child_count_for_themselves(
    receiver: Receiver, programs: Programs
) -> None:
    ended = programs.run(FORK, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert sorted(point["asInt"] for point in points(receiver, "forked")) == ["1", "5"]
