"""Bedrock's `invoke` and `invoke-with-response-stream`, for bodies in Anthropic's format."""

import base64
import json
from dataclasses import replace

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import aws_frames
from clearspan_server.simulator.anthropic_messages import events
from clearspan_server.simulator.anthropic_messages import message as whole_message
from clearspan_server.simulator.anthropic_request import parse
from clearspan_server.simulator.bedrock_converse import FAILURE
from clearspan_server.simulator.bedrock_http import (
    find,
    headers,
    latency_ms,
    padding,
    read_request,
)
from clearspan_server.simulator.bedrock_request import VERSION
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import Event, planned, streamed, whole
from clearspan_server.simulator.request import RefusedError

# Bedrock's own name of a version of Anthropic's API, and what Anthropic's client says instead.
_VERSIONS = {"bedrock-2023-05-31": VERSION, VERSION: VERSION, "2026-10-21": "2026-10-21"}
_ANTHROPICS = "anthropic."


async def invoke(request: Request) -> ASGIApp:
    """Answer at once. Raises RefusedError for a bad request."""
    plan = await _planned(request)
    metrics = _metrics(plan)
    sent = headers(plan) | {
        "x-amzn-bedrock-input-token-count": str(metrics["inputTokenCount"]),
        "x-amzn-bedrock-output-token-count": str(metrics["outputTokenCount"]),
        "x-amzn-bedrock-invocation-latency": str(metrics["invocationLatency"]),
    }
    return await whole(plan, _renamed(whole_message(plan)), sent)


async def invoke_stream(request: Request) -> ASGIApp:
    """Answer as an event stream of Anthropic's events. Raises RefusedError for a bad request."""
    plan = await _planned(request)
    sent = headers(plan) | {"x-amzn-bedrock-content-type": "application/json"}
    return streamed(plan, _chunks(plan), FAILURE, sent, aws_frames.MEDIA_TYPE)


async def _planned(request: Request) -> Plan:
    body = await read_request(request)
    model = find(request)
    if not model.dated.startswith(_ANTHROPICS):
        raise RefusedError("invalid", "The simulator invokes Anthropic's models alone.")
    version = _VERSIONS.get(str(body.get("anthropic_version")))
    if version is None:
        message = f"Input should be one of {', '.join(_VERSIONS)}"
        raise RefusedError("invalid", message, "anthropic_version")
    asked = parse({**body, "model": model.dated}, version)
    return await planned(request, replace(asked, provider="bedrock"))


def _chunks(plan: Plan) -> list[Event]:
    """A frame for each event; the last also tells what Bedrock measured."""
    chunks: list[Event] = []
    for number, (kind, fields, count) in enumerate(events(plan)):
        told = {"type": kind, **fields}
        opened = told.get("message")
        if isinstance(opened, dict):
            told["message"] = _renamed(opened)
        if kind == "message_stop":
            told["amazon-bedrock-invocationMetrics"] = _metrics(plan)
        held = base64.b64encode(json.dumps(told).encode()).decode()
        body = {"bytes": held, "p": padding(plan.id, number)}
        chunks.append((aws_frames.event("chunk", body), count))
    return chunks


def _renamed(told: dict[str, object]) -> dict[str, object]:
    """The message with the names that Bedrock gives it and its model."""
    model = str(told["model"]).removeprefix(_ANTHROPICS).partition("-v1")[0]
    identity = str(told["id"]).replace("msg_", "msg_bdrk_", 1)
    return told | {"model": model, "id": identity}


def _metrics(plan: Plan) -> dict[str, int]:
    usage = plan.usage
    written = usage.written_5m + usage.written_1h
    return {
        "inputTokenCount": usage.input - usage.cached - written,
        "outputTokenCount": usage.output,
        "invocationLatency": latency_ms(plan),
        "firstByteLatency": max(round(plan.pace.first_token_s * 1e3), 1),
        "cacheReadInputTokenCount": usage.cached,
        "cacheWriteInputTokenCount": written,
    }


ROUTES = [
    Route("/model/{model:path}/invoke", invoke, methods=["POST"]),
    Route("/model/{model:path}/invoke-with-response-stream", invoke_stream, methods=["POST"]),
]
