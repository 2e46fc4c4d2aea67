"""OpenTelemetry's and OpenInference's names in forms that no capture has."""

import json
from decimal import Decimal

import pytest

from clearspan_server.ingest.draft import Attributes
from normalising import event, normalised, said, tokens

CHAT: Attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}


def test_messages_may_come_as_events_of_the_span() -> None:
    calls = '[{"id": "1", "function": {"name": "w", "arguments": "{\\"c\\": 1}"}}]'

    span = normalised(
        CHAT,
        event("gen_ai.system.message", 1, content="Be terse."),
        event("gen_ai.user.message", 2, gen_ai__event__content='{"content": "Hi"}'),
        event("gen_ai.assistant.message", 3, tool_calls=calls),
        event("gen_ai.tool.message", 4, id="1", content="18 C"),
        event("gen_ai.choice", 5, index=0, finish_reason="stop", message='{"content": "Warm."}'),
    )

    assert said(span.input)[:2] == ["system: Be terse.", "user: Hi"]
    assert [message["role"] for message in json.loads(span.input)][2:] == ["assistant", "tool"]
    assert (said(span.output), span.finish_reason) == (["assistant: Warm."], "stop")
    assert not span.mirrored


def test_a_whole_prompt_may_come_as_one_event() -> None:
    span = normalised(
        CHAT,
        event("gen_ai.content.prompt", gen_ai__prompt='[{"role": "user", "content": "Hi"}]'),
        event("gen_ai.content.completion", gen_ai__completion="Hello"),
    )

    assert (said(span.input), said(span.output)) == (["user: Hi"], ["assistant: Hello"])


@pytest.mark.parametrize(
    ("instructions", "told"),
    [
        ("Be terse.", ["system: Be terse.", "user: Hi"]),
        ("Be kind.", ["system: Be kind.", "system: Be terse.", "user: Hi"]),
    ],
)
def test_instructions_stand_before_a_system_message_unless_they_are_the_same(
    instructions: str, told: list[str]
) -> None:
    conversation = [
        {"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Hi"}]},
    ]

    span = normalised(
        CHAT
        | {
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": instructions}]),
            "gen_ai.input.messages": json.dumps(conversation),
        }
    )

    assert said(span.input) == told


def test_an_attribute_wins_over_an_event_that_only_completes_it() -> None:
    details = event(
        "gen_ai.client.inference.operation.details",
        gen_ai__request__model="another",
        gen_ai__input__messages=[
            {"role": "user", "parts": [{"type": "text", "content": "from the event"}]}
        ],
        gen_ai__usage__input_tokens=24,
    )

    span = normalised({**CHAT, "gen_ai.response.id": "r-1"}, details)

    assert (span.request_model, span.response_id) == ("gpt-4o", "r-1")
    assert said(span.input) == ["user: from the event"]
    assert span.input_tokens == 24


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("generate_content", "llm"),
        ("text_completion", "llm"),
        ("fetch_response", "llm"),
        ("embeddings", "embedding"),
        ("rerank", "reranker"),
        ("create_agent", "agent"),
        ("agent_step", "agent"),
        ("plan", "chain"),
        ("framework", "chain"),
        ("vectordb", "db"),
        ("something_new", "other"),
    ],
)
def test_the_operation_is_the_kind(operation: str, kind: str) -> None:
    assert normalised({"gen_ai.operation.name": operation}).kind == kind


@pytest.mark.parametrize(
    "key",
    [
        "openai.response.service_tier",
        "gen_ai.openai.response.service_tier",
        "gen_ai.response.service_tier",
    ],
)
def test_the_service_tier_has_had_several_names(key: str) -> None:
    assert normalised({**CHAT, key: "flex"}).service_tier == "flex"


@pytest.mark.parametrize(
    "key",
    ["gen_ai.response.time_to_first_chunk", "gen_ai.client.operation.time_to_first_chunk"],
)
def test_the_first_chunk_comes_in_seconds(key: str) -> None:
    span = normalised({**CHAT, key: 0.25, "gen_ai.response.finish_reasons": ["stop"]})

    assert (span.ttft_ns, span.streamed) == (250_000_000, True)


def test_images_have_tokens_of_their_own() -> None:
    span = normalised(
        {**CHAT, "gen_ai.usage.input_tokens": 100, "gen_ai.usage.image.input_tokens": 60}
    )

    assert span.usage_other == {"input_image_tokens": 60}


