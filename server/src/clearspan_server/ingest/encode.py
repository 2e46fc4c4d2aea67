"""Drafts to finished spans: attributes as text, redaction of every text, previews.

Redaction comes before anything is cut, so that half a secret never stays behind in a preview.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import islice
from operator import attrgetter

from clearspan_server.ingest import limits
from clearspan_server.ingest.capture import leave_out
from clearspan_server.ingest.coerce import text, to_json, to_jsons
from clearspan_server.ingest.draft import Draft, Origin
from clearspan_server.ingest.normalise.messages import preview
from clearspan_server.ingest.redact import BETWEEN, Redactor
from clearspan_server.ingest.stored import mirrored_value
from clearspan_server.model.privacy import CaptureMode
from clearspan_server.model.pseudonym import pseudonym
from clearspan_server.model.span import Span

MAX_ATTRIBUTES = 256
_PREVIEW_SOURCE_CHARS = 2_000  # enough to cut a preview from; a secret at this edge cannot reach it

# Names of people: replaced by a stable pseudonym, so that a user stays one user.
_IDENTITY_FIELDS = ("user_id", "customer_id", "session_id")
# What programs are written with: patterns look through it, but nobody looks for people there.
_NAME_FIELDS = (
    *("error_type", "service", "service_version", "environment", "release"),
    *("turn_id", "run_id", "step_id", "step_parent_id", "step_type", "retry_of", "request_id"),
    *("feature", "experiment", "variant", "prompt_name", "prompt_version", "agent_name"),
    *("provider", "operation", "request_model", "response_model", "response_id", "finish_reason"),
    *("service_tier", "call_key", "tool_name", "tool_call_id", "scope_name", "scope_version"),
    *("sender", "process"),
)
# Ids in hex and words of our own; everything else that is text may hold a secret.
_OWN_WORDS = frozenset(
    (
        "project",
        "trace_id",
        "span_id",
        "parent_id",
        "kind",
        "status",
        "error_class",
        "usage_source",
        "price_version",
        "dialect",
    )
)
_MADE_HERE = frozenset(("input_preview", "output_preview"))
_TEXT_FIELDS = tuple(
    field.name
    for field in fields(Span)
    if field.type is str
    and field.name not in _OWN_WORDS | _MADE_HERE
    and field.name not in _IDENTITY_FIELDS + _NAME_FIELDS
)
_names_of = attrgetter(*_NAME_FIELDS)
_texts_of = attrgetter(*_TEXT_FIELDS, *_IDENTITY_FIELDS)
# From the first of its backslashes on: a megabyte of them is walked through once.
_ASCII_ESCAPE = re.compile(
    r"(?<!\\)(\\+)u00(2[013-9a-f]|[346][0-9a-f]|5[0-9abd-f]|7[0-9a-e])", re.IGNORECASE
)
_MIRRORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("input.value", ("input", "input_text", "tool_arguments", "retrieval_query")),
    ("output.value", ("output", "output_text", "tool_result")),
)
_SHOWN = (("input_text", "tool_arguments", "retrieval_query"), ("output_text", "tool_result"))


@dataclass(slots=True, frozen=True)
class Privacy:
    """What is kept of a project's texts: what finds secrets, and the install's key that pseudonyms are made with."""

    redactor: Redactor
    pseudonym_key: bytes
    capture: CaptureMode = "masked"
    hash_ids: bool = True

    def known_as(self, name: str, clean: str) -> str:
        """What stands for the name of a user, customer or session of which redaction made `clean`."""
        return self.found_as(name, clean) if self.hash_ids else clean

    def found_as(self, own_id: str, clean: str) -> str:
        """What stands for an id by which one thing is found again: never a mark, which several would share."""
        return own_id if own_id == clean else pseudonym(own_id, self.pseudonym_key)


PrivacyOf = Callable[[str], Privacy]
"""Project → what is kept of its texts now."""


def finish(draft: Draft, privacy: Privacy, wholes: limits.Wholes | None = None) -> Span:
    """The span of a normalised draft with attributes, events, previews; every text redacted.

    What is too long for a span is added to `wholes`; without these it is gone.
    """
    span = draft.span
    leave_out(draft, privacy.capture)
    _mirror(draft)
    keys, values = _split_attributes(draft)
    span.events = _events(draft)
    # In the order of `redact_in_place`, which is then told by the same scan what to look for.
    given = (*_names_of(span), *span.truncated, *keys, *_texts_of(span), *span.tags, *values)
    shown = [draft.input_text[:_PREVIEW_SOURCE_CHARS], draft.output_text[:_PREVIEW_SOURCE_CHARS]]
    joined = BETWEEN.join(given)
    if _hides_letters(joined) or not privacy.redactor.is_clean(joined):
        keys, values, shown = redact_in_place(span, (keys, values, shown), privacy)
    span.input_preview, span.output_preview = preview(shown[0]), preview(shown[1])
    span.attributes = dict(zip(keys, values, strict=True))
    span.resource = resource_text(draft.origin, privacy.redactor)
    if draft.origin.resource_truncated:
        span.truncated += draft.origin.resource_truncated
    limits.cut(span, wholes)
    return span


Apart = tuple[list[str], list[str], list[str]]  # attribute keys, their values, what lists show


def redact_in_place(span: Span, apart: Apart, privacy: Privacy) -> Apart:
    """Redact the texts of a span in place, and those that are not yet in it."""
    keys, values, shown = apart
    names = [getattr(span, name) for name in _NAME_FIELDS]
    texts = [getattr(span, name) for name in _TEXT_FIELDS]
    identities = [getattr(span, name) for name in _IDENTITY_FIELDS]
    named = 0
    sources: list[str] = []
    if privacy.redactor.reads_prose:
        keys, values, named = _names_first(keys, values, frozenset(names))
        sources = _sources(span, shown)
    given = [
        *(names, span.truncated, keys, values[:named]),
        *(texts, identities, span.tags, values[named:]),
    ]
    clean, counts = redacted(given, privacy.redactor, names=4)
    if not counts:
        return apart
    span.redactions = counts
    names, span.truncated, keys, named_values, texts, known_as, span.tags, clean_values = clean
    clean_values = named_values + clean_values
    for name, value in zip((*_NAME_FIELDS, *_TEXT_FIELDS), (*names, *texts), strict=True):
        setattr(span, name, value)
    for name, value, original in zip(_IDENTITY_FIELDS, known_as, identities, strict=True):
        setattr(span, name, privacy.known_as(original, value))
    _drop_redacted_numbers(span, keys, values, clean_values)
    shown, _ = privacy.redactor.redact(shown)  # a piece of a field above: counted there
    for at, source in enumerate(sources):
        if source:
            shown[at] = text(mirrored_value(span, source))
    return keys, clean_values, shown


def _sources(span: Span, shown: list[str]) -> list[str]:
    """The field that each begins, where that is known: a name is found in the whole, maybe not in a piece."""
    return [
        next(
            (name for name in names if preview(text(mirrored_value(span, name))) == preview(one)),
            "",
        )
        for one, names in zip(shown, _SHOWN, strict=True)
    ]


def _names_first(
    keys: list[str], values: list[str], names: frozenset[str]
) -> tuple[list[str], list[str], int]:
    """Keys and values with those first whose value is a name that a field has, too, and how many these are."""
    in_order = sorted(zip(keys, values, strict=True), key=lambda pair: pair[1][1:-1] not in names)
    named = sum(value[1:-1] in names for value in values)
    return [key for key, _ in in_order], [value for _, value in in_order], named


def redacted(
    groups: list[list[str]], redactor: Redactor, names: int = 0
) -> tuple[list[list[str]], dict[str, int]]:
    """The groups with every text redacted, scanned as one; and how many of each type were found.

    The first `names` groups hold what programs are written with, as in `Redactor.redact`.
    """
    together = [one for group in groups for one in group]
    readable = [_readable(one, redactor) if _hides_letters(one) else one for one in together]
    clean, counts = redactor.redact(readable, sum(map(len, groups[:names])))
    if not counts:
        return groups, counts
    # Where nothing was found, the text stays as it was spelled.
    texts = zip(together, readable, clean, strict=True)
    rest = iter([one if left == read else left for one, read, left in texts])
    return [list(islice(rest, len(group))) for group in groups], counts


def _hides_letters(text: str) -> bool:
    r"""Whether some printable ASCII is written as an escape; `\u00fc` is what most writers make of an ü."""
    return "\\u00" in text and _ASCII_ESCAPE.search(text) is not None


def _readable(text: str, redactor: Redactor) -> str:
    """JSON text with its escapes of printable ASCII written out: some writers escape even `+` and `@`.

    Every two backslashes mean one. But in JSON within JSON the backslash of an escape is doubled each time: these are
    written out where that brings to light what was hidden.
    """
    once = _ASCII_ESCAPE.sub(_written_out, text)
    within = _ASCII_ESCAPE.sub(_written_out_within, text)
    if once == within:
        return once
    hidden, open_to_all = (sum(redactor.redact([one])[1].values()) for one in (once, within))
    return within if open_to_all > hidden else once


def _written_out(found: re.Match[str]) -> str:
    letter = chr(int(found[2], 16))
    return found[1][1:] + letter if len(found[1]) % 2 else found[0]


def _written_out_within(found: re.Match[str]) -> str:
    return chr(int(found[2], 16)) if len(found[1]) in (2, 4, 8) else _written_out(found)


def _drop_redacted_numbers(span: Span, keys: list[str], given: list[str], clean: list[str]) -> None:
    """A card number can come as an integer: where its text was redacted, its number goes."""
    for key, before, after in zip(keys, given, clean, strict=True):
        if before != after:
            span.attributes_number.pop(key, None)


def _split_attributes(draft: Draft) -> tuple[list[str], list[str]]:
    """Keys and JSON texts of what no field mirrors; numbers once more as numbers; the rest to the overflow."""
    span, attributes = draft.span, draft.attributes
    kept = attributes
    if span.mirrored:
        kept = {key: value for key, value in attributes.items() if key not in span.mirrored}
    if len(kept) > MAX_ATTRIBUTES:
        pairs = list(kept.items())
        kept = dict(pairs[:MAX_ATTRIBUTES])
        span.attributes_overflow = to_json(dict(pairs[MAX_ATTRIBUTES:]))
    span.attributes_number = {
        key: float(value)
        for key, value in kept.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    return list(kept), to_jsons(kept.values())


def _mirror(draft: Draft) -> None:
    """Drop attributes that a canonical field repeats to the letter."""
    span = draft.span
    for key, sources in _MIRRORS:
        value = draft.attributes.get(key)
        if not isinstance(value, str) or key in span.mirrored:
            continue
        for field in sources:
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


def resource_text(origin: Origin, redactor: Redactor) -> dict[str, str]:
    """The resource as JSON text by key, made once for all spans that share it."""
    if not origin.resource_text and origin.resource:
        texts = [to_json(value) for value in origin.resource.values()]
        (keys, values), _ = redacted([list(origin.resource), texts], redactor, names=2)
        found = dict(zip(keys, values, strict=True))
        origin.resource_text = limits.cut_map(found, "resource", origin.resource_truncated)
    return origin.resource_text
