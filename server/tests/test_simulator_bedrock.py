"""The simulator speaks Bedrock's format: converse and invoke, whole and as AWS event streams."""

import base64
import json
import struct
import zlib
from collections.abc import Iterator

import httpx2
import pytest

from simulated import QUESTION, RULES, SCHEMA, Json, billed, calls, fault, simulator

CLAUDE = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"
DEEPSEEK = "/model/deepseek.r1-v1%3A0"
ASK: Json = {"messages": [{"role": "user", "content": [{"text": QUESTION}]}]}
SPEC = {"name": "lookup_order", "description": "Find an order", "inputSchema": {"json": SCHEMA}}
TOOLS: Json = {"toolConfig": {"tools": [{"toolSpec": SPEC}]}}
BODY: Json = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 500,
    "messages": [{"role": "user", "content": QUESTION}],
}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with simulator() as client:
        yield client


def frames(data: bytes) -> list[tuple[dict[str, str], Json]]:
    """Headers and payload of each frame; its checksums must be right."""
    found = []
    while data:
        size, headers_size, prelude_crc = struct.unpack(">III", data[:12])
        frame, data = data[:size], data[size:]
        assert zlib.crc32(frame[:8]) == prelude_crc
        assert zlib.crc32(frame[:-4]) == struct.unpack(">I", frame[-4:])[0]
        told, headers = frame[12 : 12 + headers_size], {}
        while told:
            name_end = 1 + told[0]
            kind, value_size = struct.unpack(">BH", told[name_end : name_end + 3])
            assert kind == 7
            value = told[name_end + 3 : name_end + 3 + value_size]
            headers[told[1:name_end].decode()] = value.decode()
            told = told[name_end + 3 + value_size :]
        found.append((headers, json.loads(frame[12 + headers_size : -4])))
    return found


def stream(http: httpx2.Client, path: str, body: Json, **headers: str) -> list[tuple[str, Json]]:
    """The type and the body of each event or exception."""
    reply = http.post(path, json=body, headers=headers)
    assert reply.headers["content-type"] == "application/vnd.amazon.eventstream"
    return [
        (told[f":{told[':message-type']}-type"], payload) for told, payload in frames(reply.content)
    ]


def test_usage_leaves_out_what_the_cache_read_or_wrote(http: httpx2.Client) -> None:
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}
    asked = ASK | {"system": [{"text": RULES}, point]}

    first, second = (http.post(f"{CLAUDE}/converse", json=asked).json()["usage"] for _ in range(2))

    written = first["cacheWriteInputTokens"]
    assert first["cacheDetails"] == [{"ttl": "1h", "inputTokens": written}]
    assert second["cacheReadInputTokens"] == written == billed(http)["cached"] > 1024
    assert second["inputTokens"] + written == billed(http)["input"]
    assert second["totalTokens"] == billed(http)["input"] + billed(http)["output"]


def test_a_model_thinks_in_a_block_of_its_own(http: httpx2.Client) -> None:
    content = http.post(f"{DEEPSEEK}/converse", json=ASK).json()["output"]["message"]["content"]

    thought = content[0]["reasoningContent"]["reasoningText"]["text"]
    assert len(thought) == 4 * billed(http)["reasoning"]
    assert "parcel" in content[1]["text"]


def test_a_stream_ends_with_metadata(http: httpx2.Client) -> None:
    events = stream(http, f"{DEEPSEEK}/converse-stream", ASK)

    assert list(dict.fromkeys(kind for kind, _ in events)) == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert "reasoningContent" in events[1][1]["delta"]
    assert events[-1][1]["usage"]["outputTokens"] == billed(http)["output"]


def test_a_streamed_call_has_a_start_and_its_input_bit_by_bit(http: httpx2.Client) -> None:
    events = stream(http, f"{CLAUDE}/converse-stream", ASK | TOOLS)

    deltas = [body["delta"] for kind, body in events if kind == "contentBlockDelta"]
    bits = [delta["toolUse"]["input"] for delta in deltas]
    assert events[1][0] == "contentBlockStart"
    assert events[1][1]["start"]["toolUse"]["name"] == "lookup_order"
    assert json.loads("".join(bits)) == {"order_id": "A-1042"}
    assert events[-2][1]["stopReason"] == "tool_use"


