"""Bad requests get a clear answer, and their good neighbours are stored."""

import gzip
import http.client
import json
import os
from urllib.parse import urlsplit

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from running import Server, until
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
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    connection.putrequest("POST", "/v1/traces")
    for name, value in {**PROTOBUF, "content-length": str(LIMIT + 1)}.items():
        connection.putheader(name, value)
    connection.endheaders()

    answer = connection.getresponse()

    assert answer.status == 413
    connection.close()


def test_a_body_that_inflates_beyond_the_limit_is_413(server: Server) -> None:
    bomb = gzip.compress(b"\0" * (LIMIT + 1))

    status, body = post(server.url, "/v1/traces", bomb, GZIPPED)

    assert status == 413
    assert "inflates beyond" in Status.FromString(body).message


@pytest.mark.parametrize(
    ("body", "headers", "says"),
    [
        (b"\xff\xff\xff", PROTOBUF, "3 bytes is not an OTLP trace request"),
        (b'{"resourceSpans": [', JSON, "line 1 column"),
        (b'{"resourceSpans": {}}', JSON, "resourceSpans"),
        (
            b'{"resourceSpans":[{"scopeSpans":[{"spans":["x"]}]}]}',
            JSON,
            "resourceSpans[0].scopeSpans[0].spans[0]",
        ),
        (b"[]", JSON, "not an OTLP trace request"),
        (b"not gzip", GZIPPED, "8 bytes is not gzip"),
        (gzip.compress(b"x" * 100)[:-12], GZIPPED, "ends too early"),
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


def test_an_empty_request_is_a_full_success(server: Server) -> None:
    status, body = post(server.url, "/v1/traces", b"")

    assert (status, body) == (200, b"")


def test_an_unknown_key_is_401_even_where_nobody_needs_one(server: Server) -> None:
    headers = {**PROTOBUF, "authorization": "Bearer cs_0123456789ab_" + "x" * 32}

    status, _ = post(server.url, "/v1/traces", request_of([span("x")]), headers)

    assert status == 401


def test_a_wrong_filter_names_the_field_and_the_value(server: Server) -> None:
    status, body = get(server, "/api/v1/traces?min_cost=cheap")

    assert status == 400
    assert "min_cost" in body["error"]["message"]
    assert "cheap" in body["error"]["message"]


def test_a_project_that_is_no_name_is_400(server: Server) -> None:
    status, body = get(server, "/api/v1/traces?project=../etc")

    assert status == 400
    assert "'../etc'" in body["error"]["message"]


def test_an_unknown_trace_is_404_and_named(server: Server) -> None:
    trace_id = os.urandom(16).hex()

    status, body = get(server, f"/api/v1/traces/{trace_id}")

    assert status == 404
    assert trace_id in body["error"]["message"]


def get(server: Server, path: str) -> tuple[int, dict[str, dict[str, str]]]:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    connection.request("GET", path, headers={"authorization": f"Bearer {server.token}"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def found(server: Server, trace_id: str) -> dict[str, list[dict[str, str]]] | None:
    status, body = get(server, f"/api/v1/traces/{trace_id}")
    return body if status == 200 else None  # type: ignore[return-value]  # JSON of the route
