"""`GET /bill`: the calls that a simulator has answered, and the tokens of each."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clearspan_server.simulator.brain import Brain


async def bill(request: Request) -> Response:
    """`{"calls": [{"model", "usage": {"input", "cached", "output", "reasoning"}, "text"}]}`, oldest first.

    A call that was refused costs nothing and is not there; one whose reply was cut, or that nobody read to its end,
    is there with the tokens of the whole reply.
    """
    brain: Brain = request.app.state.brain
    calls = [
        {"model": plan.model.dated, "usage": asdict(plan.usage), "text": plan.text}
        for plan in brain.answered
    ]
    return JSONResponse({"calls": calls})


ROUTES = [Route("/bill", bill)]
