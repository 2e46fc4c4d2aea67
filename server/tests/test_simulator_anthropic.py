"""The simulator, as the official `anthropic` client sees it over a real socket."""

import json
from collections.abc import Iterator

import anthropic
import httpx2
import pytest
from anthropic.types import Message, RawMessageStreamEvent

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings

FAST = SimulatorSettings(ttft_ms=0, tokens_per_s=0, clock=lambda: 1_790_000_000.0)
HEADERS = {"anthropic-version": "2023-06-01", "x-api-key": "none needed"}
QUESTION: dict[str, object] = {"role": "user", "content": "Where is my order A-1042?"}
ASK: dict[str, object] = {"model": "claude-sonnet-4-5", "max_tokens": 500, "messages": [QUESTION]}
LOOKUP: dict[str, object] = {
    "name": "lookup_order",
    "description": "Find an order and where its parcel is",
    "input_schema": {
        "type": "object",
        "properties": {
            "order_id": {"type": "string"},
            "detail": {"type": "string", "enum": ["short", "full"]},
        },
        "required": ["order_id", "detail"],
    },
}
WEATHER: dict[str, object] = {
    "name": "get_weather",
    "description": "Temperature in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
)
RULES = "Be brief. " * 600


@pytest.fixture
def url() -> Iterator[str]:
    with running(FAST) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="none needed", max_retries=0) as made:
        yield made


def ask(client: anthropic.Anthropic, **more: object) -> Message:
    return client.post("/v1/messages", body=ASK | more, cast_to=Message)


def stream(client: anthropic.Anthropic, **more: object) -> list[RawMessageStreamEvent]:
    with client.messages.create(
        model="claude-haiku-4-5",
        max_tokens=500,
        messages=[{"role": "user", "content": "Where is my order A-1042?"}],
        stream=True,
        extra_body=more,
    ) as events:
        return list(events)


def post(url: str, body: dict[str, object], **headers: str) -> httpx2.Response:
    return httpx2.post(f"{url}/v1/messages", json=body, headers=HEADERS | headers)


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def marked(text: str, ttl: str = "5m") -> dict[str, object]:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}


def test_a_message_is_prose_with_usage_and_the_dated_model(client: anthropic.Anthropic) -> None:
    reply = ask(client)

    assert reply.id.startswith("msg_01")
    assert reply.model == "claude-sonnet-4-5-20250929"
    assert reply.stop_reason == "end_turn"
    assert "parcel" in text_of(reply)
    assert reply.usage.output_tokens == -(-len(text_of(reply).encode()) // 4)


def test_a_system_prompt_counts_as_text_and_as_blocks_alike(client: anthropic.Anthropic) -> None:
    as_text = ask(client, system=RULES)
    as_blocks = ask(client, system=[{"type": "text", "text": RULES}])

    assert as_text.usage.input_tokens > 1500
    assert as_text.usage.input_tokens == as_blocks.usage.input_tokens


def test_a_stream_has_every_event_in_order(client: anthropic.Anthropic) -> None:
    events = stream(client)

    kinds = [event.type for event in events]
    deltas = len(kinds) - 5
    assert kinds == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * deltas,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_a_stream_counts_one_token_of_output_at_first_and_all_at_last(
    client: anthropic.Anthropic,
) -> None:
    first, *_, last, _ = stream(client)

    assert first.type == "message_start"
    assert first.message.usage.output_tokens == 1
    assert last.type == "message_delta"
    assert last.usage.output_tokens > 10
    assert last.usage.input_tokens == first.message.usage.input_tokens
    assert last.delta.stop_reason == "end_turn"


def test_a_stream_says_the_same_as_the_whole_message() -> None:
    with running(FAST) as first, running(FAST) as second:
        whole = post(first, ASK).json()
        streamed = post(second, ASK | {"stream": True}).text

    events = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: ")]
    text = "".join(event["delta"].get("text", "") for event in events if "delta" in event)
    assert "event: ping" in streamed
    assert events[0]["message"]["id"] == whole["id"]
    assert text == whole["content"][0]["text"]


def test_the_clients_own_stream_adds_up_to_a_message(client: anthropic.Anthropic) -> None:
    with client.messages.stream(
        model="claude-haiku-4-5",
        max_tokens=500,
        messages=[{"role": "user", "content": "Where is my order A-1042?"}],
    ) as events:
        message = events.get_final_message()

    assert message.model == "claude-haiku-4-5-20251001"
    assert message.usage.output_tokens == -(-len(text_of(message).encode()) // 4)


def test_a_tool_that_fits_the_question_is_used_with_plausible_input(
    client: anthropic.Anthropic,
) -> None:
    reply = ask(client, tools=[WEATHER, LOOKUP])

    assert reply.stop_reason == "tool_use"
    (block,) = reply.content
    assert block.type == "tool_use"
    assert block.id.startswith("toolu_01")
    assert block.name == "lookup_order"
    assert block.input["order_id"] == "A-1042"


def test_a_streamed_tool_use_adds_up_to_its_input(client: anthropic.Anthropic) -> None:
    events = stream(client, tools=[LOOKUP])

    opening = next(event for event in events if event.type == "content_block_start")
    pieces = [
        event.delta.partial_json
        for event in events
        if event.type == "content_block_delta" and event.delta.type == "input_json_delta"
    ]
    assert opening.content_block.type == "tool_use"
    assert opening.content_block.input == {}
    assert pieces[0] == ""
    assert json.loads("".join(pieces))["order_id"] == "A-1042"


@pytest.mark.parametrize("beside", [[], [{"type": "text", "text": "Please go on."}]])
def test_after_a_tool_result_the_reply_uses_it(
    client: anthropic.Anthropic, beside: list[dict[str, object]]
) -> None:
    call = ask(client, tools=[LOOKUP]).content[0]
    assert call.type == "tool_use"
    found = [{"type": "text", "text": '{"carrier": "PostNL"}'}]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": found}

    messages = [
        QUESTION,
        {"role": "assistant", "content": [call.model_dump(exclude_none=True)]},
        {"role": "user", "content": [result, *beside]},
    ]
    reply = ask(client, tools=[LOOKUP], messages=messages)

    assert reply.stop_reason == "end_turn"
    assert "carrier PostNL" in text_of(reply)


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"type": "none"}, []),
        ({"type": "tool", "name": "get_weather"}, ["get_weather"]),
        ({"type": "any", "disable_parallel_tool_use": True}, ["lookup_order"]),
    ],
)
def test_a_choice_of_tools_is_heeded(
    client: anthropic.Anthropic, choice: dict[str, object], names: list[str]
) -> None:
    reply = ask(client, tools=[WEATHER, LOOKUP], tool_choice=choice)

    assert [block.name for block in reply.content if block.type == "tool_use"] == names


