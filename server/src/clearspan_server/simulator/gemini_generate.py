"""Gemini's `generateContent` and `streamGenerateContent`, over the brain's plans."""

import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import tokens
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import SERVER_SENT, Event, planned, streamed, whole
from clearspan_server.simulator.gemini_http import error_body, read_request
from clearspan_server.simulator.gemini_request import parse, shows_thoughts
from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

PREFIXES = (
    "/{version}/models/{model}:",
    "/{version}/publishers/google/models/{model}:",
    "/{version}/projects/{project}/locations/{location}/publishers/google/models/{model}:",
)

_FINISHES = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"}
_BLOCKED: dict[str, object] = {
    "promptFeedback": {"blockReason": "SAFETY"},
    "usageMetadata": {"promptTokenCount": 0, "totalTokenCount": 0},
}

Part = dict[str, object]
Chunk = dict[str, object]


async def generate(request: Request) -> ASGIApp:
    """Answer at once. Raises RefusedError for a bad request."""
    body = await read_request(request)
    try:
        plan = await planned(request, parse(request.path_params["model"], body))
    except RefusedError as refusal:
        if refusal.kind == "filtered":
            return JSONResponse(_BLOCKED)
        raise
    parts = [part for part, _ in _parts(plan, shown=shows_thoughts(body))]
    counted = plan.usage.output - plan.usage.reasoning
    return await whole(plan, _chunk(plan, parts, counted, is_last=True), {})


async def stream_generate(request: Request) -> ASGIApp:
    """Answer as server-sent events with `alt=sse`, else as a JSON array that comes bit by bit."""
    body = await read_request(request)
    settings: SimulatorSettings = request.app.state.settings
    is_sse = request.query_params.get("alt") == "sse"
    try:
        plan = await planned(request, parse(request.path_params["model"], body))
    except RefusedError as refusal:
        if refusal.kind != "filtered":
            raise
        if is_sse:
            return Response(_event(_BLOCKED), media_type=SERVER_SENT)
        return JSONResponse([_BLOCKED])
    chunks = list(_chunks(plan, shown=shows_thoughts(body)))
    message = "The model is overloaded. Please try again later."
    failure = error_body(RefusedError("overloaded", message), settings)
    if is_sse:
        events = [(_event(chunk), count) for chunk, count in chunks]
        return streamed(plan, events, _event(failure), {})
    after = f",\r\n{json.dumps(failure)}]".encode()
    return streamed(plan, _array(chunks), after, {}, "application/json; charset=UTF-8")


def _parts(plan: Plan, *, shown: bool) -> Iterator[tuple[Part, list[str]]]:
    """Each part of the reply, and the pieces in which a stream sends it; a call comes whole."""
    if shown and plan.usage.reasoning:
        yield {"text": plan.thought, "thought": True}, tokens.pieces(plan.thought)
    if plan.text:
        yield {"text": plan.text}, tokens.pieces(plan.text)
    for call in plan.tool_calls:
        arguments: object = json.loads(call.arguments)
        function = {
            "id": call.id.removeprefix("call_")[:8],
            "name": call.name,
            "args": arguments if isinstance(arguments, dict) else {},
        }
        yield {"functionCall": function}, []


def _chunks(plan: Plan, *, shown: bool) -> Iterator[tuple[Chunk, int]]:
    """The chunks of a stream: each tells the usage so far."""
    pieces = [
        (part | ({"text": piece} if piece else {}), piece)
        for part, told in _parts(plan, shown=shown)
        for piece in told or [""]
    ]
    counted, said = 0, ""
    for number, (part, piece) in enumerate(pieces):
        if not part.get("thought"):
            said += piece
            counted = tokens.count(said)
        is_last = number == len(pieces) - 1
        if is_last:
            counted = plan.usage.output - plan.usage.reasoning
        yield _chunk(plan, [part], counted, is_last=is_last), tokens.count(piece) or 1
    if not pieces:
        yield _chunk(plan, [], 0, is_last=True), 0


def _chunk(plan: Plan, parts: list[Part], counted: int, *, is_last: bool) -> Chunk:
    candidate: dict[str, object] = {"content": {"parts": parts, "role": "model"}}
    if is_last:
        candidate["finishReason"] = _FINISHES[plan.finish]
    return {
        "candidates": [candidate | {"index": 0}],
        "usageMetadata": _usage(plan, counted),
        "modelVersion": plan.model.dated,
        "responseId": plan.id[:22],
    }


def _usage(plan: Plan, counted: int) -> dict[str, object]:
    """The tokens as Gemini reports them: candidates without thoughts."""
    usage = plan.usage
    told: dict[str, object] = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": counted,
        "totalTokenCount": usage.input + usage.reasoning + counted,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input}],
    }
    if usage.cached:
        told["cachedContentTokenCount"] = usage.cached
        told["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.cached}]
    if usage.reasoning:
        told["thoughtsTokenCount"] = usage.reasoning
    return told


def _array(chunks: list[tuple[Chunk, int]]) -> Iterator[Event]:
    opening = "["
    for chunk, count in chunks:
        yield f"{opening}{json.dumps(chunk)}".encode(), count
        opening = ",\r\n"
    yield b"]", 0


def _event(body: dict[str, object]) -> bytes:
    return f"data: {json.dumps(body)}\r\n\r\n".encode()


ROUTES = [
    route
    for prefix in PREFIXES
    for route in (
        Route(f"{prefix}generateContent", generate, methods=["POST"]),
        Route(f"{prefix}streamGenerateContent", stream_generate, methods=["POST"]),
    )
]
