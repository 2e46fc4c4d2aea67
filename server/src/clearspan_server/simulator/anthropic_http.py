"""What Anthropic's routes share: the key, the version, errors, and the headers of every reply."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

# https://platform.claude.com/docs/en/api/versioning; the stream of 2023-01-01 was another.
_VERSIONS = ("2026-10-21", "2023-06-01")

# The type by kind of refusal, where it is not invalid_request_error: https://docs.claude.com/en/api/errors
_TYPES: dict[RefusalKind, str] = {
    "auth": "authentication_error",
    "unknown_model": "not_found_error",
    "no_route": "not_found_error",
    "too_large": "request_too_large",
}
_REQUESTS_A_MINUTE = 1_000
_INPUT_TOKENS_A_MINUTE = 450_000
_OUTPUT_TOKENS_A_MINUTE = 90_000


def speaks_anthropic(request: Request) -> bool:
    """Whether an error belongs into Anthropic's shape."""
    return request.url.path.startswith("/v1/messages") or "anthropic-version" in request.headers


async def read_request(request: Request, settings: SimulatorSettings) -> JsonObject:
    """The body, a JSON object. Raises RefusedError for it, for the key and for the version."""
    check_key(_key(request), settings, "invalid x-api-key")
    told = request.headers.get("anthropic-version")
    if told is None:
        raise RefusedError("invalid", "header is required", "anthropic-version")
    if told not in _VERSIONS:
        raise RefusedError("invalid", f"'{told}' is not a valid version", "anthropic-version")
    return await read_object(request, settings)


def version(request: Request) -> str:
    """The version of the API that a request was read in, as text that sorts by date."""
    return request.headers["anthropic-version"]


def error_body(message: str, kind: str, request_id: str) -> dict[str, object]:
    """Anthropic's error object."""
    error = {"type": kind, "message": message}
    return {"type": "error", "error": error, "request_id": request_id}


def refusal_response(refusal: RefusedError, identity: str, _: SimulatorSettings) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    kind = _TYPES.get(refusal.kind, "invalid_request_error")
    message = f"{refusal.param}: {refusal.message}" if refusal.param else refusal.message
    if refusal.kind == "context_length":
        message = f"prompt is too long: {refusal.message}"
    return _error(STATUS[refusal.kind], kind, message, request_id(identity), {})


def fault_response(plan: Plan, settings: SimulatorSettings) -> JSONResponse:
    """The response for an injected 429, 500 or 529."""
    sent = headers(plan, settings.clock())
    if plan.fault == "429":
        message = (
            "This request would exceed your organization's rate limit of "
            f"{_REQUESTS_A_MINUTE} requests per minute (injected by the simulator)."
        )
        sent["retry-after"] = str(-(-settings.retry_after_ms // 1000))
        return _error(429, "rate_limit_error", message, sent["request-id"], sent)
    if plan.fault == "529":
        return _error(529, "overloaded_error", "Overloaded", sent["request-id"], sent)
    message = "Internal server error (injected by the simulator)"
    return _error(500, "api_error", message, sent["request-id"], sent)


def headers(plan: Plan, now_s: float) -> dict[str, str]:
    """The headers that Anthropic sends with every reply; `now_s` is seconds since 1970."""
    reset = datetime.fromtimestamp(now_s, UTC) + timedelta(minutes=1)
    requests_left = 0 if plan.fault == "429" else _REQUESTS_A_MINUTE - 1
    limits = (
        ("requests", _REQUESTS_A_MINUTE, requests_left),
        ("input-tokens", _INPUT_TOKENS_A_MINUTE, _INPUT_TOKENS_A_MINUTE - plan.usage.input),
        ("output-tokens", _OUTPUT_TOKENS_A_MINUTE, _OUTPUT_TOKENS_A_MINUTE - plan.usage.output),
    )
    sent = {
        "request-id": request_id(plan.id),
        "anthropic-organization-id": "00000000-0000-0000-0000-000000000000",
    }
    for name, limit, left in limits:
        sent[f"anthropic-ratelimit-{name}-limit"] = str(limit)
        sent[f"anthropic-ratelimit-{name}-remaining"] = str(max(left, 0))
        sent[f"anthropic-ratelimit-{name}-reset"] = f"{reset:%Y-%m-%dT%H:%M:%SZ}"
    return sent


def request_id(identity: str) -> str:
    """Anthropic's id of a request, from 64 hex digits."""
    return f"req_01{identity[40:62]}"


def _key(request: Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key", bearer)


def _error(
    status: int, kind: str, message: str, request_id: str, sent: dict[str, str]
) -> JSONResponse:
    body = error_body(message, kind, request_id)
    return JSONResponse(body, status, headers={**sent, "request-id": request_id})
