"""Drafts to finished spans: attributes as text, redaction of every text, previews.

Redaction comes before anything is cut, so that half a secret never stays behind in a preview.
"""

import hashlib
import hmac
from dataclasses import dataclass

from clearspan_server.ingest.draft import Attributes, Draft, Origin
from clearspan_server.ingest.normalise.coerce import to_json
from clearspan_server.ingest.normalise.messages import preview
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.span import Span

MAX_ATTRIBUTES = 256
_PREVIEW_SOURCE_CHARS = 2_000  # enough to cut a preview from; a secret at this edge cannot reach it

_TEXT_FIELDS = (
    "name",
    "error_type",
    "error_message",
    "error_stack",
    "input",
    "output",
    "retrieval_query",
    "documents",
    "tool_name",
    "tool_arguments",
    "tool_result",
    "tool_definitions",
    "parameters",
    "request_id",
    "feature",
    "links",
)
# Names of people: replaced by a stable pseudonym, so that a user stays one user.
_IDENTITY_FIELDS = ("user_id", "customer_id", "session_id")
_MIRRORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("input.value", ("input", "input_text", "tool_arguments", "retrieval_query")),
    ("output.value", ("output", "output_text", "tool_result")),
)


@dataclass(slots=True, frozen=True)
class Privacy:
    """What finds secrets, and the install's key that pseudonyms are made with."""

    redactor: Redactor
    pseudonym_key: bytes


def finish(draft: Draft, privacy: Privacy) -> Span:
    """The span of a normalised draft with attributes, events, previews; every text redacted."""
    span = draft.span
    redactor = privacy.redactor
    _mirror(draft)
    keys, values = _split_attributes(draft)
    texts = [getattr(span, name) for name in _TEXT_FIELDS]
    identities = [getattr(span, name) for name in _IDENTITY_FIELDS]
    rest = [_events(draft), span.attributes_overflow, *span.tags]
    shown = [draft.input_text[:_PREVIEW_SOURCE_CHARS], draft.output_text[:_PREVIEW_SOURCE_CHARS]]
    clean, counts = redactor.redact([*texts, *identities, *rest, *values])
    if counts:
        span.redactions = counts
        for name, value in zip(_TEXT_FIELDS, clean, strict=False):
            setattr(span, name, value)
        start = len(texts)
        for name, value, original in zip(_IDENTITY_FIELDS, clean[start:], identities, strict=False):
            known = original if value == original else _pseudonym(original, privacy.pseudonym_key)
            setattr(span, name, known)
        start += len(identities)
        rest = clean[start : start + len(rest)]
        values = _changed_numbers_out(span, keys, values, clean[start + len(rest) :])
        shown, _ = redactor.redact(shown)  # a piece of a field above: counted there
    span.input_preview, span.output_preview = preview(shown[0]), preview(shown[1])
    span.events, span.attributes_overflow, *span.tags = rest
    span.attributes = dict(zip(keys, values, strict=True))
    span.resource = _resource(draft.origin, redactor)
    return span


def _changed_numbers_out(
    span: Span, keys: list[str], given: list[str], clean: list[str]
) -> list[str]:
    """Drop the numbers whose text was redacted (a card number can come as an integer); gives `clean`."""
    for key, before, after in zip(keys, given, clean, strict=True):
        if before != after:
            span.attributes_number.pop(key, None)
    return clean


def _split_attributes(draft: Draft) -> tuple[list[str], list[str]]:
    """Keys and JSON texts of what no field mirrors; numbers once more as numbers; the rest to the overflow."""
    span = draft.span
    mirrored = span.mirrored
    keys: list[str] = []
    values: list[str] = []
    overflow: Attributes = {}
    for key, value in draft.attributes.items():
        if key in mirrored:
            continue
        if len(keys) >= MAX_ATTRIBUTES:
            overflow[key] = value
            continue
        keys.append(key)
        values.append(to_json(value))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            span.attributes_number[key] = float(value)
    if overflow:
        span.attributes_overflow = to_json(overflow)
    return keys, values


def _mirror(draft: Draft) -> None:
    """Drop attributes that a canonical field repeats to the letter."""
    span = draft.span
    for key, fields in _MIRRORS:
        value = draft.attributes.get(key)
        if not isinstance(value, str) or key in span.mirrored:
            continue
        for field in fields:
            held = getattr(draft, field) if field.endswith("_text") else getattr(span, field)
            if value == held:
                span.mirrored[key] = field
                break


def _events(draft: Draft) -> str:
    if not draft.events:
        return ""
    return to_json(
        [
            {"name": event.name, "time_ns": event.time_ns, "attributes": event.attributes}
            for event in draft.events
        ]
    )


def _resource(origin: Origin, redactor: Redactor) -> dict[str, str]:
    """The resource as JSON text by key, made once for all spans that share it."""
    if not origin.resource_text and origin.resource:
        texts = [to_json(value) for value in origin.resource.values()]
        clean, _ = redactor.redact(texts)
        origin.resource_text = dict(zip(origin.resource, clean, strict=True))
    return origin.resource_text


def _pseudonym(name: str, key: bytes) -> str:
    """Keyed, so that nobody can find the person by hashing a list of addresses."""
    return f"redacted-{hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:12]}"
