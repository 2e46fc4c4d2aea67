"""The simulator speaks Gemini's format: whole, as server-sent events, and as a JSON array."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from simulated import QUESTION, RULES, SCHEMA, Json, billed, calls, fault, simulator

ASK: Json = {"contents": [{"role": "user", "parts": [{"text": QUESTION}]}]}
TOOLS: Json = {
    "tools": [
        {
            "functionDeclarations": [
                {"name": "lookup_order", "description": "Find an order", "parameters": SCHEMA}
            ]
        }
    ]
}
FLASH = "/v1beta/models/gemini-2.0-flash"
THINKING = "/v1beta/models/gemini-2.5-flash"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with simulator() as client:
        yield client


def told(stream: str) -> list[Json]:
    """The data of server-sent events with Google's line ends."""
    return [json.loads(event.removeprefix("data: ")) for event in stream.split("\r\n\r\n")[:-1]]


def test_usage_counts_thoughts_beside_the_candidates(http: httpx2.Client) -> None:
    reply = http.post(f"{THINKING}:generateContent", json=ASK).json()

    usage, bill = reply["usageMetadata"], billed(http)
    assert reply["candidates"][0]["finishReason"] == "STOP"
    assert [set(part) for part in reply["candidates"][0]["content"]["parts"]] == [{"text"}]
    assert usage["promptTokenCount"] == bill["input"]
    assert usage["thoughtsTokenCount"] == bill["reasoning"] > 0
    assert usage["candidatesTokenCount"] == bill["output"] - bill["reasoning"]
    assert usage["totalTokenCount"] == bill["input"] + bill["output"]


def test_a_stream_tells_the_usage_so_far_with_every_chunk(http: httpx2.Client) -> None:
    asked = ASK | {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}

    reply = http.post(f"{THINKING}:streamGenerateContent?alt=sse", json=asked)

    chunks = told(reply.text)
    usages = [chunk["usageMetadata"] for chunk in chunks]
    counts = [usage["candidatesTokenCount"] for usage in usages]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert '"thought": true' in reply.text
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == billed(http)["output"] - billed(http)["reasoning"]


def test_without_server_sent_events_a_stream_is_a_json_array(http: httpx2.Client) -> None:
    reply = http.post(f"{FLASH}:streamGenerateContent", json=ASK)

    assert reply.headers["content-type"] == "application/json; charset=UTF-8"
    assert len(reply.json()) > 1
    assert reply.json()[-1]["candidates"][0]["finishReason"] == "STOP"


def test_a_function_is_called_with_an_object_and_its_result_is_used(http: httpx2.Client) -> None:
    content = http.post(f"{FLASH}:generateContent", json=ASK | TOOLS).json()["candidates"][0]
    call = content["content"]["parts"][0]["functionCall"]
    found = {"functionResponse": {"name": call["name"], "response": {"carrier": "PostNL"}}}
    turns = [
        {"role": "user", "parts": [{"text": QUESTION}]},
        content["content"],
        {"role": "user", "parts": [found]},
    ]

    reply = http.post(f"{FLASH}:generateContent", json=TOOLS | {"contents": turns}).json()

    assert content["finishReason"] == "STOP"
    assert call["name"] == "lookup_order"
    assert call["args"] == {"order_id": "A-1042"}
    assert (
        "lookup order shows carrier PostNL" in reply["candidates"][0]["content"]["parts"][0]["text"]
    )


@pytest.mark.parametrize("spelling", ["parametersJsonSchema", "parameters_json_schema"])
def test_a_function_may_have_a_json_schema(http: httpx2.Client, spelling: str) -> None:
    tools = [{"functionDeclarations": [{"name": "lookup_order", spelling: SCHEMA}]}]

    reply = http.post(f"{FLASH}:generateContent", json=ASK | {"tools": tools}).json()

    call = reply["candidates"][0]["content"]["parts"][0]["functionCall"]
    assert call["args"] == {"order_id": "A-1042"}


def test_a_schema_in_capitals_is_answered_with_json(http: httpx2.Client) -> None:
    schema = {"type": "OBJECT", "properties": {"order_id": {"type": "STRING"}}}
    asked = ASK | {"generationConfig": {"responseSchema": schema}}

    reply = http.post(f"{FLASH}:generateContent", json=asked).json()

    text = reply["candidates"][0]["content"]["parts"][0]["text"]
    assert json.loads(text) == {"order_id": "A-1042"}


