"""Clients of which there are no captures: OpenLIT's older habits, Claude Code, Gemini CLI, Google's ADK, LiteLLM."""

import json
from decimal import Decimal

import pytest

from clearspan_server.ingest.draft import Attributes
from normalising import event, normalised, said, tokens

OPENLIT = "openlit.instrumentation.anthropic"
CHAT: Attributes = {"telemetry.sdk.name": "openlit", "gen_ai.operation.name": "chat"}


def test_openlit_counts_anthropics_cache_beside_the_input() -> None:
    usage: Attributes = {
        "gen_ai.usage.input_tokens": 5000,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 100,
    }

    ours = normalised({**CHAT, **usage}, scope=OPENLIT)
    of_langchain = normalised({**CHAT, **usage}, scope="openlit.instrumentation.langchain")

    assert (ours.input_tokens, of_langchain.input_tokens) == (5100, 5000)


def test_openlit_sends_what_nobody_set() -> None:
    sent: Attributes = {
        "gen_ai.request.seed": 0,
        "gen_ai.request.top_k": 1.0,
        "gen_ai.request.user": "",
        "gen_ai.request.stop_sequences": [],
        "gen_ai.request.max_tokens": 64,
    }

    span = normalised({**CHAT, **sent}, scope=OPENLIT)

    assert json.loads(span.parameters) == {"max_tokens": 64}
    assert span.user_id == ""


def test_openlit_knows_a_first_token_only_of_streams() -> None:
    sent: Attributes = {
        **CHAT,
        "gen_ai.server.time_to_first_token": 0.25,
        "gen_ai.response.finish_reasons": ["stop"],
    }

    stream = normalised({**sent, "gen_ai.request.stream": True}, scope=OPENLIT)
    plain = normalised({**sent, "gen_ai.request.stream": False}, scope=OPENLIT)

    assert (stream.ttft_ns, plain.ttft_ns) == (250_000_000, None)


def test_a_cost_of_zero_is_unknown_unless_nothing_was_used() -> None:
    def reported(cost: float, input_tokens: int) -> object:
        usage: Attributes = {"gen_ai.usage.input_tokens": input_tokens}
        return normalised({**CHAT, **usage, "gen_ai.usage.cost": cost}).reported_cost

    assert (reported(0, 24), reported(0, 0)) == (None, 0)
    assert str(reported(0.0125, 24)).startswith("0.0125")


def test_a_tool_that_a_model_asked_for_does_not_make_the_span_a_tool() -> None:
    sent: Attributes = {"gen_ai.tool.name": "get_weather", "gen_ai.tool.args": "{}"}

    span = normalised({**CHAT, **sent}, scope=OPENLIT)

    assert (span.kind, span.tool_name, span.tool_arguments) == ("llm", "", "")


def test_claude_code_counts_cached_tokens_beside_the_input() -> None:
    span = normalised(
        {
            "span.type": "llm_request",
            "model": "claude-opus-4-5",
            "gen_ai.system": "anthropic",
            "session.id": "s-1",
            "input_tokens": 2000,
            "output_tokens": "1200",
            "cache_read_tokens": 800,
            "cache_creation_tokens": 70,
            "ttft_ms": 350,
            "stop_reason": "tool_use",
            "response.model_output": "Done.",
            "attempt": 2,
        },
        name="claude_code.llm_request",
    )

    assert (span.kind, span.provider, span.request_model) == ("llm", "anthropic", "claude-opus-4-5")
    assert tokens(span) == (2870, 1200, 800, 70, None)
    assert (span.ttft_ns, span.finish_reason, span.attempt) == (350_000_000, "tool_call", 2)
    assert (span.session_id, said(span.output)) == ("s-1", ["assistant: Done."])


def test_what_claude_code_hid_is_no_content() -> None:
    sent: Attributes = {"span.type": "interaction", "user_prompt": "<REDACTED>"}

    hidden = normalised(sent, name="claude_code.interaction")
    shown = normalised({**sent, "user_prompt": "Fix it"}, name="claude_code.interaction")

    assert (hidden.kind, hidden.input) == ("agent", "")
    assert said(shown.input) == ["user: Fix it"]


def test_a_tool_of_claude_code_has_arguments_and_a_result() -> None:
    sent: Attributes = {
        "span.type": "tool",
        "tool_name": "Bash",
        "tool_use_id": "toolu_1",
        "tool_input": '{"command": "ls"}',
        "success": False,
    }

    span = normalised(sent, event("tool.output", output="a.txt"), name="claude_code.tool")

    assert (span.kind, span.tool_name, span.tool_call_id) == ("tool", "Bash", "toolu_1")
    assert (span.tool_arguments, span.tool_result) == ('{"command": "ls"}', "a.txt")
    assert span.status == "error"


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("llm_call", "llm"), ("tool_call", "tool"), ("agent_call", "agent"), ("user_prompt", "agent")],
)
def test_gemini_clis_operations_are_kinds(operation: str, kind: str) -> None:
    span = normalised(
        {
            "gen_ai.operation.name": operation,
            "gen_ai.agent.name": "gemini-cli",
            "gen_ai.agent.description": "…",
            "gen_ai.conversation.id": "c-1",
            "gen_ai.input.messages": '[{"name": "ls"}]',
        }
    )

    assert (span.kind, span.session_id) == (kind, "c-1")
    assert '"ls"' in (span.tool_arguments if kind == "tool" else span.input)


