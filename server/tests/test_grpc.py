"""OTLP over gRPC: the same answers as over HTTP, in gRPC's words."""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import create_connection, create_server

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from running import Server, until
from sending import request_of, span
from transports import LOGS, METRICS, TRACES, export, refusal, retry_s, status_of

RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED
COMPRESSIONS = (
    grpc.Compression.NoCompression,
    grpc.Compression.Gzip,
    grpc.Compression.Deflate,
)


def key_of(server: Server, project: str, scope: str) -> str:
    """A new key."""
    body = json.dumps({"project": project, "scopes": [scope]}).encode()
    headers = {"authorization": f"Bearer {server.token}", "content-type": "application/json"}
    request = urllib.request.Request(f"{server.url}/api/v1/keys", body, headers)
    with urllib.request.urlopen(request, timeout=60) as reply:
        return str(json.loads(reply.read())["key"])


def names(server: Server, project: str) -> set[str]:
    """The names of a project's traces."""
    return {trace["name"] for trace in server.get(f"/api/v1/traces?project={project}")["traces"]}


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_spans_arrive_under_every_compression(
    server: Server, compression: grpc.Compression
) -> None:
    project = [("x-clearspan-project", f"grpc-{compression.name}")]
    body = request_of([span("hello", {"text": "x" * 10_000})])

    answer = export(server.grpc, body, metadata=project, compression=compression)

    assert answer == b""
    assert until(lambda: names(server, f"grpc-{compression.name}")) == {"hello"}


def test_what_cannot_be_kept_is_counted_with_its_reason_and_its_neighbours_are_kept(
    server: Server,
) -> None:
    good, bad = span("good"), span("bad")
    bad.trace_id = b"short"

    answer = export(
        server.grpc, request_of([bad, good]), metadata=[("x-clearspan-project", "grpc-partial")]
    )

    partial = ExportTraceServiceResponse.FromString(answer).partial_success
    assert partial.rejected_spans == 1
    assert "trace id" in partial.error_message
    assert until(lambda: names(server, "grpc-partial")) == {"good"}


def test_rejected_log_records_are_counted_as_such(server: Server) -> None:
    request = ExportLogsServiceRequest()
    log = request.resource_logs.add().scope_logs.add().log_records.add()
    log.time_unix_nano = 1

    answer = export(server.grpc, request.SerializeToString(), method=LOGS)

    partial = ExportLogsServiceResponse.FromString(answer).partial_success
    assert partial.rejected_log_records == 1


def test_rejected_data_points_are_counted_as_such(server: Server) -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.gauge.data_points.add().as_int = 1

    answer = export(server.grpc, request.SerializeToString(), method=METRICS)

    partial = ExportMetricsServiceResponse.FromString(answer).partial_success
    assert partial.rejected_data_points == 1


@pytest.mark.parametrize("method", [TRACES, LOGS, METRICS])
def test_an_empty_request_is_answered_with_an_empty_message(server: Server, method: str) -> None:
    assert export(server.grpc, b"", method=method) == b""


def test_an_unreadable_message_is_invalid_and_not_to_be_sent_again(server: Server) -> None:
    refused = refusal(server.grpc, b"\n\xff\xff\xff")

    assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT
    status = status_of(refused)
    assert status is not None
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert retry_s(refused) is None


