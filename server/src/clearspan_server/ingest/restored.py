"""A span that comes back from an export: what that says beside its attributes, in `clearspan.stored` (sdk/WIRE.md).

An export writes what was sent, so that today's rules read it as they read it then. What they would not give (an update
said it, or a log event, or rules of another day; what was cut and redacted) stands in one more attribute, as the fields
of a stored span.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from clearspan_server.ingest.coerce import MOST_COUNT, opened
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.stored import mirrored_value
from clearspan_server.model.long_text import field_of
from clearspan_server.model.span import ERROR_CLASSES, KINDS, STATUSES, Span, UsageSource

NAME = "clearspan.stored"

# Said by OTLP itself, or made here of what is said.
_NOT_TOLD = frozenset(
    (
        *("project", "trace_id", "span_id", "parent_id", "parent_remote", "links"),
        *("start_ns", "end_ns", "name", "scope_name", "scope_version", "events"),
        *("input_cost", "output_cost", "total_cost", "cost_by_class", "price_version"),
        *("attributes", "attributes_number", "attributes_overflow", "mirrored", "resource"),
        *("normaliser_version", "received_ns", "sender", "process", "filled", "counted"),
        *("version", "is_deleted"),
    )
)
_OF_STORING = ("truncated", "redactions")
PREVIEWS = {"input_preview": "input_text", "output_preview": "output_text"}
TOLD = tuple(
    one.name
    for one in fields(Span)
    if one.name not in _NOT_TOLD and one.name not in (*_OF_STORING, *PREVIEWS)
)
"""The fields that an export tells where today's rules would not give them."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": KINDS,
    "status": STATUSES,
    "error_class": ("", *ERROR_CLASSES),
    "usage_source": get_args(UsageSource),
}
_MOST = {"attempt": 2**16 - 1, "step_index": 2**32 - 1, "ttft_ns": 2**63 - 1}
_MOST_DOLLARS = 10**6
# Notes of cuts and types of what was redacted are the server's own words: what is longer, or more, no server wrote.
_MOST_NOTES, _NOTE = 2_000, re.compile(r"[^\x00-\x1f\x7f]{1,700}")
_MOST_TYPES, _TYPE = 200, re.compile(r"[a-z][a-z0-9_]{0,39}")
_PICO = Decimal("1E-12")  # the last digit of money, as it is stored


@dataclass(slots=True, frozen=True)
class Told:
    """Fields by name, each of its type."""

    fields: Mapping[str, Any]


def taken_from(draft: Draft) -> Told | None:
    """What an export says of the span, taken out of its attributes; None where it says nothing that can be read."""
    said = opened(draft.attributes.get(NAME))
    if not isinstance(said, dict):
        return None
    del draft.attributes[NAME]
    return Told({name: value for name, value in map(_read, said.items()) if name})


def tell(draft: Draft, told: Told) -> None:
    """Fill a normalised draft with what is told."""
    span = draft.span
    for name, value in told.fields.items():
        if name in PREVIEWS:
            setattr(draft, PREVIEWS[name], value)
        elif name == "truncated":
            span.truncated = value + [note for note in span.truncated if note not in value]
        elif name != "redactions":
            setattr(span, name, value)
    span.mirrored = {
        key: source
        for key, source in span.mirrored.items()
        if source.removesuffix("_text") not in told.fields
        or draft.attributes[key] == mirrored_value(span, source)
    }


def settle(span: Span, told: Told) -> None:
    """Join what is told of cuts and redactions with what this server has cut and redacted."""
    notes: list[str] = told.fields.get("truncated", [])
    known = frozenset(map(field_of, notes))
    kept = span.truncated[: len(notes)]
    span.truncated = kept + [
        note for note in span.truncated[len(notes) :] if field_of(note) not in known
    ]
    before: dict[str, int] = told.fields.get("redactions", {})
    counts = {type_: max(count, before.get(type_, 0)) for type_, count in span.redactions.items()}
    span.redactions = before | counts


def _read(said: tuple[str, Any]) -> tuple[str, Any]:
    """The name and value of a field; no name where there is no such field, or the value is none of it."""
    name, value = said
    read = _READERS.get(name)
    try:
        return ("", None) if read is None else (name, read(name, value))
    except (TypeError, ValueError, InvalidOperation):
        return "", None


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - foreign JSON enters here
    if not isinstance(value, str) or value not in _WORDS.get(name, (value,)):
        raise ValueError(name)
    return value


def _whole(name: str, value: Any) -> int | None:  # noqa: ANN401 - as above
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _MOST.get(name, MOST_COUNT):
        raise ValueError(name)
    return value


def _truth(name: str, value: Any) -> bool | None:  # noqa: ANN401 - as above
    if value is not None and not isinstance(value, bool):
        raise ValueError(name)
    return value


def _money(name: str, value: Any) -> Decimal | None:  # noqa: ANN401 - as above
    dollars = None if value is None else Decimal(_text(name, value)).quantize(_PICO)
    if dollars is not None and not 0 <= dollars < _MOST_DOLLARS:
        raise ValueError(name)
    return dollars


def _weight(name: str, value: Any) -> float:  # noqa: ANN401 - as above
    if not isinstance(value, (int, float)) or not 0 < value <= MOST_COUNT:
        raise ValueError(name)
    return float(value)


def _texts(name: str, value: Any) -> list[str]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        raise TypeError(name)
    return [_text(name, one) for one in value]


def _counts(name: str, value: Any) -> dict[str, int]:  # noqa: ANN401 - as above
    if not isinstance(value, dict):
        raise TypeError(name)
    return {key: count for key, one in value.items() if (count := _whole(name, one)) is not None}


def _notes(name: str, value: Any) -> list[str]:  # noqa: ANN401 - as above
    notes = _texts(name, value)
    if len(notes) > _MOST_NOTES or not all(map(_NOTE.fullmatch, notes)):
        raise ValueError(name)
    return notes


def _types(name: str, value: Any) -> dict[str, int]:  # noqa: ANN401 - as above
    counts = _counts(name, value)
    if len(counts) > _MOST_TYPES or not all(map(_TYPE.fullmatch, counts)):
        raise ValueError(name)
    return counts


_BY_TYPE: Mapping[object, Callable[[str, Any], Any]] = {
    int | None: _whole,
    bool | None: _truth,
    Decimal | None: _money,
    float: _weight,
    list[str]: _texts,
    dict[str, int]: _counts,
}
_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    one.name: _BY_TYPE.get(one.type, _text)
    for one in fields(Span)
    if one.name in (*TOLD, *PREVIEWS)
} | {"truncated": _notes, "redactions": _types}
