"""The simulator speaks Cohere's format: chat, its stream of events, embed and rerank."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from simulated import QUESTION, SCHEMA, Json, billed, fault, simulator

FUNCTION = {"name": "lookup_order", "description": "Find an order", "parameters": SCHEMA}
TOOLS: Json = {"tools": [{"type": "function", "function": FUNCTION}]}
ASK: Json = {"model": "command-a-03-2025", "messages": [{"role": "user", "content": QUESTION}]}
THINK: Json = ASK | {"model": "command-a-reasoning-08-2025"}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with simulator() as client:
        yield client


def stream(http: httpx2.Client, body: Json, **headers: str) -> list[Json]:
    """The data of each event."""
    text = http.post("/v2/chat", json=body | {"stream": True}, headers=headers).text
    return [json.loads(event.partition("data: ")[2]) for event in text.split("\n\n")[:-1]]


def test_a_reply_has_blocks_and_its_usage_twice(http: httpx2.Client) -> None:
    reply = http.post("/v2/chat", json=THINK).json()

    bill = billed(http)
    counted = {"input_tokens": bill["input"], "output_tokens": bill["output"]}
    assert [block["type"] for block in reply["message"]["content"]] == ["thinking", "text"]
    assert reply["finish_reason"] == "COMPLETE"
    assert reply["usage"]["tokens"] == reply["usage"]["billed_units"] == counted


def test_a_stream_opens_and_closes_each_block(http: httpx2.Client) -> None:
    events = stream(http, THINK)

    kinds = list(dict.fromkeys(event["type"].removeprefix("content-") for event in events))
    assert kinds == ["message-start", "start", "delta", "end", "message-end"]
    assert events[1]["delta"]["message"]["content"] == {"type": "thinking", "thinking": ""}
    assert events[-1]["delta"]["usage"]["tokens"]["output_tokens"] == billed(http)["output"]


def test_a_streamed_call_comes_bit_by_bit(http: httpx2.Client) -> None:
    events = stream(http, ASK | TOOLS)

    opening = next(event for event in events if event["type"] == "tool-call-start")
    arguments = "".join(
        event["delta"]["message"]["tool_calls"]["function"]["arguments"]
        for event in events
        if event["type"] == "tool-call-delta"
    )
    assert opening["delta"]["message"]["tool_calls"]["function"]["name"] == "lookup_order"
    assert json.loads(arguments) == {"order_id": "A-1042"}
    assert events[-1]["delta"]["finish_reason"] == "TOOL_CALL"


def test_documents_that_a_tool_found_are_used(http: httpx2.Client) -> None:
    called = http.post("/v2/chat", json=ASK | TOOLS).json()["message"]
    found = {"type": "document", "document": {"data": '{"carrier": "PostNL"}'}}
    answered = {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"], "content": [found]}

    reply = http.post("/v2/chat", json=ASK | {"messages": [*ASK["messages"], called, answered]})

    assert "carrier PostNL" in reply.json()["message"]["content"][0]["text"]


def test_a_schema_is_answered_with_json(http: httpx2.Client) -> None:
    wanted = {"type": "json_object", "json_schema": SCHEMA}

    reply = http.post("/v2/chat", json=ASK | {"response_format": wanted}).json()

    assert json.loads(reply["message"]["content"][0]["text"]) == {"order_id": "A-1042"}


def test_texts_are_embedded(http: httpx2.Client) -> None:
    asked = {"model": "embed-v4.0", "texts": ["a", "b"], "output_dimension": 256}

    reply = http.post("/v2/embed", json=asked).json()

    assert [len(values) for values in reply["embeddings"]["float"]] == [256, 256]
    assert reply["meta"]["billed_units"]["input_tokens"] == billed(http)["input"] == 2


def test_documents_are_ranked_by_what_they_share_with_the_query(http: httpx2.Client) -> None:
    documents = ["Paint dries in an hour.", "A lost parcel is replaced.", "Lamps are sold."]
    asked = {"model": "rerank-v3.5", "query": "lost parcel", "documents": documents, "top_n": 2}

    reply = http.post("/v2/rerank", json=asked).json()

    assert len(reply["results"]) == 2
    assert reply["results"][0]["index"] == 1
    assert reply["meta"]["billed_units"] == {"search_units": 1}


@pytest.mark.parametrize(
    ("name", "status"),
    [(name, int(name)) for name in ("400", "401", "404", "422", "429", "500")] + [("529", 503)],
)
def test_a_fault_is_an_id_and_a_message(http: httpx2.Client, name: str, status: int) -> None:
    reply = http.post("/v2/chat", json=ASK, headers=fault(name))

    assert reply.status_code == status
    assert set(reply.json()) == {"id", "message"}
    assert reply.headers.get("retry-after") == ("7" if name == "429" else None)


def test_a_stream_that_fails_ends_with_the_reason(http: httpx2.Client) -> None:
    last = stream(http, ASK, **fault("stream"))[-1]

    assert last["type"] == "message-end"
    assert last["delta"]["finish_reason"] == "ERROR"
    assert isinstance(last["delta"]["error"], str)


def test_a_stream_that_is_cut_has_no_end(http: httpx2.Client) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        stream(http, ASK, **fault("cut"))
