"""OTLP in every wrapping for tests: JSON, compressions, gRPC calls with raw bytes so that a body can also be wrong."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import grpc
import pyarrow as pa
import pytest
from google.protobuf.json_format import MessageToDict
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from running import Server, serving

_COLLECTOR = "opentelemetry.proto.collector"
TRACES = f"/{_COLLECTOR}.trace.v1.TraceService/Export"
LOGS = f"/{_COLLECTOR}.logs.v1.LogsService/Export"
METRICS = f"/{_COLLECTOR}.metrics.v1.MetricsService/Export"

_IDS = ("traceId", "spanId", "parentSpanId")

Metadata = Sequence[tuple[str, str]]


@pytest.fixture(scope="session")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a low limit for bodies, little patience and no room in its journal."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # of this server alone
            patch.setenv("CLEARSPAN_MAX_BODY_BYTES", "100000")
            # Less than a span takes, more than a refusal.
            patch.setenv("CLEARSPAN_MAX_JOURNAL_BYTES", "8000")
            patch.setenv("CLEARSPAN_BODY_WAIT_S", "1")
            running = stack.enter_context(serving(tmp_path_factory.mktemp("narrow") / "data"))
        yield running


def _raw_deflate(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(body) + deflater.flush()


def _zstd(body: bytes) -> bytes:
    compressed: bytes = pa.compress(body, codec="zstd", asbytes=True)
    return compressed


# What a sender may call each and how it is made; deflate comes in two forms under one name.
COMPRESSIONS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", lambda body: body),
    "identity": ("identity", lambda body: body),
    "gzip": ("gzip", gzip.compress),
    "gzip in two members": (
        "gzip",
        lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]),
    ),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _raw_deflate),
    "zstd": ("zstd", _zstd),
}


def the_trace(server: Server, project: str) -> Any:
    """All that is shown of a project's one trace, with a word for the project; None before it is there."""
    for trace in server.get(f"/api/v1/traces?project={project}")["traces"]:
        found = server.get(f"/api/v1/traces/{trace['trace_id']}?project={project}")
        del found["trace"]["received"], found["trace"]["state"]  # by this server's clock
        return json.loads(json.dumps(found).replace(project, "project"))
    return None


def as_json(body: bytes) -> bytes:
    """A trace request in protobuf as OTLP/JSON, which writes ids in hex."""
    request = MessageToDict(ExportTraceServiceRequest.FromString(body))
    _with_hex_ids(request)
    return json.dumps(request).encode()


def _with_hex_ids(part: Any) -> None:
    if isinstance(part, list):
        for item in part:
            _with_hex_ids(item)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in _IDS:
                part[key] = base64.b64decode(value).hex()
            else:
                _with_hex_ids(value)


def export(
    address: str,
    body: bytes,
    *,
    method: str = TRACES,
    metadata: Metadata = (),
    compression: grpc.Compression = grpc.Compression.NoCompression,
) -> bytes:
    """The response to one message.

    Raises:
        grpc.RpcError: it was refused.
    """
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(address, options, compression) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        return call(body, timeout=60, metadata=tuple(metadata))


def refusal(
    address: str,
    body: bytes,
    metadata: Metadata = (),
    *,
    method: str = TRACES,
    compression: grpc.Compression = grpc.Compression.NoCompression,
) -> grpc.RpcError:
    """How a message is refused; fails when it is taken."""
    with pytest.raises(grpc.RpcError) as raised:
        export(address, body, method=method, metadata=metadata, compression=compression)
    return raised.value


def status_of(refused: grpc.RpcError) -> Status | None:
    """The google.rpc.Status of a refusal; None when it has none."""
    trailing: Any = (
        refused.trailing_metadata() or ()
    )  # pairs, though the library's types say otherwise
    details = dict(trailing).get("grpc-status-details-bin")
    return Status.FromString(details) if details else None


def retry_s(refused: grpc.RpcError) -> int | None:
    """After how many seconds the sender is to try again; None when it is not."""
    status = status_of(refused)
    for detail in status.details if status else ():
        retry = RetryInfo()
        if detail.Unpack(retry):
            return int(retry.retry_delay.seconds)
    return None
