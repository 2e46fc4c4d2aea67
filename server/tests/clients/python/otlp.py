"""OpenTelemetry as an application sets it up: spans to Clearspan over OTLP, and whose a call is on the outermost."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps

import scenarios as ask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

HEADERS = {"x-clearspan-project": ask.PROJECT}


def sending(provider: TracerProvider) -> TracerProvider:
    """The provider, which sends from now on."""
    exporter = OTLPSpanExporter(f"{ask.SERVER}/v1/traces", headers=HEADERS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def root(name: str) -> Iterator[None]:
    """A span around a scenario, with whose it is."""
    whose = {"session.id": ask.SESSION, "user.id": ask.USER}
    with trace.get_tracer("app").start_as_current_span(name, attributes=whose):
        yield


def lookup(order_id: str) -> dict[str, str]:
    """The tool in a span of the GenAI conventions."""
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": ask.LOOKUP,
        "gen_ai.tool.call.arguments": dumps({"order_id": order_id}),
    }
    name = f"execute_tool {ask.LOOKUP}"
    with trace.get_tracer("app").start_as_current_span(name, attributes=attributes) as span:
        result = ask.lookup_order(order_id)
        span.set_attribute("gen_ai.tool.call.result", dumps(result))
        return result
