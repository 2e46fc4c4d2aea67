"""The simulator, as the official `openai` client sees it over a real socket."""

import json
import socket
import urllib.request
from collections.abc import Iterator

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from clearspan_server.simulator.serve import running, serve
from clearspan_server.simulator.settings import SimulatorSettings

FAST = SimulatorSettings(ttft_ms=0, tokens_per_s=0, clock=lambda: 1_790_000_000.0)
ASK: dict[str, object] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "Where is my order A-1042?"}],
}
LOOKUP = {
    "type": "function",
    "function": {
        "name": "lookup_order",
        "description": "Find an order and where its parcel is",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string"},
                "detail": {"type": "string", "enum": ["short", "full"]},
            },
            "required": ["order_id", "detail"],
        },
    },
}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Temperature in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
def url() -> Iterator[str]:
    with running(FAST) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none needed", max_retries=0) as made:
        yield made


def ask(client: openai.OpenAI, **more: object) -> ChatCompletion:
    return client.post("/chat/completions", body=ASK | more, cast_to=ChatCompletion)


def stream(client: openai.OpenAI, **more: object) -> list[ChatCompletionChunk]:
    with client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Where is my order A-1042?"}],
        stream=True,
        stream_options={"include_usage": True},
        extra_body=more,
    ) as chunks:
        return list(chunks)


def post(url: str, body: dict[str, object], **headers: str) -> bytes:
    """The raw body of a reply."""
    request = urllib.request.Request(
        f"{url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        data: bytes = response.read()
    return data


def test_a_chat_reply_is_prose_with_usage_and_the_dated_model(client: openai.OpenAI) -> None:
    reply = ask(client)

    assert reply.id.startswith("chatcmpl-")
    assert reply.model == "gpt-4o-2024-08-06"
    assert reply.choices[0].finish_reason == "stop"
    assert "parcel" in (reply.choices[0].message.content or "")
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_a_token_is_four_bytes_of_the_prompt_and_of_the_reply(client: openai.OpenAI) -> None:
    reply = ask(client, messages=[{"role": "user", "content": "x" * 94}])

    assert reply.usage is not None
    assert reply.usage.prompt_tokens == (len("<user>") + 94) // 4
    content = reply.choices[0].message.content or ""
    assert reply.usage.completion_tokens == -(-len(content.encode()) // 4)


def test_a_stream_ends_with_a_chunk_of_usage_without_choices(client: openai.OpenAI) -> None:
    chunks = stream(client)

    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None


def test_a_stream_says_the_same_as_the_whole_reply() -> None:
    with running(FAST) as first, running(FAST) as second:
        whole = post(first, ASK)
        streamed = post(second, ASK | {"stream": True})

    events = [
        json.loads(line.removeprefix("data: "))
        for line in streamed.decode().split("\n\n")[:-2]
        if line
    ]
    text = "".join(event["choices"][0]["delta"].get("content", "") for event in events)
    assert streamed.endswith(b"data: [DONE]\n\n")
    assert text == json.loads(whole)["choices"][0]["message"]["content"]


def test_a_stream_without_include_usage_never_mentions_usage(url: str) -> None:
    streamed = post(url, ASK | {"stream": True})

    assert b'"usage"' not in streamed


def test_a_tool_that_fits_the_question_is_called_with_plausible_arguments(
    client: openai.OpenAI,
) -> None:
    reply = ask(client, tools=[WEATHER, LOOKUP])

    assert reply.choices[0].finish_reason == "tool_calls"
    assert reply.choices[0].message.content is None
    calls = reply.choices[0].message.tool_calls or []
    assert [call.type for call in calls] == ["function"]
    assert calls[0].type == "function"
    assert calls[0].function.name == "lookup_order"
    arguments = json.loads(calls[0].function.arguments)
    assert arguments["order_id"] == "A-1042"
    assert arguments["detail"] in ("short", "full")


def test_after_a_tool_result_the_reply_uses_it(client: openai.OpenAI) -> None:
    call = (ask(client, tools=[LOOKUP]).choices[0].message.tool_calls or [])[0]

    messages = [
        {"role": "user", "content": "Where is my order A-1042?"},
        {"role": "assistant", "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": '{"carrier": "PostNL"}'},
    ]
    reply = ask(client, tools=[LOOKUP], messages=messages)

    assert reply.choices[0].finish_reason == "stop"
    assert "carrier PostNL" in (reply.choices[0].message.content or "")


def test_a_streamed_tool_call_adds_up_to_the_whole_call(client: openai.OpenAI) -> None:
    chunks = stream(client, tools=[LOOKUP])

    parts = [
        part
        for chunk in chunks
        if chunk.choices
        for part in chunk.choices[0].delta.tool_calls or []
    ]
    arguments = "".join(part.function.arguments or "" for part in parts if part.function)
    assert parts[0].function is not None
    assert parts[0].function.name == "lookup_order"
    assert json.loads(arguments)["order_id"] == "A-1042"
    assert chunks[-2].choices[0].finish_reason == "tool_calls"


def test_a_schema_is_answered_with_json_that_fits_it(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {
            "intent": {"type": "string", "enum": ["refund", "order_status"]},
            "urgent": {"type": "boolean"},
            "orders": {"type": "array", "items": {"$ref": "#/$defs/order"}},
        },
        "required": ["intent", "urgent", "orders"],
        "$defs": {"order": {"type": "object", "properties": {"id": {"type": "string"}}}},
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "plan", "schema": schema}}

    reply = ask(client, response_format=wanted)

    plan = json.loads(reply.choices[0].message.content or "")
    assert plan == {"intent": "order_status", "urgent": False, "orders": [{"id": "A-1042"}]}


def test_a_number_of_hundreds_of_digits_is_no_number(client: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"count": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "plan", "schema": schema}}
    messages = [{"role": "user", "content": "9" * 400}]

    reply = ask(client, messages=messages, response_format=wanted)

    assert 1 <= json.loads(reply.choices[0].message.content or "")["count"] <= 5


