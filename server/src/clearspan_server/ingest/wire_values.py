"""Attribute values as OTLP writes them, in protobuf and in JSON, to plain Python values.

Source: opentelemetry-proto `common.proto` and the JSON mapping in its specification; what senders do beside it:
64-bit integers as text, numbers or `{low, high}`, `doubleValue: null`, empty values. Names in snake_case are unknown.
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.draft import Attributes, Value

MAX_DEPTH = 24  # of lists and objects in one another; what lies deeper becomes JSON text
MAX_TEXT_DEPTH = 128  # what lies deeper than this stays text in its wire form

_JSON_NESTED = ("arrayValue", "kvlistValue")
_JSON_SCALARS = ("intValue", "doubleValue", "boolValue", "stringValue", "bytesValue")
_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1


def attributes_of(pairs: Iterable[KeyValue]) -> Attributes:
    """Attributes from protobuf; of a key that comes twice the last value stays. The hottest loop of ingest."""
    attributes: Attributes = {}
    for pair in pairs:
        value = pair.value
        # Most values are text, and reading it costs half of asking which kind a value is.
        if text := value.string_value:
            attributes[pair.key] = text
        else:
            attributes[pair.key] = value_of(value)
    return attributes


def value_of(value: AnyValue, depth: int = 0) -> Value:
    """A value from protobuf; bytes become base64 text, numbers that are none the word for it."""
    which = value.WhichOneof("value")
    if which == "int_value":
        return value.int_value
    if which == "double_value":
        return finite(value.double_value)
    if which == "bool_value":
        return value.bool_value
    if which == "string_value":
        return value.string_value
    if which == "array_value":
        values = value.array_value.values
        return bounded([value_of(item, depth + 1) for item in values], depth)
    if which == "kvlist_value":
        pairs = value.kvlist_value.values
        return bounded({pair.key: value_of(pair.value, depth + 1) for pair in pairs}, depth)
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return None  # empty, or an index into a table that only profiles have


def bounded(nested: Value, depth: int) -> Value:
    """A list or object that lies at `depth`: as it is, or as JSON text where structure ends."""
    return to_json(nested) if depth == MAX_DEPTH else nested


def finite(number: float) -> float | str:
    """The number, or the word for what is none: `NaN`, `Infinity`, `-Infinity`, as protobuf's JSON spells them."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def json_attributes_of(owner: Mapping[str, Any], key: str = "attributes") -> Attributes:
    """Attributes from OTLP/JSON: the list under `key`; of a name that comes twice the last value stays.

    Raises:
        TypeError: it is no list.
        AttributeError: an item is no object.
    """
    attributes: Attributes = {}
    for pair in listed(owner, key):
        value = pair.get("value")
        # Most values are text, as in protobuf.
        text = value.get("stringValue") if isinstance(value, dict) else None
        attributes[str(pair.get("key", ""))] = (
            text if isinstance(text, str) else json_value_of(value)
        )
    return attributes


def json_value_of(value: Any, depth: int = 0) -> Value:  # noqa: ANN401 - foreign JSON enters here
    """A value from OTLP/JSON; None for one that is empty or of no known kind."""
    if not isinstance(value, dict):
        return None
    text = value.get("stringValue")
    if isinstance(text, str):
        return text
    for which in _JSON_SCALARS:
        if which in value:
            return _json_scalar(which, value[which])
    for which in _JSON_NESTED:
        if which in value:
            if depth > MAX_TEXT_DEPTH:
                return to_json(value[which])
            return _json_nested(which, value[which], depth)
    return None


def _json_nested(which: str, held: Any, depth: int) -> Value:  # noqa: ANN401 - foreign JSON enters here
    values = listed(held or {}, "values")
    if which == "arrayValue":
        return bounded([json_value_of(item, depth + 1) for item in values], depth)
    named: Value = {
        str(pair.get("key", "")): json_value_of(pair.get("value"), depth + 1) for pair in values
    }
    return bounded(named, depth)


def _json_scalar(which: str, held: Any) -> Value:  # noqa: ANN401 - foreign JSON enters here
    if held is None:
        return None
    if which == "intValue":
        number = integer(held)
        return number if number is not None and _MIN_INT <= number <= _MAX_INT else to_json(held)
    if which == "doubleValue":
        return _json_double(held)
    if which == "boolValue":
        return held if isinstance(held, bool) else str(held).lower() == "true"
    return held if isinstance(held, str) else to_json(held)  # bytesValue is base64 text already


def _json_double(held: Any) -> Value:  # noqa: ANN401 - foreign JSON enters here
    """JavaScript writes NaN as null, Python as a word; what is no number at all is missing."""
    try:
        return finite(float(held))
    except (TypeError, ValueError, OverflowError):
        return None


def integer(value: Any) -> int | None:  # noqa: ANN401 - foreign JSON enters here
    """A 64-bit integer as number, text or protobuf.js `{low, high, unsigned}`; None when it is none of them."""
    if value is None:
        return None  # the usual case, and an exception would cost more than all the rest
    if isinstance(value, dict):
        low, high = integer(value.get("low")), integer(value.get("high"))
        if low is None or high is None:
            return None
        high = high & 0xFFFFFFFF if value.get("unsigned") is True else high
        return (high << 32) | (low & 0xFFFFFFFF)
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def whole(value: Any) -> int:  # noqa: ANN401 - foreign JSON enters here
    """An integer from OTLP/JSON that is zero where it is missing or no integer, as in protobuf."""
    return integer(value) or 0


def enumerated(value: Any, names: Mapping[str, int]) -> int:  # noqa: ANN401 - foreign JSON enters here
    """An enum from OTLP/JSON: the number, or its name; 0 for a name that nobody knows."""
    return names[value] if isinstance(value, str) and value in names else whole(value)


def listed(owner: Any, key: str) -> list[Any]:  # noqa: ANN401 - foreign JSON enters here
    """The list under `key`, empty where there is none.

    Raises:
        TypeError: it is no list.
        AttributeError: `owner` is no object.
    """
    found = owner.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise TypeError(f"{key} is {type(found).__name__}, not a list")
    return found
