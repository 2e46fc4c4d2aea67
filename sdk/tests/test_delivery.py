"""Delivery: batches, repetition, losses that are counted, and a flush that tells the truth."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import clearspan
from clearspan import Outcome, Span
from receiver import Answer, Receiver
from waiting import wait_until


class Shelf:
    """An exporter that keeps spans, refuses, or waits, as told."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.watched: list[str] = []
        self.dropped = 0
        self.is_broken = False
        self.is_closed = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:
        self.may_go_on.wait()
        self.dropped = dropped
        if self.is_broken:
            raise OSError("disk full")
        self.spans += spans
        return Outcome(len(spans))

    def watch(self, open_spans: Sequence[Span]) -> None:
        self.watched += [span.name for span in open_spans]

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.may_go_on.set()


def record(count: int, name: str = "work") -> None:
    for number in range(count):
        with clearspan.span(name, number=number):
            pass


def test_a_request_is_valid_otlp_with_its_resource_and_numbers(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=search,service.name=ignored")
    clearspan.init(
        endpoint=receiver.url,
        key="cs_1_secret",
        project="shop",
        service="web",
        environment="staging",
        release="1.2.3",
    )

    record(2)

    assert clearspan.flush()
    (request,) = receiver.posts()
    message = ParseDict(request.json, ExportTraceServiceRequest())
    resource = {a.key: a.value for a in message.resource_spans[0].resource.attributes}
    assert resource["service.name"].string_value == "web"
    assert resource["service.version"].string_value == "1.2.3"
    assert resource["clearspan.release"].string_value == "1.2.3"
    assert resource["deployment.environment.name"].string_value == "staging"
    assert resource["telemetry.sdk.name"].string_value == "clearspan"
    assert resource["team"].string_value == "search"
    assert request.headers["authorization"] == "Bearer cs_1_secret"
    assert request.headers["x-clearspan-project"] == "shop"
    assert request.headers["clearspan-seq"] == "1"
    assert request.headers["clearspan-sent"] == "2"
    assert request.headers["clearspan-dropped"] == "0"


def test_spans_arrive_without_a_flush(recording: Receiver) -> None:
    record(3)

    wait_until(lambda: len(recording.spans()) == 3)


def test_many_spans_travel_in_few_requests(recording: Receiver) -> None:
    record(1_000)

    assert clearspan.flush()
    assert len(recording.spans()) == 1_000
    assert len(recording.posts()) <= 8
    assert recording.posts()[-1].headers["clearspan-sent"] == "1000"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_gets_the_spans_again(recording: Receiver, status: int) -> None:
    recording.answers += [Answer(status, {"retry-after": "0"}, b"")]

    record(2)

    assert clearspan.flush()
    first, second = recording.posts()
    assert first.spans == second.spans
    assert first.headers["clearspan-seq"] == second.headers["clearspan-seq"] == "1"


@pytest.mark.parametrize("status", [400, 401, 500, 302])
def test_a_refusal_is_final_and_makes_flush_false_once(recording: Receiver, status: int) -> None:
    recording.answers += [Answer(status, {}, b"no thanks")]

    record(2)

    assert not clearspan.flush()
    assert clearspan.flush()
    assert len(recording.posts()) == 1


def test_spans_that_the_server_rejects_make_flush_false(recording: Receiver) -> None:
    answer = b'{"partialSuccess":{"rejectedSpans":"1","errorMessage":"bad id"}}'
    recording.answers += [Answer(200, {}, answer)]

    record(2)

    assert not clearspan.flush()
    record(1)
    assert clearspan.flush()


def test_a_request_that_is_too_large_is_split(recording: Receiver) -> None:
    recording.answers += [Answer(413, {}, b"")]

    record(4)

    assert clearspan.flush()
    assert [len(request.spans) for request in recording.posts()] == [4, 2, 2]
    assert [request.headers["clearspan-seq"] for request in recording.posts()] == ["1", "1", "2"]


def test_large_spans_travel_in_requests_of_bounded_size(recording: Receiver) -> None:
    for _ in range(100):
        with clearspan.span("large", input="x" * 60_000):
            pass

    assert clearspan.flush()
    assert len(recording.spans()) == 100
    assert max(len(request.body) for request in recording.posts()) < 4_200_000


def test_flush_is_false_when_the_server_is_away(receiver: Receiver) -> None:
    clearspan.init(endpoint="http://127.0.0.1:9")

    record(1)

    assert not clearspan.flush(0.1)
    clearspan.init(endpoint=receiver.url)


def test_a_full_queue_drops_the_oldest_counts_them_and_warns_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CLEARSPAN_QUEUE_SPANS", "10")
    clearspan.init(exporters=[shelf])
    shelf.may_go_on.clear()

    with caplog.at_level(logging.WARNING):
        record(1_000)
        shelf.may_go_on.set()

    assert not clearspan.flush()
    numbers = [span.fields["number"] for span in shelf.spans]
    assert numbers[-10:] == list(range(990, 1_000))
    record(1)
    assert clearspan.flush()
    assert shelf.dropped + len(shelf.spans) == 1_001
    assert shelf.dropped > 0
    assert sum("queue is full" in message for message in caplog.messages) <= 1


def test_a_queue_that_takes_too_much_memory_drops_the_oldest(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_QUEUE_BYTES", "1000000")
    clearspan.init(exporters=[shelf], service="bytes")
    shelf.may_go_on.clear()

    for number in range(100):
        with clearspan.span("large", number=number, texts=["x" * 50_000] * 4):
            pass
    shelf.may_go_on.set()

    assert not clearspan.flush()
    numbers = [span.fields["number"] for span in shelf.spans]
    assert numbers[-4:] == [96, 97, 98, 99]
    record(1)
    assert clearspan.flush()
    assert shelf.dropped + len(shelf.spans) == 101
    assert shelf.dropped > 60


def test_flushes_that_nobody_waits_for_any_more_take_no_place(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_QUEUE_SPANS", "40")
    clearspan.init(exporters=[shelf])
    shelf.may_go_on.clear()

    for _ in range(35):
        record(1)
        assert not clearspan.flush(0.01)
    shelf.may_go_on.set()

    assert clearspan.flush()
    assert len(shelf.spans) == 35


def test_what_a_context_carries_counts_once_for_the_spans_that_share_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_QUEUE_BYTES", "1000000")
    clearspan.init(exporters=[shelf], service="carried")
    shelf.may_go_on.clear()

    with clearspan.context(tags=["x" * 50_000]):
        record(100)
    shelf.may_go_on.set()

    assert clearspan.flush()
    assert len(shelf.spans) == 100


def test_every_exporter_gets_every_span(
    receiver: Receiver, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    clearspan.init(endpoint=receiver.url, exporters=["otlp", shelf, "console"])

    record(2, "shared")

    assert clearspan.flush()
    assert len(receiver.spans()) == len(shelf.spans) == 2
    printed = capsys.readouterr()
    assert printed.err.count("shared") == 2
    assert printed.out == ""


def test_a_broken_exporter_harms_neither_the_program_nor_its_neighbour(
    receiver: Receiver,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    shelf.is_broken = True
    clearspan.init(endpoint=receiver.url, exporters=[shelf, "otlp"])

    record(2)

    assert not clearspan.flush()
    assert len(receiver.spans()) == 2
    assert "clearspan failed while exporting spans" in caplog.text


def test_a_new_init_takes_over_and_closes_the_old_exporter(shelf: Shelf) -> None:
    second = Shelf()
    clearspan.init(exporters=[shelf])
    record(1)

    with clearspan.span("spanning"):
        clearspan.init(exporters=[second])

    assert clearspan.flush()
    assert len(shelf.spans) == 1
    assert [span.name for span in second.spans] == ["spanning"]
    wait_until(lambda: shelf.is_closed)


def test_spans_open_for_long_are_announced_to_a_server_that_answers_heartbeats(
    receiver: Receiver,
) -> None:
    receiver.heartbeat = Answer(204, {}, b"")
    clearspan.init(endpoint=receiver.url, service="heartbeat")

    with clearspan.span("slow", stage="early") as span:
        wait_until(receiver.spans)
        span.set(stage="late")

    assert clearspan.flush()
    beat = receiver.posts("/api/v1/processes/")[0]
    process = receiver.posts()[0].headers["clearspan-process"]
    assert beat.path == f"/api/v1/processes/{process}/heartbeat"
    assert beat.json["open"] == [span.span_id]
    opened, ended = receiver.spans()
    assert opened["spanId"] == ended["spanId"]
    assert opened["endTimeUnixNano"] == "0"
    assert {"key": "clearspan.state", "value": {"stringValue": "open"}} in opened["attributes"]
    assert {"key": "stage", "value": {"stringValue": "early"}} in opened["attributes"]
    assert int(ended["endTimeUnixNano"]) > int(ended["startTimeUnixNano"])


def test_a_span_that_ends_while_it_is_announced_is_sent_once(receiver: Receiver) -> None:
    receiver.heartbeat = Answer(204, {}, b"")
    receiver.is_held = True
    clearspan.init(endpoint=receiver.url, service="just ended")

    with clearspan.span("slow"):
        wait_until(lambda: receiver.posts("/api/v1/processes/"))
    receiver.is_held = False

    assert clearspan.flush()
    assert len(receiver.spans()) == 1


def test_a_server_without_heartbeats_never_sees_an_open_span(receiver: Receiver) -> None:
    clearspan.init(endpoint=receiver.url, service="no-heartbeat")

    with clearspan.span("slow"):
        wait_until(lambda: receiver.posts("/api/v1/processes/"))

    assert clearspan.flush()
    assert len(receiver.spans()) == 1
    assert len(receiver.posts("/api/v1/processes/")) == 1


@pytest.mark.parametrize(
    ("address", "target"), [("/otlp/custom?team=a", "/otlp/custom?team=a"), ("", "/")]
)
def test_the_traces_endpoint_of_opentelemetry_is_used_as_it_is(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, address: str, target: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", receiver.url + address)
    clearspan.init(service="exact")

    record(1)

    assert clearspan.flush()
    assert [request.path for request in receiver.requests] == [target]


def test_a_prefix_of_the_endpoint_is_kept(receiver: Receiver) -> None:
    clearspan.init(endpoint=f"{receiver.url}/prefix/", service="prefix")

    with clearspan.span("slow"):
        wait_until(lambda: receiver.posts("/prefix/api/v1/processes/"))

    assert clearspan.flush()
    assert len(receiver.posts("/prefix/v1/traces")) == 1


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_heartbeats_go_on_after_a_refusal_that_may_pass(receiver: Receiver, status: int) -> None:
    receiver.heartbeat = Answer(status, {"retry-after": "0.1"}, b"")
    clearspan.init(endpoint=receiver.url, service=f"busy {status}")

    with clearspan.span("slow"):
        wait_until(lambda: receiver.posts("/api/v1/processes/"))
        assert receiver.spans() == []
        receiver.heartbeat = Answer(204, {}, b"")
        wait_until(receiver.spans)

    assert clearspan.flush()
    assert [span["endTimeUnixNano"] == "0" for span in receiver.spans()] == [True, False]


def test_a_child_is_sent_together_with_the_open_spans_above_it(receiver: Receiver) -> None:
    receiver.heartbeat = Answer(204, {}, b"")
    clearspan.init(endpoint=receiver.url, service="ancestors")
    with clearspan.span("slow"):
        wait_until(receiver.spans)
    assert clearspan.flush()
    receiver.requests.clear()

    with clearspan.span("root"), clearspan.span("middle"):
        record(1)
        assert clearspan.flush()
        assert [span["name"] for span in receiver.spans()] == ["middle", "root", "work"]
        record(1)
        assert clearspan.flush()
        assert [span["name"] for span in receiver.spans()] == ["middle", "root", "work", "work"]

    assert clearspan.flush()
    assert len(receiver.spans()) == 6


def test_open_spans_travel_in_requests_of_bounded_size(receiver: Receiver) -> None:
    receiver.heartbeat = Answer(204, {}, b"")
    clearspan.init(endpoint=receiver.url, service="large ancestors")
    with clearspan.span("slow"):
        wait_until(receiver.spans)

    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(clearspan.span("open", input=["x" * 60_000] * 20))
        record(1)
        assert clearspan.flush()

        names = [span["name"] for span in receiver.spans()]
        assert names.count("open") == 8
        assert max(len(request.body) for request in receiver.posts()) < 5_000_000


def test_a_span_that_the_program_has_broken_harms_neither_it_nor_other_spans(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    clearspan.init(endpoint=receiver.url, service="broken")

    with clearspan.span("broken") as span:
        span.fields = None  # type: ignore[assignment]  # the mistake under test
    record(1)

    assert not clearspan.flush()
    assert [span["name"] for span in receiver.spans()] == ["work"]
    assert "clearspan failed while measuring a span" in caplog.text


def test_many_threads_lose_nothing(recording: Receiver) -> None:
    threads = [threading.Thread(target=record, args=(200,)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clearspan.flush()
    assert len({span["spanId"] for span in recording.spans()}) == 1_600
