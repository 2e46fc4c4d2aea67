"""Reads the JSON of a request, whatever the provider: the body and the kinds of its fields."""

import hashlib
import json
import secrets
from collections.abc import Mapping

from starlette.requests import Request

from clearspan_server.simulator.request import RefusedError
from clearspan_server.simulator.settings import SimulatorSettings

_DELIVERY = ("stream", "stream_options")

JsonObject = Mapping[str, object]


def check_key(presented: str, settings: SimulatorSettings, message: str) -> None:
    """Raise RefusedError unless it is the key that the settings ask for, if any."""
    if settings.api_key is None:
        return
    if not secrets.compare_digest(presented.encode(), settings.api_key.encode()):
        raise RefusedError("auth", message)


async def read_object(request: Request, settings: SimulatorSettings) -> JsonObject:
    """The body, a JSON object. Raises RefusedError when it is none, or too large."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > settings.max_body_bytes:
            message = f"The request body is larger than {settings.max_body_bytes} bytes."
            raise RefusedError("too_large", message)
    try:
        value: object = json.loads(data)
        # What cannot be said in JSON and UTF-8 could not be repeated in a reply: infinite numbers,
        # halves of characters.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        message = f"We could not parse the JSON body of your request: {error}."
        raise RefusedError("invalid", message) from error
    if not isinstance(value, dict):
        raise RefusedError("invalid", "The JSON body of your request is not an object.")
    return value


def fingerprint(body: JsonObject) -> str:
    """A digest of what is asked, whatever the order of the keys and the way of delivery."""
    asked = {name: value for name, value in body.items() if name not in _DELIVERY}
    text = json.dumps(asked, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def as_object(value: object, where: str) -> JsonObject:
    """The value, an object. Raises RefusedError for anything else."""
    if isinstance(value, dict):
        return value
    raise RefusedError("invalid", f"Invalid type for '{where}': expected an object.", where)


def as_list(value: object, where: str) -> list[object]:
    """The value, an array; nothing is an empty one. Raises RefusedError for anything else."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise RefusedError("invalid", f"Invalid type for '{where}': expected an array.", where)


def as_text(value: object, where: str) -> str:
    """The value, a text that is not empty. Raises RefusedError for anything else."""
    if isinstance(value, str) and value:
        return value
    raise RefusedError("invalid", f"Invalid value for '{where}': expected a text.", where)


def check_number(body: JsonObject, name: str, low: float, high: float) -> None:
    """Raise RefusedError for a field that is there and is no number from `low` to `high`."""
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError("invalid", f"Invalid type for '{name}': expected a number.", name)
    if not low <= value <= high:
        raise RefusedError(
            "invalid", f"Invalid value for '{name}': {value} is not in {low} to {high}.", name
        )


def positive(body: JsonObject, name: str) -> int | None:
    """The integer of at least 1 in a field, None where there is none. Raises RefusedError."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise RefusedError("invalid", f"'{name}' must be an integer of at least 1.", name)
