"""OpenTelemetry's own exporters for Python, and a trace that they send: over HTTP and gRPC, under every compression."""

import time
from collections.abc import Callable
from typing import Any

import grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpSpanExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from typing_extensions import override

from running import Server
from transports import the_trace

START_S = time.time_ns() // 10**9 - 60
_START_NS = START_S * 10**9

Make = Callable[[Server, str], SpanExporter]


def over_http(compression: Compression) -> Make:
    """An exporter in protobuf."""
    return lambda server, project: HttpSpanExporter(
        f"{server.url}/v1/traces",
        headers={"x-clearspan-project": project, "user-agent": "test"},
        compression=compression,
    )


def over_grpc(compression: grpc.Compression) -> Make:
    """An exporter over gRPC."""
    return lambda server, project: GrpcSpanExporter(
        f"http://{server.grpc}",
        insecure=True,
        headers={"x-clearspan-project": project},
        compression=compression,
    )


EXPORTERS = {
    "http": over_http(Compression.NoCompression),
    "http gzip": over_http(Compression.Gzip),
    "http deflate": over_http(Compression.Deflate),
    "grpc": over_grpc(grpc.Compression.NoCompression),
    "grpc gzip": over_grpc(grpc.Compression.Gzip),
    "grpc deflate": over_grpc(grpc.Compression.Deflate),
}


class Counted(IdGenerator):
    """The same ids each time."""

    def __init__(self) -> None:
        self._number = 0

    @override
    def generate_span_id(self) -> int:
        self._number += 1
        return self._number

    @override
    def generate_trace_id(self) -> int:
        return START_S


def send(exporter: SpanExporter) -> None:
    """One trace of three spans, always the same."""
    resource = Resource({"service.name": "exporters"})
    provider = TracerProvider(resource=resource, id_generator=Counted(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test", "1.0")
    root = tracer.start_span("answer", start_time=_START_NS, attributes={"session.id": "s-1"})
    below = set_span_in_context(root)
    call = tracer.start_span(
        "chat gpt-5",
        below,
        SpanKind.CLIENT,
        start_time=_START_NS + 10**8,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-5",
            "gen_ai.usage.input_tokens": 1_000,
            "gen_ai.usage.output_tokens": 20,
            "gen_ai.request.temperature": 0.5,
            "gen_ai.response.finish_reasons": ("stop",),
        },
    )
    call.add_event("first token", {"n": 1}, _START_NS + 2 * 10**8)
    call.end(_START_NS + 5 * 10**8)
    tool = tracer.start_span("search", below, start_time=_START_NS + 6 * 10**8)
    tool.set_status(Status(StatusCode.ERROR, "no such order"))
    tool.end(_START_NS + 7 * 10**8)
    root.end(_START_NS + 10**9)
    provider.shutdown()


def whole(server: Server, project: str) -> Any:
    """The trace once all three spans are there."""
    found = the_trace(server, project)
    return found if found and len(found["spans"]) == 3 else None
