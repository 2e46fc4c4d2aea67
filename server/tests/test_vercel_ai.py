"""Vercel's AI SDK, in versions and with providers that have no capture."""

import json
import math

import pytest

from clearspan_server.ingest.draft import Attributes
from normalising import event, normalised, said, tokens

STEP: Attributes = {"ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "m"}
ANTHROPIC: Attributes = {
    **STEP,
    "ai.model.provider": "anthropic.messages",
    "gen_ai.system": "anthropic.messages",
    "ai.model.id": "claude-sonnet-4-5",
}


@pytest.mark.parametrize(
    "metadata",
    [
        {"anthropic": {"cacheCreationInputTokens": 188, "cacheReadInputTokens": 1886}},
        {
            "anthropic": {
                "cacheCreationInputTokens": 188,
                "usage": {
                    "input_tokens": 21,
                    "cache_creation_input_tokens": 188,
                    "cache_read_input_tokens": 1886,
                    "output_tokens": 393,
                },
            }
        },
    ],
    ids=["version 4", "version 5"],
)
def test_until_version_5_anthropics_input_comes_without_cached_tokens(
    metadata: dict[str, object],
) -> None:
    span = normalised(
        {
            **ANTHROPIC,
            "ai.usage.promptTokens": 21.0,
            "ai.usage.completionTokens": 393.0,
            "gen_ai.usage.input_tokens": 21,
            "gen_ai.usage.output_tokens": 393,
            "ai.response.providerMetadata": json.dumps(metadata),
        }
    )

    assert tokens(span) == (2095, 393, 1886, 188, None)
    assert span.total_tokens == 2488


def test_a_big_uncached_part_does_not_hide_that_the_cache_is_beside_it() -> None:
    span = normalised(
        {
            **ANTHROPIC,
            "ai.usage.inputTokens": 5000,
            "ai.usage.outputTokens": 10,
            "ai.usage.totalTokens": 5010,
            "ai.usage.cachedInputTokens": 100,
        }
    )

    assert (span.input_tokens, span.total_tokens) == (5100, 5110)


def test_since_version_6_the_input_is_whole() -> None:
    span = normalised(
        {
            **ANTHROPIC,
            "ai.usage.inputTokens": 2095,
            "ai.usage.outputTokens": 393,
            "ai.usage.inputTokenDetails.noCacheTokens": 21,
            "ai.usage.inputTokenDetails.cacheReadTokens": 1886,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 188,
            "ai.usage.outputTokenDetails.reasoningTokens": 7,
        }
    )

    assert tokens(span) == (2095, 393, 1886, 188, 7)


def test_counts_that_are_no_numbers_are_unknown() -> None:
    span = normalised(
        {**STEP, "ai.usage.promptTokens": math.nan, "ai.usage.completionTokens": None}
    )

    assert tokens(span) == (None,) * 5
    assert span.total_tokens is None


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("ai.generateText", "agent"),
        ("ai.streamText.doStream", "llm"),
        ("ai.generateObject", "chain"),
        ("ai.streamObject.doStream", "llm"),
        ("ai.toolCall", "tool"),
        ("ai.embed", "chain"),
        ("ai.embed.doEmbed", "embedding"),
        ("ai.rerank.doRerank", "reranker"),
    ],
)
def test_the_operation_tells_the_kind(operation: str, kind: str) -> None:
    assert normalised({"ai.operationId": operation}).kind == kind


@pytest.mark.parametrize(
    ("wrapper", "provider"),
    [
        ("openai.responses", "openai"),
        ("google.generative-ai", "gcp.gemini"),
        ("google.vertex.chat", "gcp.vertex_ai"),
        ("amazon-bedrock", "aws.bedrock"),
        ("azure.responses", "azure.ai.openai"),
        ("azure-openai.chat", "azure.ai.openai"),
        ("mistral.chat", "mistral_ai"),
        ("xai.chat", "x_ai"),
    ],
)
def test_the_name_of_the_package_is_the_provider(wrapper: str, provider: str) -> None:
    assert normalised({**STEP, "ai.model.provider": wrapper}).provider == provider


def test_tool_calls_and_results_of_both_spellings_are_parts() -> None:
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "reasoning", "text": "Hm."},
                {"type": "tool-call", "toolCallId": "1", "toolName": "w", "args": {"c": "P"}},
            ],
        },
        {
            "role": "tool",
            "content": [
                {"type": "tool-result", "toolCallId": "1", "toolName": "w", "result": {"t": 1}},
                {
                    "type": "tool-result",
                    "toolCallId": "2",
                    "output": {"type": "json", "value": {"t": 2}},
                },
            ],
        },
    ]

    span = normalised({**STEP, "ai.prompt.messages": json.dumps(messages)})

    _, assistant, tool = json.loads(span.input)
    assert assistant["parts"] == [
        {"type": "reasoning", "content": "Hm."},
        {"type": "tool_call", "id": "1", "name": "w", "arguments": {"c": "P"}},
    ]
    assert [part["response"] for part in tool["parts"]] == [{"t": 1}, {"t": 2}]


