"""The simulator's responses, as the official `openai` client sees them over a real socket."""

import json
from collections.abc import Iterator

import httpx2
import openai
import pytest
from openai.types.responses import Response, ResponseFunctionToolCall, ResponseStreamEvent

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings

FAST = SimulatorSettings(ttft_ms=0, tokens_per_s=0, clock=lambda: 1_790_000_000.0)
ASK: dict[str, object] = {"model": "gpt-4o", "input": "Where is my order A-1042?"}
LOOKUP: dict[str, object] = {
    "type": "function",
    "name": "lookup_order",
    "description": "Find an order and where its parcel is",
    "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}},
    "strict": False,
}
WEATHER: dict[str, object] = {
    "type": "function",
    "name": "get_weather",
    "description": "Temperature in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


@pytest.fixture
def url() -> Iterator[str]:
    with running(FAST) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none needed", max_retries=0) as made:
        yield made


def ask(client: openai.OpenAI, **more: object) -> Response:
    return client.post("/responses", body=ASK | more, cast_to=Response)


def stream(client: openai.OpenAI, **more: object) -> list[ResponseStreamEvent]:
    with client.responses.create(
        model="gpt-4o", input="Where is my order A-1042?", stream=True, extra_body=more
    ) as events:
        return list(events)


def post(url: str, body: dict[str, object], **headers: str) -> httpx2.Response:
    return httpx2.post(f"{url}/v1/responses", json=body, headers=headers)


def test_an_agents_notes_and_tools_of_its_own_kinds_are_passed_over(client: openai.OpenAI) -> None:
    note = (
        "<environment_context>\n<cwd>/shop</cwd>\n</environment_context>\nWhere is my order A-1042?"
    )
    own: list[dict[str, object]] = [
        {"type": "namespace", "name": "agents", "tools": [LOOKUP]},
        {"type": "custom", "name": "apply_patch"},
    ]

    reply = ask(client, input=note, tools=[*own, LOOKUP])

    [call] = [item for item in reply.output if isinstance(item, ResponseFunctionToolCall)]
    assert (call.name, call.arguments) == ("lookup_order", '{"order_id": "A-1042"}')


def test_a_response_is_prose_with_usage_and_the_dated_model(client: openai.OpenAI) -> None:
    reply = ask(client)

    assert reply.id.startswith("resp_")
    assert reply.status == "completed"
    assert reply.model == "gpt-4o-2024-08-06"
    assert "parcel" in reply.output_text
    assert reply.usage is not None
    assert reply.usage.output_tokens == -(-len(reply.output_text.encode()) // 4)
    assert reply.usage.total_tokens == reply.usage.input_tokens + reply.usage.output_tokens


def test_a_response_repeats_what_was_asked(client: openai.OpenAI) -> None:
    reply = ask(client, instructions="Be brief.", temperature=0.5, tools=[WEATHER])

    assert reply.instructions == "Be brief."
    assert reply.temperature == 0.5
    assert [tool.type for tool in reply.tools] == ["function"]
    assert reply.tool_choice == "auto"


def test_instructions_and_a_system_item_count_alike(client: openai.OpenAI) -> None:
    question = {"role": "user", "content": "Where is my order?"}
    rules = {"role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]}

    told = ask(client, instructions="Be brief.", input=[question])
    listed = ask(client, input=[rules, question])

    assert told.usage is not None
    assert listed.usage is not None
    assert told.usage.input_tokens == listed.usage.input_tokens


def test_a_stream_has_every_event_in_order(client: openai.OpenAI) -> None:
    events = stream(client)

    kinds = [event.type.removeprefix("response.") for event in events]
    deltas = len(kinds) - 8
    assert kinds == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        *["output_text.delta"] * deltas,
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_a_stream_ends_with_the_whole_response() -> None:
    with running(FAST) as first, running(FAST) as second:
        whole = post(first, ASK).json()
        streamed = post(second, ASK | {"stream": True}).text

    events = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: ")]
    text = "".join(event.get("delta", "") for event in events)
    assert events[-1]["response"] == whole
    assert events[0]["response"]["usage"] is None
    assert text == whole["output"][0]["content"][0]["text"]


def test_the_clients_own_stream_adds_up_to_a_response(client: openai.OpenAI) -> None:
    with client.responses.stream(model="gpt-4o", input="Where is my order A-1042?") as events:
        reply = events.until_done().get_final_response()

    assert "parcel" in reply.output_text
    assert reply.usage is not None


def test_a_tool_that_fits_the_question_is_called(client: openai.OpenAI) -> None:
    reply = ask(client, tools=[WEATHER, LOOKUP])

    (call,) = reply.output
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.name == "lookup_order"
    assert call.call_id.startswith("call_")
    assert json.loads(call.arguments) == {"order_id": "A-1042"}


def test_a_streamed_call_adds_up_to_the_whole_call(client: openai.OpenAI) -> None:
    events = stream(client, tools=[LOOKUP])

    pieces = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    (done,) = [e for e in events if e.type == "response.function_call_arguments.done"]
    last = events[-1]
    assert "".join(pieces) == done.arguments
    assert last.type == "response.completed"
    assert isinstance(last.response.output[0], ResponseFunctionToolCall)
    assert last.response.output[0].arguments == done.arguments


def test_after_a_tools_output_the_response_uses_it(client: openai.OpenAI) -> None:
    (call,) = ask(client, tools=[LOOKUP]).output
    assert isinstance(call, ResponseFunctionToolCall)
    found = {"type": "function_call_output", "call_id": call.call_id}

    items = [
        {"role": "user", "content": "Where is my order A-1042?"},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        call.model_dump(exclude_none=True),
        found | {"output": '{"carrier": "PostNL"}'},
    ]
    reply = ask(client, tools=[LOOKUP], input=items)

    assert "carrier PostNL" in reply.output_text


def test_a_choice_of_tool_is_heeded(client: openai.OpenAI) -> None:
    wanted = {"type": "function", "name": "get_weather"}

    (call,) = ask(client, tools=[WEATHER, LOOKUP], tool_choice=wanted).output

    assert isinstance(call, ResponseFunctionToolCall)
    assert call.name == "get_weather"


def test_a_schema_is_answered_with_json_that_fits_it(client: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"order_id": {"type": "string"}}}

    reply = ask(client, text={"format": {"type": "json_schema", "name": "order", "schema": schema}})

    assert json.loads(reply.output_text) == {"order_id": "A-1042"}


def test_an_image_counts_as_85_tokens(client: openai.OpenAI) -> None:
    words = {"type": "input_text", "text": "What is it?"}
    picture = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}

    without, beside = (
        ask(client, input=[{"role": "user", "content": content}]).usage
        for content in ([words], [words, picture])
    )

    assert without is not None
    assert beside is not None
    assert beside.input_tokens - without.input_tokens == 85


def test_a_repeated_prefix_counts_as_cached(client: openai.OpenAI) -> None:
    first, second = (
        ask(client, instructions="Be brief. " * 600, input=text).usage for text in ("A?", "B?")
    )

    assert first is not None
    assert first.input_tokens_details.cached_tokens == 0
    assert second is not None
    assert second.input_tokens_details.cached_tokens == 1408


def test_a_reasoning_model_opens_with_an_item_of_reasoning(client: openai.OpenAI) -> None:
    reply = ask(client, model="o4-mini", reasoning={"effort": "high"})
    brief = ask(client, model="o4-mini", reasoning={"effort": "none"})

    assert [item.type for item in reply.output] == ["reasoning", "message"]
    assert reply.usage is not None
    assert 0 < reply.usage.output_tokens_details.reasoning_tokens < reply.usage.output_tokens
    assert [item.type for item in brief.output] == ["message"]


def test_a_streamed_call_of_a_reasoning_model_comes_second(client: openai.OpenAI) -> None:
    events = stream(client, model="o4-mini", tools=[LOOKUP])

    added = [e for e in events if e.type == "response.output_item.added"]
    assert [(e.output_index, e.item.type) for e in added] == [
        (0, "reasoning"),
        (1, "function_call"),
    ]


def test_a_response_that_reaches_its_limit_is_incomplete(client: openai.OpenAI) -> None:
    reply = ask(client, max_output_tokens=16)
    last = stream(client, max_output_tokens=16)[-1]

    assert reply.status == "incomplete"
    assert reply.incomplete_details is not None
    assert reply.incomplete_details.reason == "max_output_tokens"
    assert reply.usage is not None
    assert reply.usage.output_tokens == 16
    assert last.type == "response.incomplete"


def test_a_response_is_on_the_bill(url: str, client: openai.OpenAI) -> None:
    reply = ask(client)

    (call,) = httpx2.get(f"{url}/bill").json()["calls"]
    assert reply.usage is not None
    assert call["usage"]["input"] == reply.usage.input_tokens
    assert call["text"] == reply.output_text


def test_the_same_seed_gives_the_same_bytes() -> None:
    bodies = [ASK, ASK, ASK | {"tools": [LOOKUP]}, ASK | {"stream": True}, ASK | {"model": "o3"}]

    with running(FAST) as first, running(FAST) as second:
        replies = [[post(url, body).content for body in bodies] for url in (first, second)]

    assert replies[0] == replies[1]


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("529", 503)])
def test_a_fault_comes_with_openais_status(url: str, fault: str, status: int) -> None:
    reply = post(url, ASK, **{"x-sim-error": fault})

    assert reply.status_code == status
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


