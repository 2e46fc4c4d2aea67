"""Groq's `POST /openai/v1/chat/completions`: OpenAI's form, with its own usage and thoughts."""

from collections.abc import Iterator
from dataclasses import replace

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.body import JsonObject
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import Event, planned, streamed, whole
from clearspan_server.simulator.groq_http import PATH, headers, request_id
from clearspan_server.simulator.openai_chat import (
    DONE,
    Delta,
    data,
    deltas,
    tool_call,
    usage,
)
from clearspan_server.simulator.openai_http import read_request
from clearspan_server.simulator.openai_request import Delivery, parse
from clearspan_server.simulator.settings import SimulatorSettings


async def chat_completions(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    body = await read_request(request, settings)
    chat, delivery = parse(body)
    plan = await planned(request, replace(chat, provider="groq"))
    created, shown = int(settings.clock()), _shows_thoughts(body)
    if not delivery.stream:
        return await whole(plan, _completion(plan, created, shown=shown), headers(plan))
    failed = _x_groq(plan) | {"error": "The model failed to go on."}
    failure = data(_chunk(plan, created, [_choice({}, None)]) | {"x_groq": failed})
    events = _events(plan, delivery, created, shown=shown)
    return streamed(plan, events, failure, headers(plan))


def _completion(plan: Plan, created: int, *, shown: bool) -> dict[str, object]:
    message: Delta = {"role": "assistant"}
    if plan.text or not plan.tool_calls:
        message["content"] = plan.text
    if shown and plan.usage.reasoning:
        message["reasoning"] = plan.thought
    if plan.tool_calls:
        message["tool_calls"] = [tool_call(call) for call in plan.tool_calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": plan.finish}
    told = {"object": "chat.completion", "usage": _usage(plan), "usage_breakdown": None}
    return _chunk(plan, created, [choice]) | told | {"x_groq": _x_groq(plan)}


def _events(plan: Plan, delivery: Delivery, created: int, *, shown: bool) -> Iterator[Event]:
    """Server-sent events; the usage comes with the finish, asked for or not."""
    opening, *rest = deltas(plan)
    first = _chunk(plan, created, [_choice(opening[0], None)])
    yield data(first | {"x_groq": _x_groq(plan)}), opening[1]
    for piece in tokens.pieces(plan.thought) if shown else []:
        delta: Delta = {"reasoning": piece}
        yield data(_chunk(plan, created, [_choice(delta, None)])), tokens.count(piece)
    for delta, count in rest:
        yield data(_chunk(plan, created, [_choice(delta, None)])), count
    last = _chunk(plan, created, [_choice({}, plan.finish)])
    yield data(last | {"x_groq": _x_groq(plan) | {"usage": _usage(plan)}}), 0
    if delivery.include_usage:
        yield data(_chunk(plan, created, []) | {"usage": _usage(plan)}), 0
    yield DONE, 0


def _shows_thoughts(body: JsonObject) -> bool:
    return body.get("include_reasoning") is not False and body.get("reasoning_format") != "hidden"


def _choice(delta: Delta, finish: str | None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _chunk(plan: Plan, created: int, choices: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{plan.id[:32]}",
        "object": "chat.completion.chunk",
        "created": created,
        "model": plan.model.dated,
        "system_fingerprint": "fp_simulator",
        "service_tier": "on_demand",
        "choices": choices,
    }


def _x_groq(plan: Plan) -> dict[str, object]:
    return {"id": request_id(plan.id)}


def _usage(plan: Plan) -> dict[str, object]:
    """The tokens as OpenAI counts them, and the seconds that they took."""
    used, pace = usage(plan.usage), plan.pace
    told = {name: used[name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    completion_time = round(pace.token_s * plan.usage.output, 6)
    prompt_time = round(pace.first_token_s, 6)
    told |= {
        "queue_time": round(pace.latency_s, 6),
        "prompt_time": prompt_time,
        "completion_time": completion_time,
        "total_time": prompt_time + completion_time,
    }
    if plan.usage.cached:
        told["prompt_tokens_details"] = {"cached_tokens": plan.usage.cached}
    if plan.usage.reasoning:
        told["completion_tokens_details"] = {"reasoning_tokens": plan.usage.reasoning}
    return told


ROUTES = [Route(PATH, chat_completions, methods=["POST"])]
