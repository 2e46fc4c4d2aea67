"""Rescans: stored spans are redacted by the project's rules of now, and what they were made of with them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import pyarrow as pa

from clearspan_server.ingest.rescan import cleaned
from clearspan_server.jobs.surveys import Scope, SpanIds, Survey, Way, whole_spans
from clearspan_server.model.rewrite import Change, Stretch, Tally
from clearspan_server.model.span import Span
from clearspan_server.store.columns import to_batch
from clearspan_server.store.parts import Part, read_parts, to_parts
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_READ_AT_ONCE = 500  # spans with bodies
_SHOWN_CHARS, _BEFORE_CHARS = 200, 60
_MARK = "[redacted:"
_TOLD = tuple(one.name for one in fields(Span) if one.name not in ("redactions", "version"))


@dataclass(slots=True, frozen=True)
class _Read:
    """A stored span, what the rules leave of it, and those of its parts in which they find something."""

    old: Span
    new: Span
    parts: list[tuple[Part, Span]]


def survey(scope: Scope, stretch: Stretch) -> Survey:
    """Read every span of a stretch by the rules of now; nothing is written."""
    found = Survey(Tally())
    tally = found.tally
    rows = scope.engine.query(statement(_SCHEMA, "spans_outdated"), scope.values(stretch))
    ids: list[SpanIds] = [(row["trace_id"], row["span_id"], row["start_ns"]) for row in rows]
    for start in range(0, len(ids), _READ_AT_ONCE):
        some = ids[start : start + _READ_AT_ONCE]
        for one in _read(scope, whole_spans(scope, stretch.project, some)):
            tally.spans += 1
            if one.new is not one.old:
                tally.changed += 1
                _tell(tally, one)
            if one.new is not one.old or one.parts:
                found.changed.append((one.old.trace_id, one.old.span_id, one.old.start_ns))
    return found


def again(scope: Scope, spans: list[Span]) -> list[Span]:
    """Those of the spans in which the rules find something, cleaned, one version on; their parts are replaced."""
    read = list(_read(scope, spans))
    _replace_parts(scope, [pair for one in read for pair in one.parts])
    return [replace(one.new, version=one.old.version + 1) for one in read if one.new is not one.old]


def _read(scope: Scope, spans: list[Span]) -> Iterator[_Read]:
    privacy = scope.today.privacy
    keys = {(one.project, one.trace_id) for one in spans if one.filled}
    parts = read_parts(scope.engine, sorted(keys)) if keys else {}
    for old in spans:
        of_span = parts.get((old.project, old.trace_id, old.span_id), [])
        clean = ((part, cleaned(part.span, privacy)) for part in of_span)
        dirty = [(part, span) for part, span in clean if span is not part.span]
        yield _Read(old, cleaned(old, privacy), dirty)


def _replace_parts(scope: Scope, pairs: list[tuple[Part, Span]]) -> None:
    """First the clean ones, so that a crash between leaves both and loses none."""
    for kind in {part.kind for part, _ in pairs}:
        spans = [span for part, span in pairs if part.kind == kind]
        table = to_parts(kind, pa.Table.from_batches([to_batch(spans)]))
        scope.engine.insert("span_parts", table, token=uuid.uuid4().hex)
    if pairs:
        old = {
            "project": pairs[0][1].project,
            "trace_ids": sorted({span.trace_id for _, span in pairs}),
            "part_ids": [part.part_id for part, _ in pairs],
        }
        scope.engine.command(statement(_SCHEMA, "span_parts_forget"), old)


def _tell(tally: Tally, one: _Read) -> None:
    """Which fields change, and what is found; of examples only what is left, so that no list holds what must go."""
    for type_, count in one.new.redactions.items():
        more = count - one.old.redactions.get(type_, 0)
        if more:
            tally.types[type_] = tally.types.get(type_, 0) + more
    for name in _TOLD:
        new = getattr(one.new, name)
        if new == getattr(one.old, name):
            continue
        tally.fields[name] = tally.fields.get(name, 0) + 1
        text = str(new)
        at = max(0, text.find(_MARK) - _BEFORE_CHARS)
        shown = text[at : at + _SHOWN_CHARS]
        tally.show(Change(one.old.trace_id, one.old.span_id, name, "", shown))


# Spans are read with their bodies: small stretches, between which it can be stopped and told how far it is.
RESCANNING = Way("spans_outdated_minutes", 5_000, survey, again)
