"""Requests: what a model was asked, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan.wire.forms import Json, either, first, mapping, mappings, snake, text
from clearspan.wire.messages import Message, read_message, read_messages, read_parts


@dataclass
class Request:
    """One question to a model; what it does not say is empty."""

    model: str = ""
    messages: list[Message] = field(default_factory=list)  # a system text first
    tools: list[dict[str, Any]] = field(default_factory=list)  # as they were sent
    parameters: dict[str, Any] = field(default_factory=dict)  # temperature and the like
    streamed: bool | None = None
    documents: list[Any] = field(default_factory=list)  # that are to be ranked, as they were sent


_CONVERSATIONS = ("messages", "contents", "input", "prompt", "message", "texts", "content", "query")
_SYSTEMS = ("system", "instructions", "systemInstruction", "system_instruction", "preamble")
_MODELS = ("model", "modelId", "model_id", "model_name")
_TOOLS = ("tools", "functions", "toolConfig")
# Settings that have an object of their own.
_SETTINGS = ("generationConfig", "generation_config", "config", "inferenceConfig", "options")
_NOT_PARAMETERS = frozenset(
    (*_CONVERSATIONS, *_SYSTEMS, *_MODELS, *_TOOLS, *_SETTINGS, "chat_history", "stream", "user")
)
_RENAMED = {
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "num_predict": "max_tokens",
    "max_tokens_to_sample": "max_tokens",
    "stop": "stop_sequences",
    "p": "top_p",
    "k": "top_k",
}


def read_request(body: Mapping[str, Any]) -> Request | None:
    """The question in a provider's JSON; None where the form is of no provider.

    Chat, text completions, responses, embeddings and reranking of OpenAI and all that copy it, Anthropic, Gemini,
    Bedrock (Converse), Cohere and Ollama. Parameters get OpenTelemetry's names.
    """
    asked = first(body, _CONVERSATIONS)
    return request_of(body) if isinstance(asked, (str, list, dict)) else None


def request_of(body: Mapping[str, Any]) -> Request:
    """What a body asks that is known to be a question, even where it holds no text."""
    asked = first(body, _CONVERSATIONS)
    settings: Json = {}
    for key in _SETTINGS:
        settings.update(mapping(body.get(key)))
    streamed = body.get("stream")
    return Request(
        model=text(first(body, _MODELS)),
        messages=_system({**settings, **body} if settings else body) + _conversation(body, asked),
        tools=_tools(body, settings),
        parameters=_parameters(body, settings),
        streamed=streamed if isinstance(streamed, bool) else None,
    )


def _system(body: Mapping[str, Any]) -> list[Message]:
    held = first(body, _SYSTEMS)
    if isinstance(held, dict) and "parts" in held:
        held = held["parts"]  # Gemini's
    parts = read_parts(held)
    return [{"role": "system", "parts": parts}] if parts else []


def _conversation(body: Mapping[str, Any], asked: object) -> list[Message]:
    before = read_messages(body["chat_history"]) if "chat_history" in body else []
    if isinstance(asked, list) and asked and all(isinstance(one, str) for one in asked):
        return [message for one in asked if (message := read_message(one)) is not None]
    if isinstance(asked, list) and all(isinstance(one, list) for one in asked):
        asked = [one for turn in asked for one in turn]  # LangChain's batches, Gradio's pairs
    if isinstance(asked, (dict, str)):
        found = read_message(asked, "user")
        return [*before, found] if found is not None else before
    turns = mappings(asked)
    if turns and all(map(_is_piece, turns)):
        spoken = (read_message(one, "user") for one in turns)
        return [*before, *(one for one in spoken if one is not None)]
    return before + read_messages(asked)


def _is_piece(one: Json) -> bool:
    """Whether an object of a list is a turn without a role: Gemini leaves it out for the user."""
    return "role" not in one and isinstance(one.get("parts"), list)


def _tools(body: Mapping[str, Any], settings: Json) -> list[Json]:
    held = first(body, _TOOLS) or settings.get("tools")
    held = held.get("tools") if isinstance(held, dict) else held
    found: list[Json] = []
    for tool in mappings(held):
        declared = mappings(either(tool, "functionDeclarations"))
        found += declared or [tool]
    return found


def _parameters(body: Mapping[str, Any], settings: Json) -> Json:
    found: Json = {}
    for key, value in (*settings.items(), *body.items()):
        if key not in _NOT_PARAMETERS and value not in (None, "", [], {}):
            name = snake(key)
            found[_RENAMED.get(name, name)] = value
    return found
