"""Every format asks for the key where its clients put it, and refuses another as its provider does."""

from dataclasses import replace

import httpx2
import pytest

from clearspan_server.simulator.serve import running
from simulated import FAST, QUESTION, Json

CHAT: Json = {"messages": [{"role": "user", "content": QUESTION}]}
BLOCKS: Json = {"messages": [{"role": "user", "content": [{"text": QUESTION}]}]}
PARTS: Json = {"contents": [{"parts": [{"text": QUESTION}]}]}
BEARER = {"authorization": "Bearer {}"}
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential={}/20261121/eu-west-1/bedrock/aws4_request"}
MISTRALS = BEARER | {"user-agent": "mistral-client-python/3.7.0"}

GEMINI = "/v1/models/gemini-2.0-flash:generateContent"
AZURE = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
NOVA = "/model/amazon.nova-lite-v1%3A0/converse"


@pytest.mark.parametrize(
    ("path", "body", "held", "status"),
    [
        (GEMINI, PARTS, {"x-goog-api-key": "{}"}, 401),
        (GEMINI, PARTS, BEARER, 401),
        ("/openai/v1/chat/completions", CHAT | {"model": "llama-3.3-70b-versatile"}, BEARER, 401),
        ("/v1/chat/completions", CHAT | {"model": "mistral-small-latest"}, MISTRALS, 401),
        (AZURE, CHAT, {"api-key": "{}"}, 401),
        (AZURE, CHAT, BEARER, 401),
        ("/v2/chat", CHAT | {"model": "command-a-03-2025"}, BEARER, 401),
        ("/api/chat", CHAT | {"model": "llama3.2"}, BEARER, 401),
        (NOVA, BLOCKS, SIGNED, 403),
        (NOVA, BLOCKS, BEARER, 403),
    ],
)
def test_only_the_right_key_is_let_in(
    path: str, body: Json, held: dict[str, str], status: int
) -> None:
    with running(replace(FAST, api_key="right")) as url:
        wrong, right = (
            httpx2.post(
                f"{url}{path}",
                json=body,
                headers={name: value.format(key) for name, value in held.items()},
            )
            for key in ("wrong", "right")
        )

    assert wrong.status_code == status
    assert right.status_code == 200