def test_images_and_files_are_blobs_or_addresses() -> None:
    content = [
        {"type": "image", "image": "data:image/png;base64,aGk="},
        {"type": "image", "image": "https://example.com/a.png"},
        {"type": "file", "data": "aGk=", "mediaType": "application/pdf"},
    ]

    span = normalised(
        {**STEP, "ai.prompt.messages": json.dumps([{"role": "user", "content": content}])}
    )

    blob, uri, file = json.loads(span.input)[0]["parts"]
    assert blob == {
        "type": "blob",
        "modality": "image",
        "mime_type": "image/png",
        "content": "aGk=",
    }
    assert (uri["type"], uri["uri"]) == ("uri", "https://example.com/a.png")
    assert (file["type"], file["mime_type"]) == ("blob", "application/pdf")


def test_an_object_is_an_answer() -> None:
    span = normalised({**STEP, "ai.response.object": '{"city":"Paris"}'})

    assert said(span.output) == ['assistant: {"city":"Paris"}']


def test_metadata_tells_who_and_which_prompt() -> None:
    own = "ai.telemetry.metadata."

    span = normalised(
        {
            **STEP,
            f"{own}userId": "ada",
            f"{own}sessionId": "s",
            f"{own}tags": ["a"],
            f"{own}langfusePrompt": '{"name":"greeting","version":4}',
        }
    )

    assert (span.user_id, span.session_id, span.tags) == ("ada", "s", ["a"])
    assert (span.prompt_name, span.prompt_version) == ("greeting", "4")


def test_in_version_7_the_runtime_context_tells_who() -> None:
    own = "ai.settings.context."

    span = normalised(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.request.model": "gpt-5-mini",
            "gen_ai.request.seed": 7,
            f"{own}userId": "ada",
            f"{own}sessionId": "s",
            f"{own}tags": ["a"],
        },
        scope="gen_ai",
    )

    assert (span.user_id, span.session_id, span.tags) == ("ada", "s", ["a"])
    assert span.kind == "agent"
    assert json.loads(span.parameters) == {"seed": 7}


def test_the_first_chunk_comes_in_milliseconds_also_as_an_event() -> None:
    first = event("ai.stream.firstChunk", ai__response__msToFirstChunk=113.5)

    span = normalised({"ai.operationId": "ai.streamText.doStream"}, first)

    assert span.ttft_ns == 113_500_000


def test_a_stream_that_was_left_has_no_finish_reason_and_is_cancelled() -> None:
    left = normalised({"ai.operationId": "ai.streamText", "ai.prompt": '{"prompt":"Hi"}'})

    assert (left.status, left.error_class) == ("cancelled", "cancelled")
    assert said(left.input) == ["user: Hi"]


@pytest.mark.parametrize(
    ("attributes", "scope"),
    [
        (
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.response.finish_reasons": ["interrupted"],
                "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Once"}]}]',
            },
            "gen_ai",
        ),
        (
            {
                "ai.operationId": "ai.streamText.doStream",
                "ai.response.finishReason": "interrupted",
                "ai.response.text": "Once",
            },
            "ai",
        ),
    ],
    ids=["its own names", "the older names"],
)
def test_in_version_7_a_stream_that_the_provider_broke_off_has_failed(
    attributes: Attributes, scope: str
) -> None:
    span = normalised(attributes, scope=scope)

    assert (span.status, span.error_type, span.error_class) == (
        "error",
        "interrupted",
        "connection",
    )
    assert said(span.output) == ["assistant: Once"]


def test_reranked_documents_come_in_their_new_order() -> None:
    span = normalised(
        {
            "ai.operationId": "ai.rerank.doRerank",
            "ai.documents": ['"Lyon"', '"Paris"'],
            "ai.ranking": ['{"index":1,"relevanceScore":0.9}', '{"index":0,"relevanceScore":0.1}'],
        }
    )

    found = [(one["content"], one["score"]) for one in json.loads(span.documents)]
    assert found == [("Paris", 0.9), ("Lyon", 0.1)]


def test_version_7_adds_details_only_on_request() -> None:
    span = normalised(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.usage.input_tokens": 2048,
            "gen_ai.usage.output_tokens": 300,
            "gen_ai.usage.cache_read.input_tokens": 1920,
            "gen_ai.response.finish_reasons": ["stop"],
            "ai.usage.inputTokenDetails.noCacheTokens": 64,
            "ai.usage.outputTokenDetails.reasoningTokens": 128,
        },
        scope="gen_ai",
    )

    assert (span.kind, tokens(span)) == ("llm", (2048, 300, 1920, None, 128))


def test_texts_to_embed_are_messages() -> None:
    span = normalised({"ai.operationId": "ai.embedMany.doEmbed", "ai.values": ['"hello"', '"you"']})

    assert said(span.input) == ["user: hello", "user: you"]


def test_a_total_that_only_adds_up_with_the_reasoning_proves_that_it_is_beside_the_output() -> None:
    span = normalised(
        {
            **STEP,
            "ai.model.provider": "google.generative-ai",
            "ai.usage.inputTokens": 100,
            "ai.usage.outputTokens": 50,
            "ai.usage.reasoningTokens": 30,
            "ai.usage.totalTokens": 180,
        }
    )

    assert (span.output_tokens, span.reasoning_tokens, span.total_tokens) == (80, 30, 180)