def test_a_repeated_beginning_is_reported_as_cached(http: httpx2.Client) -> None:
    asked = ASK | {"systemInstruction": {"parts": [{"text": RULES}]}}

    first, second = (http.post(f"{FLASH}:generateContent", json=asked).json() for _ in range(2))

    assert "cachedContentTokenCount" not in first["usageMetadata"]
    assert second["usageMetadata"]["cachedContentTokenCount"] == billed(http)["cached"] > 1024


@pytest.mark.parametrize("place", ["", "projects/p/locations/global/"])
def test_vertex_has_the_same_under_longer_paths(http: httpx2.Client, place: str) -> None:
    path = f"/v1beta1/{place}publishers/google/models/gemini-2.0-flash"

    reply = http.post(f"{path}:generateContent", json=ASK).json()

    assert reply["modelVersion"] == "gemini-2.0-flash-001"


def test_contents_are_embedded_in_the_size_that_is_asked_for(http: httpx2.Client) -> None:
    asked = [
        {"content": {"parts": [{"text": text}]}, "outputDimensionality": 8} for text in ("a", "b")
    ]
    path = "/v1beta/models/gemini-embedding-001"

    one = http.post(f"{path}:embedContent", json=asked[0]).json()
    two = http.post(f"{path}:batchEmbedContents", json={"requests": asked}).json()

    assert len(one["embedding"]["values"]) == 8
    assert two["embeddings"][0] == one["embedding"]
    assert billed(http)["input"] == 2


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("400", 400, "INVALID_ARGUMENT"),
        ("401", 401, "UNAUTHENTICATED"),
        ("404", 404, "NOT_FOUND"),
        ("422", 422, "INVALID_ARGUMENT"),
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("500", 500, "INTERNAL"),
        ("529", 503, "UNAVAILABLE"),
    ],
)
def test_a_fault_is_a_status_of_googles(
    http: httpx2.Client, name: str, code: int, status: str
) -> None:
    before = calls(http)

    reply = http.post(f"{FLASH}:generateContent", json=ASK, headers=fault(name))

    assert reply.status_code == reply.json()["error"]["code"] == code
    assert reply.json()["error"]["status"] == status
    assert calls(http) == before


def test_a_rate_limit_says_when_to_come_back(http: httpx2.Client) -> None:
    reply = http.post(f"{FLASH}:generateContent", json=ASK, headers=fault("429"))

    assert reply.json()["error"]["details"] == [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
    ]


def test_a_blocked_prompt_has_no_candidates(http: httpx2.Client) -> None:
    blocked = fault("content_filter")

    reply = http.post(f"{FLASH}:generateContent", json=ASK, headers=blocked)
    stream = http.post(f"{FLASH}:streamGenerateContent?alt=sse", json=ASK, headers=blocked)

    assert reply.status_code == 200
    assert reply.json()["promptFeedback"] == {"blockReason": "SAFETY"}
    assert told(stream.text) == [reply.json()]


@pytest.mark.parametrize("form", ["", "?alt=sse"])
def test_a_stream_that_fails_ends_with_an_error(http: httpx2.Client, form: str) -> None:
    path = f"{FLASH}:streamGenerateContent{form}"

    reply = http.post(path, json=ASK, headers=fault("stream"))

    chunks = told(reply.text) if form else reply.json()
    assert "candidates" in chunks[0]
    assert chunks[-1]["error"]["status"] == "UNAVAILABLE"


@pytest.mark.parametrize("form", ["", "?alt=sse"])
def test_a_stream_that_is_cut_has_no_end(http: httpx2.Client, form: str) -> None:
    path = f"{FLASH}:streamGenerateContent{form}"

    with pytest.raises(httpx2.RemoteProtocolError):
        http.post(path, json=ASK, headers=fault("cut"))


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "contents"),
        ({"contents": [{"role": "model", "parts": []}]}, "contents[0]"),
        (ASK | {"toolConfig": {"functionCallingConfig": {"mode": "SOME"}}}, "toolConfig"),
    ],
)
def test_a_bad_request_names_the_field(http: httpx2.Client, body: Json, param: str) -> None:
    error = http.post(f"{FLASH}:generateContent", json=body).json()["error"]

    assert error["code"] == 400
    assert error["details"][0]["fieldViolations"][0]["field"] == param


def test_an_unknown_method_is_refused_as_google_does(http: httpx2.Client) -> None:
    reply = http.post("/v1beta/models/gemini-2.0-flash:sing", json=ASK)

    assert reply.status_code == 404
    assert reply.json()["error"]["status"] == "NOT_FOUND"