def test_content_that_is_no_conversation_is_kept_as_it_is() -> None:
    span = normalised({"gen_ai.input.messages": "Hi", "gen_ai.output.messages": "done"})

    assert (span.input, span.output) == ("Hi", "done")


def test_a_tool_has_its_schema_or_its_arguments_in_the_same_place() -> None:
    tool: Attributes = {"openinference.span.kind": "TOOL", "tool.name": "w"}
    schema = '{"type": "object", "properties": {"city": {"type": "string"}}}'

    of_schema = normalised({**tool, "tool.parameters": schema})
    of_arguments = normalised({**tool, "tool.parameters": '{"city": "Paris"}'})

    assert (of_schema.tool_arguments, of_arguments.tool_arguments) == ("", '{"city": "Paris"}')


def test_openinference_messages_hold_images_sounds_and_calls_once() -> None:
    at = "llm.input_messages.1.message."
    part = f"{at}contents.{{}}.message_content.{{}}".format

    span = normalised(
        {
            "openinference.span.kind": "LLM",
            f"{at}role": "assistant",
            part(0, "type"): "text",
            part(0, "text"): "Look:",
            part(1, "type"): "image",
            part(1, "image.image.url"): "data:image/png;base64,aGk=",
            part(2, "type"): "audio",
            part(2, "audio.audio.url"): "https://example.com/a.wav",
            f"{at}contents.3.tool_call.id": "1",
            f"{at}contents.3.tool_call.function.name": "w",
            f"{at}tool_calls.0.tool_call.id": "1",
            f"{at}tool_calls.0.tool_call.function.name": "w",
            f"{at}tool_calls.0.tool_call.function.arguments": '{"c": 1}',
        }
    )

    parts = json.loads(span.input)[0]["parts"]
    assert [one["type"] for one in parts] == ["text", "blob", "uri", "tool_call"]
    assert parts[1]["content"] == "aGk="
    assert parts[3]["arguments"] == {"c": 1}


def test_openinference_tells_cost_first_token_node_tags_and_people() -> None:
    span = normalised(
        {
            "openinference.span.kind": "AGENT",
            "llm.cost.total": 0.25,
            "graph.node.id": "n-2",
            "graph.node.parent_id": "n-1",
            "graph.node.name": "planner",
            "tag.tags": "['a', 'b']",
            "metadata": '{"user_id": "ada", "thread_id": "t-1"}',
        },
        event("First Token Stream Event", 40),
    )

    assert (span.reported_cost, span.ttft_ns) == (Decimal("0.25"), 40_000_000)
    assert (span.step_id, span.step_parent_id, span.agent_name) == ("n-2", "n-1", "planner")
    assert (span.tags, span.user_id, span.session_id) == (["a", "b"], "ada", "t-1")


def test_openinference_embeddings_are_read_without_their_vectors() -> None:
    at = "embedding.embeddings.{}.embedding.{}".format

    span = normalised(
        {
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "text-embedding-3-small",
            at(0, "text"): "hello",
            at(0, "vector"): [0.1, 0.2],
            "llm.token_count.prompt": 5,
            "output.value": '{"data": [{"embedding": [0.1, 0.2]}]}',
        }
    )

    assert (span.kind, said(span.input), span.output) == ("embedding", ["user: hello"], "")
    assert tokens(span) == (5, None, None, None, None)


@pytest.mark.parametrize(
    ("named", "kind"),
    [("PROMPT", "chain"), ("DECISION", "chain"), ("guardrail", "guardrail"), ("UNKNOWN", "other")],
)
def test_openinference_kinds_in_any_case(named: str, kind: str) -> None:
    assert normalised({"openinference.span.kind": named}).kind == kind


def test_openinference_calls_may_be_empty_or_written_twice() -> None:
    at = "llm.output_messages.0.message."

    span = normalised(
        {
            "openinference.span.kind": "LLM",
            f"{at}role": "assistant",
            f"{at}tool_calls.0.tool_call.function.name": None,
            f"{at}tool_calls.1.tool_call.function.name": "w",
            f"{at}tool_calls.1.tool_call.function.arguments": '"{\\"c\\":1}"',
        }
    )

    (call,) = json.loads(span.output)[0]["parts"]
    assert (call["name"], call["arguments"]) == ("w", {"c": 1})
