"""Foreign values to typed ones: each canonical field decides its type, never the wire.

Senders put numbers in text, JSON in text, one value where a list is meant; what cannot be read is missing, never zero.
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from clearspan_server.ingest.draft import Value

# No call has more of anything: such a count is broken, and sums of it would overflow.
MOST_COUNT = 10**12

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: Value) -> str:
    """Text as it came; other values as JSON; "" for nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None else to_json(value)


def whole(value: Value, most: int = MOST_COUNT) -> int | None:
    """A whole number from zero to `most`; None for everything else (negative, NaN, empty, words, absurd)."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value) if isinstance(value, str) else value
        if isinstance(number, (int, float)) and math.isfinite(number) and 0 <= number <= most:
            return int(number)
    except (ValueError, OverflowError):
        pass  # words where a number belongs: missing
    return None


def number(value: Value) -> float | None:
    """A finite number; None for everything else."""
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def nanoseconds(moment: object) -> int | None:
    """A moment in ISO 8601, UTC where it names no zone, in nanoseconds since 1970; None for what is none."""
    if not isinstance(moment, str):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000


def truth(value: Value) -> bool | None:
    """A boolean, also as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return None


def strings(value: Value) -> list[str]:
    """A list of texts: a list, JSON text of one, or one text."""
    value = opened(value)
    if isinstance(value, list):
        return [text(item) for item in value if item is not None and item != ""]
    return [text(value)] if value not in (None, "") else []


def opened(value: Value) -> Value:
    """The value inside JSON text that holds an object or a list; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            loaded: Any = orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
        return loaded  # type: ignore[no-any-return]  # JSON is a Value by construction
    return value


def to_json(value: object) -> str:
    """Compact JSON text of anything: also of integers beyond 64 bits, and of values nested too deep for JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        pass  # the rare cases below
    try:
        return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
    except (RecursionError, ValueError, TypeError):
        return orjson.dumps(f"a value that JSON cannot hold: {type(value).__name__}").decode()


def to_jsons(values: Iterable[object]) -> list[str]:
    """`to_json` of each value; a call for all costs half of a call for each."""
    values = list(values)
    try:
        return [orjson.dumps(value).decode() for value in values]
    except TypeError:
        return [to_json(value) for value in values]


def json_text(value: Value) -> str:
    """JSON text of a structured value: as it came where it is JSON text already; "" for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else to_json(value)


def unwrapped(value: Value) -> Value:
    """The value inside JSON text of any kind, also of a quoted text; text that is no JSON as it is."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return opened(orjson.loads(value))
        except orjson.JSONDecodeError:
            return value
    return opened(value)
