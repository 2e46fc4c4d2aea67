"""Gemini's `embedContent` and `batchEmbedContents`."""

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import models
from clearspan_server.simulator.body import JsonObject, as_list, as_object, fingerprint
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.delivery import at_once, planned_texts
from clearspan_server.simulator.gemini_generate import PREFIXES
from clearspan_server.simulator.gemini_http import read_request
from clearspan_server.simulator.gemini_request import text
from clearspan_server.simulator.models import Model
from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.vectors import vector


async def embed(request: Request) -> ASGIApp:
    """Answer for one content. Raises RefusedError for a bad request."""
    body = await read_request(request)
    plan, (values,) = await _embedded(request, body, [body])
    return at_once(plan, {"embedding": values, "usageMetadata": _usage(plan)}, {})


async def embed_batch(request: Request) -> ASGIApp:
    """Answer for several contents. Raises RefusedError for a bad request."""
    body = await read_request(request)
    asked = [as_object(item, "requests") for item in as_list(body.get("requests"), "requests")]
    if not asked:
        raise RefusedError("invalid", "requests is not specified", "requests")
    plan, embeddings = await _embedded(request, body, asked)
    return at_once(plan, {"embeddings": embeddings, "usageMetadata": _usage(plan)}, {})


async def _embedded(
    request: Request, body: JsonObject, asked: list[JsonObject]
) -> tuple[Plan, list[dict[str, object]]]:
    model = models.find(request.path_params["model"], "embedding", "gemini")
    texts = [text(as_object(item.get("content"), "content"), "content") for item in asked]
    sizes = [_size(item, model) for item in asked]
    plan = await planned_texts(request, model, texts, fingerprint(body))
    vectors = [vector(said, size) for said, size in zip(texts, sizes, strict=True)]
    return plan, [{"values": values} for values in vectors]


def _size(item: JsonObject, model: Model) -> int:
    config = item.get("embedContentConfig")
    held = config if isinstance(config, dict) else item
    size = held.get("outputDimensionality") or model.dimensions
    if not isinstance(size, int) or not 0 < size <= model.dimensions:
        message = f"outputDimensionality is 1 to {model.dimensions}."
        raise RefusedError("invalid", message, "outputDimensionality")
    return size


def _usage(plan: Plan) -> dict[str, object]:
    return {
        "promptTokenCount": plan.usage.input,
        "promptTokenDetails": [{"modality": "TEXT", "tokenCount": plan.usage.input}],
    }


ROUTES = [
    route
    for prefix in PREFIXES
    for route in (
        Route(f"{prefix}embedContent", embed, methods=["POST"]),
        Route(f"{prefix}batchEmbedContents", embed_batch, methods=["POST"]),
    )
]
