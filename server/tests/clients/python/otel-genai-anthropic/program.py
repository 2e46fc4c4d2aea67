"""OpenTelemetry's instrumentation of Anthropic's client by the GenAI conventions of now."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_only"
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"

import anthropic_scenarios
import otlp
import scenarios as ask
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
from opentelemetry.sdk.trace import TracerProvider

provider = otlp.sending(TracerProvider())
AnthropicInstrumentor().instrument()

ask.run(anthropic_scenarios.of(lookup=otlp.lookup), provider.shutdown, otlp.root)