def test_passages_of_the_prompt_are_quoted_with_their_number(client: openai.OpenAI) -> None:
    documents = "[1] Paint dries in an hour.\n[2] A lost parcel is replaced after five days."
    messages = [
        {"role": "system", "content": documents},
        {"role": "user", "content": "What if my parcel is lost?"},
    ]

    reply = ask(client, messages=messages)

    content = reply.choices[0].message.content or ""
    assert "A lost parcel is replaced after five days [2]." in content
    assert "[1]" not in content


def test_a_repeated_prefix_counts_as_cached_in_steps_of_128(client: openai.OpenAI) -> None:
    rules = {"role": "system", "content": "Be brief. " * 600}
    turns = [[rules, {"role": "user", "content": text}] for text in ("First?", "Second?")]

    first, second = (ask(client, messages=turn).usage for turn in turns)

    assert first is not None
    assert second is not None
    assert first.prompt_tokens_details is not None
    assert first.prompt_tokens_details.cached_tokens == 0
    assert second.prompt_tokens_details is not None
    assert second.prompt_tokens_details.cached_tokens == 1408


def test_a_short_prompt_is_never_cached(client: openai.OpenAI) -> None:
    replies = [ask(client), ask(client)]

    details = [reply.usage and reply.usage.prompt_tokens_details for reply in replies]
    assert [detail and detail.cached_tokens for detail in details] == [0, 0]


def test_a_reasoning_model_reports_reasoning_inside_its_output(client: openai.OpenAI) -> None:
    usage = ask(client, model="o4-mini").usage

    assert usage is not None
    assert usage.completion_tokens_details is not None
    reasoning = usage.completion_tokens_details.reasoning_tokens or 0
    assert 0 < reasoning < usage.completion_tokens


