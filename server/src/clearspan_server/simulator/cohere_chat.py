"""Cohere's `POST /v2/chat`, whole and streamed, over the brain's plans."""

import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.cohere_http import headers, read_request, uuid
from clearspan_server.simulator.cohere_request import parse
from clearspan_server.simulator.delivery import planned, streamed, whole
from clearspan_server.simulator.openai_chat import tool_call
from clearspan_server.simulator.request import ToolCall

_FINISHES = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL"}

Told = tuple[str, dict[str, object], int]


async def chat(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    body = await read_request(request)
    plan = await planned(request, parse(body))
    sent = headers(plan.id)
    if body.get("stream") is not True:
        return await whole(plan, _reply(plan), sent)
    failed = {"finish_reason": "ERROR", "error": "The model failed to go on."}
    failure = _event("message-end", {"delta": failed})
    events = [(_event(kind, fields), count) for kind, fields, count in _story(plan)]
    return streamed(plan, events, failure, sent, "text/event-stream")


def _reply(plan: Plan) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant"}
    content = [{"type": kind, kind: text} for kind, text in _contents(plan)]
    if content:
        message["content"] = content
    if plan.tool_calls:
        message["tool_calls"] = [tool_call(call) for call in plan.tool_calls]
    return {"id": uuid(plan.id), "message": message, **_ended(plan)}


def _story(plan: Plan) -> Iterator[Told]:
    """What a stream tells, in order."""
    opened = {"role": "assistant", "content": [], "tool_calls": [], "citations": []}
    yield "message-start", {"id": uuid(plan.id), "delta": {"message": opened}}, 0
    for index, (kind, text) in enumerate(_contents(plan)):
        empty: dict[str, object] = {"type": kind, kind: ""}
        yield "content-start", _delta(index, "content", empty), 0
        for piece in tokens.pieces(text):
            yield "content-delta", _delta(index, "content", {kind: piece}), tokens.count(piece)
        yield "content-end", {"index": index}, 0
    for index, call in enumerate(plan.tool_calls):
        opening = tool_call(ToolCall(call.id, call.name, ""))
        yield "tool-call-start", _delta(index, "tool_calls", opening), tokens.count(call.name)
        for piece in tokens.pieces(call.arguments):
            part: dict[str, object] = {"function": {"arguments": piece}}
            yield "tool-call-delta", _delta(index, "tool_calls", part), tokens.count(piece)
        yield "tool-call-end", {"index": index}, 0
    yield "message-end", {"delta": _ended(plan)}, 0


def _contents(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.usage.reasoning:
        yield "thinking", plan.thought
    if plan.text:
        yield "text", plan.text


def _delta(index: int, name: str, value: dict[str, object]) -> dict[str, object]:
    return {"index": index, "delta": {"message": {name: value}}}


def _ended(plan: Plan) -> dict[str, object]:
    counted = {"input_tokens": plan.usage.input, "output_tokens": plan.usage.output}
    return {
        "finish_reason": "STOP_SEQUENCE" if plan.stopped_by else _FINISHES[plan.finish],
        "usage": {
            "billed_units": counted,
            "tokens": counted,
            "cached_tokens": plan.usage.cached,
        },
    }


def _event(kind: str, fields: dict[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


ROUTES = [Route("/v2/chat", chat, methods=["POST"])]
