"""What Groq's routes share: errors, and the headers of every reply."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

PATH = "/openai/v1/chat/completions"

# Type and code by kind of refusal: https://console.groq.com/docs/errors
_NAMES: dict[RefusalKind, tuple[str, str | None]] = {
    "context_length": ("invalid_request_error", "context_length_exceeded"),
    "auth": ("invalid_request_error", "invalid_api_key"),
    "unknown_model": ("invalid_request_error", "model_not_found"),
    "no_route": ("invalid_request_error", "unknown_url"),
    "rate_limited": ("requests", "rate_limit_exceeded"),
    "failed": ("internal_server_error", None),
    "overloaded": ("service_unavailable", None),
}
_REQUESTS_A_DAY = 14_400
_TOKENS_A_MINUTE = 18_000


def speaks_groq(request: Request) -> bool:
    """Whether an error belongs into Groq's shape."""
    return request.url.path.startswith("/openai/v1/")


def refusal_response(
    refusal: RefusedError, identity: str, settings: SimulatorSettings
) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    kind, code = _NAMES.get(refusal.kind, ("invalid_request_error", None))
    told = {"type": kind, "code": code, "param": refusal.param}
    error = {name: value for name, value in told.items() if value is not None}
    sent = _headers(identity, 0, is_limited=refusal.kind == "rate_limited")
    if refusal.kind == "rate_limited":
        sent["retry-after"] = str(-(-settings.retry_after_ms // 1000))
    body = {"error": {"message": refusal.message, **error}}
    return JSONResponse(body, STATUS[refusal.kind], headers=sent)


def headers(plan: Plan) -> dict[str, str]:
    """The headers that Groq sends with every reply."""
    return _headers(plan.id, plan.usage.input + plan.usage.output, is_limited=False)


def request_id(identity: str) -> str:
    """Groq's id of a request, from 64 hex digits."""
    return f"req_01{identity[38:62]}"


def _headers(identity: str, spent: int, *, is_limited: bool) -> dict[str, str]:
    return {
        "x-request-id": request_id(identity),
        "x-groq-region": "simulated",
        "x-ratelimit-limit-requests": str(_REQUESTS_A_DAY),
        "x-ratelimit-limit-tokens": str(_TOKENS_A_MINUTE),
        "x-ratelimit-remaining-requests": str(0 if is_limited else _REQUESTS_A_DAY - 1),
        "x-ratelimit-remaining-tokens": str(max(_TOKENS_A_MINUTE - spent, 0)),
        "x-ratelimit-reset-requests": "6s",
        "x-ratelimit-reset-tokens": f"{spent * 60 / _TOKENS_A_MINUTE:.2f}s",
    }
