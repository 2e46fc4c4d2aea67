"""What was served comes, and then an error: streams of OpenAI's and Anthropic's forms that fail."""

import json

import pytest

from simulated import QUESTION, Json, fault, simulator

ASK: Json = {"stream": True, "messages": [{"role": "user", "content": QUESTION}]}
CHAT: Json = ASK | {"model": "gpt-4o"}
RESPONSE: Json = {"stream": True, "model": "gpt-4o", "input": QUESTION}
MESSAGE: Json = ASK | {"model": "claude-sonnet-4-5", "max_tokens": 500}
VERSION = {"anthropic-version": "2023-06-01"}


@pytest.mark.parametrize(
    ("path", "body", "first", "wanted"),
    [
        ("/v1/chat/completions", CHAT, '"role": "assistant"', {"type": "server_error"}),
        ("/v1/responses", RESPONSE, "response.created", {"code": "server_error"}),
        ("/v1/messages", MESSAGE, "message_start", {"type": "overloaded_error"}),
    ],
)
def test_a_stream_that_fails_ends_with_the_providers_error(
    path: str, body: Json, first: str, wanted: Json
) -> None:
    with simulator() as http:
        reply = http.post(path, json=body, headers=VERSION | fault("stream"))

    events = reply.text.strip().split("\n\n")
    last = json.loads(events[-1].partition("data: ")[2])
    assert reply.status_code == 200
    assert first in events[0]
    assert (last.get("error") or last).items() >= wanted.items()


@pytest.mark.parametrize("name", ["400", "401", "404", "422"])
@pytest.mark.parametrize(
    ("path", "body"), [("/v1/chat/completions", CHAT), ("/v1/messages", MESSAGE)]
)
def test_a_call_is_refused_with_the_status_that_is_asked_for(
    path: str, body: Json, name: str
) -> None:
    with simulator() as http:
        reply = http.post(path, json=body, headers=VERSION | fault(name))

    assert reply.status_code == int(name)
    assert "x-sim-error" in reply.json()["error"]["message"]
