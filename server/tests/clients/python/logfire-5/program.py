"""Logfire and its instrumentation of OpenAI's client, sending to Clearspan alone."""

import logfire
import openai_scenarios
import otlp
import scenarios as ask
from openai import OpenAI
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporter = OTLPSpanExporter(f"{ask.SERVER}/v1/traces", headers=otlp.HEADERS)
# Logfire takes whatever is called a session for a secret, unless its scrubbing is off.
logfire.configure(
    send_to_logfire=False,
    console=False,
    scrubbing=False,
    additional_span_processors=[BatchSpanProcessor(exporter)],
)
logfire.instrument_openai()


def root(name: str) -> logfire.LogfireSpan:
    """A span around a scenario, with whose it is."""
    return logfire.span(name, **{"session.id": ask.SESSION, "user.id": ask.USER})


ask.run(openai_scenarios.of(OpenAI, otlp.lookup), logfire.shutdown, root)
