"""A model call recorded with OpenTelemetry alone: its default endpoint is where Clearspan listens.

Run `clearspan up`, then:

    pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http
    python examples/opentelemetry_ten_lines.py
"""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
with trace.get_tracer("ten-lines").start_as_current_span("chat gpt-4o") as span:
    span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai"})
    span.set_attributes({"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 1200})
    span.set_attribute("gen_ai.usage.output_tokens", 340)
provider.shutdown()
