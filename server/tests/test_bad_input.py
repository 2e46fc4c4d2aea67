"""Bad requests get a clear answer, and their good neighbours are stored."""

import gzip
import hashlib
import http.client
import json
import os
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from running import Server, serving, until
from sending import PROTOBUF, post, request_of, span

JSON = {"content-type": "application/json"}
GZIPPED = {**PROTOBUF, "content-encoding": "gzip"}
LIMIT = 64 * 1024 * 1024


def test_another_content_type_is_415_and_named(server: Server) -> None:
    status, body = post(server.url, "/v1/traces", b"x", {"content-type": "text/plain"})

    assert status == 415
    assert "text/plain" in json.loads(body)["error"]["message"]


def test_an_unknown_encoding_is_415_and_named(server: Server) -> None:
    status, body = post(server.url, "/v1/traces", b"x", {**PROTOBUF, "content-encoding": "br"})

    assert status == 415
    assert "'br'" in Status.FromString(body).message


def test_a_body_over_the_limit_is_413_before_it_is_read(server: Server) -> None:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    connection.putrequest("POST", "/v1/traces")
    for name, value in {**PROTOBUF, "content-length": str(LIMIT + 1)}.items():
        connection.putheader(name, value)
    connection.endheaders()

    answer = connection.getresponse()

    assert answer.status == 413
    connection.close()


BOMB = b"\0" * (LIMIT + 1)


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(BOMB)),
        ("gzip", gzip.compress(BOMB[: LIMIT // 2]) * 3),
        ("deflate", zlib.compress(BOMB)),
        ("deflate", zlib.compress(BOMB)[2:-4]),
        ("zstd", pa.compress(BOMB, codec="zstd", asbytes=True)),
    ],
    ids=["gzip", "members of gzip", "deflate", "raw deflate", "zstd"],
)
def test_a_body_that_inflates_beyond_the_limit_is_413(
    server: Server, encoding: str, bomb: bytes
) -> None:
    status, body = post(server.url, "/v1/traces", bomb, {**PROTOBUF, "content-encoding": encoding})

    assert len(bomb) < LIMIT // 100
    assert status == 413
    assert "inflates beyond" in Status.FromString(body).message


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_compressed_body_that_ends_too_early_is_400(server: Server, encoding: str) -> None:
    plain = os.urandom(1000)
    packed = {
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "zstd": pa.compress(plain, codec="zstd", asbytes=True),
    }
    headers = {**PROTOBUF, "content-encoding": encoding}

    status, body = post(server.url, "/v1/traces", packed[encoding][:-20], headers)

    assert status == 400
    assert encoding in Status.FromString(body).message


def begun(server: Server, body: bytes, sent: int) -> socket.socket:
    """A connection on which a request has begun and its body stops after `sent` bytes."""
    parts = urlsplit(server.url)
    connection = socket.create_connection((str(parts.hostname), parts.port), timeout=60)
    head = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n"
    connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body[:sent])
    return connection


@pytest.fixture(scope="module")
def stalled(server: Server) -> Iterator[socket.socket]:
    """A sender that stopped within its body before the other tests of this module ran."""
    body = request_of([span("stalled")])
    with begun(server, body, len(body) - 1) as connection:
        yield connection


