"""What Azure OpenAI's routes share: the deployment, the key, errors, and the headers of replies."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.models import MODELS
from clearspan_server.simulator.openai_http import error_body
from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

SAFE = {
    name: {"filtered": False, "severity": "safe"}
    for name in ("hate", "self_harm", "sexual", "violence")
}

# The code by kind of refusal, where the answer is Azure's own.
_CODES: dict[RefusalKind, str] = {
    "auth": "401",
    "unknown_model": "DeploymentNotFound",
    "no_route": "404",
    "rate_limited": "429",
    "failed": "InternalServerError",
    "overloaded": "ServiceUnavailable",
}
_REQUESTS_A_MINUTE = 60
_TOKENS_A_MINUTE = 100_000


def speaks_azure(request: Request) -> bool:
    """Whether an error belongs into Azure's shape."""
    return request.url.path.startswith("/openai/deployments/")


async def read_request(request: Request, settings: SimulatorSettings) -> JsonObject:
    """The body, a JSON object. Raises RefusedError for it, the key, and the API's version."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    message = "Access denied due to invalid subscription key or wrong API endpoint."
    check_key(request.headers.get("api-key", bearer), settings, message)
    if "api-version" not in request.query_params:
        raise RefusedError("no_route", "Resource not found")
    return await read_object(request, settings)


def deployed(deployment: str) -> str:
    """The model behind a deployment: the longest whose name is in it. Raises RefusedError."""
    names = [model.name for model in MODELS if model.provider == "openai"]
    found = max((name for name in names if name in deployment), key=len, default=None)
    if found is None:
        message = "The API deployment for this resource does not exist."
        raise RefusedError("unknown_model", message)
    return found


def refusal_response(
    refusal: RefusedError, identity: str, settings: SimulatorSettings
) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    sent = _headers(identity)
    if refusal.kind == "rate_limited":
        sent["retry-after"] = str(-(-settings.retry_after_ms // 1000))
        sent["retry-after-ms"] = str(settings.retry_after_ms)
        sent["x-ratelimit-remaining-requests"] = "0"
    return JSONResponse(_error(refusal), STATUS[refusal.kind], headers=sent)


def headers(plan: Plan) -> dict[str, str]:
    """The headers that Azure sends with every reply."""
    spent = plan.usage.input + plan.usage.output
    return _headers(plan.id) | {
        "x-ratelimit-limit-requests": str(_REQUESTS_A_MINUTE),
        "x-ratelimit-limit-tokens": str(_TOKENS_A_MINUTE),
        "x-ratelimit-remaining-requests": str(_REQUESTS_A_MINUTE - 1),
        "x-ratelimit-remaining-tokens": str(max(_TOKENS_A_MINUTE - spent, 0)),
    }


def _headers(identity: str) -> dict[str, str]:
    digits = identity[32:]
    steps = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return {"apim-request-id": "-".join(steps), "x-ms-region": "simulated"}


def _error(refusal: RefusedError) -> dict[str, object]:
    code = _CODES.get(refusal.kind)
    if code is not None:
        return {"error": {"code": code, "message": refusal.message}}
    if refusal.kind != "filtered":
        known = "context_length_exceeded" if refusal.kind == "context_length" else None
        return error_body(refusal.message, "invalid_request_error", refusal.param, known)
    result = SAFE | {"violence": {"filtered": True, "severity": "medium"}}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": result}
    told = {"message": refusal.message, "type": None, "param": "prompt", "code": "content_filter"}
    return {"error": {**told, "status": 400, "innererror": inner}}
