"""How long a text may be in the row of a span; what is longer is cut and listed with its full size.

Cutting comes after redaction, so that half a secret never stays behind. JSON stays JSON: its long texts are cut
first, then its last items are left out. What is said in a span (its content and attributes) is given whole to whoever
has a place beside the row for it.
"""

from operator import attrgetter
from typing import Any

import orjson

from clearspan_server.ingest.coerce import to_json
from clearspan_server.model.long_text import FIELDS, hash_of, note_of
from clearspan_server.model.span import Span

MAX_TEXT_BYTES = 1024 * 1024  # of a content field, and of an attribute's value
MAX_NAME_BYTES = 16 * 1024  # of a name: what lists show and filters choose by
MAX_KEY_BYTES = 4 * 1024  # of an attribute's key

_NAMES = (
    *("name", "error_type", "service", "service_version", "environment", "release"),
    *("user_id", "customer_id", "session_id", "turn_id", "run_id", "step_id", "step_parent_id"),
    *("step_type", "retry_of", "request_id", "feature", "experiment", "variant", "prompt_name"),
    *("prompt_version", "agent_name", "provider", "operation", "request_model", "response_model"),
    *("response_id", "finish_reason", "tool_name", "tool_call_id", "scope_name", "scope_version"),
)
_all_of = attrgetter(*_NAMES, *FIELDS)
_TAGS = 1_000  # that a span keeps
# Texts inside JSON are cut to the first of these parts of the limit with which the whole fits.
_INNER_PARTS = (1, 8, 64, 4096)


Wholes = dict[str, bytes]
"""What was cut, whole, by its field (`input`, `attributes.x`)."""


def cut(span: Span, wholes: Wholes | None = None) -> None:
    """Cut what is too long, in place, and list it in `truncated`: `field:full size in bytes`.

    What is added to `wholes` has its hash behind the size.
    """
    # A character takes at most four bytes: few characters in all are the cheap way to see that all is well.
    if len("".join(_all_of(span))) > MAX_NAME_BYTES // 4 or span.tags:
        _cut_fields(span, wholes)
    attributes = span.attributes
    if (
        len("".join(attributes)) > MAX_KEY_BYTES // 4
        or len("".join(attributes.values())) > MAX_TEXT_BYTES // 4
    ):
        span.attributes = cut_map(attributes, "attributes", span.truncated, wholes)
        numbers = span.attributes_number.items()
        span.attributes_number = {key: number for key, number in numbers if key in span.attributes}


def _cut_fields(span: Span, wholes: Wholes | None) -> None:
    for name in FIELDS:
        text = getattr(span, name)
        kept = shortened(text, MAX_TEXT_BYTES)
        if kept is not text:
            span.truncated.append(_note(name, text, wholes))
            setattr(span, name, kept)
    for name in _NAMES:
        text = getattr(span, name)
        if size(text) > MAX_NAME_BYTES:
            span.truncated.append(f"{name}:{size(text)}")
            setattr(span, name, clipped(text, MAX_NAME_BYTES))
    total = sum(map(size, span.tags))
    if total > MAX_TEXT_BYTES or len(span.tags) > _TAGS:
        span.truncated.append(f"tags:{total}")
        span.tags = [clipped(tag, MAX_KEY_BYTES) for tag in span.tags[:_TAGS]]


def _note(field: str, text: str, wholes: Wholes | None) -> str:
    if wholes is None:
        return f"{field}:{size(text)}"
    whole = text.encode("utf-8", "replace")
    wholes[field] = whole
    return note_of(field, len(whole), hash_of(whole))


def cut_map(
    values: dict[str, str], field: str, truncated: list[str], wholes: Wholes | None = None
) -> dict[str, str]:
    """JSON texts by key, none too long; what was cut is added to `truncated` as `field.key:full size`."""
    kept: dict[str, str] = {}
    for key, text in values.items():
        short_key = clipped(key, MAX_KEY_BYTES)
        short = shortened(text, MAX_TEXT_BYTES)
        if short is not text:
            place = (
                None if short_key in kept else wholes
            )  # of keys that begin alike the first is kept
            truncated.append(_note(f"{field}.{short_key}", text, place))
        if short_key is not key:
            truncated.append(f"{field} key {short_key[:80]}…:{size(key)}")
        kept.setdefault(short_key, short)
    return kept


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def clipped(text: str, most_bytes: int) -> str:
    """The beginning of a text; the very same text where it fits."""
    if size(text) <= most_bytes:
        return text
    return text.encode("utf-8", "surrogatepass")[:most_bytes].decode("utf-8", "ignore")


def shortened(text: str, most_bytes: int) -> str:
    """A text within the limit, JSON if it was JSON; the very same text where it fits."""
    if len(text) <= most_bytes // 4 or size(text) <= most_bytes:
        return text
    try:
        value: Any = orjson.loads(text)
        for part in _INNER_PARTS:
            short = to_json(_with_short_texts(value, most_bytes // part - 64))
            if size(short) <= most_bytes:
                return short
        return to_json(_first_items(value, most_bytes))
    except (orjson.JSONDecodeError, RecursionError):
        return clipped(text, most_bytes)


def _with_short_texts(value: Any, most_bytes: int) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return clipped(value, most_bytes)
    if isinstance(value, list):
        return [_with_short_texts(item, most_bytes) for item in value]
    if isinstance(value, dict):
        return {key: _with_short_texts(item, most_bytes) for key, item in value.items()}
    return value


def _first_items(value: Any, most_bytes: int) -> Any:  # noqa: ANN401 - any JSON
    """As many of the first items as fit, each with short texts."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    kept, rest = [], most_bytes - 2
    for key, item in pairs:
        short = _with_short_texts(item, 256)
        rest -= size(to_json(short)) + (size(to_json(key)) + 2 if isinstance(value, dict) else 1)
        if rest < 0:
            break
        kept.append((key, short))
    return dict(kept) if isinstance(value, dict) else [item for _, item in kept]
