"""`GET /bill`: the calls that a simulator has answered, and the tokens of each."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clearspan_server.simulator.brain import Brain, Plan


async def bill(request: Request) -> Response:
    """`{"calls": [{"model", "usage", "cache_written", "text"}]}`, oldest first.

    `usage` is `{"input", "cached", "output", "reasoning"}`, cached ⊆ input and reasoning ⊆ output;
    `cache_written` is `{"5m", "1h"}` ⊆ input. A call that was refused costs nothing and is not
    there; one whose reply was cut, or that nobody read to its end, is there with the tokens of the
    whole reply.
    """
    brain: Brain = request.app.state.brain
    return JSONResponse({"calls": [_call(plan) for plan in brain.answered]})


def _call(plan: Plan) -> dict[str, object]:
    usage = plan.usage
    return {
        "model": plan.model.dated,
        "usage": {
            "input": usage.input,
            "cached": usage.cached,
            "output": usage.output,
            "reasoning": usage.reasoning,
        },
        "cache_written": {"5m": usage.written_5m, "1h": usage.written_1h},
        "text": plan.text,
    }


ROUTES = [Route("/bill", bill)]
