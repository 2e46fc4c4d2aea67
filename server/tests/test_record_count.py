"""A request with very many records: told from one that is merely large, and taken in slices."""

import gzip
import time

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from clearspan_server.errors import TooLarge
from clearspan_server.ingest.admission import Caller, admit
from clearspan_server.ingest.decode_traces import decode_json
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.record_count import MAX_RECORDS, bound_protobuf
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.signals import Clock, Setting, take
from clearspan_server.store.columns import from_bytes
from running import Server
from sending import PROTOBUF, post, request_of
from transports import as_json

_GROUP = b"\n\x00"  # an empty resource with its spans
_OTHER = b"\x28\x01"  # a number that OTLP does not know
_OPENED = b"\x2b\x2c"  # a field of the old kind that is opened and closed


def tiny(count: int) -> bytes:
    """A request of so many small spans."""
    now = time.time_ns()
    ids = [number.to_bytes(8, "big") for number in range(1, count + 1)]
    return request_of(
        [
            Span(trace_id=b"t" * 16, span_id=its, start_time_unix_nano=now, end_time_unix_nano=now)
            for its in ids
        ]
    )


def within(tag: bytes, held: bytes) -> bytes:
    """A field with its length, which takes three bytes on the wire."""
    size = len(held)
    return tag + bytes((size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14)) + held


@pytest.mark.parametrize(
    "body",
    [
        _GROUP * (MAX_RECORDS + 1),
        _OTHER * (MAX_RECORDS + 1),
        _OPENED * 10 + _GROUP * (MAX_RECORDS + 1),
        within(b"\n", b"\x12\x00" * MAX_RECORDS),
        within(b"\n", within(b"\x12", b"\x12\x00" * MAX_RECORDS)),
    ],
    ids=["resources", "unknown fields", "after an old group", "scopes", "records"],
)
def test_too_many_records_are_seen_on_the_wire(body: bytes) -> None:
    with pytest.raises(TooLarge, match=str(MAX_RECORDS)):
        bound_protobuf(body)


@pytest.mark.parametrize(
    "body",
    [b"", _GROUP * MAX_RECORDS, b"\n\xff", b"\xff" * 300_000, tiny(10) + b"\x32\xff\xff\x7f"],
    ids=["empty", "just enough", "cut off", "no number", "beyond its end"],
)
def test_what_has_few_records_passes_and_what_is_broken_is_for_the_parser(body: bytes) -> None:
    bound_protobuf(body)


def test_a_large_request_of_few_spans_passes() -> None:
    large = Span(trace_id=b"t" * 16, span_id=b"s" * 8, name="x" * 5_000_000)

    bound_protobuf(request_of([large]))


def test_too_many_spans_in_json_are_seen_before_any_is_read() -> None:
    spans = ",".join(["{}"] * MAX_RECORDS)

    with pytest.raises(TooLarge, match=str(MAX_RECORDS)):
        decode_json(f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}'.encode(), "p")


def test_a_small_compressed_request_of_very_many_spans_is_413_and_says_how_many(
    server: Server,
) -> None:
    body = gzip.compress(_GROUP * 10_000_000)
    headers = {**PROTOBUF, "content-encoding": "gzip"}

    status, answer = post(server.url, "/v1/traces", body, headers)

    assert status == 413
    assert str(MAX_RECORDS) in Status.FromString(answer).message


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_many_spans_are_taken_in_slices_and_none_is_lost(encoding: str) -> None:
    body = tiny(9_000)
    setting = Setting(
        admit(Caller(), {}, is_open=True), Privacy(Redactor(), b"key"), Clock(), LIST_ONLY
    )

    if encoding == "json":
        taken = take("traces", "json", as_json(body), setting)
    else:
        taken = take("traces", "protobuf", body, setting)

    assert (taken.accepted, taken.rejected) == (9_000, [])
    assert [rows.row_count for rows in taken.rows] == [4_000, 4_000, 1_000]
    tables = [from_bytes(rows.data, rows.schema_version) for rows in taken.rows]
    ids = [one for table in tables for one in table["span_id"].to_pylist()]
    times = [one for table in tables for one in table["received_ns"].to_pylist()]
    assert ids == [f"{number:016x}" for number in range(1, 9_001)]
    assert times == sorted(set(times))