def test_what_a_tool_found_is_used(http: httpx2.Client) -> None:
    called = http.post(f"{CLAUDE}/converse", json=ASK | TOOLS).json()["output"]["message"]
    use = called["content"][0]["toolUse"]
    found = {"toolUseId": use["toolUseId"], "content": [{"json": {"carrier": "PostNL"}}]}
    answered = {"role": "user", "content": [{"toolResult": found}]}
    asked = ASK | TOOLS | {"messages": [*ASK["messages"], called, answered]}

    reply = http.post(f"{CLAUDE}/converse", json=asked).json()

    assert use["input"] == {"order_id": "A-1042"}
    assert "carrier PostNL" in reply["output"]["message"]["content"][0]["text"]


def test_a_profile_names_the_model_behind_it(http: httpx2.Client) -> None:
    path = "/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Feu.amazon.nova-lite-v1%3A0"

    reply = http.post(f"{path}/converse", json=ASK)

    assert reply.status_code == 200
    assert calls(http)[-1]["model"] == "amazon.nova-lite-v1:0"


def test_an_invoked_model_answers_in_its_own_format(http: httpx2.Client) -> None:
    reply = http.post(f"{CLAUDE}/invoke", json=BODY)

    message = reply.json()
    assert message["id"].startswith("msg_bdrk_01")
    assert message["model"] == "claude-sonnet-4-5-20250929"
    assert message["usage"]["output_tokens"] == billed(http)["output"]
    assert reply.headers["x-amzn-bedrock-output-token-count"] == str(billed(http)["output"])


def test_an_invoked_stream_holds_the_models_events(http: httpx2.Client) -> None:
    chunks = stream(http, f"{CLAUDE}/invoke-with-response-stream", BODY)

    events = [json.loads(base64.b64decode(body["bytes"])) for _, body in chunks]
    metrics = events[-1]["amazon-bedrock-invocationMetrics"]
    assert {kind for kind, _ in chunks} == {"chunk"}
    assert events[0]["message"]["id"].startswith("msg_bdrk_01")
    assert events[-1]["type"] == "message_stop"
    assert metrics["outputTokenCount"] == billed(http)["output"]


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("400", 400, "ValidationException"),
        ("401", 403, "UnrecognizedClientException"),
        ("404", 404, "ResourceNotFoundException"),
        ("429", 429, "ThrottlingException"),
        ("500", 500, "InternalServerException"),
        ("529", 503, "ServiceUnavailableException"),
    ],
)
def test_a_fault_is_named_in_a_header(
    http: httpx2.Client, name: str, status: int, kind: str
) -> None:
    reply = http.post(f"{CLAUDE}/converse-stream", json=ASK, headers=fault(name))

    assert reply.status_code == status
    assert reply.headers["x-amzn-errortype"] == kind
    assert list(reply.json()) == ["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [("converse-stream", ASK), ("invoke-with-response-stream", BODY)],
)
def test_a_stream_that_fails_ends_with_an_exception(
    http: httpx2.Client, path: str, body: Json
) -> None:
    kind, told = stream(http, f"{CLAUDE}/{path}", body, **fault("stream"))[-1]

    assert kind == "modelStreamErrorException"
    assert told["originalStatusCode"] == 500


def test_a_stream_that_is_cut_has_no_end(http: httpx2.Client) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        stream(http, f"{CLAUDE}/converse-stream", ASK, **fault("cut"))


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/model/nope/converse", ASK, "model identifier"),
        (f"{CLAUDE}/converse", {}, "messages"),
        (f"{CLAUDE}/converse", ASK | {"system": [{"cachePoint": {"type": "default"}}]}, "system.0"),
        (f"{CLAUDE}/invoke", BODY | {"anthropic_version": "1"}, "anthropic_version"),
        (f"{DEEPSEEK}/invoke", BODY, "Anthropic's models"),
    ],
)
def test_a_bad_request_is_not_valid(
    http: httpx2.Client, path: str, body: Json, reason: str
) -> None:
    reply = http.post(path, json=body)

    assert reply.headers["x-amzn-errortype"] == "ValidationException"
    assert reason in reply.json()["message"]
