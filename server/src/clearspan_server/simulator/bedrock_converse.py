"""Bedrock's `converse` and `converse-stream`, over the brain's plans."""

import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import aws_frames, tokens
from clearspan_server.simulator.bedrock_http import (
    find,
    headers,
    latency_ms,
    padding,
    read_request,
)
from clearspan_server.simulator.bedrock_request import parse
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import planned, streamed, whole
from clearspan_server.simulator.request import ToolCall

FAILURE = aws_frames.exception(
    "modelStreamErrorException",
    {"message": "The model failed to go on.", "originalStatusCode": 500},
)
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}

Told = tuple[str, dict[str, object], int]


async def converse(request: Request) -> ASGIApp:
    """Answer at once. Raises RefusedError for a bad request."""
    plan = await _planned(request)
    message = {"role": "assistant", "content": list(_blocks(plan))}
    told = {"output": {"message": message}, "stopReason": _stop_reason(plan), **_metadata(plan)}
    return await whole(plan, told, headers(plan))


async def converse_stream(request: Request) -> ASGIApp:
    """Answer as an event stream. Raises RefusedError for a bad request."""
    plan = await _planned(request)
    events = [
        (aws_frames.event(kind, {**body, "p": padding(plan.id, number)}), count)
        for number, (kind, body, count) in enumerate(_story(plan))
    ]
    return streamed(plan, events, FAILURE, headers(plan), aws_frames.MEDIA_TYPE)


async def _planned(request: Request) -> Plan:
    body = await read_request(request)
    return await planned(request, parse(find(request), body))


def _story(plan: Plan) -> Iterator[Told]:
    """What a stream tells, in order; only a tool's block has a start."""
    yield "messageStart", {"role": "assistant"}, 0
    index = 0
    for kind, text in (("reasoning", plan.thought), ("text", plan.text)):
        for piece in tokens.pieces(text):
            delta = {"text": piece} if kind == "text" else {"reasoningContent": {"text": piece}}
            yield "contentBlockDelta", _at(index, delta=delta), tokens.count(piece)
        if text:
            yield "contentBlockStop", _at(index), 0
            index += 1
    for call in plan.tool_calls:
        opening = {"toolUse": {"toolUseId": _tool_use_id(call), "name": call.name}}
        yield "contentBlockStart", _at(index, start=opening), tokens.count(call.name)
        for piece in tokens.pieces(call.arguments):
            part = {"toolUse": {"input": piece}}
            yield "contentBlockDelta", _at(index, delta=part), tokens.count(piece)
        yield "contentBlockStop", _at(index), 0
        index += 1
    yield "messageStop", {"stopReason": _stop_reason(plan)}, 0
    yield "metadata", _metadata(plan), 0


def _at(index: int, **more: object) -> dict[str, object]:
    return {"contentBlockIndex": index, **more}


def _blocks(plan: Plan) -> Iterator[dict[str, object]]:
    if plan.thought:
        reasoning = {"text": plan.thought, "signature": plan.id}
        yield {"reasoningContent": {"reasoningText": reasoning}}
    if plan.text:
        yield {"text": plan.text}
    for call in plan.tool_calls:
        given: object = json.loads(call.arguments)
        use = {"toolUseId": _tool_use_id(call), "name": call.name}
        yield {"toolUse": {**use, "input": given if isinstance(given, dict) else {}}}


def _tool_use_id(call: ToolCall) -> str:
    return f"tooluse_{call.id.removeprefix('call_')[:22]}"


def _stop_reason(plan: Plan) -> str:
    return "stop_sequence" if plan.stopped_by else _STOP_REASONS[plan.finish]


def _metadata(plan: Plan) -> dict[str, object]:
    """The tokens as Bedrock reports them: input without what the cache read or wrote."""
    usage = plan.usage
    written = usage.written_5m + usage.written_1h
    told: dict[str, object] = {
        "inputTokens": usage.input - usage.cached - written,
        "outputTokens": usage.output,
        "totalTokens": usage.input + usage.output,
        "cacheReadInputTokens": usage.cached,
        "cacheWriteInputTokens": written,
    }
    kept = (("1h", usage.written_1h), ("5m", usage.written_5m))
    if written:
        told["cacheDetails"] = [{"ttl": ttl, "inputTokens": count} for ttl, count in kept if count]
    return {"usage": told, "metrics": {"latencyMs": latency_ms(plan)}}


ROUTES = [
    Route("/model/{model:path}/converse", converse, methods=["POST"]),
    Route("/model/{model:path}/converse-stream", converse_stream, methods=["POST"]),
]
