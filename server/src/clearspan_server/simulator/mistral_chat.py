"""Mistral's `POST /v1/chat/completions`, for Mistral's client: OpenAI's form with its own habits."""

import json
from collections.abc import Iterator
from dataclasses import replace

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Scope
from typing_extensions import override

from clearspan_server.simulator import tokens
from clearspan_server.simulator.body import JsonObject, as_list, as_object
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import Event, planned, streamed, whole
from clearspan_server.simulator.mistral_http import error_body, headers, is_mistrals
from clearspan_server.simulator.openai_chat import DONE, Delta, data
from clearspan_server.simulator.openai_http import read_request
from clearspan_server.simulator.openai_request import Delivery, parse
from clearspan_server.simulator.request import ChatRequest, RefusedError, ToolCall
from clearspan_server.simulator.settings import SimulatorSettings


async def chat_completions(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    chat, delivery = _parsed(await read_request(request, settings))
    plan = await planned(request, replace(chat, provider="mistral"))
    created, sent = int(settings.clock()), headers(plan.id)
    if not delivery.stream:
        return await whole(plan, _completion(plan, created), sent)
    failure = error_body(RefusedError("failed", "Service unavailable."), "")
    return streamed(plan, _events(plan, created), data(failure), sent)


def _parsed(body: JsonObject) -> tuple[ChatRequest, Delivery]:
    """The request; one that is not valid is refused with 422, as by Mistral."""
    try:
        messages = as_list(body.get("messages"), "messages")
        asked = {**body, "messages": [_translated(message) for message in messages]}
        if asked.get("tool_choice") == "any":
            asked["tool_choice"] = "required"
        return parse(asked)
    except RefusedError as refusal:
        raise RefusedError("unprocessable", refusal.message, refusal.param) from refusal


def _translated(value: object) -> object:
    """A message as OpenAI has it: arguments are text, and thoughts no part of the prompt."""
    message = dict(as_object(value, "messages"))
    content = message.get("content")
    if isinstance(content, list):
        message["content"] = [
            part
            for part in content
            if not (isinstance(part, dict) and part.get("type") == "thinking")
        ]
    if isinstance(message.get("tool_calls"), list):
        calls = as_list(message["tool_calls"], "messages.tool_calls")
        message["tool_calls"] = [_call(as_object(call, "messages.tool_calls")) for call in calls]
    return message


def _call(call: JsonObject) -> JsonObject:
    function = as_object(call.get("function"), "messages.tool_calls.function")
    given = function.get("arguments")
    if isinstance(given, dict):
        given = json.dumps(given, ensure_ascii=False)
    return {**call, "function": {**function, "arguments": given}}


def _completion(plan: Plan, created: int) -> dict[str, object]:
    content: object = plan.text
    if plan.usage.reasoning:
        content = [_thinking(plan.thought), {"type": "text", "text": plan.text}]
    message: Delta = {"role": "assistant", "content": content, "tool_calls": None}
    if plan.tool_calls:
        message["tool_calls"] = _tool_calls(plan.tool_calls)
    choice = {"index": 0, "message": message, "finish_reason": plan.finish}
    return _envelope(plan, created, "chat.completion", choice) | {"usage": _usage(plan)}


def _events(plan: Plan, created: int) -> Iterator[Event]:
    """Server-sent events; the usage comes with the finish, asked for or not."""
    for delta, count in _deltas(plan):
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        yield data(_envelope(plan, created, "chat.completion.chunk", choice)), count
    last: Delta = {"content": ""}
    if plan.tool_calls:
        last["tool_calls"] = _tool_calls(plan.tool_calls)
    choice = {"index": 0, "delta": last, "finish_reason": plan.finish}
    chunk = _envelope(plan, created, "chat.completion.chunk", choice) | {"usage": _usage(plan)}
    yield data(chunk), 1 if plan.tool_calls else 0
    yield DONE, 0


def _deltas(plan: Plan) -> Iterator[tuple[Delta, int]]:
    yield {"role": "assistant", "content": ""}, 0
    for piece in tokens.pieces(plan.thought):
        yield {"content": [_thinking(piece)]}, tokens.count(piece)
    for piece in tokens.pieces(plan.text):
        yield {"content": piece}, tokens.count(piece)


def _thinking(text: str) -> dict[str, object]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


def _tool_calls(calls: tuple[ToolCall, ...]) -> list[dict[str, object]]:
    """Whole calls, with Mistral's short ids."""
    return [
        {
            "id": call.id.removeprefix("call_")[:9],
            "function": {"name": call.name, "arguments": call.arguments},
            "index": index,
        }
        for index, call in enumerate(calls)
    ]


def _envelope(plan: Plan, created: int, kind: str, choice: dict[str, object]) -> dict[str, object]:
    return {
        "id": plan.id[:32],
        "object": kind,
        "created": created,
        "model": plan.model.dated,
        "choices": [choice],
    }


def _usage(plan: Plan) -> dict[str, object]:
    usage = plan.usage
    return {
        "prompt_tokens": usage.input,
        "total_tokens": usage.input + usage.output,
        "completion_tokens": usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "num_cached_tokens": usage.cached,
    }


class _MistralRoute(Route):
    """A route for Mistral's client alone."""

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match for another client."""
        if scope["type"] == "http" and is_mistrals(Headers(scope=scope)):
            return super().matches(scope)
        return Match.NONE, {}


ROUTES = [_MistralRoute("/v1/chat/completions", chat_completions, methods=["POST"])]