@pytest.mark.parametrize("presented", ["Bearer cs_unknown_secret", "Basic !"])
def test_an_unknown_key_is_unauthenticated(server: Server, presented: str) -> None:
    refused = refusal(server.grpc, request_of([span("x")]), [("authorization", presented)])

    assert refused.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_key_that_may_only_read_is_denied(server: Server) -> None:
    key = key_of(server, "grpc-read", "read")

    refused = refusal(server.grpc, request_of([span("x")]), [("authorization", f"Bearer {key}")])

    assert refused.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_key_decides_the_project(server: Server) -> None:
    key = key_of(server, "grpc-of-key", "ingest")
    metadata = [("authorization", f"Bearer {key}"), ("x-clearspan-project", "grpc-other")]

    export(server.grpc, request_of([span("mine")]), metadata=metadata)

    assert until(lambda: names(server, "grpc-of-key")) == {"mine"}
    assert names(server, "grpc-other") == set()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("x-forwarded-for", "1.2.3.4", grpc.StatusCode.PERMISSION_DENIED),
        ("via", "1.1 proxy", grpc.StatusCode.PERMISSION_DENIED),
        ("x-clearspan-project", "no/project", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_the_rules_of_open_mode_hold(
    server: Server, name: str, value: str, code: grpc.StatusCode
) -> None:
    refused = refusal(server.grpc, request_of([span("x")]), [(name, value)])

    assert refused.code() is code


def test_a_message_over_the_limit_is_not_to_be_sent_again(narrow: Server) -> None:
    refused = refusal(narrow.grpc, b"\n" * 200_000)

    assert refused.code() is RESOURCE_EXHAUSTED
    assert retry_s(refused) is None


@pytest.mark.parametrize("compression", COMPRESSIONS[1:])
def test_a_message_that_inflates_beyond_the_limit_is_not_to_be_sent_again(
    narrow: Server, compression: grpc.Compression
) -> None:
    refused = refusal(narrow.grpc, b"\0" * 50_000_000, compression=compression)

    assert refused.code() is RESOURCE_EXHAUSTED
    assert "inflates beyond the limit of 100000" in (refused.details() or "")
    assert retry_s(refused) is None


def test_a_full_journal_says_when_to_try_again(narrow: Server) -> None:
    refused = refusal(narrow.grpc, request_of([span("x")]))

    assert refused.code() is RESOURCE_EXHAUSTED
    assert "journal" in (refused.details() or "")
    assert retry_s(refused) == 2


def test_senders_that_stop_in_the_middle_are_not_waited_for(narrow: Server) -> None:
    released = threading.Event()

    def never() -> Iterator[bytes]:
        released.wait(60)
        yield b""

    with grpc.insecure_channel(narrow.grpc) as channel:
        call: grpc.StreamUnaryMultiCallable[bytes, bytes] = channel.stream_unary(TRACES)
        stopped = [call.future(never()) for _ in range(20)]

        assert {one.code() for one in stopped} == {grpc.StatusCode.CANCELLED}
        released.set()
    assert refusal(narrow.grpc, request_of([span("x")])).code() is RESOURCE_EXHAUSTED


def test_calls_that_send_nothing_shut_nobody_out(server: Server) -> None:
    released = threading.Event()

    def never() -> Iterator[bytes]:
        released.wait(60)
        yield b""

    with ExitStack() as held:
        held.callback(released.set)
        options = [("grpc.use_local_subchannel_pool", 1)]  # a connection for each
        for _ in range(3):
            channel = held.enter_context(grpc.insecure_channel(server.grpc, options))
            call: grpc.StreamUnaryMultiCallable[bytes, bytes] = channel.stream_unary(TRACES)
            silent = [call.future(never()) for _ in range(100)]
        until(lambda: any(one.done() for one in silent))

        # Long before the server would give up on those that are silent.
        until(lambda: taken_or_told_when_to_come_back(server), 25)


def taken_or_told_when_to_come_back(server: Server) -> bool:
    """Whether an export is taken; otherwise it must be told when to try again."""
    try:
        export(server.grpc, request_of([span("x")]))
    except grpc.RpcError as error:
        if retry_s(error) != 2:
            raise
        return False
    return True


def test_a_sender_that_goes_away_harms_nobody(server: Server) -> None:
    host, _, port = server.grpc.rpartition(":")
    with create_connection((host, int(port))) as stranger:
        stranger.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

    assert export(server.grpc, b"") == b""


def test_profiles_and_unknown_methods_are_unimplemented(server: Server) -> None:
    refused = refusal(server.grpc, b"", method=TRACES.replace("trace.v1.Trace", "profiles.v1.X"))

    assert refused.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_grpc_port_in_use_is_one_plain_sentence_with_the_way_out(tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = ["up", "--data", str(tmp_path / "data"), "--port", "0", "--grpc-port", str(port)]

        done = subprocess.run(
            [sys.executable, "-m", "clearspan_server", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert done.returncode == 2
    assert f"port {port} on 127.0.0.1 is in use" in done.stderr
    assert "--grpc-port 0" in done.stderr
    assert "GRPC_PORT=0" in done.stderr
