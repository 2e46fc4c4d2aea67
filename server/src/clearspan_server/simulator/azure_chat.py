"""Azure OpenAI's chat completions of a deployment: OpenAI's form, with what its filters found."""

from collections.abc import Iterator
from dataclasses import replace

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator.azure_http import SAFE, deployed, headers, read_request
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import Event, planned, streamed, whole
from clearspan_server.simulator.openai_chat import (
    DONE,
    FAILURE,
    Delta,
    completion,
    data,
    deltas,
    envelope,
    usage,
)
from clearspan_server.simulator.openai_request import Delivery, parse
from clearspan_server.simulator.settings import SimulatorSettings

_PATH = "/openai/deployments/{deployment}/chat/completions"
_PROMPT_FILTERED = {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}]}


async def chat_completions(request: Request) -> ASGIApp:
    """Answer one chat request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    body = await read_request(request, settings)
    model = deployed(request.path_params["deployment"])
    chat, delivery = parse({**body, "model": model})
    plan = await planned(request, replace(chat, model=model))
    created = int(settings.clock())
    if not delivery.stream:
        filtered = {} if plan.tool_calls else SAFE
        told = completion(plan, created, {"content_filter_results": filtered})
        return await whole(plan, told | _PROMPT_FILTERED, headers(plan))
    return streamed(plan, _events(plan, delivery, created), FAILURE, headers(plan))


def _events(plan: Plan, delivery: Delivery, created: int) -> Iterator[Event]:
    """Server-sent events; the first is about the prompt alone and names no model."""
    opening = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
    yield data(opening | _PROMPT_FILTERED), 0
    for delta, count in deltas(plan):
        filtered = SAFE if delta.get("content") else {}
        yield _chunk(plan, created, delta, {"content_filter_results": filtered}), count
    yield _chunk(plan, created, {}, {"content_filter_results": {}, "finish_reason": plan.finish}), 0
    if delivery.include_usage:
        last = envelope(plan, created, "chat.completion.chunk", [])
        yield data(last | {"usage": usage(plan.usage)}), 0
    yield DONE, 0


def _chunk(plan: Plan, created: int, delta: Delta, more: dict[str, object]) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None, **more}
    return data(envelope(plan, created, "chat.completion.chunk", [choice]) | {"usage": None})


ROUTES = [Route(_PATH, chat_completions, methods=["POST"])]
