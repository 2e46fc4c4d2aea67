"""Ollama's `POST /api/chat` and `/api/generate`: lines of JSON, over the brain's plans."""

import json
from collections.abc import Callable, Iterator

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.body import JsonObject
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import Event, planned, streamed, whole
from clearspan_server.simulator.ollama_http import ending, read_request, timestamp
from clearspan_server.simulator.ollama_request import parse_chat, parse_prompt
from clearspan_server.simulator.request import ChatRequest
from clearspan_server.simulator.settings import SimulatorSettings

_LINES = "application/x-ndjson"
_FAILURE = b'{"error": "an error was encountered while running the model"}\n'

# What a line says: its text, its thought, and the calls.
Line = dict[str, object]
Say = Callable[[str, str, list[Line]], Line]


async def chat(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    body = await read_request(request)
    return await _answer(request, body, parse_chat(body), _as_message)


async def generate(request: Request) -> ASGIApp:
    """Answer one prompt. Raises RefusedError for a bad one."""
    body = await read_request(request)
    return await _answer(request, body, parse_prompt(body), _as_response)


async def _answer(request: Request, body: JsonObject, asked: ChatRequest, say: Say) -> ASGIApp:
    """The reply as lines, unless the request wants it at once."""
    settings: SimulatorSettings = request.app.state.settings
    plan = await planned(request, asked)
    opening: Line = {"model": body["model"], "created_at": timestamp(settings.clock())}
    calls = _calls(plan)
    if body.get("stream") is False:
        told = opening | say(plan.text, plan.thought, calls) | ending(plan)
        return await whole(plan, told, {})
    events = _events(plan, opening, say, calls)
    return streamed(plan, events, _FAILURE, {}, _LINES)


def _events(plan: Plan, opening: Line, say: Say, calls: list[Line]) -> Iterator[Event]:
    more = {"done": False}
    for piece in tokens.pieces(plan.thought):
        yield _line(opening | say("", piece, []) | more), tokens.count(piece)
    for piece in tokens.pieces(plan.text):
        yield _line(opening | say(piece, "", []) | more), tokens.count(piece)
    if calls:
        yield _line(opening | say("", "", calls) | more), plan.usage.output
    yield _line(opening | say("", "", []) | ending(plan)), 0


def _as_message(text: str, thought: str, calls: list[Line]) -> Line:
    message: Line = {"role": "assistant", "content": text}
    if thought:
        message["thinking"] = thought
    if calls:
        message["tool_calls"] = calls
    return {"message": message}


def _as_response(text: str, thought: str, _: list[Line]) -> Line:
    told: Line = {"response": text}
    if thought:
        told["thinking"] = thought
    return told


def _calls(plan: Plan) -> list[Line]:
    """The calls; their arguments are objects here."""
    calls: list[Line] = []
    for index, call in enumerate(plan.tool_calls):
        given: object = json.loads(call.arguments)
        arguments = given if isinstance(given, dict) else {}
        function = {"index": index, "name": call.name, "arguments": arguments}
        calls.append({"id": call.id[:13], "function": function})
    return calls


def _line(body: Line) -> bytes:
    return json.dumps(body).encode() + b"\n"


ROUTES = [
    Route("/api/chat", chat, methods=["POST"]),
    Route("/api/generate", generate, methods=["POST"]),
]
