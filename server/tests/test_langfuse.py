"""Langfuse's spans, in cases that have no capture; the captures are in test_captures.py."""

import json

import pytest

from clearspan_server.ingest.draft import Attributes
from normalising import normalised, said, tokens

OWN = "langfuse.observation."
STREAM: Attributes = {
    f"{OWN}type": "generation",
    f"{OWN}model.name": "gpt-5-mini",
    f"{OWN}model.parameters": '{"stream":true,"response_format":""}',
    f"{OWN}input": '{"messages":[{"role":"user","content":"Hi"}]}',
    f"{OWN}completion_start_time": '"2026-11-21T12:00:51.912Z"',
}
PYTHON = {"temperature": 1, "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0}


def test_a_whole_stream_without_usage_is_not_cancelled_where_no_stream_says_why_it_ended() -> None:
    span = normalised(STREAM | {f"{OWN}output": "Hello."})

    assert (span.status, span.streamed, span.error_class) == ("ok", True, "")
    assert said(span.output) == ["assistant: Hello."]


def test_a_stream_without_any_answer_is_cancelled() -> None:
    span = normalised(STREAM | {f"{OWN}output": ""})

    assert (span.status, span.error_class) == ("cancelled", "cancelled")


def test_pythons_wrapper_would_have_said_why_a_stream_ended() -> None:
    span = normalised(
        STREAM | {f"{OWN}model.parameters": json.dumps(PYTHON), f"{OWN}output": "Hel"}
    )

    assert (span.status, span.error_class) == ("cancelled", "cancelled")


@pytest.mark.parametrize(
    "message", ["Error: Request was aborted.", "AbortError: This operation was aborted"]
)
def test_a_call_that_its_user_aborted_is_cancelled(message: str) -> None:
    span = normalised(STREAM | {f"{OWN}level": "ERROR", f"{OWN}status_message": message})

    assert (span.status, span.error_class) == ("cancelled", "cancelled")


def test_a_streamed_tool_call_of_javascript_names_no_role() -> None:
    call = {"function": {"name": "lookup_order", "arguments": '{"order_id": "A-1042"}'}}

    span = normalised(STREAM | {f"{OWN}output": json.dumps({"tool_calls": [call]})})

    [answer] = json.loads(span.output)
    assert answer["role"] == "assistant"
    assert answer["parts"] == [
        {"type": "tool_call", "id": "", "name": "lookup_order", "arguments": {"order_id": "A-1042"}}
    ]


def test_javascripts_wrapper_calls_embeddings_generations() -> None:
    span = normalised(
        {f"{OWN}type": "generation", f"{OWN}model.name": "text-embedding-3-small"},
        name="OpenAI.embeddings",
    )

    assert (span.kind, span.operation) == ("embedding", "embeddings")


@pytest.mark.parametrize(
    "output", [201, 9], ids=["version 3 of JavaScript's client", "since version 4"]
)
def test_the_total_tells_whether_reasoning_is_inside_the_output(output: int) -> None:
    usage = {"input": 54, "output": output, "total": 255, "output_reasoning_tokens": 192}

    span = normalised(STREAM | {f"{OWN}usage_details": json.dumps(usage)})

    assert tokens(span) == (54, 201, None, None, 192)
