"""What Cohere's routes share: the key, errors, and the headers of every reply."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.request import STATUS, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

_CALLS_A_MINUTE = 500


def speaks_cohere(request: Request) -> bool:
    """Whether an error belongs into Cohere's shape."""
    return request.url.path.startswith("/v2/")


async def read_request(request: Request) -> JsonObject:
    """The body, a JSON object. Raises RefusedError for it and for the key."""
    settings: SimulatorSettings = request.app.state.settings
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    check_key(bearer, settings, "invalid api token")
    return await read_object(request, settings)


def refusal_response(
    refusal: RefusedError, identity: str, settings: SimulatorSettings
) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    is_limited = refusal.kind == "rate_limited"
    sent = headers(identity, left=0 if is_limited else _CALLS_A_MINUTE - 1)
    if is_limited:
        sent["retry-after"] = str(-(-settings.retry_after_ms // 1000))
    body = {"id": uuid(identity), "message": refusal.message}
    return JSONResponse(body, STATUS[refusal.kind], headers=sent)


def headers(identity: str, left: int = _CALLS_A_MINUTE - 1) -> dict[str, str]:
    """The headers that Cohere sends with every reply."""
    return {
        "x-debug-trace-id": identity[32:],
        "x-endpoint-monthly-call-limit": str(_CALLS_A_MINUTE),
        "x-trial-endpoint-call-limit": str(_CALLS_A_MINUTE),
        "x-trial-endpoint-call-remaining": str(left),
    }


def uuid(identity: str) -> str:
    """Cohere's id of a reply, from 64 hex digits."""
    steps = (identity[:8], identity[8:12], identity[12:16], identity[16:20], identity[20:32])
    return "-".join(steps)
