"""OTLP over HTTP: every path, encoding and compression, and exact answers."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from clearspan_server.api.otlp_paths import PATHS
from running import Server, settle
from sending import PROTOBUF, post, request_of, span
from transports import COMPRESSIONS, as_json, the_trace

JSON = {"content-type": "application/json"}
ENCODINGS = {"protobuf": PROTOBUF, "json": {"content-type": "Application/JSON; charset=utf-8"}}


def ask(
    server: Server, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]
) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer to a POST, with its headers; a body that comes in pieces is sent chunked."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    try:
        connection.request("POST", path, body, headers, encode_chunked=not isinstance(body, bytes))
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def names(server: Server, project: str) -> set[str]:
    """The names of a project's traces."""
    return {trace["name"] for trace in server.get(f"/api/v1/traces?project={project}")["traces"]}


def test_every_path_takes_both_encodings_with_and_without_a_slash(server: Server) -> None:
    sent = set()
    for path in (path for path, signal in PATHS.items() if signal == "traces"):
        for spelling in {path, f"{path.rstrip('/')}/"}:
            for encoding, headers in ENCODINGS.items():
                name = f"{encoding} at {spelling}"
                body = request_of([span(name)])
                body = body if encoding == "protobuf" else as_json(body)

                answer, _ = ask(server, spelling, body, {**headers, "x-clearspan-project": "paths"})

                assert answer.status == 200, name
                sent.add(name)

    settle(server)
    assert names(server, "paths") == sent


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("framing", ["whole", "chunked"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_wrapping_delivers_the_same_trace(
    server: Server, compression: str, framing: str, encoding: str
) -> None:
    body = request_of([span("answer", {"text": "é" * 5_000, "n": 7, "x": 0.5, "list": ["a"]})])
    plain_project, project = f"plain-{time.time_ns()}", f"wrapped-{time.time_ns()}"
    content_encoding, compress = COMPRESSIONS[compression]
    wrapped = compress(body if encoding == "protobuf" else as_json(body))
    headers = {
        **ENCODINGS[encoding],
        "x-clearspan-project": project,
        **({"content-encoding": content_encoding} if content_encoding else {}),
    }
    pieces = (wrapped[at : at + 97] for at in range(0, len(wrapped), 97))

    post(server.url, "/v1/traces", body, {**PROTOBUF, "x-clearspan-project": plain_project})
    answer, said = ask(server, "/v1/traces", pieces if framing == "chunked" else wrapped, headers)

    assert answer.status == 200
    assert said == (b"" if encoding == "protobuf" else b"{}")
    settle(server)
    assert the_trace(server, project) == the_trace(server, plain_project) is not None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_rejected_spans_are_counted_with_their_reasons(server: Server, encoding: str) -> None:
    good, bad = span("good"), span("bad")
    bad.span_id = b"short"
    body = request_of([good, bad, bad])
    body = body if encoding == "protobuf" else as_json(body)

    status, answer = post(server.url, "/v1/traces", body, ENCODINGS[encoding])

    assert status == 200
    if encoding == "protobuf":
        partial = ExportTraceServiceResponse.FromString(answer).partial_success
        assert partial.rejected_spans == 2
        assert "span id" in partial.error_message
    else:
        told = json.loads(answer)["partialSuccess"]
        assert told["rejectedSpans"] == "2"
        assert "span id" in told["errorMessage"]


def test_rejected_log_records_are_counted(server: Server) -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add().time_unix_nano = 1
    records.add().time_unix_nano = time.time_ns()

    status, answer = post(server.url, "/v1/logs", request.SerializeToString(), PROTOBUF)

    assert status == 200
    partial = ExportLogsServiceResponse.FromString(answer).partial_success
    assert partial.rejected_log_records == 1
    assert "2000 to 2100" in partial.error_message


def test_rejected_data_points_are_counted(server: Server) -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.gauge.data_points.add().as_int = 1

    status, answer = post(server.url, "/v1/metrics", request.SerializeToString(), PROTOBUF)

    assert status == 200
    partial = ExportMetricsServiceResponse.FromString(answer).partial_success
    assert partial.rejected_data_points == 1
    assert "no name" in partial.error_message


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics"])
def test_an_empty_request_is_a_success(server: Server, path: str) -> None:
    assert post(server.url, path, b"", PROTOBUF) == (200, b"")
    assert post(server.url, path, b"{}", JSON) == (200, b"{}")


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics", "/otel/v1/traces"])
def test_an_unreadable_body_is_answered_with_a_status_in_its_encoding(
    server: Server, path: str
) -> None:
    in_protobuf, in_json = (
        ask(server, path, b"\xff\xff\xff", headers) for headers in (PROTOBUF, JSON)
    )

    assert (in_protobuf[0].status, in_json[0].status) == (400, 400)
    assert in_protobuf[0].headers["content-type"] == "application/x-protobuf"
    assert Status.FromString(in_protobuf[1]).code == 3
    assert set(json.loads(in_json[1])) == {"code", "message"}
    assert json.loads(in_json[1])["code"] == 3


def test_an_unknown_key_is_answered_with_a_status(server: Server) -> None:
    answer, body = ask(server, "/v1/logs", b"{}", {**JSON, "authorization": "Bearer cs_no_key"})

    assert answer.status == 401
    assert json.loads(body)["code"] == 16


def test_profiles_are_404(server: Server) -> None:
    assert post(server.url, "/v1development/profiles", b"", PROTOBUF)[0] == 404


def test_the_root_takes_no_other_posts(server: Server) -> None:
    status, _ = post(server.url, "/", b"a=b", {"content-type": "application/x-www-form-urlencoded"})

    assert status == 415


@pytest.mark.parametrize("path", ["/v1/traces", "/api/public/otel/v1/traces", "/", "/v1/logs/"])
def test_a_body_beyond_the_ordinary_limit_is_taken(server: Server, path: str) -> None:
    padded = b'{"resourceSpans": [], "resourceLogs": []' + b" " * 2_000_000 + b"}"

    assert post(server.url, path, padded, JSON) == (200, b"{}")


@pytest.mark.parametrize("compression", [name for name in COMPRESSIONS if name != "identity"])
def test_a_bomb_is_413_in_every_compression(narrow: Server, compression: str) -> None:
    content_encoding, compress = COMPRESSIONS[compression]
    headers = {**JSON, **({"content-encoding": content_encoding} if content_encoding else {})}

    status, body = post(narrow.url, "/v1/traces", compress(b" " * 50_000_000), headers)

    assert status == 413
    assert json.loads(body)["code"] == 8


@pytest.mark.parametrize("compression", ["gzip", "deflate", "raw deflate", "zstd"])
def test_a_compressed_body_that_ends_too_early_is_400(server: Server, compression: str) -> None:
    content_encoding, compress = COMPRESSIONS[compression]
    body = compress(request_of([span("x", {"text": "words " * 100})]))[:-5]

    status, answer = post(
        server.url, "/v1/traces", body, {**PROTOBUF, "content-encoding": content_encoding}
    )

    assert status == 400
    assert content_encoding in Status.FromString(answer).message


def test_a_full_journal_is_429_and_says_when_to_try_again(narrow: Server) -> None:
    answer, body = ask(narrow, "/v1/traces", request_of([span("x")]), PROTOBUF)

    assert answer.status == 429
    assert answer.headers["retry-after"] == "2"
    assert Status.FromString(body).code == 8


def test_a_body_that_stops_coming_is_408_and_the_connection_ends(narrow: Server) -> None:
    parts = urlsplit(narrow.url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=60) as connection:
        head = "POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        connection.sendall(f"{head}content-length: 100\r\n\r\n{{".encode())

        received = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert received.startswith(b"HTTP/1.1 408 ")
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == 4


def test_a_sender_that_goes_away_leaves_nothing_behind(server: Server) -> None:
    parts = urlsplit(server.url)
    head = "POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    log = server.data.parent / f"{server.data.name}.log"
    said = log.stat().st_size  # by what other tests did
    for _ in range(20):
        with socket.create_connection((str(parts.hostname), parts.port), timeout=60) as connection:
            connection.sendall(f"{head}content-length: 1000000\r\n\r\n{'x' * 1000}".encode())

    assert post(server.url, "/v1/traces", b"{}", JSON) == (200, b"{}")
    assert b"POST /v1/traces" not in log.read_bytes()[said:]
