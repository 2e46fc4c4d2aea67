"""OTLP in protobuf, as the JSON that it also is: messages behind their sizes, or one message alone, of any signal."""

import base64
from collections.abc import Iterator
from typing import IO, Any

from clearspan_server.cli.moving import otlp
from clearspan_server.cli.moving.progress import amount
from clearspan_server.cli.moving.records import Json, Place, Record, Untaken

_IDS = frozenset(("traceId", "spanId", "parentSpanId"))
_BYTES_OF_SIZE = 4
_FIRST_FIELD = (
    b"\x0a"  # of a request: a size that begins so is larger than any message that is read
)
MOST_BYTES = 128 * 1024 * 1024
_TRACE_ID, _SPAN_ID = 16, 8


def records(file: IO[bytes], name: str) -> Iterator[Record | Untaken]:
    """The records of the messages, up to one that cannot be read."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - takes long to import

    taken = 0
    try:
        for data in _messages(file):
            place = Place(name, f"message {taken + 1}")
            yield from otlp.records(iter([(place, _as_json(data))]))
            taken += 1
    except DecodeError as error:
        reason = "it is neither JSON nor an export request of OTLP"
        if taken:
            reason = f"behind message {taken}: {error}"
        yield Untaken(Place(name), reason, 1, "file")


def _messages(file: IO[bytes]) -> Iterator[bytes]:
    """The messages.

    Raises:
        EOFError: the file ends within one.
        OSError: one is too large.
        DecodeError: what stands there cannot be a size.
    """
    if file.peek(1)[:1] == _FIRST_FIELD:  # type: ignore[attr-defined]  # buffered readers have it
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise OSError(f"a message of more than {amount(MOST_BYTES)} is not read")
        yield data
        return
    while head := file.read(_BYTES_OF_SIZE):
        yield _framed(file, head)


def _framed(file: IO[bytes], head: bytes) -> bytes:
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - takes long to import

    size_bytes = int.from_bytes(head)
    if not 0 < size_bytes <= MOST_BYTES:
        raise DecodeError(f"a message of {size_bytes} bytes is not read")
    data = file.read(size_bytes)
    if len(data) < size_bytes:
        raise EOFError(f"it ends after {len(data)} of {size_bytes} bytes of a message")
    return data


def _as_json(data: bytes) -> Json:
    """The request as JSON; its bytes do not say of which signal it is, its first item does.

    Raises:
        DecodeError: it is no request.
    """
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415 - takes long to import
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - as above
    from opentelemetry.proto.collector.logs.v1 import logs_service_pb2  # noqa: PLC0415 - as above
    from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2  # noqa: PLC0415 - as above
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2  # noqa: PLC0415 - as above

    first: DecodeError | None = None
    for kind, is_one in (
        (trace_service_pb2.ExportTraceServiceRequest, _has_span),
        (metrics_service_pb2.ExportMetricsServiceRequest, _has_metric),
        (logs_service_pb2.ExportLogsServiceRequest, _has_log_record),
        (trace_service_pb2.ExportTraceServiceRequest, bool),
    ):
        try:
            message = kind.FromString(data)
        except DecodeError as error:
            first = first or error
            continue
        if is_one(message):
            found: Json = _with_hex_ids(MessageToDict(message))
            return found
    raise first or DecodeError("there is nothing in it")


def _has_span(request: Any) -> bool:  # noqa: ANN401 - a message
    """A metric has no time where a span has its start, and a log record no ids."""
    return any(
        len(one.trace_id) == _TRACE_ID and len(one.span_id) == _SPAN_ID and one.start_time_unix_nano
        for group in request.resource_spans
        for scope in group.scope_spans
        for one in scope.spans
    )


def _has_metric(request: Any) -> bool:  # noqa: ANN401 - as above
    return any(
        one.name and one.WhichOneof("data")
        for group in request.resource_metrics
        for scope in group.scope_metrics
        for one in scope.metrics
    )


def _has_log_record(request: Any) -> bool:  # noqa: ANN401 - as above
    return any(
        one.time_unix_nano or one.observed_time_unix_nano or one.severity_number
        for group in request.resource_logs
        for scope in group.scope_logs
        for one in scope.log_records
    )


def _with_hex_ids(value: Any) -> Any:  # noqa: ANN401 - foreign JSON
    if isinstance(value, list):
        return [_with_hex_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(held).hex() if name in _IDS else _with_hex_ids(held)
        for name, held in value.items()
    }
