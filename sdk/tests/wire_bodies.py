"""The recorded bodies of providers in `wire/`, each with the request that it answers and what it means."""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from clearspan.wire import Answer, Endpoint, Reply, recognise

FOLDER = Path(__file__).parent / "wire"
_CHAT = "https://api.openai.com/v1/chat/completions"
_URLS = {
    "anthropic": "https://api.anthropic.com/v1/messages",
    "azure": "https://ours.openai.azure.com/openai/deployments/mini/chat/completions?api-version=1",
    "bedrock_converse": "https://bedrock-runtime.eu-west-1.amazonaws.com/model/nova/converse",
    "bedrock_error": "https://bedrock-runtime.eu-west-1.amazonaws.com/model/nova/converse",
    "bedrock_converse_stream": "https://bedrock-runtime.eu-west-1.amazonaws.com/model/nova/converse-stream",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/models/flash:generateContent",
    "gemini_stream": "https://generativelanguage.googleapis.com/v1beta/models/flash:streamGenerateContent?alt=sse",
    "groq": "https://api.groq.com/openai/v1/chat/completions",
    "mistral": "https://api.mistral.ai/v1/chat/completions",
    "ollama": "http://localhost:11434/api/chat",
    "openai": _CHAT,
    "openai_embeddings": "https://api.openai.com/v1/embeddings",
    "openai_responses": "https://api.openai.com/v1/responses",
}


@dataclass(frozen=True)
class Body:
    """One recorded answer."""

    name: str
    endpoint: Endpoint
    status: int
    headers: dict[str, str]
    content: bytes
    expected: dict[str, Any]


def endpoint(url: str, **headers: str) -> Endpoint:
    """The call that a POST to `url` is; `user_agent` names the header `user-agent`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    found = recognise("POST", url, given)
    assert found is not None
    return found


def recorded(name: str) -> Body:
    """One body of `wire/`."""
    meta = json.loads((FOLDER / f"{name}.meta.json").read_bytes())
    start = max((one for one in _URLS if name.startswith(one)), key=len)
    return Body(
        name=name,
        endpoint=endpoint(_URLS[start]),
        status=meta["status"],
        headers=meta["headers"],
        content=(FOLDER / f"{name}.body.bin").read_bytes(),
        expected=meta["expect"],
    )


NAMES = sorted(one.name.removesuffix(".body.bin") for one in FOLDER.glob("*.body.bin"))


def answered(body: Body, slices: Iterable[bytes]) -> tuple[Answer, Reply, list[bool]]:
    """The answer that was fed with the slices, its reply, and which of them brought the first token."""
    answer = Answer(body.endpoint, body.status, body.headers)
    told = [answer.feed(one) for one in slices]
    return answer, answer.close(), told


def streamed(url: str, content: bytes, kind: str = "text/event-stream") -> tuple[Answer, Reply]:
    """A streamed answer with status 200, byte by byte."""
    body = Body("", endpoint(url), 200, {"content-type": kind}, content, {})
    answer, reply, _ = answered(body, (bytes([one]) for one in content))
    return answer, reply


def events(*chunks: object, is_named: bool = False) -> bytes:
    """Server-sent events, one for each chunk of JSON, or text as it is."""
    found = []
    for chunk in chunks:
        data = chunk if isinstance(chunk, str) else json.dumps(chunk)
        name = f"event: {chunk['type']}\n" if is_named and isinstance(chunk, dict) else ""
        found.append(f"{name}data: {data}\n\n")
    return "".join(found).encode()


def frame(payload: object, **headers: str) -> bytes:
    """One frame of an AWS event stream; names of headers without their colon, `_` for `-`."""
    told = b"".join(
        struct.pack(f">B{len(name) + 1}sBH", len(name) + 1, f":{name}".encode(), 7, len(value))
        + value.encode()
        for name, value in ((key.replace("_", "-"), said) for key, said in headers.items())
    )
    content = json.dumps(payload).encode()
    start = struct.pack(">II", 16 + len(told) + len(content), len(told))
    whole = start + struct.pack(">I", crc32(start)) + told + content
    return whole + struct.pack(">I", crc32(whole))


def event(kind: str, payload: object) -> bytes:
    """An event of Bedrock's."""
    return frame(payload, event_type=kind, content_type="application/json", message_type="event")
