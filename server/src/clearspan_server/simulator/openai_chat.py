"""OpenAI's `POST /v1/chat/completions`, whole and streamed, over the brain's plans."""

import asyncio
import hashlib
import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.brain import Brain, Plan, Usage
from clearspan_server.simulator.delivery import Event, streamed, whole
from clearspan_server.simulator.openai_http import (
    error_body,
    fault_response,
    headers,
    read_request,
)
from clearspan_server.simulator.openai_request import Delivery, parse
from clearspan_server.simulator.request import ToolCall
from clearspan_server.simulator.settings import SimulatorSettings, overrides

Delta = dict[str, object]

DONE = b"data: [DONE]\n\n"
_MESSAGE = "The server had an error while processing your request."
# What a stream ends with that fails.
FAILURE = f"data: {json.dumps(error_body(_MESSAGE, 'server_error'))}\n\n".encode()


async def chat_completions(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    brain: Brain = request.app.state.brain
    chat, delivery = parse(await read_request(request, settings))
    plan = brain.plan(chat, overrides(request.headers))
    await asyncio.sleep(plan.pace.latency_s)
    if plan.is_refused:
        return fault_response(plan, settings.retry_after_ms)
    created = int(settings.clock())
    if not delivery.stream:
        return await whole(plan, completion(plan, created), headers(plan))
    return streamed(plan, _events(plan, delivery, created), FAILURE, headers(plan))


def completion(
    plan: Plan, created: int, more: dict[str, object] | None = None
) -> dict[str, object]:
    """The whole reply; `more` is what its choice holds besides."""
    message: Delta = {
        "role": "assistant",
        "content": plan.text if not plan.tool_calls else None,
        "refusal": None,
        "annotations": [],
    }
    if plan.tool_calls:
        message["tool_calls"] = [tool_call(call) for call in plan.tool_calls]
    choice: Delta = {"index": 0, "message": message, "logprobs": None, "finish_reason": plan.finish}
    choice |= more or {}
    return envelope(plan, created, "chat.completion", [choice]) | {"usage": usage(plan.usage)}


def _events(plan: Plan, delivery: Delivery, created: int) -> Iterator[Event]:
    """Server-sent events up to the end marker."""
    for delta, count in deltas(plan):
        yield _chunk(plan, delivery, created, delta, None), count
    yield _chunk(plan, delivery, created, {}, plan.finish), 0
    if delivery.include_usage:
        last = envelope(plan, created, "chat.completion.chunk", [])
        yield _event(last | {"usage": usage(plan.usage)}), 0
    yield DONE, 0


def data(body: dict[str, object]) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(body)}\n\n".encode()


def deltas(plan: Plan) -> Iterator[tuple[Delta, int]]:
    """Each delta of the stream with the tokens it stands for; the first has none."""
    if not plan.tool_calls:
        yield {"role": "assistant", "content": "", "refusal": None}, 0
        for piece in tokens.pieces(plan.text):
            yield {"content": piece}, tokens.count(piece)
        return
    yield {"role": "assistant", "content": None}, 0
    for index, call in enumerate(plan.tool_calls):
        opening = tool_call(ToolCall(call.id, call.name, ""))
        yield {"tool_calls": [{"index": index, **opening}]}, tokens.count(call.name)
        for piece in tokens.pieces(call.arguments):
            part = {"index": index, "function": {"arguments": piece}}
            yield {"tool_calls": [part]}, tokens.count(piece)


def _chunk(plan: Plan, delivery: Delivery, created: int, delta: Delta, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    body = envelope(plan, created, "chat.completion.chunk", [choice])
    if delivery.include_usage:
        body["usage"] = None
    return _event(body)


def _event(body: dict[str, object]) -> bytes:
    """One server-sent event, padded as OpenAI pads them so that its length tells nothing."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    padding = hashlib.sha256(text.encode()).hexdigest()
    return data({**body, "obfuscation": padding[: int(padding[:2], 16) % 16]})


def envelope(
    plan: Plan, created: int, kind: str, choices: list[dict[str, object]]
) -> dict[str, object]:
    """A reply, or a chunk of one, around its choices."""
    return {
        "id": f"chatcmpl-{plan.id[:29]}",
        "object": kind,
        "created": created,
        "model": plan.model.dated,
        "service_tier": "default",
        "system_fingerprint": "fp_simulator",
        "choices": choices,
    }


def tool_call(call: ToolCall) -> dict[str, object]:
    """A whole call as OpenAI's form has it."""
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def usage(used: Usage) -> dict[str, object]:
    """The tokens as OpenAI reports them."""
    return {
        "prompt_tokens": used.input,
        "completion_tokens": used.output,
        "total_tokens": used.input + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": used.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


# Where OpenRouter, Fireworks, Cohere and Gemini have the same.
_BASES = ("/v1", "/api/v1", "/inference/v1", "/compatibility/v1", "/v1beta/openai")
ROUTES = [Route(f"{base}/chat/completions", chat_completions, methods=["POST"]) for base in _BASES]
