"""OpenLLMetry and the flattened conversations of its kin, in versions without a capture."""

import json

import pytest

from normalising import event, normalised, said, tokens

ROLES = {
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be terse.",
    "gen_ai.prompt.3.role": "user",
    "gen_ai.prompt.3.content": '[{"type": "text", "text": "What is this?"},'
    ' {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}]',
}


def test_flattened_messages_may_have_gaps_and_content_parts_in_json() -> None:
    span = normalised({"llm.request.type": "chat", **ROLES})

    messages = json.loads(span.input)
    assert [message["role"] for message in messages] == ["system", "user"]
    assert messages[1]["parts"][0] == {"type": "text", "content": "What is this?"}
    assert messages[1]["parts"][1]["uri"] == "https://example.com/cat.png"


def test_json_that_a_user_wrote_stays_the_text_that_it_was() -> None:
    written = '[{"a": 1}, {"b": 2}]'

    span = normalised({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": written})

    assert said(span.input) == [f"user: {written}"]


def test_thinking_is_a_completion_of_its_own() -> None:
    span = normalised(
        {
            "llm.request.type": "completion",
            "gen_ai.completion.0.role": "thinking",
            "gen_ai.completion.0.content": "Hm.",
            "gen_ai.completion.1.role": "assistant",
            "gen_ai.completion.1.content": "Paris.",
            "gen_ai.completion.1.finish_reason": "max_tokens",
        },
        name="anthropic.chat",
    )

    parts = [part for message in json.loads(span.output) for part in message["parts"]]
    assert [part["type"] for part in parts] == ["reasoning", "text"]
    assert (span.finish_reason, span.operation) == ("length", "chat")


@pytest.mark.parametrize(
    ("request_type", "kind", "operation"),
    [
        ("chat", "llm", "chat"),
        ("completion", "llm", "text_completion"),
        ("embedding", "embedding", "embeddings"),
        ("rerank", "reranker", "rerank"),
    ],
)
def test_the_type_of_the_request_is_the_kind(request_type: str, kind: str, operation: str) -> None:
    span = normalised({"llm.request.type": request_type, "gen_ai.system": "OpenAI"})

    assert (span.kind, span.operation, span.provider) == (kind, operation, "openai")


def test_the_oldest_names_are_read_too() -> None:
    span = normalised(
        {
            "llm.vendor": "OpenAI",
            "llm.request.type": "chat",
            "llm.request.model": "gpt-4o",
            "llm.response.model": "gpt-4o-2024-08-06",
            "llm.temperature": 0.5,
            "llm.request.reasoning_effort": [],
            "llm.prompts.0.role": "user",
            "llm.prompts.0.content": "Hi",
            "llm.completions.0.role": "assistant",
            "llm.completions.0.content": "Hello",
            "llm.usage.prompt_tokens": 5,
            "llm.usage.completion_tokens": "2",
            "llm.usage.reasoning_tokens": 1,
        }
    )

    assert (span.provider, span.request_model) == ("openai", "gpt-4o")
    assert (said(span.input), said(span.output)) == (["user: Hi"], ["assistant: Hello"])
    assert tokens(span) == (5, 2, None, None, 1)
    assert json.loads(span.parameters) == {"temperature": 0.5}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.workflow", "chain"), ("b.task", "chain"), ("c.agent", "agent"), ("d.tool", "tool")],
)
def test_the_ending_of_a_name_tells_the_kind_where_nothing_else_does(name: str, kind: str) -> None:
    attributes = {"traceloop.workflow.name": "a"}

    assert normalised({**attributes}, name=name, scope="traceloop.tracer").kind == kind


def test_the_first_chunk_is_the_time_to_the_first_token_and_the_others_go() -> None:
    chunks = [event("gen_ai.content.completion.chunk", after_ms) for after_ms in (20, 30, 40)]

    span = normalised({"llm.request.type": "chat"}, *chunks)

    assert span.ttft_ns == 20_000_000
    assert span.streamed is True


def test_the_results_of_a_vector_store_are_documents() -> None:
    result = event("db.query.result", id="d1", distance=0.25, document="Paris", metadata='{"k": 1}')

    span = normalised({"traceloop.workflow.name": "rag"}, result, name="chroma.query")

    assert span.kind == "retriever"
    assert json.loads(span.documents) == [
        {"id": "d1", "content": "Paris", "score": 0.25, "metadata": {"k": 1}}
    ]


def test_association_properties_tell_user_session_tags_and_prompt() -> None:
    own = "traceloop.association.properties."

    span = normalised(
        {
            f"{own}user_id": "ada",
            f"{own}chat_id": "c-1",
            f"{own}tags": '["a", "b"]',
            "traceloop.prompt.key": "greeting",
            "traceloop.prompt.version": 3,
        }
    )

    assert (span.user_id, span.session_id, span.tags) == ("ada", "c-1", ["a", "b"])
    assert (span.prompt_name, span.prompt_version) == ("greeting", "3")


def test_a_call_without_a_type_is_known_by_its_name() -> None:
    span = normalised(
        {"gen_ai.system": "OpenAI", "gen_ai.openai.api_base": "https://api.openai.com/v1/"},
        name="openai.response",
        scope="opentelemetry.instrumentation.openai.v1",
    )

    assert (span.kind, span.operation) == ("llm", "chat")
