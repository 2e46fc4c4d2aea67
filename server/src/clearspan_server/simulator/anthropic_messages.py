"""Anthropic's `POST /v1/messages`, whole and streamed, over the brain's plans."""

import asyncio
import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.anthropic_http import (
    fault_response,
    headers,
    read_request,
    version,
)
from clearspan_server.simulator.anthropic_request import parse
from clearspan_server.simulator.brain import Brain, Plan, Usage
from clearspan_server.simulator.delivery import streamed, whole
from clearspan_server.simulator.request import ToolCall
from clearspan_server.simulator.settings import SimulatorSettings, overrides

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}

# The type of an event, its fields, and the tokens that it stands for.
Told = tuple[str, dict[str, object], int]
Block = dict[str, object]


async def messages(request: Request) -> ASGIApp:
    """Answer one request for a message. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    brain: Brain = request.app.state.brain
    body = await read_request(request, settings)
    plan = brain.plan(parse(body, version(request)), overrides(request.headers))
    await asyncio.sleep(plan.pace.latency_s)
    if plan.is_refused:
        return fault_response(plan, settings)
    sent = headers(plan, settings.clock())
    if body.get("stream") is not True:
        return await whole(plan, message(plan), sent)
    failure = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    framed = [(event(kind, **fields), count) for kind, fields, count in events(plan)]
    return streamed(plan, framed, failure, sent)


def message(plan: Plan) -> dict[str, object]:
    """The whole message."""
    content = [block for block, _ in _blocks(plan)]
    ended = {"stop_reason": _stop_reason(plan), "stop_sequence": plan.stopped_by}
    return _message(plan) | ended | {"content": content, "usage": _usage(plan.usage)}


def events(plan: Plan) -> Iterator[Told]:
    """Each event of the stream: its type, its fields, and the tokens that it stands for.

    The usage of the first counts one token of output, that of the last all of them.
    """
    usage = _usage(plan.usage) | {"output_tokens": 1}
    yield "message_start", {"message": _message(plan) | {"usage": usage}}, 0
    for index, (block, pieces) in enumerate(_blocks(plan)):
        yield "content_block_start", {"index": index, "content_block": _empty(block)}, 0
        if index == 0:
            yield "ping", {}, 0
        name = str(block.get("name", ""))
        for piece in pieces:
            delta = _delta(block, piece)
            count = tokens.count(name + piece)
            yield "content_block_delta", {"index": index, "delta": delta}, count
            name = ""
        yield "content_block_stop", {"index": index}, 0
    ended = {"stop_reason": _stop_reason(plan), "stop_sequence": plan.stopped_by}
    usage = _usage(plan.usage)
    told = {name: usage[name] for name in usage if name not in ("cache_creation", "service_tier")}
    yield "message_delta", {"delta": ended, "usage": told}, 0
    yield "message_stop", {}, 0


def event(kind: str, **body: object) -> bytes:
    """A server-sent event as Anthropic sends it."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n".encode()


def _blocks(plan: Plan) -> Iterator[tuple[Block, list[str]]]:
    """Each block of the reply, and the pieces in which a stream sends it."""
    if plan.text:
        yield {"type": "text", "text": plan.text}, tokens.pieces(plan.text)
    for call in plan.tool_calls:
        # A stream opens a call's input with a piece of nothing.
        yield _tool_use(call), ["", *tokens.pieces(call.arguments)]


def _tool_use(call: ToolCall) -> Block:
    given: object = json.loads(call.arguments)
    return {
        "type": "tool_use",
        "id": f"toolu_01{call.id.removeprefix('call_')[:22]}",
        "name": call.name,
        # A schema's default may be anything, Anthropic's input is always an object.
        "input": given if isinstance(given, dict) else {},
    }


def _empty(block: Block) -> Block:
    """The block as its stream opens it."""
    if block["type"] == "text":
        return block | {"text": ""}
    return block | {"input": {}}


def _delta(block: Block, piece: str) -> Block:
    if block["type"] == "text":
        return {"type": "text_delta", "text": piece}
    return {"type": "input_json_delta", "partial_json": piece}


def _message(plan: Plan) -> dict[str, object]:
    return {
        "id": f"msg_01{plan.id[:22]}",
        "type": "message",
        "role": "assistant",
        "model": plan.model.dated,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _stop_reason(plan: Plan) -> str:
    return "stop_sequence" if plan.stopped_by else _STOP_REASONS[plan.finish]


def _usage(usage: Usage) -> dict[str, object]:
    """The tokens as Anthropic reports them: input without what was read from or written to cache."""
    written = usage.written_5m + usage.written_1h
    return {
        "input_tokens": usage.input - usage.cached - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.written_5m,
            "ephemeral_1h_input_tokens": usage.written_1h,
        },
        "output_tokens": usage.output,
        "service_tier": "standard",
    }


ROUTES = [Route("/v1/messages", messages, methods=["POST"])]
