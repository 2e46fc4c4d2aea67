"""OpenTelemetry's instrumentation of OpenAI's client by the GenAI conventions of now."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "span_only"
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"

import openai_scenarios
import otlp
import scenarios as ask
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider

provider = otlp.sending(TracerProvider())
OpenAIInstrumentor().instrument()

ask.run(openai_scenarios.of(lookup=otlp.lookup), provider.shutdown, otlp.root)
