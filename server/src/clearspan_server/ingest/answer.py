"""What a sender of OTLP is answered: the response of its signal, or a google.rpc.Status.

Source: opentelemetry-proto `docs/specification.md` (partial success, which errors may be retried), google/rpc.
"""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from clearspan_server.errors import ClearspanError, TooBusy, Unavailable
from clearspan_server.model.delivery import Signal

# The response of a signal, and its field for how many records were not taken.
_RESPONSES: Mapping[Signal, tuple[type[Message], str]] = {
    "traces": (ExportTraceServiceResponse, "rejected_spans"),
    "logs": (ExportLogsServiceResponse, "rejected_log_records"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points"),
}
# What an error is to gRPC, by its HTTP status.
_CODES: Mapping[int, int] = {
    400: Code.INVALID_ARGUMENT,
    401: Code.UNAUTHENTICATED,
    403: Code.PERMISSION_DENIED,
    404: Code.NOT_FOUND,
    405: Code.UNIMPLEMENTED,
    408: Code.DEADLINE_EXCEEDED,
    413: Code.RESOURCE_EXHAUSTED,
    415: Code.INVALID_ARGUMENT,
    429: Code.RESOURCE_EXHAUSTED,
    503: Code.UNAVAILABLE,
}


def response_of(signal: Signal, rejected: int, reasons: str) -> Message:
    """The response to a request that was taken; `partial_success` is unset when all of it was."""
    kind, counted = _RESPONSES[signal]
    response: Any = kind()  # the three have no type in common that names their fields
    if rejected:
        setattr(response.partial_success, counted, rejected)
        response.partial_success.error_message = reasons
    return response  # type: ignore[no-any-return]  # made from a Message type above


def status_of(error: ClearspanError) -> Status:
    """The error as gRPC says it; with a RetryInfo where the sender is to try again."""
    status = Status(code=_CODES.get(error.status, Code.INTERNAL), message=error.message)
    if isinstance(error, (TooBusy, Unavailable)):
        retry = RetryInfo()
        retry.retry_delay.seconds = error.retry_after_s
        status.details.add().Pack(retry)
    return status
