"""Ollama's `POST /api/embed`."""

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from clearspan_server.simulator.body import as_list, fingerprint, positive
from clearspan_server.simulator.delivery import at_once, planned_texts
from clearspan_server.simulator.ollama_http import ending, read_request
from clearspan_server.simulator.ollama_request import find
from clearspan_server.simulator.vectors import vector

_TOLD = ("total_duration", "load_duration", "prompt_eval_count")


async def embed(request: Request) -> ASGIApp:
    """Answer for one text or several. Raises RefusedError for a bad request."""
    body = await read_request(request)
    model, given = find(body, "embedding"), body.get("input")
    texts = [given] if isinstance(given, str) else list(map(str, as_list(given, "input")))
    size = min(positive(body, "dimensions") or model.dimensions, model.dimensions)
    plan = await planned_texts(request, model, texts, fingerprint(body))
    ended = ending(plan)
    told: dict[str, object] = {
        "model": body["model"],
        "embeddings": [vector(text, size) for text in texts],
        **{name: ended[name] for name in _TOLD},
    }
    return at_once(plan, told, {})


ROUTES = [Route("/api/embed", embed, methods=["POST"])]
