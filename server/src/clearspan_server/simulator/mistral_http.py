"""What Mistral's routes share: how its client is known, errors, and the headers of every reply."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

# Type and code by kind of refusal.
_NAMES: dict[RefusalKind, tuple[str, str]] = {
    "context_length": ("invalid_request_error", "3051"),
    "unknown_model": ("invalid_model", "1500"),
    "rate_limited": ("rate_limited", "1300"),
    "failed": ("internal_server_error", "3000"),
    "overloaded": ("service_unavailable", "3505"),
}
_REQUESTS_A_MINUTE = 360


def is_mistrals(headers: Headers) -> bool:
    """Whether a request comes from Mistral's client; its path is that of OpenAI's."""
    return "mistral" in headers.get("user-agent", "").lower()


def speaks_mistral(request: Request) -> bool:
    """Whether an error belongs into Mistral's shape."""
    return is_mistrals(request.headers)


def error_body(refusal: RefusedError, request_id: str) -> dict[str, object]:
    """Mistral's error object; its gateway and its validation have others of their own."""
    if refusal.kind == "auth":
        return {"message": "Unauthorized", "request_id": request_id}
    if refusal.kind == "unprocessable":
        where = (refusal.param or "messages").replace("[", ".").replace("]", "").split(".")
        loc = ["body", *(int(step) if step.isdigit() else step for step in where)]
        return {"detail": [{"type": "value_error", "loc": loc, "msg": refusal.message}]}
    kind, code = _NAMES.get(refusal.kind, ("invalid_request_error", "3051"))
    told = {"message": refusal.message, "type": kind, "param": refusal.param, "code": code}
    return {"object": "error", **told}


def refusal_response(
    refusal: RefusedError, identity: str, settings: SimulatorSettings
) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    is_limited = refusal.kind == "rate_limited"
    sent = headers(identity, left=0 if is_limited else _REQUESTS_A_MINUTE - 1)
    if is_limited:
        sent["retry-after"] = str(-(-settings.retry_after_ms // 1000))
    body = error_body(refusal, sent["mistral-correlation-id"])
    return JSONResponse(body, STATUS[refusal.kind], headers=sent)


def headers(identity: str, left: int = _REQUESTS_A_MINUTE - 1) -> dict[str, str]:
    """The headers that Mistral sends with every reply."""
    return {
        "mistral-correlation-id": identity[32:],
        "x-kong-request-id": identity[32:],
        "x-ratelimit-limit-req-minute": str(_REQUESTS_A_MINUTE),
        "x-ratelimit-remaining-req-minute": str(left),
    }
