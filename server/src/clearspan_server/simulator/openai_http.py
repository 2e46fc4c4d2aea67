"""What OpenAI's routes share: reading a request's body, errors, and the headers of every reply."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

# The code by kind of refusal, where there is one.
_CODES: dict[RefusalKind, str] = {
    "context_length": "context_length_exceeded",
    "filtered": "content_filter",
    "auth": "invalid_api_key",
    "unknown_model": "model_not_found",
    "too_large": "request_too_large",
}
_REQUESTS_A_MINUTE = 500
_TOKENS_A_MINUTE = 200_000


def authorize(request: Request, settings: SimulatorSettings) -> None:
    """Raise RefusedError unless the request carries the key that the settings ask for, if any."""
    presented = request.headers.get("authorization", "").removeprefix("Bearer ")
    check_key(presented, settings, "Incorrect API key provided.")


async def read_request(request: Request, settings: SimulatorSettings) -> JsonObject:
    """The body, a JSON object. Raises RefusedError when it is none, too large, or without key."""
    authorize(request, settings)
    return await read_object(request, settings)


def error_body(
    message: str, kind: str, param: str | None = None, code: str | None = None
) -> dict[str, object]:
    """OpenAI's error object."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refusal_response(refusal: RefusedError, identity: str) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    code = _CODES.get(refusal.kind)
    body = error_body(refusal.message, "invalid_request_error", refusal.param, code)
    return JSONResponse(body, STATUS[refusal.kind], headers={"x-request-id": _request_id(identity)})


def fault_response(plan: Plan, retry_after_ms: int) -> JSONResponse:
    """The response for an injected 429, 500 or 529; OpenAI says overloaded with 503."""
    if plan.fault == "429":
        message = (
            f"Rate limit reached for {plan.model.name} on requests per min (RPM): Limit "
            f"{_REQUESTS_A_MINUTE}, Used {_REQUESTS_A_MINUTE}, Requested 1. "
            f"Try again in {retry_after_ms}ms."
        )
        body = error_body(message, "requests", None, "rate_limit_exceeded")
        retry = {
            "retry-after": str(-(-retry_after_ms // 1000)),
            "retry-after-ms": str(retry_after_ms),
        }
        return JSONResponse(body, 429, headers={**headers(plan, retry_after_ms), **retry})
    if plan.fault == "529":
        message = "The engine is currently overloaded, please try again later."
        return JSONResponse(error_body(message, "server_error"), 503, headers=headers(plan))
    message = "The server had an error while processing your request (injected by the simulator)."
    return JSONResponse(error_body(message, "server_error"), 500, headers=headers(plan))


def headers(plan: Plan, retry_after_ms: int = 120) -> dict[str, str]:
    """The headers that OpenAI sends with every reply."""
    limited = plan.fault == "429"
    left = 0 if limited else _REQUESTS_A_MINUTE - 1
    spent = plan.usage.input + plan.usage.output
    processing_s = plan.pace.latency_s + plan.pace.first_token_s
    return {
        "x-request-id": _request_id(plan.id),
        "openai-version": "2020-10-01",
        "openai-organization": "org-simulated",
        "openai-processing-ms": str(round(processing_s * 1e3)),
        "x-ratelimit-limit-requests": str(_REQUESTS_A_MINUTE),
        "x-ratelimit-limit-tokens": str(_TOKENS_A_MINUTE),
        "x-ratelimit-remaining-requests": str(left),
        "x-ratelimit-remaining-tokens": str(max(_TOKENS_A_MINUTE - spent, 0)),
        "x-ratelimit-reset-requests": f"{retry_after_ms}ms",
        "x-ratelimit-reset-tokens": f"{-(-spent * 60_000 // _TOKENS_A_MINUTE)}ms",
    }


def _request_id(identity: str) -> str:
    return f"req_{identity[32:]}"