def test_adks_names_tell_kind_session_and_tool() -> None:
    own = "gcp.vertex.agent."

    call = normalised(
        {
            "gen_ai.system": "gcp.vertex.agent",
            "gen_ai.request.model": "gemini-2.5-flash",
            f"{own}session_id": "s-1",
            f"{own}llm_request": '{"model": "gemini-2.5-flash", "contents": []}',
            f"{own}llm_response": "{}",
        },
        name="call_llm",
    )
    tool = normalised(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "get_weather",
            f"{own}tool_call_args": '{"city": "Paris"}',
            f"{own}tool_response": '{"temp_c": 18}',
            f"{own}llm_request": "{}",
        },
        name="execute_tool get_weather",
    )

    assert (call.kind, call.provider, call.session_id) == ("llm", "gcp.vertex_ai", "s-1")
    assert (tool.kind, tool.tool_name) == ("tool", "get_weather")
    assert (tool.tool_arguments, tool.tool_result) == ('{"city": "Paris"}', '{"temp_c": 18}')


def test_litellms_raw_copy_of_a_request_is_no_second_call() -> None:
    raw = normalised(
        {"llm.anthropic.model": "claude-sonnet-4-5", "llm.anthropic.usage": "{'input_tokens': 21}"},
        name="raw_gen_ai_request",
    )

    assert (raw.kind, raw.provider, raw.input_tokens) == ("http", "anthropic", None)


def test_litellm_tells_the_person_behind_the_key_and_the_cost() -> None:
    span = normalised(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.system": "openai",
            "llm.is_streaming": "False",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "Hi",
            "gen_ai.usage.prompt_tokens": 5,
            "gen_ai.usage.completion_tokens": 2,
            "gen_ai.cost.total_cost": 0.5,
            "metadata.user_api_key_end_user_id": "ada",
        },
        name="litellm_request",
    )

    assert (span.dialect, span.kind, span.user_id) == ("litellm", "llm", "ada")
    assert (span.streamed, span.reported_cost, said(span.input)) == (
        False,
        Decimal("0.5"),
        ["user: Hi"],
    )
    assert tokens(span) == (5, 2, None, None, None)


def test_a_stream_of_anthropics_sdk_that_was_closed_is_cancelled() -> None:
    sent: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.stream": True,
        "gen_ai.response.id": "msg_1",
        "gen_ai.usage.input_tokens": 24,
        "anthropic.response.service_tier": "priority",
    }

    closed = normalised(sent, scope="com.anthropic.sdk.python")
    ended = normalised({**sent, "anthropic.message.stop_reason": "end_turn"}, status=1)

    assert (closed.status, ended.status) == ("cancelled", "ok")
    assert (ended.finish_reason, ended.service_tier) == ("stop", "priority")


def test_cache_writes_for_an_hour_are_told_apart() -> None:
    cache = "anthropic.usage.cache_creation.ephemeral_"

    span = normalised(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 2095,
            "gen_ai.usage.output_tokens": 393,
            "gen_ai.usage.cache_write.input_tokens": 188,
            f"{cache}5m_input_tokens": 148,
            f"{cache}1h_input_tokens": 40,
        }
    )

    assert tokens(span) == (2095, 393, None, 188, None)
    assert span.usage_other == {"cache_write_5m_tokens": 148, "cache_write_1h_tokens": 40}


def test_a_dialect_that_only_seemed_to_be_spoken_is_not_named() -> None:
    described: Attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.description": "x",
    }

    of_another = normalised(described)
    of_gemini = normalised(
        {**described, "gen_ai.operation.name": "agent_call", "gen_ai.agent.name": "gemini-cli"}
    )

    assert (of_another.dialect, of_gemini.dialect) == ("otel_genai", "gemini_cli")
    assert normalised({**CHAT}, scope=OPENLIT).dialect == "openlit"
    assert normalised({"telemetry.sdk.name": "x"}).dialect == "otel"


def test_adks_request_and_response_are_geminis_in_pythons_spelling() -> None:
    asked = {
        "model": "gemini-2.5-flash",
        "config": {"system_instruction": "Be terse.", "temperature": 0.2},
        "contents": [
            {"role": "user", "parts": [{"text": "Weather?"}]},
            {"role": "model", "parts": [{"function_call": {"name": "w", "args": {"my_city": 1}}}]},
        ],
    }
    answered = {
        "content": {"role": "model", "parts": [{"text": "18 C"}]},
        "finish_reason": "STOP",
        "usage_metadata": {
            "prompt_token_count": 100,
            "cached_content_token_count": 40,
            "candidates_token_count": 10,
            "thoughts_token_count": 5,
        },
    }

    span = normalised(
        {
            "gcp.vertex.agent.llm_request": json.dumps(asked),
            "gcp.vertex.agent.llm_response": json.dumps(answered),
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 10,
        },
        name="call_llm",
    )

    system, user, model = json.loads(span.input)
    assert [one["parts"][0].get("content") for one in (system, user)] == ["Be terse.", "Weather?"]
    assert model["parts"][0]["arguments"] == {"my_city": 1}
    assert (said(span.output), span.finish_reason) == (["assistant: 18 C"], "stop")
    assert tokens(span) == (100, 15, 40, None, 5)


def test_gemini_clis_calls_hold_geminis_own_json() -> None:
    response = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Yes"}]}}],
        "usageMetadata": {
            "promptTokenCount": 7,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 3,
        },
    }

    span = normalised(
        {
            "gen_ai.operation.name": "llm_call",
            "gen_ai.agent.name": "gemini-cli",
            "gen_ai.agent.description": "…",
            "gen_ai.input.messages": '[{"role": "user", "parts": [{"text": "Hi"}]}]',
            "gen_ai.output.messages": json.dumps({"response": response}),
            "gen_ai.usage.input_tokens": 7,
            "gen_ai.usage.output_tokens": 2,
        }
    )

    assert (said(span.input), said(span.output)) == (["user: Hi"], ["assistant: Yes"])
    assert tokens(span) == (7, 5, None, None, 3)
