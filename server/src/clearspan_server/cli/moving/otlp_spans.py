"""Spans in OTLP/JSON, made of what other tools have written."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clearspan_server.cli.moving.records import Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEX = frozenset("0123456789abcdef")
_INTS = range(-(2**63), 2**63)
# A number of what unit a time is, by how large it is in this century.
_UNITS = ((10**17, 1), (10**14, 10**3), (10**11, 10**6), (0, 10**9))


def request_group(scope: str, spans: Sequence[Json], **resource: str) -> Json:
    """The spans as one group of a request; `resource` are its attributes, `__` for a dot."""
    said = [attribute(key.replace("__", "."), value) for key, value in resource.items() if value]
    return {
        "resource": {"attributes": said},
        "scopeSpans": [{"scope": {"name": scope}, "spans": list(spans)}],
    }


def attribute(key: str, value: Any) -> Json:  # noqa: ANN401 - foreign JSON
    """An attribute of any value."""
    return {"key": key, "value": _any(value)}


def _any(value: Any) -> Json:  # noqa: ANN401 - foreign JSON
    match value:
        case bool():
            return {"boolValue": value}
        case int() if value in _INTS:
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list() | tuple():
            return {"arrayValue": {"values": [_any(one) for one in value]}}
        case dict():
            return {"kvlistValue": {"values": [attribute(key, one) for key, one in value.items()]}}
        case _:
            return {} if value is None else {"stringValue": str(value)}


def hex_of(own_id: str, digits: int) -> str:
    """An id of so many hex digits: its own where it is one, also as a UUID, else a hash of it."""
    plain = own_id.lower().replace("-", "")
    if len(plain) == digits and _HEX.issuperset(plain) and plain.strip("0"):
        return plain
    return hashed(digits, own_id)


def hashed(digits: int, *names: str) -> str:
    """An id that follows from names."""
    joined = "\0".join(names).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=digits // 2).hexdigest()


def nanoseconds(moment: Any) -> int | None:  # noqa: ANN401 - foreign JSON
    """A time in nanoseconds since 1970: of ISO 8601 (UTC where it names no zone), or a number of any unit."""
    if isinstance(moment, (int, float)) and not isinstance(moment, bool):
        size = next((size for least, size in _UNITS if abs(moment) >= least), 1)
        return int(moment) * size if isinstance(moment, int) else int(moment * size)
    if not isinstance(moment, str):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