def test_a_cut_stream_breaks_after_some_text_and_without_its_end(client: openai.OpenAI) -> None:
    seen: list[str] = []

    with (
        pytest.raises((openai.APIConnectionError, httpx2.RemoteProtocolError)),
        client.responses.create(
            model="gpt-4o",
            input="Where is my order?",
            stream=True,
            extra_headers={"x-sim-error": "cut"},
        ) as events,
    ):
        seen.extend(event.type for event in events)

    assert "response.output_text.delta" in seen
    assert "response.completed" not in seen


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt-99"}, 404, "model"),
        ({"model": "claude-sonnet-4-5"}, 404, "model"),
        ({"model": None}, 400, "model"),
        ({"input": None}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": "x" * 600_000}, 400, "input"),
        ({"input": [{"role": "tool", "content": "x"}]}, 400, "input[0].role"),
        ({"input": [{"role": "user"}]}, 400, "input[0].content"),
        ({"input": [{"type": "computer_call"}]}, 400, "input[0].type"),
        ({"input": [{"type": "function_call", "name": "x"}]}, 400, "input[0].call_id"),
        ({"input": [{"type": "function_call_output", "call_id": "x"}]}, 400, "input"),
        ({"instructions": 1}, 400, "instructions"),
        ({"temperature": 3}, 400, "temperature"),
        ({"max_output_tokens": 15}, 400, "max_output_tokens"),
        ({"tools": [{"type": "web_search"}]}, 400, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, 400, "tools[0].name"),
        ({"tool_choice": "maybe"}, 400, "tool_choice"),
        ({"reasoning": "high"}, 400, "reasoning"),
        ({"text": {"format": {"type": "json_schema"}}}, 400, "text.format.schema"),
        ({"previous_response_id": "resp_1"}, 400, "previous_response_id"),
    ],
)
def test_a_bad_request_names_the_field_at_fault(
    client: openai.OpenAI, change: dict[str, object], status: int, param: str
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, **change)

    assert caught.value.status_code == status
    assert caught.value.param == param


def test_a_key_is_asked_for_only_where_one_is_set() -> None:
    settings = SimulatorSettings(ttft_ms=0, tokens_per_s=0, api_key="sk-right")
    with running(settings) as url:
        wrong, right = (
            post(url, ASK, authorization=f"Bearer sk-{name}") for name in ("wrong", "right")
        )

    assert wrong.status_code == 401
    assert right.status_code == 200
