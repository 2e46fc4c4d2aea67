"""Requests, replies and usage of every provider in one form, and no JSON that is too strange."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan.wire import Usage, read_message, read_parts, read_reply, read_request, read_usage

BODIES = Path(__file__).parent / "wire"


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("openai_chat_cached", Usage(2048, 300, 2348, 1920, 64, 128, 0, 0)),
        ("openai_responses", Usage(2048, 300, 2348, 1920, 64, 128)),
        ("openai_embeddings", Usage(10, None, 10)),
        ("mistral_chat", Usage(24, 9, 33, 16)),
        ("ollama_tool", Usage(26, 282)),
        ("gemini_tool", Usage(24, 9, 33)),
        (
            "gemini_generate",
            Usage(
                2058,
                300,
                2358,
                1920,
                None,
                128,
                10,
                other={"input_tool_tokens": 10, "cache_audio_read_tokens": 0},
            ),
        ),
        (
            "bedrock_converse",
            Usage(
                2095,
                393,
                2488,
                1886,
                188,
                other={"cache_write_1h_tokens": 40, "cache_write_5m_tokens": 148},
            ),
        ),
    ],
)
def test_usage_of_a_reply_is_inclusive_whatever_its_provider(name: str, usage: Usage) -> None:
    reply = read_reply(json.loads((BODIES / f"{name}.body.bin").read_bytes()))

    assert reply is not None
    assert reply.usage == usage


@pytest.mark.parametrize(
    ("name", "reason", "kinds"),
    [
        ("openai_chat_cached", "stop", ["text"]),
        ("openai_responses", "completed", ["reasoning", "text"]),
        ("openai_embeddings", "", []),
        ("mistral_chat", "tool_calls", ["tool_call"]),
        ("ollama_tool", "stop", ["tool_call"]),
        ("gemini_tool", "STOP", ["tool_call"]),
        ("gemini_generate", "STOP", ["reasoning", "text"]),
        ("bedrock_converse", "end_turn", ["reasoning", "text"]),
    ],
)
def test_an_answer_is_one_message_with_a_reason(name: str, reason: str, kinds: list[str]) -> None:
    reply = read_reply(json.loads((BODIES / f"{name}.body.bin").read_bytes()))

    assert reply is not None
    assert reply.finish_reason == reason
    assert [part["type"] for one in reply.messages for part in one["parts"]] == kinds
    assert len(reply.messages) <= 1


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        # Anthropic: the cache stands beside the input, an hour's writes are told apart.
        (
            {
                "input_tokens": 21,
                "cache_read_input_tokens": 1886,
                "cache_creation_input_tokens": 188,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 148,
                    "ephemeral_1h_input_tokens": 40,
                },
                "output_tokens": 393,
                "server_tool_use": {"web_search_requests": 2},
            },
            Usage(
                2095,
                393,
                cache_read=1886,
                cache_write=188,
                other={
                    "cache_write_5m_tokens": 148,
                    "cache_write_1h_tokens": 40,
                    "web_searches": 2,
                },
            ),
        ),
        # LiteLLM's and Databricks' mixture is inclusive.
        (
            {"prompt_tokens": 2095, "completion_tokens": 5, "cache_read_input_tokens": 1886},
            Usage(2095, 5, cache_read=1886),
        ),
        # xAI counts reasoning beside the completion, and so does the total prove.
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 299,
                "completion_tokens_details": {"reasoning_tokens": 258},
            },
            Usage(32, 267, 299, reasoning=258),
        ),
        # Perplexity: reasoning and citations are outside of everything.
        (
            {
                "prompt_tokens": 33,
                "completion_tokens": 7163,
                "total_tokens": 7196,
                "citation_tokens": 20016,
                "num_search_queries": 18,
                "reasoning_tokens": 73997,
            },
            Usage(
                33,
                101176,
                reasoning=73997,
                other={"output_citation_tokens": 20016, "web_searches": 18},
            ),
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 5},
            Usage(9, 2, cache_read=5),
        ),
        # LangChain
        (
            {
                "input_tokens": 2095,
                "output_tokens": 393,
                "total_tokens": 2488,
                "input_token_details": {"cache_read": 1886, "cache_creation": 188},
                "output_token_details": {"reasoning": 7},
            },
            Usage(2095, 393, 2488, 1886, 188, 7),
        ),
        # Cohere bills less than it reads.
        (
            {
                "billed_units": {"input_tokens": 5, "output_tokens": 418},
                "tokens": {"input_tokens": 71, "output_tokens": 418},
            },
            Usage(5, 418),
        ),
        # Google's Python names; thoughts that are among the candidates already.
        (
            {
                "prompt_token_count": 8,
                "candidates_token_count": 20,
                "thoughts_token_count": 15,
                "total_token_count": 28,
            },
            Usage(8, 20, 28, reasoning=15),
        ),
        ({"promptTokenCount": 8, "totalTokenCount": 8}, Usage(8, 0, 8)),
        # The AI SDK's names on the way to Bedrock's: its input is inclusive.
        (
            {
                "inputTokens": 2048,
                "outputTokens": 300,
                "cachedInputTokens": 1920,
                "reasoningTokens": 128,
            },
            Usage(2048, 300, cache_read=1920, reasoning=128),
        ),
        ({"input_tokens": -1, "output_tokens": float("nan")}, None),
        ({"prompt_tokens": None}, None),
        ({"seconds": 3}, None),
    ],
)
def test_counts_beside_others_are_added_and_subsets_are_not(
    raw: dict[str, object], usage: Usage | None
) -> None:
    assert read_usage(raw) == usage


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "type",
                    "role",
                    "content",
                    "parts",
                    "text",
                    "usage",
                    "messages",
                    "input",
                    "output",
                    "choices",
                    "message",
                    "candidates",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "functionCall",
                    "toolUse",
                    "image",
                    "source",
                    "data",
                    "usageMetadata",
                    "promptTokenCount",
                    "promptTokensDetails",
                    "tokens",
                    "billed_units",
                    "inputTokens",
                    "system",
                    "tools",
                    "config",
                    "reasoning",
                    "thinking",
                    "summary",
                    "response",
                    "stopReason",
                    "status",
                    "kwargs",
                    "lc",
                    "prompt_tokens_details",
                    "prompt_tokens",
                    "cache_creation",
                    "input_tokens",
                    "cacheDetails",
                    "audio",
                    "images",
                    "file",
                    "output_text",
                    "reasoningContent",
                    "tool_result",
                    "response_id",
                    "chat_history",
                    "contents",
                    "parameters",
                    "done",
                ]
            )
            | st.text(max_size=3),
            inner
            | st.sampled_from(
                [
                    "text",
                    "message",
                    "tool",
                    "tool_result",
                    "image",
                    "file",
                    "reasoning",
                    "function_call",
                    "x_call",
                ]
            ),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(JSON)
def test_no_json_is_too_strange(value: object) -> None:
    read_parts(value)
    message = read_message(value)
    body = (
        value if isinstance(value, dict) else {"messages": value, "output": value, "usage": value}
    )
    request, reply = read_request(body), read_reply(body)
    read_usage(body)

    messages = [message] if message else []
    messages += request.messages if request else []
    messages += reply.messages if reply else []
    assert all(isinstance(one["role"], str) for one in messages)
    assert all(isinstance(part, dict) for one in messages for part in one["parts"])