def test_an_image_counts_as_85_tokens(client: anthropic.Anthropic) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    picture = {"type": "image", "source": source}
    words = {"type": "text", "text": "What is it?"}

    without, beside = (
        ask(client, messages=[{"role": "user", "content": content}]).usage.input_tokens
        for content in ([words], [picture, words])
    )

    assert beside - without == 85


def test_a_schema_is_answered_with_json_that_fits_it(client: anthropic.Anthropic) -> None:
    schema = {"type": "object", "properties": {"order_id": {"type": "string"}}}
    wanted = {"format": {"type": "json_schema", "schema": schema}}

    reply = ask(client, output_config=wanted)

    assert json.loads(text_of(reply)) == {"order_id": "A-1042"}


def test_a_stop_sequence_ends_the_text_and_is_named(client: anthropic.Anthropic) -> None:
    reply = ask(client, stop_sequences=["never said", "parcel"])

    assert reply.stop_reason == "stop_sequence"
    assert reply.stop_sequence == "parcel"
    assert "parcel" not in text_of(reply)


def test_a_reply_stops_at_the_token_limit(client: anthropic.Anthropic) -> None:
    reply = ask(client, max_tokens=5)

    assert reply.stop_reason == "max_tokens"
    assert reply.usage.output_tokens == 5


def test_the_same_seed_gives_the_same_bytes() -> None:
    bodies = [ASK, ASK, ASK | {"tools": [LOOKUP]}, ASK | {"stream": True}]

    with running(FAST) as first, running(FAST) as second:
        replies = [[post(url, body).content for body in bodies] for url in (first, second)]

    assert replies[0] == replies[1]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("429", 429, "rate_limit_error"),
        ("500", 500, "api_error"),
        ("529", 529, "overloaded_error"),
    ],
)
def test_a_fault_has_anthropics_shape_and_names_the_request(
    client: anthropic.Anthropic, fault: str, status: int, kind: str
) -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        ask(client.with_options(default_headers={"x-sim-error": fault}))

    assert caught.value.status_code == status
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == kind
    assert caught.value.body["request_id"] == caught.value.request_id
    assert caught.value.response.headers.get("retry-after") == ("1" if fault == "429" else None)


def test_a_cut_stream_breaks_after_some_text_and_without_its_end(
    client: anthropic.Anthropic,
) -> None:
    seen: list[str] = []

    with (
        pytest.raises((anthropic.APIConnectionError, httpx2.RemoteProtocolError)),
        client.messages.create(
            model="claude-haiku-4-5",
            max_tokens=500,
            messages=[{"role": "user", "content": "Where is my order?"}],
            stream=True,
            extra_headers={"x-sim-error": "cut"},
        ) as events,
    ):
        seen.extend(event.type for event in events)

    assert "content_block_delta" in seen
    assert "message_delta" not in seen


def test_a_cut_message_is_shorter_than_announced(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.APIConnectionError):
        ask(client.with_options(default_headers={"x-sim-error": "cut"}))

    assert ask(client).stop_reason == "end_turn"


