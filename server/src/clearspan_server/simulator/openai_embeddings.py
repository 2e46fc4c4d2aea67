"""OpenAI's `POST /v1/embeddings`: vectors in which texts that share words lie close together."""

import asyncio
import base64
import struct

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import models
from clearspan_server.simulator.body import fingerprint
from clearspan_server.simulator.brain import Brain, Plan
from clearspan_server.simulator.cut import cut
from clearspan_server.simulator.openai_http import fault_response, headers, read_request
from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.settings import SimulatorSettings, overrides
from clearspan_server.simulator.vectors import vector

_MAX_INPUTS = 2048


async def embeddings(request: Request) -> ASGIApp:
    """Answer one embedding request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    brain: Brain = request.app.state.brain
    body = await read_request(request, settings)
    texts = _texts(body.get("input"))
    name, wanted = str(body.get("model")), overrides(request.headers)
    model = models.find(name, "embedding")
    most = model.dimensions
    size = body.get("dimensions") or most
    if not isinstance(size, int) or not 0 < size <= most:
        raise RefusedError("invalid", f"'dimensions' is 1 to {most}.", "dimensions")
    plan = brain.plan_texts(model, texts, fingerprint(body), wanted)
    await asyncio.sleep(plan.pace.latency_s + plan.pace.first_token_s)
    if plan.is_refused:
        return fault_response(plan, settings.retry_after_ms)
    packed = body.get("encoding_format") == "base64"
    response = JSONResponse(_list(plan, texts, size, packed=packed), headers=headers(plan))
    return cut(response) if plan.fault == "cut" else response


def _list(plan: Plan, texts: list[str], size: int, *, packed: bool) -> dict[str, object]:
    vectors = [vector(text, size) for text in texts]
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(item) if packed else item}
        for index, item in enumerate(vectors)
    ]
    usage = {"prompt_tokens": plan.usage.input, "total_tokens": plan.usage.input}
    return {"object": "list", "model": plan.model.dated, "data": data, "usage": usage}


def _texts(value: object) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not 0 < len(texts) <= _MAX_INPUTS:
        raise RefusedError(
            "invalid", f"'input' is a string or 1 to {_MAX_INPUTS} strings.", "input"
        )
    if not all(isinstance(text, str) and text for text in texts):
        raise RefusedError("invalid", "'input' holds strings that are not empty.", "input")
    return texts


def _packed(values: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


ROUTES = [Route("/v1/embeddings", embeddings, methods=["POST"])]
