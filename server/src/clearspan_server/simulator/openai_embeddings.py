"""OpenAI's `POST /v1/embeddings`: vectors in which texts that share words lie close together."""

import asyncio
import base64
import hashlib
import math
import struct

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clearspan_server.simulator import models, tokens
from clearspan_server.simulator.openai_http import read_object
from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.settings import SimulatorSettings, overrides
from clearspan_server.simulator.words import keywords

_MAX_INPUTS = 2048


async def embeddings(request: Request) -> Response:
    """Answer one embedding request. Raises RefusedError for a bad one."""
    settings: SimulatorSettings = request.app.state.settings
    body = await read_object(request, settings)
    model = models.find(str(body.get("model")), "embedding")
    texts = _texts(body.get("input"))
    size = body.get("dimensions") or model.dimensions
    if not isinstance(size, int) or not 0 < size <= model.dimensions:
        raise RefusedError("invalid", f"'dimensions' is 1 to {model.dimensions}.", "dimensions")
    await asyncio.sleep(overrides(request.headers).latency_ms / 1e3)
    packed = body.get("encoding_format") == "base64"
    vectors = [vector(text, size) for text in texts]
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(item) if packed else item}
        for index, item in enumerate(vectors)
    ]
    count = sum(tokens.count(text) for text in texts)
    usage = {"prompt_tokens": count, "total_tokens": count}
    return JSONResponse({"object": "list", "model": model.dated, "data": data, "usage": usage})


def vector(text: str, size: int) -> list[float]:
    """A vector of length 1: each keyword adds to eight places that its hash names."""
    values = [0.0] * size
    for word in keywords(text) or [text]:
        for place in struct.unpack("<8I", hashlib.sha256(word.encode()).digest()):
            values[place % size] += 1.0 if place & 1 << 31 else -1.0
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]


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
