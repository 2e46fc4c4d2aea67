"""Stored spans read again by today's rules.

What a rule gives now replaces what one gave before; what no rule gives now stays, since its source may be gone: but
for the rest of a usage, or of a status, that rules give another way now. What was sent (attributes, events, resource)
is never written anew, so that nothing is lost and nothing redacted returns.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

from clearspan_server.ingest import limits
from clearspan_server.ingest.coerce import to_json
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.estimate import estimate
from clearspan_server.ingest.merge import base_of, fold
from clearspan_server.ingest.normalise import VERSION, normalise
from clearspan_server.ingest.price import PRICED_BY, price, set_cost
from clearspan_server.ingest.prices import Book
from clearspan_server.ingest.stored import draft_of, mirrored_value
from clearspan_server.model.long_text import FIELDS
from clearspan_server.model.span import Span
from clearspan_server.store.parts import DEFAULTS, Part

_FAILED = "normalise failed:"  # what a rule's failure leaves among `truncated`
_REDACTED = "[redacted:"
# Facts of how a span was sent and received, and what is made of its fields: no rule fills them.
_NO_RULE = frozenset(
    (
        *("project", "trace_id", "span_id", "parent_id", "parent_remote", "links"),
        *("start_ns", "end_ns", "scope_name", "scope_version"),
        *("input_cost", "output_cost", "total_cost", "cost_by_class", "price_version"),
        *("attributes", "attributes_number", "attributes_overflow", "mirrored", "resource"),
        *("events", "received_ns", "sender", "process", "truncated", "redactions", "filled"),
        *("normaliser_version", "counted", "version", "is_deleted"),
    )
)
_BY_RULES = tuple(name for name in DEFAULTS if name not in _NO_RULE)
# What a rule says for want of anything better, beside the defaults: it never replaces what is known.
_VAGUE = {"error_class": "other"}
# Of people the stored name is a pseudonym where the sent one was redacted.
_PEOPLE = frozenset(("user_id", "customer_id", "session_id"))
_USAGE = frozenset(
    (
        *("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens"),
        *("cache_write_tokens", "reasoning_tokens", "audio_input_tokens", "audio_output_tokens"),
        *("usage_other", "usage_source"),
    )
)
_STATUS = frozenset(("status", "error_type", "error_class", "error_stack"))
_PREVIEW_OF = {"input": "input_preview", "output": "output_preview"}
_TEXTS = frozenset((*FIELDS, *_PREVIEW_OF.values()))


@dataclass(slots=True, frozen=True)
class Today:
    """What the spans of a project are read and priced with now."""

    book: Book
    privacy: Privacy


def row_again(row: Span, parts: Sequence[Part], today: Today) -> Span:
    """A stored row as today's rules read it, with its version; `parts` are what it was folded from.

    A row without parts is read as it stands. Of one with parts its finished record is read again, and so are the parts,
    which are then folded into it anew.
    """
    if not parts or not row.filled:
        span = read_again(row, today)
        if span is not row and estimate(span):
            set_cost(span, price(span, today.book))
        return span
    base = base_of(row)
    record = row if base is None else read_again(replace(base, filled=[]), today)
    folded = fold(record, parts_again(parts, today), today.book)
    return record if folded is None else replace(folded, version=row.version)


def parts_again(parts: Sequence[Part], today: Today) -> list[Part]:
    """The parts of a span with those read again that older rules have read."""
    return [
        replace(part, span=read_again(part.span, today))
        if part.span.normaliser_version < VERSION
        else part
        for part in parts
    ]


def read_again(stored: Span, today: Today) -> Span:
    """The span as today's rules fill it, priced anew where they change what it costs; itself where a rule fails."""
    draft = draft_of(stored)
    normalise(draft)
    if draft.span.dialect == "raw":
        return stored
    fresh = finish(draft, today.privacy)
    span = replace(stored, normaliser_version=VERSION)
    taken = {name for name in _BY_RULES if _is_given(name, stored, fresh)}
    taken |= _changed_together(stored, fresh)
    taken |= {shown for name, shown in _PREVIEW_OF.items() if name in taken}
    for name in taken:
        setattr(span, name, getattr(fresh, name))
    span.truncated = _notes(stored, fresh, taken)
    if taken:
        _keep_mirrored(span, stored, fresh)
        counts = {
            type_: max(count, stored.redactions.get(type_, 0))
            for type_, count in fresh.redactions.items()
        }
        span.redactions = stored.redactions | counts
    if not taken.isdisjoint(PRICED_BY):
        set_cost(span, price(span, today.book))
    return span


def _is_given(name: str, stored: Span, fresh: Span) -> bool:
    """Whether the rules give a field something else than is stored, from a source that is whole."""
    old, new = getattr(stored, name), getattr(fresh, name)
    if new in (old, DEFAULTS[name]) or (old and new == _VAGUE.get(name)):
        return False
    if name == "status":
        return bool(new != "open")  # without an end it is open or crashed, whatever rules say
    if name in _PEOPLE:
        return _REDACTED not in new
    # Of what was cut before it was stored, the rules would see less than they saw then.
    return not (name in _TEXTS and old and _is_cut(stored))


def _changed_together(stored: Span, fresh: Span) -> set[str]:
    """Fields of which half would be what no rule gives: a usage that rules give, and a status, with what is empty."""
    taken: set[str] = set()
    if fresh.usage_source == "provider" and _differ(_USAGE, stored, fresh):
        taken |= _USAGE
    # Rules alone say that a call was cancelled; that it failed, its sender may have said in words that are gone.
    if stored.status == "cancelled" and fresh.status == "ok" and not _is_cut(stored):
        taken |= _STATUS
    return taken


def _differ(names: frozenset[str], stored: Span, fresh: Span) -> bool:
    return any(getattr(stored, name) != getattr(fresh, name) for name in names)


def _is_cut(span: Span) -> bool:
    return any(not note.startswith(_FAILED) for note in span.truncated)


def _notes(stored: Span, fresh: Span, taken: set[str]) -> list[str]:
    """What was cut: before, and now of the fields that were taken."""
    before = [note for note in stored.truncated if not note.startswith(_FAILED)]
    now = [note for note in fresh.truncated if note.partition(":")[0] in taken]
    return before + [note for note in now if note not in before]


def _keep_mirrored(span: Span, stored: Span, fresh: Span) -> None:
    """See that the value of each attribute that stood in a field still stands somewhere, to the letter."""
    span.mirrored, span.attributes = copy(stored.mirrored), copy(stored.attributes)
    for key, source in stored.mirrored.items():
        now = fresh.mirrored.get(key, "")
        if _held(span, source) == _held(stored, source):
            continue
        if now and _held(span, now) == _held(fresh, now):
            span.mirrored[key] = now
        else:
            del span.mirrored[key]
            span.attributes[key] = to_json(mirrored_value(stored, source))
    if span.attributes != stored.attributes:
        limits.cut(span)


def _held(span: Span, source: str) -> object:
    return getattr(span, source.removesuffix("_text"))