def test_a_reply_stops_at_the_token_limit(client: openai.OpenAI) -> None:
    reply = ask(client, max_tokens=5)

    assert reply.choices[0].finish_reason == "length"
    assert reply.usage is not None
    assert reply.usage.completion_tokens == 5


def test_the_same_seed_gives_the_same_bytes() -> None:
    bodies = [ASK, ASK, ASK | {"tools": [LOOKUP]}, ASK | {"stream": True}, ASK | {"model": "o3"}]

    with running(FAST) as first, running(FAST) as second:
        replies = [[post(url, body) for body in bodies] for url in (first, second)]

    assert replies[0] == replies[1]


def test_an_embedding_fails_as_asked(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError):
        client.embeddings.create(
            model="text-embedding-3-small", input="lamp", extra_headers={"x-sim-error": "429"}
        )


def test_another_seed_or_another_repetition_gives_another_reply(url: str) -> None:
    with running(SimulatorSettings(seed=7, ttft_ms=0, tokens_per_s=0)) as other:
        ids = [json.loads(post(at, ASK))["id"] for at in (url, url, other)]

    assert len(set(ids)) == 3


def test_faults_drawn_from_the_seed_come_at_about_their_rate() -> None:
    settings = SimulatorSettings(
        ttft_ms=0, tokens_per_s=0, error_429_rate=0.2, error_500_rate=0.2, cut_rate=0.0
    )
    with running(settings) as url, httpx2.Client() as http:
        statuses = [
            http.post(f"{url}/v1/chat/completions", json=ASK).status_code for _ in range(200)
        ]

    assert 20 < statuses.count(429) < 60
    assert 20 < statuses.count(500) < 60
    assert statuses.count(200) > 80


def test_a_rate_limit_says_when_to_come_back(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        ask(client.with_options(default_headers={"x-sim-error": "429"}))

    headers = caught.value.response.headers
    assert caught.value.code == "rate_limit_exceeded"
    assert headers["retry-after"] == "1"
    assert headers["retry-after-ms"] == "400"
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert headers["x-request-id"].startswith("req_")


def test_a_server_error_is_one_to_the_client(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client.with_options(default_headers={"x-sim-error": "500"}))

    assert caught.value.type == "server_error"


def test_a_cut_stream_breaks_after_some_text_and_without_its_end(client: openai.OpenAI) -> None:
    seen: list[str] = []

    with (
        pytest.raises((openai.APIConnectionError, httpx2.RemoteProtocolError)),
        client.chat.completions.create(
            model="gpt-4o",
            messages=[{"role": "user", "content": "Where is my order?"}],
            stream=True,
            extra_headers={"x-sim-error": "cut"},
        ) as chunks,
    ):
        seen.extend(str(chunk.choices[0].finish_reason) for chunk in chunks)

    assert len(seen) > 5
    assert set(seen) == {"None"}


def test_a_cut_reply_is_shorter_than_announced(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIConnectionError):
        ask(client.with_options(default_headers={"x-sim-error": "cut"}))


def test_a_cut_leaves_the_simulator_serving(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIConnectionError):
        ask(client.with_options(default_headers={"x-sim-error": "cut"}))

    assert ask(client).choices[0].finish_reason == "stop"


def test_latency_asked_for_is_reported_as_processing_time(client: openai.OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Hello"}],
        extra_headers={"x-sim-latency-ms": "30", "x-sim-ttft-ms": "20"},
    )

    assert raw.headers["openai-processing-ms"] == "50"


def test_the_models_are_listed_under_both_names(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]

    assert {"gpt-4o", "gpt-4o-2024-08-06", "o4-mini", "text-embedding-3-small"} <= set(names)
    assert client.models.retrieve("gpt-4o").id == "gpt-4o"


def test_texts_that_share_words_have_embeddings_that_lie_close(client: openai.OpenAI) -> None:
    texts = ["refund for a broken lamp", "broken lamp refund please", "opening hours in Ghent"]

    reply = client.embeddings.create(model="text-embedding-3-small", input=texts, dimensions=256)

    one, near, far = (item.embedding for item in reply.data)
    assert len(one) == 256
    assert sum(a * b for a, b in zip(one, near, strict=True)) > 0.8
    assert sum(a * b for a, b in zip(one, far, strict=True)) < 0.4


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt-99"}, 404, "model"),
        ({"model": None}, 400, "model"),
        ({"model": "text-embedding-3-small"}, 400, "model"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, 400, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, 400, "messages[0].content"),
        (
            {"messages": [{"role": "tool", "content": "x", "tool_call_id": "call_1"}]},
            400,
            "messages[0].tool_call_id",
        ),
        ({"messages": [{"role": "user", "content": "x" * 600_000}]}, 400, "messages"),
        ({"temperature": 3}, 400, "temperature"),
        ({"temperature": "warm"}, 400, "temperature"),
        ({"n": 2}, 400, "n"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"tools": [{"type": "function"}]}, 400, "tools[0].function"),
        ({"tool_choice": "maybe"}, 400, "tool_choice"),
        ({"stream_options": {"include_usage": True}}, 400, "stream_options"),
    ],
)
def test_a_bad_request_names_the_field_at_fault(
    client: openai.OpenAI, change: dict[str, object], status: int, param: str
) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, **change)

    assert caught.value.status_code == status
    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat/completions", b"{", 400),
        ("POST", "/v1/chat/completions", b"[]", 400),
        ("POST", "/v1/chat/completions", b"[" * 100_000, 400),
        ("POST", "/v1/chat/completions", b" " * 9_000_000, 413),
        ("GET", "/v1/chat/completions", b"", 405),
        ("GET", "/v1/nothing", b"", 404),
    ],
)
def test_what_is_no_request_gets_an_error_in_the_providers_shape(
    url: str, method: str, path: str, body: bytes, status: int
) -> None:
    reply = httpx2.request(method, f"{url}{path}", content=body)

    assert reply.status_code == status
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}


