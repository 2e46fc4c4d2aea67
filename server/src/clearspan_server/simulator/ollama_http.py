"""What Ollama's routes share: errors, which are a text, and how they tell durations."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.request import STATUS, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings


def speaks_ollama(request: Request) -> bool:
    """Whether an error belongs into Ollama's shape."""
    return request.url.path.startswith("/api/")


async def read_request(request: Request) -> JsonObject:
    """The body, a JSON object. Raises RefusedError for it and for the key, which a cloud asks."""
    settings: SimulatorSettings = request.app.state.settings
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    check_key(bearer, settings, "unauthorized")
    return await read_object(request, settings)


def refusal_response(refusal: RefusedError, _: str, _settings: SimulatorSettings) -> JSONResponse:
    """The response for a request that cannot be answered; Ollama's carry neither id nor headers."""
    return JSONResponse({"error": refusal.message}, STATUS[refusal.kind])


def timestamp(now_s: float) -> str:
    """Seconds since 1970 as Ollama writes them."""
    return f"{datetime.fromtimestamp(now_s, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def ending(plan: Plan) -> dict[str, object]:
    """What the last line of a reply tells: why it ended, its tokens, and nanoseconds."""
    pace, usage = plan.pace, plan.usage
    prompt_ns = round(pace.first_token_s * 1e9)
    reply_ns = round(pace.token_s * usage.output * 1e9)
    load_ns = round(pace.latency_s * 1e9)
    return {
        "done": True,
        "done_reason": "length" if plan.finish == "length" else "stop",
        "total_duration": load_ns + prompt_ns + reply_ns,
        "load_duration": load_ns,
        "prompt_eval_count": usage.input,
        "prompt_eval_duration": prompt_ns,
        "eval_count": usage.output,
        "eval_duration": reply_ns,
    }
