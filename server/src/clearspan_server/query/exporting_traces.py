"""Whole traces, some megabytes of spans at a time, with the texts that are too long for their rows."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.long_text import kept_whole
from clearspan_server.model.span import Span
from clearspan_server.query import SQL
from clearspan_server.query.long_texts import find_text, read_range
from clearspan_server.query.scores import Asked, list_scores
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_PLACES = statement(SQL, "export_places")
_WHOLE = statement(SQL, "spans_whole")
_MOST_SPANS = 500  # that are read at once, and
_MOST_BYTES = 8 * 1024 * 1024
_MOST_SCORES = 500
_ALL_TIME = Window(0, 2**63 - 1)


def read_traces(
    engine: Engine, project: str, trace_ids: Sequence[str]
) -> Iterator[tuple[str, list[Span]]]:
    """The spans of traces in the order of the traces; of a large trace some spans after others, in order of start."""
    places = engine.query(_PLACES, {"project": project, "trace_ids": sorted(set(trace_ids))})
    by_trace = {key: list(rows) for key, rows in groupby(places, itemgetter("trace_id"))}
    ordered = [row for one in trace_ids for row in by_trace.get(one, [])]
    for batch in _batches(ordered):
        found = _read(engine, project, batch)
        for trace_id, rows in groupby(batch, itemgetter("trace_id")):
            keys = [(row["trace_id"], row["span_id"]) for row in rows]
            if spans := [found[key] for key in keys if key in found]:
                yield trace_id, spans


def _batches(places: Sequence[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in places:
        if batch and (len(batch) == _MOST_SPANS or size + row["bytes"] > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += row["bytes"]
    if batch:
        yield batch


def _read(engine: Engine, project: str, batch: Sequence[Row]) -> Mapping[tuple[str, str], Span]:
    values = {
        "project": project,
        "trace_ids": sorted({row["trace_id"] for row in batch}),
        "span_ids": sorted({row["span_id"] for row in batch}),
    }
    rows = engine.query(_WHOLE, values)
    return {(row["trace_id"], row["span_id"]): Span(**row | {"is_deleted": False}) for row in rows}


def read_wholes(engine: Engine, span: Span) -> dict[str, str]:
    """The long texts of a span, whole, by their fields; those that are gone are left out."""
    found: dict[str, str] = {}
    for field, cut in kept_whole(span.truncated).items():
        try:
            text = find_text(engine, span.project, span.trace_id, span.span_id, field)
        except (NotFound, BadInput):  # it has aged away, or a sender made the note up
            continue
        if text.inline is None and text.hash == cut.hash:
            pieces = read_range(engine, text, 0, text.size_bytes)
            found[field] = b"".join(pieces).decode()
    return found


def read_scores(engine: Engine, project: str, trace_ids: Sequence[str]) -> dict[str, list[Row]]:
    """All scores of traces and of their spans, by trace."""
    found: dict[str, list[Row]] = {}
    asked = Asked(trace_ids=trace_ids)
    cursor: str | None = "" if trace_ids else None
    while cursor is not None:
        page = list_scores(engine, project, _ALL_TIME, asked, _MOST_SCORES, cursor)
        for row in page.rows:
            found.setdefault(row["trace_id"], []).append(row)
        cursor = page.next_cursor
    return found
