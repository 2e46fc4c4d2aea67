"""A span that comes back from an export: what that says beside its attributes, in `clearspan.stored` (sdk/WIRE.md).

An export writes what was sent, so that today's rules read it as they read it then. What they would not give (an update
said it, or a log event; what was cut and redacted) stands in one more attribute, as the fields of a stored span.

Anybody may send that attribute. So nothing is taken from it that decides what counts, whose money it is or which rules
have read the span, and nothing that says less than what was sent: a call, its price and its failure stay what the
attributes say they are.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from clearspan_server.ingest.coerce import MOST_COUNT, opened
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.messages import calls_preview, canonical
from clearspan_server.ingest.stored import mirrored_value
from clearspan_server.model.long_text import field_of, without_hashes
from clearspan_server.model.messages import input_text, output_text
from clearspan_server.model.span import ERROR_CLASSES, KINDS, STATUSES, Span, UsageSource

NAME = "clearspan.stored"

USAGE = (
    *("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("reasoning_tokens", "audio_input_tokens", "audio_output_tokens", "usage_other"),
)
FILLS = frozenset(
    (
        *USAGE,
        *("usage_source", "provider", "request_model", "response_model", "response_id"),
        "service_tier",
    )
)
"""What a call was, used and cost by: told where what was sent says nothing of it, and never in its place."""

REPLACES = frozenset(
    (
        *("kind", "status", "error_type", "error_class", "error_message", "error_stack"),
        *("service", "service_version", "environment", "release", "user_id", "customer_id"),
        *("session_id", "turn_id", "run_id", "step_id", "step_parent_id", "step_index"),
        *("step_type", "attempt", "retry_of", "request_id", "tags", "feature", "experiment"),
        *("variant", "prompt_name", "prompt_version", "agent_name", "operation", "parameters"),
        *("tool_definitions", "finish_reason", "streamed", "ttft_ns", "input", "output"),
        *("retrieval_query", "documents", "tool_name", "tool_call_id", "tool_arguments"),
        "tool_result",
    )
)
"""What a sender says of its span in words of its own, as an update may: told in place of what was sent."""

_FAILED = ("error", "cancelled")
# What lists show of a span, from which of its fields.
_SHOWN_FROM = {
    "input": "input_text",
    "tool_arguments": "input_text",
    "retrieval_query": "input_text",
    "output": "output_text",
    "tool_result": "output_text",
}
# Together they are no more than the whole that they are part of.
_PARTS = (
    ("input_tokens", ("cache_read_tokens", "cache_write_tokens")),
    ("input_tokens", ("audio_input_tokens",)),
    ("output_tokens", ("reasoning_tokens",)),
    ("output_tokens", ("audio_output_tokens",)),
    ("total_tokens", ("input_tokens", "output_tokens")),
)
EMPTY: tuple[object, ...] = (None, "", [], {})
"""What says nothing; it is never told, for nothing that was sent can be erased."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": KINDS,
    "status": STATUSES,
    "error_class": ("", *ERROR_CLASSES),
    "usage_source": get_args(UsageSource),
}
_MOST = {"attempt": 2**16 - 1, "step_index": 2**32 - 1, "ttft_ns": 2**63 - 1}
# Notes of cuts and types of what was redacted are the server's own words: what is longer, or more, no server wrote.
_MOST_NOTES, _NOTE = 2_000, re.compile(r"[^\x00-\x1f\x7f]{1,700}")
_MOST_TYPES, _TYPE = 200, re.compile(r"[a-z][a-z0-9_]{0,39}")


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
    read = map(_read, said.items())
    return Told({name: value for name, value in read if name and value not in EMPTY})


def tell(draft: Draft, told: Told) -> None:
    """Fill a normalised draft with what is told."""
    span = draft.span
    taken = {name: value for name, value in told.fields.items() if name in REPLACES}
    _bound_status(span, taken)
    for name, value in taken.items():
        _show(draft, name, value)
        setattr(span, name, value)
    _fill(span, told.fields)
    if "truncated" in told.fields:
        notes: list[str] = told.fields["truncated"]
        span.truncated = notes + [note for note in span.truncated if note not in notes]
    span.mirrored = {
        key: source
        for key, source in span.mirrored.items()
        if source.removesuffix("_text") not in taken
        or draft.attributes[key] == mirrored_value(span, source)
    }


def _bound_status(span: Span, taken: dict[str, Any]) -> None:
    """A failure may be told, never taken back; only what has no end can have crashed."""
    told = taken.pop("status", span.status)
    if told in _FAILED if span.end_ns is not None else (span.status, told) == ("open", "crashed"):
        span.status = told
    if span.status not in (*_FAILED, "crashed"):
        taken.pop("error_class", None)


def _show(draft: Draft, name: str, value: Any) -> None:  # noqa: ANN401 - of any field
    """A list shows what a field says, whatever it showed of the field before."""
    shown = _SHOWN_FROM.get(name)
    before = getattr(draft.span, name)
    if shown is None or (name not in {"input", "output"} and getattr(draft, shown) != before):
        return
    messages = canonical(value) or []
    said = (
        input_text(messages)
        if name == "input"
        else output_text(messages) or calls_preview(messages)
        if name == "output"
        else value
    )
    setattr(draft, shown, said or value)


def _fill(span: Span, told: Mapping[str, Any]) -> None:
    """What was sent says nothing of, where it agrees with what that says."""
    filled = [name for name in told if name in FILLS and getattr(span, name) in EMPTY]
    is_told = not span.usage_source and not {*USAGE, "usage_source"}.isdisjoint(filled)
    for name in filled:
        setattr(span, name, told[name])
    for whole, parts in _PARTS:
        most = getattr(span, whole)
        if most is not None and sum(getattr(span, one) or 0 for one in parts) > most:
            for name in {whole, *parts}.intersection(filled):
                setattr(span, name, None)
    if is_told:
        is_used = any(getattr(span, name) not in EMPTY for name in USAGE)
        span.usage_source = (span.usage_source or "inferred") if is_used else ""


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
    except (TypeError, ValueError):
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
    return without_hashes(notes)  # nothing lies beside a span that has just come


def _types(name: str, value: Any) -> dict[str, int]:  # noqa: ANN401 - as above
    counts = _counts(name, value)
    if len(counts) > _MOST_TYPES or not all(map(_TYPE.fullmatch, counts)):
        raise ValueError(name)
    return counts


_BY_TYPE: Mapping[object, Callable[[str, Any], Any]] = {
    int | None: _whole,
    bool | None: _truth,
    list[str]: _texts,
    dict[str, int]: _counts,
}
_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    one.name: _BY_TYPE.get(one.type, _text) for one in fields(Span) if one.name in FILLS | REPLACES
} | {"truncated": _notes, "redactions": _types}
