"""The simulator speaks OpenAI's form as Groq, Mistral and Azure have it."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from simulated import QUESTION, SCHEMA, Json, billed, calls, fault, simulator

FUNCTION = {"name": "lookup_order", "description": "Find an order", "parameters": SCHEMA}
TOOLS: Json = {"tools": [{"type": "function", "function": FUNCTION}]}
ASK: Json = {"messages": [{"role": "user", "content": QUESTION}]}

GROQ = "/openai/v1/chat/completions"
LLAMA: Json = ASK | {"model": "llama-3.3-70b-versatile"}
OSS: Json = ASK | {"model": "openai/gpt-oss-120b"}

MISTRAL = "/v1/chat/completions"
MISTRALS = {"user-agent": "mistral-client-python/3.7.0"}
SMALL: Json = ASK | {"model": "mistral-small-latest"}
MAGISTRAL: Json = ASK | {"model": "magistral-small-latest"}

AZURE = "/openai/deployments/prod-gpt-4o-mini/chat/completions?api-version=2024-10-21"
FORMS = [(GROQ, LLAMA), (MISTRAL, SMALL), (AZURE, ASK)]


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with simulator() as client:
        client.headers.update(MISTRALS)
        yield client


def stream(http: httpx2.Client, path: str, body: Json, **headers: str) -> list[Json]:
    """The chunks of a stream that ends as it should."""
    text = http.post(path, json=body | {"stream": True}, headers=headers).text
    assert text.endswith("data: [DONE]\n\n")
    return [json.loads(event.removeprefix("data: ")) for event in text.split("\n\n")[:-2]]


def test_groq_tells_the_seconds_of_a_call_beside_its_tokens(http: httpx2.Client) -> None:
    reply = http.post(GROQ, json=LLAMA)

    usage, bill = reply.json()["usage"], billed(http)
    assert usage["prompt_tokens"] == bill["input"]
    assert usage["completion_tokens"] == bill["output"]
    assert {"queue_time", "prompt_time", "completion_time", "total_time"} < set(usage)
    assert reply.headers["x-request-id"] == reply.json()["x_groq"]["id"]
    assert reply.headers["x-ratelimit-remaining-requests"] == "14399"


def test_groq_sends_usage_with_the_finish_unasked(http: httpx2.Client) -> None:
    chunks = stream(http, GROQ, OSS)

    usage = chunks[-1]["x_groq"]["usage"]
    thought = "".join(
        chunk["choices"][0]["delta"].get("reasoning", "") for chunk in chunks if chunk["choices"]
    )
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert usage["completion_tokens"] == billed(http)["output"]
    assert usage["completion_tokens_details"] == {"reasoning_tokens": billed(http)["reasoning"]}
    assert len(thought) == billed(http)["reasoning"] * 4


def test_groq_repeats_the_usage_where_it_is_asked_for(http: httpx2.Client) -> None:
    chunks = stream(http, GROQ, LLAMA | {"stream_options": {"include_usage": True}})

    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == chunks[-2]["x_groq"]["usage"]


def test_groq_says_in_a_chunk_that_a_stream_failed(http: httpx2.Client) -> None:
    reply = http.post(GROQ, json=LLAMA | {"stream": True}, headers=fault("stream"))

    last = json.loads(reply.text.split("\n\n")[-2].removeprefix("data: "))
    assert last["object"] == "chat.completion.chunk"
    assert isinstance(last["x_groq"]["error"], str)


def test_mistral_sends_usage_with_the_finish(http: httpx2.Client) -> None:
    chunks = stream(http, MISTRAL, SMALL)

    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] == billed(http)["output"]
    assert all("usage" not in chunk for chunk in chunks[:-1])


def test_mistral_thinks_in_lists_of_parts(http: httpx2.Client) -> None:
    whole = http.post(MISTRAL, json=MAGISTRAL).json()["choices"][0]["message"]["content"]
    chunks = stream(http, MISTRAL, MAGISTRAL)

    deltas = [chunk["choices"][0]["delta"]["content"] for chunk in chunks]
    assert [part["type"] for part in whole] == ["thinking", "text"]
    assert [part["type"] for part in deltas[1]] == ["thinking"]
    assert isinstance(deltas[-2], str)


def test_mistrals_calls_have_short_ids_and_come_whole(http: httpx2.Client) -> None:
    asked = SMALL | TOOLS | {"tool_choice": "any"}

    whole = http.post(MISTRAL, json=asked).json()["choices"][0]["message"]
    last = stream(http, MISTRAL, asked)[-1]["choices"][0]

    call = whole["tool_calls"][0]
    assert len(call["id"]) == 9
    assert "type" not in call
    assert json.loads(call["function"]["arguments"]) == {"order_id": "A-1042"}
    assert last["finish_reason"] == "tool_calls"
    assert last["delta"]["tool_calls"][0]["function"] == call["function"]


def test_mistral_takes_back_what_it_said(http: httpx2.Client) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    function = {"name": "lookup_order", "arguments": {"order_id": "A-1042"}}
    messages = [
        *ASK["messages"],
        {
            "role": "assistant",
            "content": [thought],
            "tool_calls": [{"id": "aB3dE5fG7", "function": function}],
        },
        {"role": "tool", "tool_call_id": "aB3dE5fG7", "content": '{"carrier": "PostNL"}'},
    ]

    reply = http.post(MISTRAL, json=SMALL | {"messages": messages}).json()

    assert "carrier PostNL" in reply["choices"][0]["message"]["content"]


def test_mistral_refuses_what_is_not_valid_with_422(http: httpx2.Client) -> None:
    reply = http.post(MISTRAL, json={"model": "mistral-small-latest"})

    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"] == ["body", "messages"]


def test_another_client_gets_openais_form_on_the_same_path(http: httpx2.Client) -> None:
    reply = http.post(MISTRAL, json=ASK | {"model": "gpt-4o"}, headers={"user-agent": "curl/8"})

    assert reply.json()["id"].startswith("chatcmpl-")


def test_azures_first_chunk_is_about_the_prompt_alone(http: httpx2.Client) -> None:
    chunks = stream(http, AZURE, ASK | {"stream_options": {"include_usage": True}})

    assert (chunks[0]["id"], chunks[0]["model"], chunks[0]["choices"]) == ("", "", [])
    assert "hate" in chunks[0]["prompt_filter_results"][0]["content_filter_results"]
    assert chunks[1]["model"] == "gpt-4o-mini-2024-07-18"
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] == billed(http)["output"]


def test_azure_says_what_its_filter_found(http: httpx2.Client) -> None:
    fine = http.post(AZURE, json=ASK).json()
    refused = http.post(AZURE, json=ASK, headers=fault("content_filter"))

    error = refused.json()["error"]
    assert fine["choices"][0]["content_filter_results"]["hate"]["filtered"] is False
    assert refused.status_code == 400
    assert error["code"] == "content_filter"
    assert error["innererror"]["content_filter_result"]["violence"]["filtered"] is True


@pytest.mark.parametrize(
    "path", ["gpt-9/chat/completions?api-version=1", "gpt-4o/chat/completions"]
)
def test_azure_knows_neither_other_deployments_nor_calls_without_version(
    http: httpx2.Client, path: str
) -> None:
    reply = http.post(f"/openai/deployments/{path}", json=ASK)

    assert reply.status_code == 404
    assert reply.json()["error"]["code"] in ("DeploymentNotFound", "404")


@pytest.mark.parametrize(("path", "body"), FORMS)
def test_a_tool_is_called(http: httpx2.Client, path: str, body: Json) -> None:
    chunks = stream(http, path, body | TOOLS)

    parts = [
        call["function"]
        for chunk in chunks
        if chunk["choices"]
        for call in chunk["choices"][0]["delta"].get("tool_calls") or []
    ]
    assert parts[0]["name"] == "lookup_order"
    assert json.loads("".join(part["arguments"] for part in parts)) == {"order_id": "A-1042"}


@pytest.mark.parametrize(
    ("name", "status", "codes"),
    [
        ("400", 400, [None, "3051", None]),
        ("401", 401, ["invalid_api_key", None, "401"]),
        ("404", 404, ["model_not_found", "1500", "DeploymentNotFound"]),
        ("429", 429, ["rate_limit_exceeded", "1300", "429"]),
        ("500", 500, [None, "3000", "InternalServerError"]),
        ("529", 503, [None, "3505", "ServiceUnavailable"]),
    ],
)
def test_a_fault_has_the_codes_of_groq_mistral_and_azure(
    http: httpx2.Client, name: str, status: int, codes: list[str | None]
) -> None:
    replies = [http.post(path, json=body, headers=fault(name)) for path, body in FORMS]

    errors = [reply.json().get("error", reply.json()) for reply in replies]
    assert [reply.status_code for reply in replies] == [status] * 3
    assert [error.get("code") for error in errors] == codes


@pytest.mark.parametrize(("path", "body"), FORMS)
def test_a_rate_limit_says_when_to_come_back(http: httpx2.Client, path: str, body: Json) -> None:
    before = calls(http)

    reply = http.post(path, json=body, headers=fault("429"))

    assert reply.headers["retry-after"] == "7"
    assert calls(http) == before


@pytest.mark.parametrize(("path", "body"), FORMS)
def test_a_stream_that_is_cut_has_no_end(http: httpx2.Client, path: str, body: Json) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        http.post(path, json=body | {"stream": True}, headers=fault("cut"))
