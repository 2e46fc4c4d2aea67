"""OpenAI's `GET /v1/models` and `GET /v1/models/{model}`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clearspan_server.simulator.models import MODELS
from clearspan_server.simulator.openai_http import authorize
from clearspan_server.simulator.request import RefusedError

_CREATED = 1_715_367_049  # one moment for all: when a real model appeared is of no use here
_OPENAI = [model for model in MODELS if model.provider == "openai"]


async def list_models(request: Request) -> Response:
    """Every model of OpenAI, under both of its names."""
    authorize(request, request.app.state.settings)
    names = dict.fromkeys(name for model in _OPENAI for name in (model.name, model.dated))
    return JSONResponse({"object": "list", "data": [_model(name) for name in names]})


async def get_model(request: Request) -> Response:
    """One model. Raises RefusedError when there is none of that name."""
    authorize(request, request.app.state.settings)
    name: str = request.path_params["model"]
    if not any(name in (model.name, model.dated) for model in _OPENAI):
        raise RefusedError("unknown_model", f"The model '{name}' does not exist.", "model")
    return JSONResponse(_model(name))


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "system"}


ROUTES = [Route("/v1/models", list_models), Route("/v1/models/{model}", get_model)]
