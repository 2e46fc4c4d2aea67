"""Bringing traces up to date: parts folded into their spans, spans of dead processes, then everything derived."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from clearspan_server.ingest.merge import fold
from clearspan_server.ingest.renormalise import Today, parts_again
from clearspan_server.model.span import Span
from clearspan_server.store.agenda import Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key, hour_of, named
from clearspan_server.store.derived import Bounds, Derived, Mark, Stretch, derive_traces, widen
from clearspan_server.store.engine import Engine
from clearspan_server.store.parts import SpanKey, read_parts
from clearspan_server.store.statements import statement

Days = Callable[[str], Today]  # project → what its spans are read and priced with now

_SCHEMA = "clearspan_server.store.schema"


@dataclass(slots=True)
class Folded:
    """The hours of all spans with parts, and where those that were written start."""

    hours: set[Hour] = field(default_factory=set)
    starts: dict[Key, Stretch] = field(default_factory=dict)


def bring_up_to_date(engine: Engine, days: Days, keys: Sequence[Key], bounds: Bounds) -> Derived:
    """Fold and derive these traces; doing it twice changes nothing."""
    folded = fold_parts(engine, days, keys)
    if bounds.starts is not None:
        widen(folded.starts, bounds.starts)
        bounds = replace(bounds, starts=folded.starts)
    derived = derive_traces(engine, keys, bounds)
    derived.hours |= folded.hours
    return derived


def fold_parts(engine: Engine, days: Days, keys: Sequence[Key]) -> Folded:
    """Write the rows of spans that have parts, where they change."""
    folded = Folded()
    parts = read_parts(engine, keys)
    if not parts:
        return folded
    rows = _rows(engine, list(parts))
    changed: list[Span] = []
    for key, of_span in parts.items():
        held = rows.get(key)
        today = days(key[0])
        new = fold(held, parts_again(of_span, today), today.book)
        starts_ns = [one.start_ns for one in (held, new) if one is not None]
        folded.hours |= {hour_of(key[0], start_ns) for start_ns in starts_ns}
        if starts_ns:
            widen(folded.starts, {key[:2]: (min(starts_ns), max(starts_ns))})
        if new is not None:
            changed.append(new)
    if changed:
        engine.insert("spans", pa.Table.from_batches([to_batch(changed)]), token=uuid.uuid4().hex)
    return folded


def crash(
    engine: Engine, keys: Collection[Key], process: str, living: Collection[str], mark: Mark
) -> set[Hour]:
    """What the process left open in these traces has crashed, but for the span ids that it still has open.

    Gives the hours; `mark` hears of them before: once it is written, nobody could tell them any more.
    """
    values = {**named(keys), "process": process, "living": list(living)}
    left = engine.query(statement(_SCHEMA, "spans_open"), values)
    hours = {hour_of(row["project"], row["start_ns"]) for row in left}
    if left:
        mark(hours)
        engine.command(statement(_SCHEMA, "spans_crash"), values)
    return hours


def _rows(engine: Engine, keys: Sequence[SpanKey]) -> dict[SpanKey, Span]:
    """The newest row of each span."""
    values = {
        **named({(project, trace_id) for project, trace_id, _ in keys}),
        "span_ids": [span_id for _, _, span_id in keys],
    }
    rows = engine.query(statement(_SCHEMA, "span_rows"), values)
    found = (Span(**row | {"is_deleted": False}) for row in rows)
    return {(span.project, span.trace_id, span.span_id): span for span in found}
