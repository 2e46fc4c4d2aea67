"""The simulator speaks Ollama's own format: chat, generate and embed, in lines of JSON."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from simulated import QUESTION, SCHEMA, Json, billed, fault, simulator

FUNCTION = {"name": "lookup_order", "description": "Find an order", "parameters": SCHEMA}
TOOLS: Json = {"tools": [{"type": "function", "function": FUNCTION}]}
ASK: Json = {"model": "llama3.2", "messages": [{"role": "user", "content": QUESTION}]}
AT_ONCE: Json = {"stream": False}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with simulator() as client:
        yield client


def lines(http: httpx2.Client, path: str, body: Json, **headers: str) -> list[Json]:
    reply = http.post(path, json=body, headers=headers)
    assert reply.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in reply.text.splitlines()]


def test_a_reply_is_a_stream_unless_it_is_wanted_at_once(http: httpx2.Client) -> None:
    streamed = lines(http, "/api/chat", ASK)
    whole = http.post("/api/chat", json=ASK | AT_ONCE).json()

    assert [line["done"] for line in streamed] == [False] * (len(streamed) - 1) + [True]
    assert whole["done"] is True
    assert "parcel" in whole["message"]["content"]


def test_usage_is_on_the_last_line_alone(http: httpx2.Client) -> None:
    *before, last = lines(http, "/api/chat", ASK)

    assert last["prompt_eval_count"] == billed(http)["input"]
    assert last["eval_count"] == billed(http)["output"]
    assert last["done_reason"] == "stop"
    assert not any("eval_count" in line for line in before)


def test_a_model_that_thinks_does_so_beside_its_content(http: httpx2.Client) -> None:
    asked = ASK | {"model": "qwen3:8b"}

    first = lines(http, "/api/chat", asked)[0]
    without = http.post("/api/chat", json=asked | AT_ONCE | {"think": False}).json()

    assert first["model"] == "qwen3:8b"
    assert first["message"]["thinking"]
    assert first["message"]["content"] == ""
    assert "thinking" not in without["message"]


def test_a_call_has_an_object_for_arguments_and_its_result_is_used(http: httpx2.Client) -> None:
    called = lines(http, "/api/chat", ASK | TOOLS)[0]["message"]
    found = {"role": "tool", "tool_name": "lookup_order", "content": '{"carrier": "PostNL"}'}
    messages = [*ASK["messages"], called, found]

    reply = http.post("/api/chat", json=ASK | TOOLS | AT_ONCE | {"messages": messages}).json()

    assert called["tool_calls"][0]["function"]["arguments"] == {"order_id": "A-1042"}
    assert "lookup order shows carrier PostNL" in reply["message"]["content"]


def test_a_prompt_alone_is_answered(http: httpx2.Client) -> None:
    asked = {"model": "llama3.2", "prompt": QUESTION, "system": "Be brief."}

    streamed = lines(http, "/api/generate", asked)
    whole = http.post("/api/generate", json=asked | AT_ONCE | {"format": SCHEMA}).json()

    assert "parcel" in "".join(line["response"] for line in streamed)
    assert json.loads(whole["response"]) == {"order_id": "A-1042"}


def test_a_reply_stops_at_the_limit_of_the_options(http: httpx2.Client) -> None:
    asked = ASK | AT_ONCE | {"options": {"num_predict": 5}}

    reply = http.post("/api/chat", json=asked).json()

    assert (reply["eval_count"], reply["done_reason"]) == (5, "length")


def test_one_text_or_several_are_embedded(http: httpx2.Client) -> None:
    asked = {"model": "nomic-embed-text", "input": ["a", "b"]}

    several = http.post("/api/embed", json=asked).json()
    one = http.post("/api/embed", json=asked | {"input": "a"}).json()

    assert several["embeddings"][:1] == one["embeddings"]
    assert len(one["embeddings"][0]) == 768
    assert one["prompt_eval_count"] == billed(http)["input"] == 1


@pytest.mark.parametrize(
    ("name", "status"),
    [(name, int(name)) for name in ("400", "401", "404", "422", "429", "500")] + [("529", 503)],
)
def test_a_fault_is_a_text(http: httpx2.Client, name: str, status: int) -> None:
    reply = http.post("/api/chat", json=ASK, headers=fault(name))

    assert reply.status_code == status
    assert list(reply.json()) == ["error"]


def test_a_model_that_is_not_there_is_named(http: httpx2.Client) -> None:
    reply = http.post("/api/chat", json=ASK | {"model": "nope"})

    assert (reply.status_code, reply.json()) == (404, {"error": "model 'nope' not found"})


def test_a_stream_that_fails_ends_with_a_line_that_says_so(http: httpx2.Client) -> None:
    first, *_, last = lines(http, "/api/chat", ASK, **fault("stream"))

    assert first["done"] is False
    assert list(last) == ["error"]


def test_a_stream_that_is_cut_has_no_end(http: httpx2.Client) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        lines(http, "/api/chat", ASK, **fault("cut"))
