"""Recorded bodies of every provider mean what they say, however their bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan.wire import Usage
from wire_bodies import NAMES, answered, recorded

FAILED = [name for name in NAMES if "error" in name]
ANSWERED = [name for name in NAMES if "error" not in name and "abort" not in name]
SAID, THOUGHT = "The capital of France is Paris.", "User asks for a capital."
IN_CELSIUS = ("get_weather", {"city": "Paris", "unit": "c"})
STREAMED = [name for name in ANSWERED if "stream" in name]


@pytest.mark.parametrize("name", ANSWERED)
def test_the_usage_is_what_was_recorded(name: str) -> None:
    body = recorded(name)

    _, reply, _ = answered(body, [body.content])

    usage = reply.usage or Usage()
    assert usage.input == body.expected["input_tokens_inclusive"]
    assert usage.output == body.expected["output_tokens_inclusive"]
    assert usage.cache_read == body.expected["cache_read"]
    assert usage.cache_write == body.expected["cache_write"]
    assert usage.reasoning == body.expected["reasoning"]
    if usage.total is not None:
        assert usage.total == body.expected["total"]


@pytest.mark.parametrize(
    ("name", "model", "reason", "parts"),
    [
        ("anthropic_stream_cached", "claude-sonnet-4-5", "end_turn", [SAID]),
        ("azure_stream", "gpt-4o-mini-2024-07-18", "stop", ["Paris."]),
        ("bedrock_converse", "", "end_turn", ["capital", "Paris."]),
        ("bedrock_converse_stream", "", "end_turn", ["Paris."]),
        ("gemini_generate", "gemini-2.5-flash", "STOP", ["User wants capital.", "Paris."]),
        ("gemini_stream", "gemini-2.5-flash", "STOP", [SAID]),
        ("gemini_tool", "gemini-2.5-flash", "STOP", [("get_weather", {"city": "Paris"})]),
        ("groq_stream", "llama-3.3-70b-versatile", "stop", ["capital", "Paris."]),
        ("mistral_chat", "mistral-small-2506", "tool_calls", [("get_weather", {"city": "Paris"})]),
        ("mistral_stream", "mistral-small-2506", "stop", ["Paris."]),
        ("mistral_stream_thinking", "mistral-small-2506", "stop", ["capital", "Paris."]),
        ("ollama_stream", "llama3.2", "stop", ["Paris."]),
        ("ollama_tool", "llama3.2", "stop", [("get_weather", {"city": "Paris"})]),
        ("openai_chat_cached", "o4-mini-2025-04-16", "stop", [SAID]),
        ("openai_embeddings", "text-embedding-3-small", "", []),
        ("openai_responses", "o4-mini", "completed", [THOUGHT, SAID]),
        ("openai_responses_stream", "o4-mini", "completed", [THOUGHT, SAID]),
        ("openai_stream_abort", "gpt-4o-mini-2024-07-18", "", ["The capital of"]),
        ("openai_stream_no_usage", "gpt-4o-mini-2024-07-18", "stop", [SAID]),
        ("openai_stream_sseerror", "gpt-4o-mini-2024-07-18", "", ["The capital of"]),
        ("openai_stream_tool", "gpt-4o-mini-2024-07-18", "tool_calls", [IN_CELSIUS]),
        ("openai_stream_usage", "gpt-4o-mini-2024-07-18", "stop", [SAID]),
    ],
)  # fmt: skip
def test_the_answer_is_what_was_recorded(
    name: str, model: str, reason: str, parts: list[object]
) -> None:
    body = recorded(name)

    _, reply, _ = answered(body, [body.content])

    found = [part for one in reply.messages for part in one["parts"]]
    assert reply.model == model
    assert reply.finish_reason == reason
    assert [one.get("content") or (one["name"], one["arguments"]) for one in found] == parts
    assert [one["role"] for one in reply.messages] == (["assistant"] if parts else [])


@pytest.mark.parametrize("name", FAILED)
def test_the_error_is_what_was_recorded(name: str) -> None:
    body = recorded(name)

    answer, reply, _ = answered(body, [body.content])

    assert answer.error is not None
    assert answer.error.type == body.expected["error_type"]
    assert answer.error.message
    assert reply.usage is None


@pytest.mark.parametrize("name", NAMES)
def test_whether_an_answer_came_whole_is_known(name: str) -> None:
    body = recorded(name)

    answer, _, _ = answered(body, [body.content])

    assert answer.is_complete is (name not in {"openai_stream_abort", "openai_stream_sseerror"})


@pytest.mark.parametrize("name", STREAMED)
def test_one_slice_brings_the_first_token_of_a_stream(name: str) -> None:
    body = recorded(name)
    answer, _, told = answered(body, [bytes([one]) for one in body.content])

    until = told.index(True) - 4  # within the JSON that ended there
    _, before, _ = answered(body, [body.content[:until]])

    assert told.count(True) == 1
    assert before.messages == []
    assert answer.error is None


@pytest.mark.parametrize("name", [one for one in NAMES if one not in STREAMED])
def test_no_slice_brings_the_first_token_of_what_comes_whole(name: str) -> None:
    body = recorded(name)
    half = len(body.content) // 2

    _, _, told = answered(body, [body.content[:half], body.content[half:]])

    assert not any(told) or name in {"openai_stream_abort", "openai_stream_sseerror"}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_bytes_may_be_cut_anywhere(name: str, data: st.DataObject) -> None:
    body = recorded(name)
    ends = st.lists(st.integers(0, len(body.content)), max_size=20)
    cuts = sorted({0, len(body.content), *data.draw(ends)})
    slices = [body.content[at:end] for at, end in pairwise(cuts)]

    whole, reply, _ = answered(body, [body.content])
    cut, of_slices, told = answered(body, slices)

    assert of_slices == reply
    assert (cut.error, cut.is_complete) == (whole.error, whole.is_complete)
    assert told.count(True) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_bytes_may_come_one_by_one(name: str) -> None:
    body = recorded(name)

    whole, reply, _ = answered(body, [body.content])
    cut, of_bytes, _ = answered(body, [bytes([one]) for one in body.content])

    assert of_bytes == reply
    assert (cut.error, cut.is_complete) == (whole.error, whole.is_complete)
