"""What a request leaves in the journal: rows by kind, and a receipt that adds up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from clearspan_server.errors import BadInput, TooLarge
from clearspan_server.ingest.admission import Caller, IngestAccess, admit
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.receive import Receiver, Request
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.senders import Senders
from clearspan_server.model.delivery import Signal
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.columns import from_bytes
from clearspan_server.store.journal import Entry, Journal
from sending import request_of, span

NOBODY = Caller()
SDK_HEADERS = {
    "user-agent": "clearspan/1",
    "clearspan-process": "p-1",
    "clearspan-seq": "3",
    "clearspan-sent": "12",
    "clearspan-dropped": "1",
}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal", max_bytes=10_000_000)
    yield opened
    opened.close()


@pytest.fixture
def receiver(journal: Journal, tmp_path: Path) -> Iterator[Receiver]:
    catalog = Catalog(tmp_path / "catalog.db")
    prices = Prices(catalog, tmp_path / "prices.json")
    yield Receiver(
        journal,
        catalog,
        lambda _project: Privacy(Redactor(), b"key"),
        Senders(),
        prices,
        max_body_bytes=100_000,
    )
    catalog.close()


def request(signal: Signal = "traces", access: IngestAccess | None = None) -> Request:
    """A request over gRPC, in protobuf."""
    return Request(signal, "grpc", "", access or admit(NOBODY, {}, is_open=True), "127.0.0.1")


def entries(journal: Journal) -> list[Entry]:
    """All that was committed."""
    return list(journal.read(0))


def receipt_of(journal: Journal) -> Any:
    """The one receipt."""
    (receipt,) = [entry.receipt for entry in entries(journal) if entry.receipt]
    return json.loads(receipt)


def test_spans_are_kept_by_kind_and_a_request_stays_together(
    receiver: Receiver, journal: Journal
) -> None:
    still_open, done = span("open"), span("done")
    still_open.end_time_unix_nano = 0
    update = span("update", {"clearspan.state": "update"})

    receiver.receive(request(), request_of([done, still_open, update])).durable.result()

    kept = entries(journal)
    assert {entry.kind: entry.row_count for entry in kept} == {"spans": 1, "open": 1, "update": 1}
    assert [bool(entry.receipt) for entry in kept] == [True, False, False]


def test_a_receipt_holds_the_senders_own_numbers_and_adds_up(
    receiver: Receiver, journal: Journal
) -> None:
    good, bad = span("good"), span("bad")
    bad.trace_id = b"short"
    body = request_of([good, bad])

    receiver.receive(
        request(access=admit(NOBODY, SDK_HEADERS, is_open=True)), body
    ).durable.result()

    told = receipt_of(journal)
    assert (told["received"], told["accepted"], told["rejected"]) == (2, 1, {"bad_ids": 1})
    assert (told["client_seq"], told["client_sent"], told["client_dropped"]) == (3, 12, 1)
    assert (told["process"], told["service"], told["sender"]) == ("p-1", "test", "clearspan/1")
    assert (told["protocol"], told["size_bytes"]) == ("grpc", len(body))
    assert told["client_ns"] == good.end_time_unix_nano


def test_a_sender_without_a_name_is_known_by_its_instance_or_its_address(
    receiver: Receiver, journal: Journal
) -> None:
    receiver.receive(request(), request_of([span("x")])).durable.result()

    assert receipt_of(journal)["process"] == "127.0.0.1"


def test_an_unreadable_body_counts_as_one_rejected_record(
    receiver: Receiver, journal: Journal
) -> None:
    with pytest.raises(BadInput):
        receiver.receive(request(), b"\xff")

    journal.append([]).result()
    told = receipt_of(journal)
    assert (told["received"], told["accepted"], told["rejected"]) == (1, 0, {"bad_input": 1})
    assert entries(journal)[0].kind == "none"


def test_a_body_that_was_never_read_counts_as_one_rejected_record(
    receiver: Receiver, journal: Journal
) -> None:
    receiver.refuse(request(), TooLarge("too large"))

    journal.append([]).result()
    assert receipt_of(journal)["rejected"] == {"too_large": 1}


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_an_empty_request_has_a_receipt(
    receiver: Receiver, journal: Journal, signal: Signal
) -> None:
    receiver.receive(request(signal), b"").durable.result()

    told = receipt_of(journal)
    assert (told["signal"], told["received"], told["rejected"]) == (signal, 0, {})


def test_every_record_gets_a_time_of_its_own_that_never_goes_back(
    receiver: Receiver, journal: Journal
) -> None:
    for _ in range(20):
        receiver.receive(request(), request_of([span("x") for _ in range(50)])).durable.result()

    times = [
        time_ns
        for entry in entries(journal)
        for time_ns in from_bytes(entry.data, entry.schema_version)["received_ns"].to_pylist()
    ]
    assert times == sorted(set(times))
    assert len(times) == 1_000


def test_logs_and_what_they_say_of_spans_are_kept_beside_each_other(
    receiver: Receiver, journal: Journal
) -> None:
    sent = ExportLogsServiceRequest()
    log = sent.resource_logs.add().scope_logs.add().log_records.add()
    log.trace_id, log.span_id = b"t" * 16, b"s" * 8
    log.time_unix_nano = span("x").end_time_unix_nano
    log.event_name = "gen_ai.user.message"
    content = log.body.kvlist_value.values.add()
    content.key, content.value.string_value = "content", "hello"

    receiver.receive(request("logs"), sent.SerializeToString()).durable.result()

    assert [entry.kind for entry in entries(journal)] == ["logs", "log"]
    assert (receipt_of(journal)["received"], receipt_of(journal)["accepted"]) == (1, 1)


def test_data_points_are_kept(receiver: Receiver, journal: Journal) -> None:
    sent = ExportMetricsServiceRequest()
    metric = sent.resource_metrics.add().scope_metrics.add().metrics.add(name="tokens")
    for number in (1, 2):
        metric.sum.data_points.add(time_unix_nano=span("x").end_time_unix_nano, as_int=number)

    receiver.receive(request("metrics"), sent.SerializeToString()).durable.result()

    assert [(entry.kind, entry.row_count) for entry in entries(journal)] == [("metrics", 2)]


def test_an_empty_resource_is_no_record(receiver: Receiver, journal: Journal) -> None:
    sent = ExportTraceServiceRequest()
    sent.resource_spans.add().scope_spans.add()

    receiver.receive(request(), sent.SerializeToString()).durable.result()

    assert receipt_of(journal)["received"] == 0