def test_a_body_that_is_abandoned_stores_nothing_and_stops_nobody(
    server: Server,
    stalled: socket.socket,  # noqa: ARG001 - begins here and is asked for at the end
) -> None:
    gone, next_one = span("gone"), span("next")
    body = request_of([gone])
    for sent in (0, 10, len(body) - 1):
        begun(server, body, sent).close()

    status, _ = post(server.url, "/v1/traces", request_of([next_one]))

    assert status == 200
    until(lambda: found(server, next_one.trace_id.hex()))
    assert found(server, gone.trace_id.hex()) is None


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that waits for two seconds only."""
    monkeypatch.setenv("CLEARSPAN_BODY_WAIT_S", "2")
    with serving(tmp_path / "data") as running:
        yield running


def test_bodies_that_only_trickle_are_408_and_free_their_place(impatient: Server) -> None:
    body = b"\n" * LIMIT
    with begun(impatient, body, LIMIT - 999) as one, begun(impatient, body, LIMIT - 999) as two:
        answers = [trickled(connection) for connection in (one, two)]

    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 408 "] * 2
    large = request_of([span("large", {"text": "x" * 1_000_000})])
    assert post(impatient.url, "/v1/traces", large)[0] == 200


def trickled(connection: socket.socket) -> bytes:
    """What a sender is answered that sends a byte now and then."""
    connection.settimeout(0.1)
    while True:
        try:
            return connection.recv(4096)
        except TimeoutError:
            connection.sendall(b"\n")


def test_five_hundred_connections_at_once_are_all_answered(server: Server) -> None:
    bodies = [request_of([span(f"{number}")]) for number in range(500)]
    connections = [begun(server, body, 1) for body in bodies]

    for connection, body in zip(connections, bodies, strict=True):
        connection.sendall(body[1:])
    answers = [connection.recv(4096) for connection in connections]
    for connection in connections:
        connection.close()

    statuses = {answer.split(b" ", 2)[1] for answer in answers}
    assert b"200" in statuses
    assert statuses <= {b"200", b"429"}
    assert all(b"retry-after" in answer for answer in answers if b" 429 " in answer)


@pytest.mark.parametrize(
    ("body", "headers", "says"),
    [
        (b"\xff\xff\xff", PROTOBUF, "3 bytes is not an ExportTraceServiceRequest"),
        (b'{"resourceSpans": [', JSON, "line 1 column"),
        (b'{"resourceSpans": {}}', JSON, "resourceSpans"),
        (b"[]", JSON, "not an OTLP trace request"),
        (b"not gzip", GZIPPED, "8 bytes is not gzip"),
        (gzip.compress(b"x" * 100, mtime=0)[:-12], GZIPPED, "ends too early"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_400_and_says_where(
    server: Server, body: bytes, headers: dict[str, str], says: str
) -> None:
    status, answer = post(server.url, "/v1/traces", body, headers)

    assert status == 400
    assert says in answer.decode(errors="replace")


def test_a_span_without_valid_ids_is_rejected_alone(server: Server) -> None:
    good, short, zero = span("good"), span("short"), span("zero")
    short.trace_id = b"123"
    zero.span_id = bytes(8)

    status, body = post(server.url, "/v1/traces", request_of([short, good, zero]))
    answer = ExportTraceServiceResponse.FromString(body)

    assert status == 200
    assert answer.partial_success.rejected_spans == 2
    assert "short" in answer.partial_success.error_message
    assert "zero" in answer.partial_success.error_message
    trace = until(lambda: found(server, good.trace_id.hex()))
    assert [one["name"] for one in trace["spans"]] == ["good"]


GOOD = {
    "traceId": "c" * 32,
    "spanId": "d" * 16,
    "name": "good",
    "startTimeUnixNano": "1790000000000000000",
    "endTimeUnixNano": "1790000001000000000",
}
HUGE = 10**30


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        {**GOOD, "startTimeUnixNano": str(HUGE)},
        {**GOOD, "startTimeUnixNano": "0"},
        {**GOOD, "endTimeUnixNano": str(HUGE)},
        {**GOOD, "status": "x"},
        {**GOOD, "traceId": 7},
        {**GOOD, "attributes": {}},
    ],
)
def test_a_broken_span_in_json_is_rejected_alone_with_its_place_or_name(
    server: Server, bad: object
) -> None:
    good = {**GOOD, "traceId": os.urandom(16).hex()}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [bad, good]}]}]}

    status, answer = post(server.url, "/v1/traces", json.dumps(body).encode(), JSON)
    partial = json.loads(answer)["partialSuccess"]

    assert (status, partial["rejectedSpans"]) == (200, "1")
    assert "spans[0]" in partial["errorMessage"] or "'good'" in partial["errorMessage"]
    until(lambda: found(server, str(good["traceId"])))


@pytest.mark.parametrize(
    "odd",
    [
        {"key": "n", "value": {"intValue": HUGE}},
        {"key": "gen_ai.usage.input_tokens", "value": {"doubleValue": 1e300}},
        {"key": "gen_ai.usage.input_tokens", "value": {"stringValue": str(2**64)}},
        {"key": "clearspan.attempt", "value": {"intValue": 70_000}},
        {"key": "clearspan.step.index", "value": {"intValue": 2**33}},
        {"key": "gen_ai.response.time_to_first_chunk", "value": {"doubleValue": 1e300}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": "[" * 900 + "]" * 900}},
    ],
)
def test_an_absurd_value_is_kept_as_an_attribute_and_fills_no_field(
    server: Server, odd: dict[str, object]
) -> None:
    one = {**GOOD, "traceId": os.urandom(16).hex(), "attributes": [odd]}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}

    status, answer = post(server.url, "/v1/traces", json.dumps(body).encode(), JSON)

    assert (status, answer) == (200, b"{}")
    until(lambda: found(server, str(one["traceId"])))


def test_spans_of_many_months_are_all_stored_and_stop_nobody(server: Server) -> None:
    year_2000_ns, month_ns = 946_684_800 * 10**9, 31 * 24 * 3600 * 10**9
    spans = [span(f"month {number}") for number in range(150)]
    for number, one in enumerate(spans):
        one.start_time_unix_nano = one.end_time_unix_nano = year_2000_ns + number * month_ns

    status, _ = post(server.url, "/v1/traces?project=months", request_of(spans))
    later = span("later")
    post(server.url, "/v1/traces", request_of([later]))

    assert status == 200
    until(lambda: found(server, later.trace_id.hex()), 60)
    asked = "project=months&from=1970-01-01T00:00:00Z&limit=500"
    until(lambda: len(get(server, f"/api/v1/traces?{asked}")[1]["traces"]) == 150, 60)


def test_a_trace_of_absurd_cost_is_listed_and_stops_nobody(server: Server) -> None:
    usage = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 390_000_000_000,
        "gen_ai.usage.output_tokens": 1,
    }
    first = span("chat", usage)
    rest = [span("chat", usage, trace_id=first.trace_id) for _ in range(11)]

    post(server.url, "/v1/traces?project=absurd", request_of([first, *rest]))

    until(lambda: get(server, "/api/v1/traces?project=absurd")[1]["traces"])


def test_every_member_of_a_gzip_body_is_read(server: Server) -> None:
    one, other = span("one"), span("other")
    body = gzip.compress(request_of([one])) + gzip.compress(request_of([other]))

    status, _ = post(server.url, "/v1/traces", body, GZIPPED)

    assert status == 200
    until(lambda: found(server, one.trace_id.hex()) and found(server, other.trace_id.hex()))


def test_a_body_for_the_api_has_a_small_limit(server: Server) -> None:
    status, answer = post(
        server.url, "/api/v1/processes/x/heartbeat", b" " * (2 * 1024 * 1024), JSON
    )

    assert status == 413
    assert "limit" in json.loads(answer)["error"]["message"]


def test_a_cookie_beyond_ascii_is_nobody(server: Server) -> None:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    name = hashlib.sha256(server.token.encode()).hexdigest()[:8]
    connection.request("GET", "/api/v1/traces", headers={"cookie": f"clearspan_{name}=a\xe9.\xe9"})

    assert connection.getresponse().status == 401
    connection.close()


def test_an_empty_request_is_a_full_success(server: Server) -> None:
    status, body = post(server.url, "/v1/traces", b"")

    assert (status, body) == (200, b"")


def test_an_unknown_key_is_401_even_where_nobody_needs_one(server: Server) -> None:
    headers = {**PROTOBUF, "authorization": "Bearer cs_0123456789ab_" + "x" * 32}

    status, _ = post(server.url, "/v1/traces", request_of([span("x")]), headers)

    assert status == 401


def test_a_wrong_filter_names_the_field_and_the_value(server: Server) -> None:
    status, body = get(server, "/api/v1/traces?filter=kind:llm%20cost%3Echeap")

    assert status == 400
    assert body["error"]["code"] == "bad_filter"
    assert body["error"]["message"].startswith("column 15: cheap is not an amount")
    assert body["error"]["details"] == {"column": 15, "length": 5}


def test_a_project_that_is_no_name_is_400(server: Server) -> None:
    status, body = get(server, "/api/v1/traces?project=../etc")

    assert status == 400
    assert "'../etc'" in body["error"]["message"]


def test_an_unknown_trace_is_404_and_named(server: Server) -> None:
    trace_id = os.urandom(16).hex()

    status, body = get(server, f"/api/v1/traces/{trace_id}")

    assert status == 404
    assert trace_id in body["error"]["message"]


def test_a_body_that_stops_coming_is_408_after_half_a_minute(stalled: socket.socket) -> None:
    answer = stalled.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408 ")


def get(server: Server, path: str) -> tuple[int, Any]:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    connection.request("GET", path, headers={"authorization": f"Bearer {server.token}"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def found(server: Server, trace_id: str) -> Any:
    status, body = get(server, f"/api/v1/traces/{trace_id}")
    return body if status == 200 else None
