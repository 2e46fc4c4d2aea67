"""The simulator's application: every provider format's routes over one brain."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from clearspan_server.simulator import (
    anthropic_http,
    anthropic_messages,
    bill,
    openai_chat,
    openai_embeddings,
    openai_http,
    openai_models,
    openai_responses,
)
from clearspan_server.simulator.brain import Brain
from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.settings import HEADERS, SimulatorSettings


async def index(_: Request) -> Response:
    """What this server is, as plain text."""
    routes = [f"  {', '.join(sorted(r.methods or ()))} {r.path}" for r in ROUTES]
    options = [f"  {name}: {text}" for name, text in HEADERS.items()]
    lines = ["The Clearspan simulator: a model provider without a model.", "", *routes]
    lines += ["", "Headers of a single request:", *options, ""]
    return PlainTextResponse("\n".join(lines))


ROUTES = [
    Route("/", index),
    *openai_chat.ROUTES,
    *openai_responses.ROUTES,
    *openai_embeddings.ROUTES,
    *openai_models.ROUTES,
    *anthropic_messages.ROUTES,
    *bill.ROUTES,
]


def create_app(settings: SimulatorSettings) -> Starlette:
    """An ASGI application with a brain of its own."""
    app = Starlette(
        routes=ROUTES,
        exception_handlers={RefusedError: _refused, HTTPException: _http_error},
    )
    app.state.settings = settings
    app.state.brain = Brain(settings)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):  # registered for nothing else
        raise error
    brain: Brain = request.app.state.brain
    identity = brain.identity(f"refused: {error.message}")
    if anthropic_http.speaks_anthropic(request):
        return anthropic_http.refusal_response(error, identity)
    return openai_http.refusal_response(error, identity)


async def _http_error(request: Request, error: Exception) -> Response:
    """An unknown path or a wrong method, in the shape of the provider that is meant."""
    if not isinstance(error, HTTPException):  # registered for nothing else
        raise error
    message = f"{error.detail}: {request.method} {request.url.path}."
    if anthropic_http.speaks_anthropic(request):
        brain: Brain = request.app.state.brain
        kind = "not_found_error" if error.status_code == 404 else "invalid_request_error"
        request_id = anthropic_http.request_id(brain.identity(message))
        body = anthropic_http.error_body(message, kind, request_id)
    else:
        body = openai_http.error_body(message, "invalid_request_error")
    return JSONResponse(body, error.status_code, headers=error.headers)
