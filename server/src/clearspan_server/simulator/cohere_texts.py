"""Cohere's `POST /v2/embed` and `POST /v2/rerank`."""

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator import models
from clearspan_server.simulator.body import (
    as_list,
    as_text,
    fingerprint,
    positive,
)
from clearspan_server.simulator.cohere_http import headers, read_request, uuid
from clearspan_server.simulator.delivery import at_once, planned_texts
from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.vectors import vector

_COMPARED = 1024  # dimensions in which a document is held against a query
_VERSION = {"version": "2"}


async def embed(request: Request) -> ASGIApp:
    """Answer for several texts, with floats. Raises RefusedError for a bad request."""
    body = await read_request(request)
    model = models.find(as_text(body.get("model"), "model"), "embedding", "cohere")
    texts = [as_text(text, "texts") for text in as_list(body.get("texts"), "texts")]
    kinds = as_list(body.get("embedding_types"), "embedding_types") or ["float"]
    if not texts or kinds != ["float"]:
        raise RefusedError("invalid", "the simulator embeds 'texts', as 'float'")
    size = min(positive(body, "output_dimension") or model.dimensions, model.dimensions)
    plan = await planned_texts(request, model, texts, fingerprint(body))
    told = {
        "id": uuid(plan.id),
        "texts": texts,
        "embeddings": {"float": [vector(text, size) for text in texts]},
        "meta": {"api_version": _VERSION, "billed_units": {"input_tokens": plan.usage.input}},
        "response_type": "embeddings_by_type",
    }
    return at_once(plan, told, headers(plan.id))


async def rerank(request: Request) -> ASGIApp:
    """Answer with the documents' places, the closest first. Raises RefusedError for a bad request."""
    body = await read_request(request)
    model = models.find(as_text(body.get("model"), "model"), "rerank", "cohere")
    query = as_text(body.get("query"), "query")
    documents = [as_text(text, "documents") for text in as_list(body.get("documents"), "documents")]
    if not documents:
        raise RefusedError("invalid", "list of documents must not be empty")
    plan = await planned_texts(request, model, [query, *documents], fingerprint(body))
    scores = [(_closeness(query, text), -index) for index, text in enumerate(documents)]
    ranked = sorted(scores, reverse=True)[: positive(body, "top_n")]
    told = {
        "id": uuid(plan.id),
        "results": [{"index": -place, "relevance_score": score} for score, place in ranked],
        "meta": {"api_version": _VERSION, "billed_units": {"search_units": 1}},
    }
    return at_once(plan, told, headers(plan.id))


def _closeness(query: str, text: str) -> float:
    pairs = zip(vector(query, _COMPARED), vector(text, _COMPARED), strict=True)
    return round(min(max(sum(a * b for a, b in pairs), 0.0), 1.0), 6)


ROUTES = [
    Route("/v2/embed", embed, methods=["POST"]),
    Route("/v2/rerank", rerank, methods=["POST"]),
]
