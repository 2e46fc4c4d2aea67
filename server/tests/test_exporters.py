"""The official exporters of Python deliver the same trace, over HTTP and gRPC, under every compression."""

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest
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

from running import Server, until
from transports import the_trace

START_NS = time.time_ns() // 10**9 * 10**9 - 60 * 10**9

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
        return START_NS


def send(exporter: SpanExporter) -> None:
    """One trace of three spans, always the same."""
    resource = Resource({"service.name": "exporters", "telemetry.sdk.language": "python"})
    provider = TracerProvider(resource=resource, id_generator=Counted(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test", "1.0")
    root = tracer.start_span("answer", start_time=START_NS, attributes={"session.id": "s-1"})
    below = set_span_in_context(root)
    call = tracer.start_span(
        "chat gpt-5",
        below,
        SpanKind.CLIENT,
        start_time=START_NS + 10**8,
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
    call.add_event("first token", {"n": 1}, START_NS + 2 * 10**8)
    call.end(START_NS + 5 * 10**8)
    tool = tracer.start_span("search", below, start_time=START_NS + 6 * 10**8)
    tool.set_status(Status(StatusCode.ERROR, "no such order"))
    tool.end(START_NS + 7 * 10**8)
    root.end(START_NS + 10**9)
    provider.shutdown()


def whole(server: Server, project: str) -> Any:
    """The trace once all three spans are there."""
    found = the_trace(server, project)
    return found if found and len(found["spans"]) == 3 else None


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_official_exporter_delivers_the_same_trace(server: Server, name: str) -> None:
    first, project = f"exporter-first-{time.time_ns()}", f"exporter-{time.time_ns()}"

    send(EXPORTERS["http"](server, first))
    send(EXPORTERS[name](server, project))

    expected = until(lambda: whole(server, first))
    assert until(lambda: whole(server, project)) == expected
    assert [span["name"] for span in expected["spans"]] == ["answer", "chat gpt-5", "search"]
