"""Bringing traces up to date: parts folded into their spans, spans of dead processes, then everything derived."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import pyarrow as pa

from clearspan_server.ingest.merge import fold
from clearspan_server.ingest.renormalise import Today, parts_again
from clearspan_server.model.span import Span
from clearspan_server.store.agenda import Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key, hour_of, named
from clearspan_server.store.derived import Bounds, Derived, derive_traces
from clearspan_server.store.engine import Engine
from clearspan_server.store.parts import SpanKey, read_parts
from clearspan_server.store.statements import statement

Days = Callable[[str], Today]  # project → what its spans are read and priced with now

_SCHEMA = "clearspan_server.store.schema"


def bring_up_to_date(engine: Engine, days: Days, keys: Sequence[Key], bounds: Bounds) -> Derived:
    """Fold and derive these traces; doing it twice changes nothing."""
    folded = fold_parts(engine, days, keys)
    if folded:
        earliest_ns = min(hour_s for _, hour_s in folded) * 1_000_000_000
        bounds = replace(bounds, since_ns=min(bounds.since_ns, earliest_ns))
    derived = derive_traces(engine, keys, bounds)
    derived.hours |= folded
    return derived


def fold_parts(engine: Engine, days: Days, keys: Sequence[Key]) -> set[Hour]:
    """Write the rows of spans that have parts, where they change; gives the hours of all spans with parts."""
    parts = read_parts(engine, keys)
    if not parts:
        return set()
    rows = _rows(engine, list(parts))
    hours: set[Hour] = set()
    changed: list[Span] = []
    for key, of_span in parts.items():
        held = rows.get(key)
        today = days(key[0])
        new = fold(held, parts_again(of_span, today), today.book)
        hours |= {hour_of(key[0], one.start_ns) for one in (held, new) if one is not None}
        if new is not None:
            changed.append(new)
    if changed:
        engine.insert("spans", pa.Table.from_batches([to_batch(changed)]), token=uuid.uuid4().hex)
    return hours


def crash(
    engine: Engine, keys: Collection[Key], process: str, living: Collection[str] = ()
) -> set[Hour]:
    """Mark what the process left open in these traces, but for the span ids that it still has open; gives the hours."""
    values = {**named(keys), "process": process, "living": list(living)}
    left = engine.query(statement(_SCHEMA, "spans_open"), values)
    if left:
        engine.command(statement(_SCHEMA, "spans_crash"), values)
    return {hour_of(row["project"], row["start_ns"]) for row in left}


def _rows(engine: Engine, keys: Sequence[SpanKey]) -> dict[SpanKey, Span]:
    """The newest row of each span."""
    values = {
        **named({(project, trace_id) for project, trace_id, _ in keys}),
        "span_ids": [span_id for _, _, span_id in keys],
    }
    rows = engine.query(statement(_SCHEMA, "span_rows"), values)
    found = (Span(**row | {"is_deleted": False}) for row in rows)
    return {(span.project, span.trace_id, span.span_id): span for span in found}