def user(*blocks: dict[str, object]) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"model": "claude-99"}, 404, "model"),
        ({"model": "gpt-4o"}, 404, "model"),
        ({"model": None}, 400, "model"),
        ({"max_tokens": None}, 400, "max_tokens: Field required"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"stream": "yes"}, 400, "stream"),
        ({"temperature": 1}, 400, "temperature: Extra inputs"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, 400, "messages.0.role"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, "messages.0.content"),
        ({"messages": [{"role": "user", "content": "x" * 900_000}]}, 400, "prompt is too long"),
        (user({"type": "video"}), 400, "messages.0.content.0.type"),
        (user({"type": "tool_use", "id": "a", "name": "b", "input": {}}), 400, "content.0.type"),
        (user({"type": "tool_result", "tool_use_id": "toolu_1"}), 400, "toolu_1"),
        (
            user({"type": "image", "source": {"type": "base64", "media_type": "image/bmp"}}),
            400,
            "messages.0.content.0.source.media_type",
        ),
        (
            user(
                {
                    "type": "image",
                    "source": {"type": "base64", "media_type": "image/png", "data": "%%"},
                }
            ),
            400,
            "base64",
        ),
        ({"system": [{"type": "image"}]}, 400, "system.0.type"),
        ({"tools": [{"name": "x"}]}, 400, "tools.0.input_schema"),
        ({"tools": [{"type": "web_search_20250305", "name": "x"}]}, 400, "tools.0.type"),
        ({"tool_choice": {"type": "any"}}, 400, "tool_choice"),
        ({"tools": [LOOKUP], "tool_choice": {"type": "tool", "name": "x"}}, 400, "'x' not found"),
        ({"system": [marked("x", "2h")]}, 400, "system.0.cache_control.ttl"),
        ({"system": [marked("x")] * 5}, 400, "maximum of 4"),
        ({"system": [marked("x"), marked("x", "1h")]}, 400, "ttl='1h'"),
    ],
)
def test_a_bad_request_names_the_field_at_fault(
    client: anthropic.Anthropic, change: dict[str, object], status: int, named: str
) -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        ask(client, **change)

    assert caught.value.status_code == status
    assert named in caught.value.message


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("POST", "/v1/messages", b"{", 400, "invalid_request_error"),
        ("POST", "/v1/messages", b"[" * 100_000, 400, "invalid_request_error"),
        ("POST", "/v1/messages", b'{"model": "\\ud800"}', 400, "invalid_request_error"),
        ("POST", "/v1/messages", b'{"temperature": 1e999}', 400, "invalid_request_error"),
        ("POST", "/v1/messages", b" " * 9_000_000, 413, "request_too_large"),
        ("GET", "/v1/messages", b"", 405, "invalid_request_error"),
        ("GET", "/v1/nothing", b"", 404, "not_found_error"),
    ],
)
def test_what_is_no_request_gets_an_error_in_the_providers_shape(
    url: str, method: str, path: str, body: bytes, status: int, kind: str
) -> None:
    reply = httpx2.request(method, f"{url}{path}", content=body, headers=HEADERS)

    assert reply.status_code == status
    assert set(reply.json()) == {"type", "error", "request_id"}
    assert reply.json()["error"]["type"] == kind


def test_the_version_before_takes_a_temperature(url: str) -> None:
    warm, hot = (post(url, ASK | {"temperature": degree}) for degree in (0.7, 1.5))

    assert warm.status_code == 200
    assert hot.status_code == 400
    assert "temperature" in hot.json()["error"]["message"]


@pytest.mark.parametrize("version", [None, "2020-01-01"])
def test_the_version_of_the_api_is_asked_for(url: str, version: str | None) -> None:
    headers = {} if version is None else {"anthropic-version": version}

    reply = httpx2.post(f"{url}/v1/messages", json=ASK, headers=headers)

    assert reply.status_code == 400
    assert "anthropic-version" in reply.json()["error"]["message"]


def test_a_key_is_asked_for_only_where_one_is_set() -> None:
    settings = SimulatorSettings(ttft_ms=0, tokens_per_s=0, api_key="sk-ant-right")
    with running(settings) as url:
        wrong, right = (post(url, ASK, **{"x-api-key": f"sk-ant-{k}"}) for k in ("wrong", "right"))

    assert wrong.status_code == 401
    assert wrong.json()["error"]["type"] == "authentication_error"
    assert right.status_code == 200


def test_the_rate_limits_left_are_told_with_every_reply(client: anthropic.Anthropic) -> None:
    raw = client.messages.with_raw_response.create(
        model="claude-haiku-4-5", max_tokens=9, messages=[{"role": "user", "content": "Hello"}]
    )

    assert raw.headers["request-id"].startswith("req_01")
    assert raw.headers["anthropic-ratelimit-requests-remaining"] == "999"
    assert raw.headers["anthropic-ratelimit-requests-reset"] == "2026-09-21T14:14:20Z"
