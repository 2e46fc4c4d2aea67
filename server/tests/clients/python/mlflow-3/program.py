"""MLflow's tracing of OpenAI's client, exported over OTLP."""

import os

import scenarios as ask

os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{ask.SERVER}/v1/traces"
os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"
os.environ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = f"x-clearspan-project={ask.PROJECT}"

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
import openai_scenarios
from mlflow.entities import SpanType

mlflow.openai.autolog()
lookup = mlflow.trace(name=ask.LOOKUP, span_type=SpanType.TOOL)(ask.lookup_order)


@contextmanager
def root(name: str) -> Iterator[None]:
    """A span around a scenario, with whose it is."""
    # What `mlflow.update_current_trace` is told stays with MLflow: over OTLP only a span's attributes travel.
    whose = {"mlflow.trace.session": ask.SESSION, "mlflow.trace.user": ask.USER}
    with mlflow.start_span(name, attributes=whose):
        yield


ask.run(openai_scenarios.of(lookup=lookup), mlflow.flush_trace_async_logging, root)
