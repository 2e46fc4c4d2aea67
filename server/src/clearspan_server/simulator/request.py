"""A chat request as every provider's format means it, and the ways in which one is refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
Provider = Literal[
    "openai", "anthropic", "gemini", "groq", "mistral", "cohere", "bedrock", "ollama"
]
Lifetime = Literal["5m", "1h"]
RefusalKind = Literal[
    "invalid",
    "context_length",
    "filtered",
    "auth",
    "unknown_model",
    "no_route",
    "no_method",
    "too_large",
    "unprocessable",
    "rate_limited",
    "failed",
    "overloaded",
]

# The HTTP status of each kind, where a provider has no other of its own.
STATUS: dict[RefusalKind, int] = {
    "invalid": 400,
    "context_length": 400,
    "filtered": 400,
    "auth": 401,
    "unknown_model": 404,
    "no_route": 404,
    "no_method": 405,
    "too_large": 413,
    "unprocessable": 422,
    "rate_limited": 429,
    "failed": 500,
    "overloaded": 503,
}
# Their caches keep what a request marks.
MARKED: tuple[Provider, ...] = ("anthropic", "bedrock")

# An image is worth a fixed number of tokens, whatever its size: 85 tokens of 4 bytes.
_IMAGE_BYTES = 340
# What a coding agent says beside the user: <system-reminder>, <environment_context>.
_NOTE = re.compile(r"<([a-z]+[-_][a-z_-]+)>.*?</\1>", re.DOTALL)


class RefusedError(Exception):
    """The request cannot be answered. `param` names the field at fault."""

    def __init__(self, kind: RefusalKind, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.param = param


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class BlockEnd:
    """Where a block ends, in what its holder says, and for how long to cache what came up to it."""

    size: int
    keep: Lifetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `images` holds a digest for each image, `tool_call_id` links a tool's result.

    `blocks` end at so many characters of `said`; only a cache that heeds marks asks for them.
    """

    role: Role
    text: str = ""
    images: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    blocks: tuple[BlockEnd, ...] = ()

    @property
    def said(self) -> str:
        """All words of the message: its text, then its calls."""
        return self.text + "".join(f"{call.name}{call.arguments}" for call in self.tool_calls)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool on offer; `parameters` is JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, object]
    keep: Lifetime | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What to answer. `tool_choice` is auto, none, required or the name of a tool.

    `schema` is the JSON Schema that the reply must satisfy, `{}` for any JSON object, None for
    prose. `fingerprint` identifies the whole request: equal requests have equal fingerprints.
    """

    model: str
    messages: tuple[Message, ...]
    fingerprint: str
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    parallel_tool_calls: bool = True
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    schema: Mapping[str, object] | None = None
    reasoning_effort: str = "medium"
    provider: Provider = "openai"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request as one run of UTF-8; `blocks` end at so many of its bytes, in order."""

    data: bytes
    blocks: tuple[BlockEnd, ...]


def question(request: ChatRequest) -> str:
    """Text of the last message of the user, "" when there is none.

    Of a message of a coding agent what the user wrote, without the notes that it puts beside that.
    """
    said = next((m.text for m in reversed(request.messages) if m.role == "user"), "")
    return _NOTE.sub("", said).strip() or said


def tool_results(request: ChatRequest) -> list[tuple[str, str]]:
    """Tool name and result of each tool message since the user last spoke, but for beside them."""
    names: dict[str, str] = {}
    results: list[tuple[str, str]] = []
    before: Role | None = None
    for message in request.messages:
        if message.role == "user" and before != "tool":
            results.clear()
        names.update((call.id, call.name) for call in message.tool_calls)
        if message.role == "tool":
            results.append((names.get(message.tool_call_id or "", "tool"), message.text))
        before = message.role
    return results


def rendered(request: ChatRequest) -> Prompt:
    """The prompt, tools first: what is counted and what the cache compares."""
    data = bytearray()
    blocks: list[BlockEnd] = []
    for tool in request.tools:
        data += json.dumps([tool.name, tool.description, tool.parameters], sort_keys=True).encode()
        blocks.append(BlockEnd(len(data), tool.keep))
        data += b"\n"
    for message in request.messages:
        images = "".join(digest.ljust(_IMAGE_BYTES, "=") for digest in message.images)
        data += f"<{message.role}>{images}".encode()
        said, start = message.said, 0
        for end in message.blocks:
            data += _utf8(said[start : end.size])
            start = end.size
            blocks.append(BlockEnd(len(data), end.keep))
        data += _utf8(said[start:]) + b"\n"
    if request.provider in MARKED:
        # The reply's own beginning is read anew every time, so a prompt is never cached whole.
        return Prompt(bytes(data) + b"<assistant>", tuple(blocks))
    return Prompt(bytes(data[:-1]), tuple(blocks))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
