"""Calls the model over HTTP, tries again where that helps, and records each call as one span."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx2

import clearspan

LOG = logging.getLogger("support.models")

_MAX_ATTEMPTS = 3
_TIMEOUT_S = 20.0

Json = dict[str, object]


class ModelError(Exception):
    """The provider did not answer. `retry_after_s` is how long to wait before another attempt."""

    def __init__(self, message: str, retry_after_s: float = 0.15) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateLimitError(ModelError):
    """Too many requests (429)."""


class ServerError(ModelError):
    """The provider failed (5xx)."""


class ConnectionLostError(ModelError):
    """The connection broke before the reply was complete."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a model.

    `options` go into the request beside the parameters; `faults` are the `x-sim-*` headers of the
    first attempts; `leaves_after_chars` is where the customer closes the window, if they do.
    """

    model: str
    prompt: str
    messages: list[Json]
    parameters: Mapping[str, object]
    options: Mapping[str, object] = field(default_factory=dict)
    tools: list[Json] | None = None
    faults: tuple[Mapping[str, str], ...] = ()
    leaves_after_chars: int | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, as a message; not complete when the customer left before the end."""

    message: Json
    calls: tuple[ToolCall, ...] = ()
    complete: bool = True


class Models:
    """The connection to the provider."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, timeout=_TIMEOUT_S)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def reply(self, ask: Ask) -> Reply:
        """The model's whole message, and a span for each attempt. Raises ModelError."""
        return self._attempt(ask, 1, None)

    def _attempt(self, ask: Ask, number: int, retry_of: str | None) -> Reply:
        headers = ask.faults[number - 1] if number <= len(ask.faults) else {}
        span = clearspan.llm_span(
            f"chat {ask.model}",
            model=ask.model,
            provider="openai",
            input=ask.messages,
            parameters=ask.parameters,
            tools=ask.tools,
            attempt=number,
            retry_of=retry_of,
            prompt_name=ask.prompt,
            prompt_version=3,
        )
        told = {"model": ask.model, "attempt": str(number)}
        try:
            with span:
                return self._send(ask, headers, span)
        except ModelError as error:
            if number == _MAX_ATTEMPTS:
                LOG.error("%s; given up", error, extra={"attributes": told})  # noqa: TRY400 - the trace has the stack
                raise
            again_ms = round(error.retry_after_s * 1e3)
            LOG.warning("%s; again in %d ms", error, again_ms, extra={"attributes": told})
            time.sleep(error.retry_after_s)
        return self._attempt(ask, number + 1, retry_of or span.span_id)

    def _send(self, ask: Ask, headers: Mapping[str, str], span: clearspan.Span) -> Reply:
        body = {"model": ask.model, "messages": ask.messages, **ask.parameters, **ask.options}
        body |= {"tools": ask.tools} if ask.tools else {}
        try:
            with self._http.stream(
                "POST", "/v1/chat/completions", json=body, headers=dict(headers)
            ) as response:
                if response.is_error:
                    raise _error(response)
                if "stream" in ask.options:
                    return _streamed(response.iter_lines(), span, ask.leaves_after_chars)
                return _whole(json.loads(response.read()), span)
        except httpx2.TransportError as error:
            raise ConnectionLostError(f"the connection broke: {error}") from error


def _whole(body: Json, span: clearspan.Span) -> Reply:
    choice = _first(body["choices"])
    message = _object(choice["message"])
    _record(body, span)
    span.finish_reason = str(choice["finish_reason"])
    span.output = [message]
    calls = message.get("tool_calls")
    return Reply(message, tuple(map(_call, calls)) if isinstance(calls, list) else ())


def _streamed(lines: Iterator[str], span: clearspan.Span, leaves_after: int | None) -> Reply:
    message: Json = {"role": "assistant", "content": ""}
    try:
        for line in lines:
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            _record(chunk, span)
            choice = _first(chunk["choices"])
            text = _object(choice.get("delta")).get("content")
            if text:
                span.first_token()
                message["content"] = f"{message['content']}{text}"
            if choice.get("finish_reason"):
                span.finish_reason = str(choice["finish_reason"])
            if leaves_after is not None and len(str(message["content"])) >= leaves_after:
                span.cancel()
                return Reply(message, complete=False)
    finally:
        span.output = [message]
    return Reply(message)


def _record(body: Json, span: clearspan.Span) -> None:
    """Put what every reply and every chunk carries on the span."""
    span.response_id, span.response_model = str(body["id"]), str(body["model"])
    usage = _object(body.get("usage"))
    if usage:
        read, written = (
            _object(usage[name]) for name in ("prompt_tokens_details", "completion_tokens_details")
        )
        span.usage = {
            "input": _count(usage["prompt_tokens"]),
            "output": _count(usage["completion_tokens"]),
            "cache_read": _count(read["cached_tokens"]),
            "reasoning": _count(written["reasoning_tokens"]),
        }


def _error(response: httpx2.Response) -> ModelError:
    said = _object(_object(json.loads(response.read())).get("error")).get("message")
    message = f"{response.status_code}: {said}"
    if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        return RateLimitError(message, float(response.headers["retry-after-ms"]) / 1e3)
    return ServerError(message) if response.is_server_error else ModelError(message)


def _first(value: object) -> Json:
    return _object(value[0]) if isinstance(value, list) and value else {}


def _call(value: object) -> ToolCall:
    call = _object(value)
    function = _object(call["function"])
    return ToolCall(str(call["id"]), str(function["name"]), str(function["arguments"]))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
