"""The client library of many providers, spoken to in canonical messages; the one module that imports it.

What was asked goes out as it is: no retries (each call is one trace), no telemetry of its own, no schema rewritten, no
parameter dropped because the library thinks that the model does not take it; the provider says so itself.
"""

import base64
import binascii
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import httpx2
from openai import AsyncOpenAI, Omit
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import AgentRunError, ModelAPIError, ModelHTTPError, UserError
from pydantic_ai.messages import (
    BinaryContent,
    ImageUrl,
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
    ToolReturnPart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from starlette.types import ASGIApp

from clearspan_server.chat.asking import Called, Ending, Heard, Part, Question, Refused, Said, Tool
from clearspan_server.chat.request import is_image
from clearspan_server.gateway.inside import Inside, Passage

LOG = logging.getLogger(__name__)

_HOST = "http://gateway"  # nobody resolves it: the transport leads into this process
_KEY = "clearspan"  # the gateway puts the real one in its place
_MOST_WORDS = 4_000  # characters of an error
_HAS_ANTHROPIC = find_spec("anthropic") is not None
# Where providers of another form speak OpenAI's, too; Gemini's own client drops parameters that it does not know.
_OPENAI_PATHS: Mapping[str, str] = {"anthropic": "/v1", "gemini": "/v1beta/openai"}


async def ask(gateway: ASGIApp, within: Inside, question: Question, heard: Heard) -> Ending:
    """As `asking.ask`."""
    try:
        async with httpx2.AsyncClient(transport=Passage(gateway, within), timeout=None) as http:
            return await _ask(_model(question, http), question, heard)
    except ModelHTTPError as error:
        raise Refused(f"{error.status_code}: {_words(error.body) or error.message}") from error
    except ModelAPIError as error:
        raise Refused(_words(error.body) or error.message) from error
    except (AgentRunError, UserError, httpx2.HTTPError) as error:
        raise Refused(str(error) or type(error).__name__) from error


async def _ask(model: Model, question: Question, heard: Heard) -> Ending:
    parameters = ModelRequestParameters(function_tools=[_tool(one) for one in question.tools])
    messages = list(_messages(question.messages, is_native=_is_native(question)))
    if not messages:
        raise Refused("the request holds no messages")
    async with model_request_stream(
        model,
        messages,
        model_settings=_settings(question),
        model_request_parameters=parameters,
        instrument=False,
    ) as stream:
        async for event in stream:
            match event:
                case PartStartEvent(part=TextPart(content=text)):
                    heard("text", text)
                case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                    heard("text", text)
                case PartStartEvent(part=ThinkingPart(content=text)):
                    heard("reasoning", text)
                case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=text)):
                    heard("reasoning", text or "")
                case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=str() as text)):
                    heard("arguments", text)
                case _:
                    pass
        return _ending(stream.get())


def _ending(answer: ModelResponse) -> Ending:
    own = (answer.provider_details or {}).get("finish_reason")
    calls = [one for one in answer.parts if isinstance(one, ToolCallPart)]
    return Ending(
        finish_reason=str(own or answer.finish_reason or ""),
        tool_calls=tuple(Called(one.tool_call_id, one.tool_name, _arguments(one)) for one in calls),
    )


def _arguments(call: ToolCallPart) -> str:
    """As the model wrote them, where it wrote a text."""
    return call.args if isinstance(call.args, str) else call.args_as_json_str()


def _model(question: Question, http: httpx2.AsyncClient) -> Model:
    provider = question.provider
    if _is_native(question):
        return _anthropic(question, http)
    path = _OPENAI_PATHS.get(provider.form, provider.base_path)
    base = f"{_HOST}/{provider.name}{path}"
    # Its providers speak of `max_completion_tokens`; all others know the older name.
    is_own = provider.name in ("openai", "azure")
    profile = OpenAIModelProfile(
        json_schema_transformer=None,
        may_tokenize_special_tokens_in_content=False,
        openai_chat_supports_max_completion_tokens=is_own,
        openai_chat_streaming_requires_finish_reason=True,
    )
    return OpenAIChatModel(
        question.model,
        provider=OpenAIProvider(openai_client=_openai(base, http)),
        profile=profile,
    )


def _is_native(question: Question) -> bool:
    """Whether it is asked in a form of the provider's own instead of OpenAI's."""
    return question.provider.form == "anthropic" and _HAS_ANTHROPIC


def _openai(base: str, http: httpx2.AsyncClient) -> AsyncOpenAI:
    """A client that tells nobody what the environment says of the operator's account at OpenAI."""
    unsaid: Any = {
        "OpenAI-Organization": Omit(),
        "OpenAI-Project": Omit(),
    }  # its types know texts alone
    return AsyncOpenAI(base_url=base, api_key=_KEY, http_client=http, default_headers=unsaid)


