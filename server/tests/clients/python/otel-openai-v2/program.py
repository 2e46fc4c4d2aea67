"""OpenTelemetry's older instrumentation of OpenAI's client, which tells messages as log events."""

import os

os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"

import openai_scenarios
import otlp
import scenarios as ask
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider

provider = otlp.sending(TracerProvider())
logs = LoggerProvider()
exporter = OTLPLogExporter(f"{ask.SERVER}/v1/logs", headers=otlp.HEADERS)
logs.add_log_record_processor(BatchLogRecordProcessor(exporter))
set_logger_provider(logs)
OpenAIInstrumentor().instrument()


def flush() -> None:
    """Sends what is left of both."""
    provider.shutdown()
    logs.shutdown()


ask.run(openai_scenarios.of(lookup=otlp.lookup), flush, otlp.root)
