"""OpenAI's `POST /v1/chat/completions`, whole and streamed, over the brain's plans."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.brain import Brain, Plan, Usage
from clearspan_server.simulator.cut import cut
from clearspan_server.simulator.openai_http import fault_response, headers, read_request
from clearspan_server.simulator.openai_request import Delivery, parse
from clearspan_server.simulator.pacing import paced
from clearspan_server.simulator.request import ToolCall
from clearspan_server.simulator.settings import SimulatorSettings, overrides

Delta = dict[str, object]


async def chat_completions(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    brain: Brain = request.app.state.brain
    chat, delivery = parse(await read_request(request, settings))
    plan = brain.plan(chat, overrides(request.headers))
    await asyncio.sleep(plan.pace.latency_s)
    if plan.is_refused:
        return fault_response(plan, settings.retry_after_ms)
    response = await _reply(plan, delivery, int(settings.clock()))
    return cut(response) if plan.fault == "cut" else response


async def _reply(plan: Plan, delivery: Delivery, created: int) -> Response:
    if not delivery.stream:
        await asyncio.sleep(plan.pace.first_token_s + plan.pace.token_s * plan.usage.output)
        return _whole(plan, created)
    lines = _lines(plan, delivery, created)
    media_type = "text/event-stream; charset=utf-8"
    return StreamingResponse(lines, headers=headers(plan), media_type=media_type)


def _whole(plan: Plan, created: int) -> Response:
    message: Delta = {
        "role": "assistant",
        "content": plan.text if not plan.tool_calls else None,
        "refusal": None,
        "annotations": [],
    }
    if plan.tool_calls:
        message["tool_calls"] = [_tool_call(call) for call in plan.tool_calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": plan.finish}
    body = _envelope(plan, created, "chat.completion", [choice]) | {"usage": _usage(plan.usage)}
    return JSONResponse(body, headers=headers(plan))


async def _lines(plan: Plan, delivery: Delivery, created: int) -> AsyncIterator[bytes]:
    """Server-sent events at the plan's pace; a cut stream stops half-way without an end marker."""
    deltas = list(_deltas(plan))
    shown = deltas[: max(len(deltas) // 2, 1)] if plan.fault == "cut" else deltas
    chunks = [(_chunk(plan, delivery, created, delta, None), count) for delta, count in shown]
    async for chunk in paced(chunks, plan.pace):
        yield chunk
    if plan.fault == "cut":
        return
    yield _chunk(plan, delivery, created, {}, plan.finish)
    if delivery.include_usage:
        last = _envelope(plan, created, "chat.completion.chunk", [])
        yield _event(last | {"usage": _usage(plan.usage)})
    yield b"data: [DONE]\n\n"


def _deltas(plan: Plan) -> Iterator[tuple[Delta, int]]:
    """Each delta of the stream with the tokens it stands for; the first has none."""
    if not plan.tool_calls:
        yield {"role": "assistant", "content": "", "refusal": None}, 0
        for piece in tokens.pieces(plan.text):
            yield {"content": piece}, tokens.count(piece)
        return
    yield {"role": "assistant", "content": None}, 0
    for index, call in enumerate(plan.tool_calls):
        opening = _tool_call(ToolCall(call.id, call.name, ""))
        yield {"tool_calls": [{"index": index, **opening}]}, tokens.count(call.name)
        for piece in tokens.pieces(call.arguments):
            part = {"index": index, "function": {"arguments": piece}}
            yield {"tool_calls": [part]}, tokens.count(piece)


def _chunk(plan: Plan, delivery: Delivery, created: int, delta: Delta, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    body = _envelope(plan, created, "chat.completion.chunk", [choice])
    if delivery.include_usage:
        body["usage"] = None
    return _event(body)


def _event(body: dict[str, object]) -> bytes:
    """One server-sent event, padded as OpenAI pads them so that its length tells nothing."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    padding = hashlib.sha256(text.encode()).hexdigest()
    padded = json.dumps({**body, "obfuscation": padding[: int(padding[:2], 16) % 16]})
    return f"data: {padded}\n\n".encode()


def _envelope(
    plan: Plan, created: int, kind: str, choices: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{plan.id[:29]}",
        "object": kind,
        "created": created,
        "model": plan.model.dated,
        "service_tier": "default",
        "system_fingerprint": "fp_simulator",
        "choices": choices,
    }


def _tool_call(call: ToolCall) -> dict[str, object]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


ROUTES = [Route("/v1/chat/completions", chat_completions, methods=["POST"])]