def _anthropic(question: Question, http: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415 - an optional part
    from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415 - as above

    provider = question.provider
    base = f"{_HOST}/{provider.name}{provider.base_path}"
    return AnthropicModel(
        question.model,
        provider=AnthropicProvider(base_url=base, api_key=_KEY, http_client=http),
        profile=ModelProfile(
            json_schema_transformer=None, may_tokenize_special_tokens_in_content=False
        ),
    )


def _settings(question: Question) -> ModelSettings:
    """One name is the library's to translate; all others go into the body as they are."""
    rest = dict(question.parameters)
    settings = ModelSettings(max_retries=0)
    is_native = _is_native(question)
    if isinstance(most := rest.get("max_tokens"), int):
        settings["max_tokens"] = most
        del rest["max_tokens"]
    if "stop_sequences" in rest and not is_native:
        rest["stop"] = rest.pop("stop_sequences")
    if "tool_choice" in rest:
        choice = _tool_choice(rest.pop("tool_choice"), is_native=is_native)
        if question.tools and choice is not None:
            rest["tool_choice"] = choice
    settings["extra_body"] = rest
    return settings


def _tool_choice(choice: object, *, is_native: bool) -> object:
    """Which tool is to be called, in whoever's words, in those of the provider; None where it is left to the model."""
    held = choice if isinstance(choice, dict) else {"type": choice}
    inner = held.get("function")
    named = inner if isinstance(inner, dict) else held
    name = named.get("name") or named.get("toolName")
    if name:
        one = {"type": "function", "function": {"name": name}}
        return {"type": "tool", "name": name} if is_native else one
    match held.get("type"):
        case "required" | "any":
            return {"type": "any"} if is_native else "required"
        case "none":
            return {"type": "none"} if is_native else "none"
        case _:
            return None


def _tool(tool: Tool) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name,
        description=tool.description or None,
        parameters_json_schema=dict(tool.parameters) or {"type": "object", "properties": {}},
    )


def _messages(said: Sequence[Said], *, is_native: bool) -> Iterator[ModelMessage]:
    """All but those of which nothing is sent."""
    names = dict(_names(said))
    for one in said:
        if one.role == "assistant":
            if answered := list(_answered(one.parts)):
                yield ModelResponse(parts=answered)
        elif asked := list(_asked(one, names, is_native=is_native)):
            yield ModelRequest(parts=asked)


def _names(said: Sequence[Said]) -> Iterator[tuple[str, str]]:
    """Of the tools that were called, by the ids of the calls: results do not always say it."""
    for one in said:
        for part in one.parts:
            if part.get("type") == "tool_call":
                yield str(part.get("id") or ""), str(part.get("name") or "")


def _asked(one: Said, names: Mapping[str, str], *, is_native: bool) -> Iterator[ModelRequestPart]:
    if one.role == "system":
        for part in one.parts:
            yield SystemPromptPart(_text(part))
        return
    content: list[UserContent] = []
    for part in one.parts:
        if part.get("type") == "tool_call_response":
            call_id = str(part.get("id") or "")
            name = str(part.get("name") or names.get(call_id, ""))
            result = part.get("response", part.get("result"))
            yield ToolReturnPart(tool_name=name, content=result, tool_call_id=call_id)
        else:
            content.append(_content(part, is_native=is_native))
    if all(isinstance(piece, str) for piece in content) and len(content) == 1:
        yield UserPromptPart(str(content[0]))
    elif content:
        yield UserPromptPart(content)


def _content(part: Part, *, is_native: bool) -> UserContent:
    media_type, address = str(part.get("mime_type") or ""), str(part.get("uri") or "")
    match part.get("type"):
        case "blob":
            if not media_type:
                raise Refused("a file of the request does not say of which type it is (mime_type)")
            if media_type.startswith("image/") and not is_native:
                # As OpenAI's form has it: to decode and encode megabytes would hold up everybody.
                return ImageUrl(f"data:{media_type};base64,{part.get('content')}")
            return BinaryContent(_bytes(part.get("content")), media_type=media_type)
        case "uri":
            if not is_image(part):  # the library would fetch it, from wherever it is
                raise Refused(f"a file of the request is no image: {address[:200]!r}")
            return ImageUrl(address)
        case _:
            return _text(part)


def _answered(parts: Iterable[Part]) -> Iterator[ModelResponsePart]:
    for part in parts:
        match part.get("type"):
            case "tool_call":
                yield ToolCallPart(
                    tool_name=str(part.get("name") or ""),
                    args=_given(part),
                    tool_call_id=str(part.get("id") or ""),
                )
            case "reasoning" | "blob" | "uri":
                pass  # a provider takes back only its own thoughts and files, by its own names
            case _:
                yield TextPart(_text(part))


def _given(call: Part) -> dict[str, Any]:
    """The arguments of a recorded call."""
    arguments = call.get("arguments") or {}
    if isinstance(arguments, str):
        with suppress(ValueError):  # told below
            arguments = json.loads(arguments)
    if not isinstance(arguments, dict):
        raise Refused(
            f"the arguments of the call of {str(call.get('name'))[:100]!r} are no JSON object:"
            f" {str(arguments)[:200]!r}"
        )
    return arguments


def _text(part: Part) -> str:
    content = part.get("content")
    return content if isinstance(content, str) else json.dumps(dict(part), ensure_ascii=False)


def _bytes(content: object) -> bytes:
    try:
        return base64.b64decode(str(content), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("an image of the request is not in base64") from error


def _words(body: object) -> str:
    """What the provider says in the body of an error."""
    said: Any = body
    for name in ("error", "message"):
        if isinstance(said, list) and said:
            said = said[0]
        if isinstance(said, dict) and name in said:
            said = said[name]
    if said is None:
        return ""
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
    return text[:_MOST_WORDS]
