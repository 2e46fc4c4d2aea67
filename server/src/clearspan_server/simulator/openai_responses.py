"""OpenAI's `POST /v1/responses`, whole and streamed, over the brain's plans."""

import asyncio
import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.body import JsonObject
from clearspan_server.simulator.brain import Brain, Plan, Usage
from clearspan_server.simulator.delivery import streamed, whole
from clearspan_server.simulator.openai_http import fault_response, headers, read_request
from clearspan_server.simulator.openai_responses_request import parse
from clearspan_server.simulator.request import RefusedError, ToolCall
from clearspan_server.simulator.settings import SimulatorSettings, overrides

# What a response repeats of its request, and what it says where the request said nothing.
_REPEATED: dict[str, object] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}

# What a stream ends with that fails.
_FAILURE: dict[str, object] = {
    "code": "server_error",
    "message": "The server had an error while processing your request.",
    "param": None,
}

Item = dict[str, object]
# The type of an event, its fields, and the tokens that it stands for.
Told = tuple[str, dict[str, object], int]


async def responses(request: Request) -> ASGIApp:
    """Answer one request for a response. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    body = await read_request(request, settings)
    plan = _plan(request, body)
    await asyncio.sleep(plan.pace.latency_s)
    if plan.is_refused:
        return fault_response(plan, settings.retry_after_ms)
    opened = _opened(plan, body, int(settings.clock()))
    if body.get("stream") is not True:
        return await whole(plan, _closed(plan, opened), headers(plan))
    events = [
        (_event(number, kind, fields), count)
        for number, (kind, fields, count) in enumerate(_story(plan, opened))
    ]
    failure = _event(len(events) // 2, "error", _FAILURE)
    return streamed(plan, events, failure, headers(plan))


def _plan(request: Request, body: JsonObject) -> Plan:
    brain: Brain = request.app.state.brain
    try:
        return brain.plan(parse(body), overrides(request.headers))
    except RefusedError as error:
        if error.kind == "context_length":
            raise RefusedError(error.kind, error.message, "input") from error
        raise


def _event(number: int, kind: str, fields: dict[str, object]) -> bytes:
    data = json.dumps({"type": kind, "sequence_number": number, **fields})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def _story(plan: Plan, opened: Item) -> Iterator[Told]:
    """What a stream tells, in order."""
    yield "response.created", {"response": opened}, 0
    yield "response.in_progress", {"response": opened}, 0
    index = 0
    if plan.usage.reasoning:
        item = {"output_index": index, "item": _reasoning(plan)}
        yield "response.output_item.added", item, 0
        yield "response.output_item.done", item, 0
        index += 1
    if plan.text:
        yield from _told_text(plan, index)
    for call in plan.tool_calls:
        yield from _told_call(call, index)
        index += 1
    closed = _closed(plan, opened)
    yield f"response.{closed['status']}", {"response": closed}, 0


def _told_text(plan: Plan, index: int) -> Iterator[Told]:
    item = _message(plan)
    at: dict[str, object] = {"item_id": item["id"], "output_index": index, "content_index": 0}
    empty = item | {"status": "in_progress", "content": []}
    yield "response.output_item.added", {"output_index": index, "item": empty}, 0
    yield "response.content_part.added", at | {"part": _text_part("")}, 0
    for piece in tokens.pieces(plan.text):
        delta = at | {"delta": piece, "logprobs": []}
        yield "response.output_text.delta", delta, tokens.count(piece)
    yield "response.output_text.done", at | {"text": plan.text, "logprobs": []}, 0
    yield "response.content_part.done", at | {"part": _text_part(plan.text)}, 0
    yield "response.output_item.done", {"output_index": index, "item": item}, 0


def _told_call(call: ToolCall, index: int) -> Iterator[Told]:
    item = _function_call(call)
    at: dict[str, object] = {"item_id": item["id"], "output_index": index}
    empty = item | {"status": "in_progress", "arguments": ""}
    opening = {"output_index": index, "item": empty}
    yield "response.output_item.added", opening, tokens.count(call.name)
    for piece in tokens.pieces(call.arguments):
        delta = at | {"delta": piece}
        yield "response.function_call_arguments.delta", delta, tokens.count(piece)
    yield "response.function_call_arguments.done", at | {"arguments": call.arguments}, 0
    yield "response.output_item.done", {"output_index": index, "item": item}, 0


def _opened(plan: Plan, body: JsonObject, created: int) -> Item:
    """The response before anything is said."""
    asked = {name: body[name] for name in _REPEATED if body.get(name) is not None}
    return {
        "id": f"resp_{plan.id[:48]}",
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": plan.model.dated,
        "output": [],
        "previous_response_id": None,
        "service_tier": "default",
        "usage": None,
        **_REPEATED,
        **asked,
    }


def _closed(plan: Plan, opened: Item) -> Item:
    """The whole response."""
    output = [_reasoning(plan)] if plan.usage.reasoning else []
    output += [_message(plan)] if plan.text else []
    output += [_function_call(call) for call in plan.tool_calls]
    is_short = plan.finish == "length"
    return opened | {
        "status": "incomplete" if is_short else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if is_short else None,
        "output": output,
        "usage": _usage(plan.usage),
    }


def _reasoning(plan: Plan) -> Item:
    return {"id": f"rs_{plan.id[16:]}", "type": "reasoning", "summary": []}


def _message(plan: Plan) -> Item:
    return {
        "id": f"msg_{plan.id[16:]}",
        "type": "message",
        "status": "incomplete" if plan.finish == "length" else "completed",
        "role": "assistant",
        "content": [_text_part(plan.text)],
    }


def _text_part(text: str) -> Item:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _function_call(call: ToolCall) -> Item:
    return {
        "id": f"fc_{call.id.removeprefix('call_')}",
        "type": "function_call",
        "status": "completed",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
    }


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }


ROUTES = [Route("/v1/responses", responses, methods=["POST"])]
