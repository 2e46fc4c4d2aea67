"""OTLP requests for tests, and a plain way to post them."""

import http.client
import os
import time
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PROTOBUF = {"content-type": "application/x-protobuf"}


def request_of(spans: list[Span], **resource: str) -> bytes:
    """One export request with the spans; `resource` are its attributes, `__` for a dot."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    for key, value in (resource or {"service__name": "test"}).items():
        pair = group.resource.attributes.add()
        pair.key, pair.value.string_value = key.replace("__", "."), value
    group.scope_spans.add().spans.extend(spans)
    return request.SerializeToString()


def span(
    name: str,
    attributes: dict[str, object] | None = None,
    *,
    trace_id: bytes = b"",
    parent: bytes = b"",
) -> Span:
    """A finished span of one second that ended now."""
    now = time.time_ns()
    made = Span(
        trace_id=trace_id or os.urandom(16),
        span_id=os.urandom(8),
        parent_span_id=parent,
        name=name,
        start_time_unix_nano=now - 1_000_000_000,
        end_time_unix_nano=now,
    )
    for key, value in (attributes or {}).items():
        put(made, key, value)
    return made


def model_call(above: Span) -> Span:
    """A call of gpt-4o below a span, with 3 120 tokens in and 412 out."""
    said: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 3_120,
        "gen_ai.usage.output_tokens": 412,
    }
    return span("chat gpt-4o", said, trace_id=above.trace_id, parent=above.span_id)


def put(made: Span, key: str, value: object) -> None:
    """Set an attribute of any scalar type, or a list of texts."""
    pair = made.attributes.add()
    pair.key = key
    match value:
        case bool():
            pair.value.bool_value = value
        case int():
            pair.value.int_value = value
        case float():
            pair.value.double_value = value
        case list():
            for item in value:
                pair.value.array_value.values.add().string_value = str(item)
        case _:
            pair.value.string_value = str(value)


def post(
    url: str, path: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of the answer; raises OSError or HTTPException when there is none."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    try:
        connection.request("POST", path, body, PROTOBUF if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
