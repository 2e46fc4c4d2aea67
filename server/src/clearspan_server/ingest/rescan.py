"""A stored span redacted once more, by the rules of now: texts only ever lose by it."""

from dataclasses import replace

from clearspan_server.ingest.encode import Privacy, redact_in_place, redacted
from clearspan_server.model.span import Span


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
    previews, of_previews = redacted([shown], privacy.redactor)
    span.input_preview, span.output_preview = previews[0]
    span.attributes = dict(zip(keys, values, strict=True))
    given = [list(stored.resource), list(stored.resource.values())]
    (names, held), of_resource = redacted(given, privacy.redactor)
    span.resource = dict(zip(names, held, strict=True))
    if not (span.redactions or of_previews or of_resource):
        return stored
    counts = dict(stored.redactions)
    for found in (span.redactions, of_resource):
        for type_, count in found.items():
            counts[type_] = counts.get(type_, 0) + count
    span.redactions = counts
    return span
