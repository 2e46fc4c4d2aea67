"""What Gemini's routes share: the key, and errors as google.rpc.Status says them in JSON."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

_METHOD = re.compile(r"/models/[^/]+:\w+$")

# https://ai.google.dev/gemini-api/docs/troubleshooting; what is not here is INVALID_ARGUMENT.
_STATUSES: dict[RefusalKind, str] = {
    "auth": "UNAUTHENTICATED",
    "unknown_model": "NOT_FOUND",
    "no_route": "NOT_FOUND",
    "rate_limited": "RESOURCE_EXHAUSTED",
    "failed": "INTERNAL",
    "overloaded": "UNAVAILABLE",
}
_TYPES = "type.googleapis.com/google.rpc."


def speaks_gemini(request: Request) -> bool:
    """Whether an error belongs into Google's shape."""
    return bool(_METHOD.search(request.url.path)) or "x-goog-api-key" in request.headers


async def read_request(request: Request) -> JsonObject:
    """The body, a JSON object. Raises RefusedError for it and for the key."""
    settings: SimulatorSettings = request.app.state.settings
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    presented = request.headers.get("x-goog-api-key", request.query_params.get("key", bearer))
    check_key(presented, settings, "API key not valid. Please pass a valid API key.")
    return await read_object(request, settings)


def error_body(refusal: RefusedError, settings: SimulatorSettings) -> dict[str, object]:
    """Google's error object, with what makes it useful in its details."""
    details: list[dict[str, object]] = []
    if refusal.kind == "rate_limited":
        delay = f"{settings.retry_after_ms / 1000:g}s"
        details = [{"@type": f"{_TYPES}RetryInfo", "retryDelay": delay}]
    elif refusal.param:
        violation = {"field": refusal.param, "description": refusal.message}
        details = [{"@type": f"{_TYPES}BadRequest", "fieldViolations": [violation]}]
    error: dict[str, object] = {
        "code": STATUS[refusal.kind],
        "message": refusal.message,
        "status": _STATUSES.get(refusal.kind, "INVALID_ARGUMENT"),
    }
    return {"error": error | ({"details": details} if details else {})}


def refusal_response(refusal: RefusedError, _: str, settings: SimulatorSettings) -> JSONResponse:
    """The response for a request that cannot be answered; Google's carry no id."""
    return JSONResponse(error_body(refusal, settings), STATUS[refusal.kind])
