"""The simulator's application: every provider format's routes over one brain."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clearspan_server.simulator import (
    anthropic_http,
    anthropic_messages,
    azure_chat,
    azure_http,
    bedrock_converse,
    bedrock_http,
    bedrock_invoke,
    bill,
    cohere_chat,
    cohere_http,
    cohere_texts,
    gemini_embeddings,
    gemini_generate,
    gemini_http,
    groq_chat,
    groq_http,
    mistral_chat,
    mistral_http,
    ollama_chat,
    ollama_embed,
    ollama_http,
    openai_chat,
    openai_embeddings,
    openai_http,
    openai_models,
    openai_responses,
)
from clearspan_server.simulator.brain import Brain
from clearspan_server.simulator.request import RefusalKind, RefusedError
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
    *mistral_chat.ROUTES,
    *openai_chat.ROUTES,
    *openai_responses.ROUTES,
    *openai_embeddings.ROUTES,
    *openai_models.ROUTES,
    *anthropic_messages.ROUTES,
    *gemini_generate.ROUTES,
    *gemini_embeddings.ROUTES,
    *groq_chat.ROUTES,
    *azure_chat.ROUTES,
    *bedrock_converse.ROUTES,
    *bedrock_invoke.ROUTES,
    *cohere_chat.ROUTES,
    *cohere_texts.ROUTES,
    *ollama_chat.ROUTES,
    *ollama_embed.ROUTES,
    *bill.ROUTES,
]

Speaks = Callable[[Request], bool]
Refuse = Callable[[RefusedError, str, SimulatorSettings], Response]

# Whose errors a request expects; OpenAI's where it is none of these.
_FORMS: tuple[tuple[Speaks, Refuse], ...] = (
    # Anthropic's client for Bedrock has headers of both.
    (bedrock_http.speaks_bedrock, bedrock_http.refusal_response),
    (anthropic_http.speaks_anthropic, anthropic_http.refusal_response),
    (gemini_http.speaks_gemini, gemini_http.refusal_response),
    (cohere_http.speaks_cohere, cohere_http.refusal_response),
    (ollama_http.speaks_ollama, ollama_http.refusal_response),
    (groq_http.speaks_groq, groq_http.refusal_response),
    (azure_http.speaks_azure, azure_http.refusal_response),
    (mistral_http.speaks_mistral, mistral_http.refusal_response),
)


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
    settings: SimulatorSettings = request.app.state.settings
    for speaks, refusal_response in _FORMS:
        if speaks(request):
            return refusal_response(error, identity, settings)
    return openai_http.refusal_response(error, identity)


async def _http_error(request: Request, error: Exception) -> Response:
    """An unknown path or a wrong method, in the shape of the provider that is meant."""
    if not isinstance(error, HTTPException):  # registered for nothing else
        raise error
    message = f"{error.detail}: {request.method} {request.url.path}."
    kind: RefusalKind = (
        "no_method" if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else "no_route"
    )
    response = await _refused(request, RefusedError(kind, message))
    response.headers.update(error.headers or {})
    return response
