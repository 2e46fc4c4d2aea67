"""What Bedrock's routes share: the model in the path, the key, errors, and headers."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse

from clearspan_server.simulator import models
from clearspan_server.simulator.body import JsonObject, check_key, read_object
from clearspan_server.simulator.brain import Plan
from clearspan_server.simulator.models import Model
from clearspan_server.simulator.request import STATUS, RefusalKind, RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

# https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
_TYPES: dict[RefusalKind, str] = {
    "auth": "UnrecognizedClientException",
    "unknown_model": "ResourceNotFoundException",
    "no_route": "UnknownOperationException",
    "rate_limited": "ThrottlingException",
    "failed": "InternalServerException",
    "overloaded": "ServiceUnavailableException",
}
_STATUSES: dict[RefusalKind, int] = STATUS | {"auth": 403}
# An inference profile is a model behind the name of some regions.
_PROFILE = re.compile(r"^(?:arn:[^/]*/)?(?:(?:us|eu|apac|jp|au|ca|us-gov|global)\.)?")
_ACCESS_KEY = re.compile(r"Credential=([^/]+)/")


def speaks_bedrock(request: Request) -> bool:
    """Whether an error belongs into AWS's shape."""
    return request.url.path.startswith("/model/")


async def read_request(request: Request) -> JsonObject:
    """The body, a JSON object. Raises RefusedError for it and for the key.

    Of a signature only the id of its access key is looked at.
    """
    settings: SimulatorSettings = request.app.state.settings
    told = request.headers.get("authorization", "")
    signed = _ACCESS_KEY.search(told)
    presented = signed[1] if signed else told.removeprefix("Bearer ")
    check_key(presented, settings, "The security token included in the request is invalid.")
    return await read_object(request, settings)


def find(request: Request) -> Model:
    """The model that the path names, itself or by a profile. Raises RefusedError."""
    name = _PROFILE.sub("", request.path_params["model"], count=1)
    try:
        return models.find(name, "chat", "bedrock")
    except RefusedError as refusal:
        message = "The provided model identifier is invalid."
        raise RefusedError("invalid", message) from refusal


def refusal_response(refusal: RefusedError, identity: str, _: SimulatorSettings) -> JSONResponse:
    """The response for a request that cannot be answered; `identity` as in a plan."""
    sent = {
        "x-amzn-requestid": _request_id(identity),
        "x-amzn-errortype": _TYPES.get(refusal.kind, "ValidationException"),
    }
    message = f"{refusal.param}: {refusal.message}" if refusal.param else refusal.message
    return JSONResponse({"message": message}, _STATUSES[refusal.kind], headers=sent)


def headers(plan: Plan) -> dict[str, str]:
    """The headers that Bedrock sends with every reply."""
    return {"x-amzn-requestid": _request_id(plan.id)}


def padding(identity: str, number: int) -> str:
    """What Bedrock adds to an event so that its length tells nothing."""
    return identity[: 1 + int(identity[number % 64], 16)]


def latency_ms(plan: Plan) -> int:
    """How long the whole reply takes."""
    pace = plan.pace
    seconds = pace.latency_s + pace.first_token_s + pace.token_s * plan.usage.output
    return max(round(seconds * 1e3), 1)


def _request_id(identity: str) -> str:
    digits = identity[32:]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
