"""What is stored redacted once more, by the rules of now: texts only ever lose by it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from clearspan_server.ingest.encode import Privacy, redact_in_place, redacted
from clearspan_server.ingest.normalise.messages import preview
from clearspan_server.model.log import LogRecord
from clearspan_server.model.metric import MetricPoint
from clearspan_server.model.score import Score
from clearspan_server.model.span import Span

Counts = dict[str, int]
_Row = TypeVar("_Row", LogRecord, MetricPoint)

LOG_TEXTS = (
    *("severity_text", "event_name", "body", "scope_name", "scope_version"),
    *("service", "sender", "process", "environment"),
)
POINT_TEXTS = (
    *("name", "description", "unit", "detail", "scope_name", "scope_version"),
    *("service", "sender", "process"),
)
SCORE_TEXTS = ("name", "text", "author", "comment", "environment", "metadata")
# Of these what people may have written; the others are names, as they were when they came in.
_SAID = frozenset(("body", "detail", "text", "author", "comment", "metadata", "session_id"))


def cleaned(stored: Span, privacy: Privacy) -> Span:
    """The span as the rules leave it, with what they found added to its counts; itself where they find nothing."""
    span = replace(
        stored,
        redactions={},
        attributes_number=dict(stored.attributes_number),
        mirrored=dict(stored.mirrored),
    )
    shown = [stored.input_preview, stored.output_preview]
    keys, values = list(stored.attributes), list(stored.attributes.values())
    keys, values, shown = redact_in_place(span, (keys, values, shown), privacy)
    [previews], of_previews = redacted([shown], privacy.redactor)
    span.input_preview, span.output_preview = map(preview, previews)
    span.attributes = dict(zip(keys, values, strict=True))
    span.resource, of_resource = cleaned_map(stored.resource, privacy, are_names=True)
    if not (span.redactions or of_previews or of_resource):
        return stored
    span.redactions = _added(stored.redactions, span.redactions, of_resource)
    return span


def cleaned_map(
    stored: Mapping[str, str], privacy: Privacy, *, are_names: bool = False
) -> tuple[dict[str, str], Counts]:
    """Names and values as the rules leave them, and what they found; the values of a resource are names, too."""
    given = [list(stored), list(stored.values())]
    (names, values), counts = redacted(given, privacy.redactor, names=1 + are_names)
    return dict(zip(names, values, strict=True)), counts


def cleaned_record(stored: _Row, texts: tuple[str, ...], privacy: Privacy) -> tuple[_Row, Counts]:
    """A log record or a point as the rules leave it, and what they found."""
    clean_texts, truncated, of_texts = _cleaned_texts(stored, texts, stored.truncated, privacy)
    attributes, of_attributes = cleaned_map(stored.attributes, privacy)
    resource, of_resource = cleaned_map(stored.resource, privacy, are_names=True)
    found = _added(of_texts, of_attributes, of_resource)
    if not found:
        return stored, found
    clean = replace(
        stored,
        truncated=truncated,
        attributes=attributes,
        resource=resource,
        redactions=_added(stored.redactions, found),
        **clean_texts,
    )
    return clean, found


def cleaned_score(stored: Score, privacy: Privacy) -> tuple[Score, Counts]:
    """A score as the rules leave it, one version on, and what they found; its session is named as in spans."""
    clean_texts, _, found = _cleaned_texts(stored, (*SCORE_TEXTS, "session_id"), [], privacy)
    if not found:
        return stored, found
    session = clean_texts.pop("session_id")
    clean = replace(
        stored,
        session_id=privacy.known_as(stored.session_id, session),
        version=stored.version + 1,
        **clean_texts,
    )
    return clean, found


def _cleaned_texts(
    stored: LogRecord | MetricPoint | Score,
    fields: Iterable[str],
    truncated: list[str],
    privacy: Privacy,
) -> tuple[dict[str, Any], list[str], Counts]:
    """Fields by name, and what was truncated, as the rules leave them; and what they found."""
    in_order = sorted(fields, key=_SAID.__contains__)
    names, said = (
        [getattr(stored, name) for name in in_order if (name in _SAID) is is_said]
        for is_said in (False, True)
    )
    clean, found = redacted([names, truncated, said], privacy.redactor, names=2)
    return dict(zip(in_order, (*clean[0], *clean[2]), strict=True)), clean[1], found


def _added(*found: Counts) -> Counts:
    total: Counts = {}
    for counts in found:
        for type_, count in counts.items():
            total[type_] = total.get(type_, 0) + count
    return total
