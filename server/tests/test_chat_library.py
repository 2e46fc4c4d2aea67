"""What a provider is sent of messages in canonical form."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from clearspan_server.chat.asking import Part, Provider, Question, Refused, Said, ask, inside
from clearspan_server.chat.request import recorded
from clearspan_server.gateway.headers import Told

PIXEL = "aGVsbG8="
CALL = {"type": "tool_call", "id": "c1", "name": "weather"}
HEAD = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
PIECES = (
    {"index": 0, "delta": {"role": "assistant", "content": "ok"}, "finish_reason": None},
    {"index": 0, "delta": {}, "finish_reason": "stop"},
)


def text(said: str) -> Part:
    return {"type": "text", "content": said}


def sent(*said: Said) -> Any:
    """The messages in the body of the request, to a provider that answers at once."""
    bodies: list[Any] = []

    async def gateway(_scope: Scope, receive: Receive, send: Send) -> None:
        bodies.append(json.loads((await receive())["body"]))
        head = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for piece in (*(json.dumps({**HEAD, "choices": [one]}) for one in PIECES), "[DONE]"):
            body = f"data: {piece}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    question = Question(Provider("groq", "openai", "/openai/v1"), "m", said)
    within = inside("p", Told(), "a" * 32)
    asyncio.run(ask(gateway, within, question, lambda _kind, _piece: None))
    return bodies[0]["messages"]


def test_an_image_goes_as_it_is_and_files_of_answers_stay_behind() -> None:
    drawn = {"type": "blob", "mime_type": "image/png", "content": PIXEL}
    messages = sent(
        Said("user", [drawn, text("What is it?")]),
        Said("assistant", [drawn, {"type": "uri", "uri": "https://host/a.png"}]),
        Said("user", [text("And now?")]),
    )

    [first, second] = messages
    assert first["content"][0]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"
    assert second == {"role": "user", "content": "And now?"}


def test_a_call_without_arguments_has_none() -> None:
    messages = sent(
        Said("user", [text("Rain?")]),
        Said("assistant", [CALL]),
        Said("tool", [{"type": "tool_call_response", "id": "c1", "response": "no"}]),
    )

    assert messages[1]["tool_calls"][0]["function"]["arguments"] == "{}"


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (Said("user", []), "no messages"),
        (Said("assistant", [CALL | {"arguments": "{bad"}]), "'weather' are no JSON object: '{bad'"),
        (Said("assistant", [CALL | {"arguments": "[1]"}]), "no JSON object: '[1]'"),
        (
            Said("user", [{"type": "uri", "uri": "https://host/a.pdf", "modality": "document"}]),
            "is no image: 'https://host/a.pdf'",
        ),
        (Said("user", [{"type": "blob", "content": PIXEL}]), "mime_type"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(said: Said, named: str) -> None:
    with pytest.raises(Refused) as refused:
        sent(said)

    assert named in str(refused.value)


def test_of_a_recorded_call_it_is_told_what_will_not_be_sent() -> None:
    said = [
        {
            "role": "user",
            "parts": [{"type": "uri", "uri": "https://host/a.pdf", "mime_type": "application/pdf"}],
        },
        {
            "role": "assistant",
            "parts": [{"type": "blob", "mime_type": "image/png", "content": PIXEL}],
        },
        {"role": "user", "parts": [{"type": "uri", "uri": "https://host/a.png"}]},
    ]

    assert recorded({"input": json.dumps(said)}, [], {}).missing == [
        "a file that is no image cannot be sent again: 'https://host/a.pdf'",
        "files in earlier answers are not sent again",
    ]
