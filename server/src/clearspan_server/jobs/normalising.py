"""Normalising again: stored spans are filled by the rules of now, and priced where that changes what they cost."""

from collections.abc import Iterator
from dataclasses import fields, replace

from clearspan_server.ingest.renormalise import row_again
from clearspan_server.jobs.surveys import Scope, SpanIds, Survey, Way, whole_spans
from clearspan_server.model.rewrite import Change, Stretch, Tally
from clearspan_server.model.span import Span
from clearspan_server.store.parts import read_parts
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_READ_AT_ONCE = 500  # spans with bodies
_SHOWN_CHARS = 200
# What follows from other fields, or tells of the storing: not counted as changes of their own.
_FOLLOWS = frozenset(
    (
        *("normaliser_version", "version", "filled", "mirrored", "attributes", "truncated"),
        *("redactions", "input_cost", "output_cost", "cost_by_class", "price_version"),
    )
)
_TOLD = tuple(one.name for one in fields(Span) if one.name not in _FOLLOWS)


def survey(scope: Scope, stretch: Stretch) -> Survey:
    """Read the spans of a stretch again that older rules have filled; nothing is written."""
    found = Survey(Tally())
    tally = found.tally
    for part in _parts_of(scope, stretch):
        for old, new in _read(scope, whole_spans(scope, stretch.project, part)):
            ids = old.trace_id, old.span_id, old.start_ns
            tally.spans += 1
            changes = [name for name in _TOLD if getattr(old, name) != getattr(new, name)]
            if changes:
                tally.changed += 1
                found.changed.append(ids)
            elif old != new:
                found.touched.append(ids)
            for name in changes:
                _tell(tally, name, old, new)
            if old.counted:
                tally.old_total += old.total_cost or 0
                tally.new_total += new.total_cost or 0
    return found


def again(scope: Scope, spans: list[Span]) -> list[Span]:
    """Those of the spans that the rules of now fill in another way, one version on."""
    return [replace(new, version=old.version + 1) for old, new in _read(scope, spans) if old != new]


def _read(scope: Scope, spans: list[Span]) -> Iterator[tuple[Span, Span]]:
    """Each span as it is and as it would be; one that came again meanwhile may be outdated no more."""
    keys = {(one.project, one.trace_id) for one in spans if one.filled}
    parts = read_parts(scope.engine, sorted(keys)) if keys else {}
    for old in spans:
        if old.normaliser_version < scope.below:
            of_span = parts.get((old.project, old.trace_id, old.span_id), [])
            yield old, row_again(old, of_span, scope.today)


def _parts_of(scope: Scope, stretch: Stretch) -> Iterator[list[SpanIds]]:
    """The outdated spans of a stretch, some at a time."""
    rows = scope.engine.query(statement(_SCHEMA, "spans_outdated"), scope.values(stretch))
    ids = [(row["trace_id"], row["span_id"], row["start_ns"]) for row in rows]
    for start in range(0, len(ids), _READ_AT_ONCE):
        yield ids[start : start + _READ_AT_ONCE]


def _tell(tally: Tally, name: str, old: Span, new: Span) -> None:
    tally.fields[name] = tally.fields.get(name, 0) + 1
    texts = (str(getattr(one, name))[:_SHOWN_CHARS] for one in (old, new))
    tally.show(Change(old.trace_id, old.span_id, name, *texts))


# Spans are read with their bodies: small stretches, between which it can be stopped and told how far it is.
NORMALISING = Way("spans_outdated_minutes", 5_000, survey, again)
