"""Sends what a plan holds, whatever the provider's form: whole or as a stream, and its faults."""

import asyncio
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import ASGIApp

from clearspan_server.simulator.brain import FAILURES, Brain, Plan
from clearspan_server.simulator.cut import cut
from clearspan_server.simulator.models import Model
from clearspan_server.simulator.pacing import paced
from clearspan_server.simulator.request import ChatRequest, RefusedError
from clearspan_server.simulator.settings import overrides

SERVER_SENT = "text/event-stream; charset=utf-8"

# The bytes of an event, and the tokens that it stands for.
Event = tuple[bytes, int]


async def planned(request: Request, chat: ChatRequest) -> Plan:
    """The plan for a chat request, when its latency is over. Raises RefusedError for a fault."""
    brain: Brain = request.app.state.brain
    return await _admitted(brain.plan(chat, overrides(request.headers)))


async def planned_texts(request: Request, model: Model, texts: list[str], fingerprint: str) -> Plan:
    """The plan for texts to embed or to rank, when it is due. Raises RefusedError for a fault."""
    brain: Brain = request.app.state.brain
    wanted = overrides(request.headers)
    plan = await _admitted(brain.plan_texts(model, texts, fingerprint, wanted))
    await asyncio.sleep(plan.pace.first_token_s)
    return plan


async def _admitted(plan: Plan) -> Plan:
    await asyncio.sleep(plan.pace.latency_s)
    if plan.fault in FAILURES:
        message = {
            "429": f"Rate limit reached for {plan.model.name}, please try again later.",
            "500": "The server had an error while processing the request.",
            "529": "The model is overloaded, please try again later.",
        }[plan.fault]
        raise RefusedError(FAILURES[plan.fault], message)
    return plan


async def whole(plan: Plan, body: object, headers: Mapping[str, str]) -> ASGIApp:
    """A reply of one JSON document, when all its tokens are there."""
    await asyncio.sleep(plan.pace.first_token_s + plan.pace.token_s * plan.usage.output)
    return at_once(plan, body, headers)


def at_once(plan: Plan, body: object, headers: Mapping[str, str]) -> ASGIApp:
    """A reply of one JSON document, unless it is to be cut."""
    response = JSONResponse(body, headers=headers)
    return cut(response) if plan.fault == "cut" else response


def streamed(
    plan: Plan,
    events: Iterable[Event],
    failure: bytes,
    headers: Mapping[str, str],
    media_type: str = SERVER_SENT,
) -> ASGIApp:
    """A reply of events at the plan's pace; one that breaks stops half-way, or with `failure`."""
    sent = list(events)
    if plan.is_broken:
        sent = sent[: max(len(sent) // 2, 1)]
    if plan.fault == "stream":
        sent.append((failure, 0))
    response = StreamingResponse(paced(sent, plan.pace), headers=headers, media_type=media_type)
    return cut(response) if plan.fault == "cut" else response