def test_an_unknown_fault_is_refused(url: str) -> None:
    reply = httpx2.post(f"{url}/v1/chat/completions", json=ASK, headers={"x-sim-error": "418"})

    assert reply.status_code == 400
    assert "418" in reply.json()["error"]["message"]


def test_a_key_is_asked_for_only_where_one_is_set() -> None:
    settings = SimulatorSettings(ttft_ms=0, tokens_per_s=0, api_key="sk-right")
    with running(settings) as url:
        wrong, right = (
            httpx2.post(
                f"{url}/v1/chat/completions", json=ASK, headers={"authorization": f"Bearer {key}"}
            )
            for key in ("sk-wrong", "sk-right")
        )

    assert wrong.status_code == 401
    assert wrong.json()["error"]["code"] == "invalid_api_key"
    assert right.status_code == 200


def test_the_front_page_names_every_header(url: str) -> None:
    page = httpx2.get(url).text

    assert "x-sim-error" in page
    assert "POST /v1/chat/completions" in page


def test_an_address_in_use_is_an_error_of_the_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(OSError, match="in use"):
            serve("127.0.0.1", port, FAST, print)


def test_rates_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="fault rates"):
        SimulatorSettings(error_429_rate=0.8, error_500_rate=0.8)


def test_the_bill_tells_every_call_that_was_answered(url: str, client: openai.OpenAI) -> None:
    answered = ask(client)
    with pytest.raises(openai.RateLimitError):
        ask(client.with_options(default_headers={"x-sim-error": "429"}))

    with urllib.request.urlopen(f"{url}/bill") as reply:
        calls = json.load(reply)["calls"]

    assert answered.usage is not None
    assert [(call["usage"]["input"], call["usage"]["output"]) for call in calls] == [
        (answered.usage.prompt_tokens, answered.usage.completion_tokens)
    ]
    assert calls[0]["text"] == answered.choices[0].message.content
