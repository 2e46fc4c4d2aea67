"""The whole line: our SDK and the official OpenTelemetry SDK, each as a program of its own, to the API."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from running import Server, settle

AGENT = """
import clearspan

@clearspan.trace
def answer(question):
    with clearspan.agent_span("support", input=question):
        with clearspan.retrieval_span("kb", query=question, k=2) as found:
            found.documents = [{"id": "doc-1", "content": "Refunds take 5 days.", "score": 0.9}]
        with clearspan.llm_span("chat gpt-4o", model="gpt-4o", provider="openai") as call:
            call.input = [{"role": "user", "content": question}]
            call.output = [{"role": "assistant", "content": "Five days."}]
            call.response_model = "gpt-4o-2024-08-06"
            call.usage = {"input": 1200, "output": 30, "cache_read": 1024}
            call.finish_reason = "stop"
        with clearspan.tool_span("get_order", arguments={"id": 7}) as tool:
            tool.result = {"state": "shipped"}
        try:
            with clearspan.tool_span("refund", arguments={"id": 7}):
                raise ValueError("order 7 is not delivered yet")
        except ValueError:
            pass
        with clearspan.llm_span("chat gpt-4o", model="gpt-4o", provider="openai") as call:
            call.cancel()
    return "Five days."

with clearspan.context(user="ann", session="s-1", tags=["beta"], feature="refunds"):
    answer("How long does a refund take?")
"""

OPENTELEMETRY = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
with provider.get_tracer("script").start_as_current_span("chat gpt-4o") as span:
    span.set_attribute("gen_ai.operation.name", "chat")
    span.set_attribute("gen_ai.provider.name", "openai")
    span.set_attribute("gen_ai.request.model", "gpt-4o")
    span.set_attribute("gen_ai.usage.input_tokens", 1000)
    span.set_attribute("gen_ai.usage.output_tokens", 100)
provider.shutdown()
"""


def run(program: str, **environment: str) -> None:
    """Run a program to its end; it has nothing but the environment that a user would set."""
    kept = {key: value for key, value in os.environ.items() if "OTEL" not in key}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == ""


def only_trace(server: Server, project: str) -> dict[str, Any]:
    """The one trace of a project, which must have ended."""
    settle(server)
    [row] = server.get(f"/api/v1/traces?project={project}")["traces"]
    assert row["end"]
    trace: dict[str, Any] = server.get(f"/api/v1/traces/{row['trace_id']}?project={project}")
    return trace


@pytest.fixture(scope="module")
def journey(server: Server) -> dict[str, Any]:
    """The trace of a program that was written with our SDK."""
    run(AGENT, CLEARSPAN_ENDPOINT=server.url, CLEARSPAN_PROJECT="journey")
    return only_trace(server, "journey")


def test_a_program_with_our_sdk_becomes_one_trace(journey: dict[str, Any]) -> None:
    spans = [(one["depth"], one["kind"], one["name"]) for one in journey["spans"]]

    assert spans == [
        (0, "chain", "answer"),
        (1, "agent", "support"),
        (2, "retriever", "kb"),
        (2, "llm", "chat gpt-4o"),
        (2, "tool", "get_order"),
        (2, "tool", "refund"),
        (2, "llm", "chat gpt-4o"),
    ]


def test_each_call_ends_in_exactly_one_status(journey: dict[str, Any]) -> None:
    statuses = [one["status"] for one in journey["spans"]]

    assert statuses == ["ok", "ok", "ok", "ok", "ok", "error", "cancelled"]
    assert journey["trace"]["status"] == "ok"
    assert journey["trace"]["error_count"] == 1


def test_the_cost_is_the_providers_price_for_cached_and_uncached_tokens(
    journey: dict[str, Any],
) -> None:
    # gpt-4o-2024-08-06: $2.50 a million input tokens, $1.25 cached, $10.00 output.
    assert journey["trace"]["total_cost"] == "0.00202"
    assert journey["trace"]["input_tokens"] == 1200


def test_who_and_where_reach_the_trace(journey: dict[str, Any]) -> None:
    trace = journey["trace"]

    assert (trace["user_id"], trace["session_id"], trace["feature"]) == ("ann", "s-1", "refunds")
    assert trace["tags"] == ["beta"]


def test_bodies_reach_the_span(server: Server, journey: dict[str, Any]) -> None:
    def detail(place: int) -> dict[str, Any]:
        row = journey["spans"][place]
        path = f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}?project=journey"
        found: dict[str, Any] = server.get(path)
        return found

    retrieval, call, tool, failed = (detail(place) for place in (2, 3, 4, 5))

    assert retrieval["documents"][0]["content"] == "Refunds take 5 days."
    assert call["input_messages"][0]["parts"][0]["content"] == "How long does a refund take?"
    assert call["output_messages"][0]["parts"][0]["content"] == "Five days."
    assert call["cost"]["by_class"]["cache_read"] == "0.00128"
    assert tool["tool_arguments"] == {"id": 7}
    assert tool["tool_result"] == {"state": "shipped"}
    assert failed["error_type"] == "ValueError"
    assert "ValueError: order 7 is not delivered yet" in failed["error_stack"]


def test_the_official_sdk_with_its_own_exporter_gives_model_tokens_and_cost(
    server: Server,
) -> None:
    run(
        OPENTELEMETRY,
        OTEL_EXPORTER_OTLP_ENDPOINT=server.url,
        OTEL_EXPORTER_OTLP_HEADERS="x-clearspan-project=official",
    )

    trace = only_trace(server, "official")["trace"]

    assert trace["models"] == ["gpt-4o"]
    assert (trace["input_tokens"], trace["output_tokens"]) == (1000, 100)
    assert trace["total_cost"] == "0.0035"


def test_secrets_are_gone_from_every_field_of_every_span(server: Server) -> None:
    secret = "sk-" + "a1B2" * 10  # built here, so that no scanner takes it for a real one
    program = AGENT.replace("How long does a refund take?", f"I am ann@example.com, key {secret}")
    run(program, CLEARSPAN_ENDPOINT=server.url, CLEARSPAN_PROJECT="secrets")

    trace = only_trace(server, "secrets")
    paths = [
        f"/api/v1/traces/{one['trace_id']}/spans/{one['span_id']}?project=secrets"
        for one in trace["spans"]
    ]
    details = [json.dumps(server.get(path)) for path in paths]

    assert "[redacted:email]" in trace["trace"]["input_preview"]
    assert [text for text in details if secret in text or "ann@example.com" in text] == []
    assert any('"api_key": 1' in text for text in details)
