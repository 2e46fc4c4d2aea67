"""The rest of a rescan: logs, points of metrics and their series, long texts, scores and comments by the rules of now.

Cleaned rows are inserted first and those that they replace are removed after, so that a crash between leaves both, and
what is dirty is found again.
"""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import pyarrow as pa

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.rescan import (
    LOG_TEXTS,
    POINT_TEXTS,
    Counts,
    cleaned_map,
    cleaned_record,
    cleaned_score,
)
from clearspan_server.jobs.rescanning_texts import rescan_texts
from clearspan_server.model.log import LogRecord
from clearspan_server.model.metric import MetricPoint
from clearspan_server.model.rewrite import Stretch, Tally
from clearspan_server.model.score import Score
from clearspan_server.store import log_columns, metric_columns, score_columns
from clearspan_server.store.doomed import drop_series
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.notes import Notes
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_MINUTE_NS = 60_000_000_000
_AT_ONCE = 20_000  # rows that are read for one look
_SERIES_COLUMNS = (
    *("project", "name", "series", "time_ns", "type", "temporality", "monotonic", "unit"),
    *("description", "labels"),
)


@dataclass(slots=True, frozen=True)
class Scope:
    """What it works with: nobody else writes history while `rewriting` is held; between two looks it asks `goes_on`."""

    engine: Engine
    notes: Notes
    privacy: Privacy
    rewriting: threading.Lock
    goes_on: Callable[[], bool]


@dataclass(slots=True)
class Look:
    """What one look has found in rows of one kind: how many there were, and the finds by type."""

    noun: str
    found: list[Counts]

    def tally(self) -> Tally:
        """As part of the whole."""
        types: Counts = {}
        for counts in self.found:
            for type_, count in counts.items():
                types[type_] = types.get(type_, 0) + count
        return Tally(records={self.noun: len(self.found)} if self.found else {}, types=types)


def rescan_records(scope: Scope, window: Stretch, *, is_dry: bool) -> Iterator[Tally]:
    """Look through everything in the window but spans; each tally is of what is replaced by then."""
    for kind in (_LOGS, _POINTS):
        for stretch in _stretches(scope, kind.noun, window):
            if not scope.goes_on():
                return
            yield _rows(scope, kind, stretch, is_dry=is_dry)
    if scope.goes_on():
        yield _rows(scope, _SERIES, window, is_dry=is_dry)
        if not is_dry:
            drop_series(scope.engine, window.project)
        yield from _texts(scope, window, is_dry=is_dry)
        yield _scores(scope, window, is_dry=is_dry)
        yield _comments(scope, window, is_dry=is_dry)


def _stretches(scope: Scope, table: str, window: Stretch) -> Iterator[Stretch]:
    """The window in pieces of whole minutes with so many rows as are read at once."""
    held: Stretch | None = None
    count = 0
    asked = {"table": table, **_values(window)}
    for row in scope.engine.query(statement(_SCHEMA, "rescan_minutes"), asked):
        minute_ns = row["minute_s"] * 1_000_000_000
        end_ns = min(minute_ns + _MINUTE_NS, window.to_ns)
        if held is not None and count + row["rows"] <= _AT_ONCE:
            held, count = replace(held, to_ns=end_ns), count + row["rows"]
            continue
        if held is not None:
            yield held
        held = Stretch(window.project, max(minute_ns, window.from_ns), end_ns)
        count = row["rows"]
    if held is not None:
        yield held


Cleaned = tuple[list[Counts], list[str], Any]  # the finds, what was replaced, and the clean rows


@dataclass(slots=True, frozen=True)
class _Kind:
    """Rows that nothing numbers: `clean` makes those anew in which the rules find something."""

    noun: str
    statement: str
    clean: Callable[[Sequence[Row], Privacy], Cleaned]


def _rows(scope: Scope, kind: _Kind, stretch: Stretch, *, is_dry: bool) -> Tally:
    engine, values = scope.engine, _values(stretch)
    with scope.rewriting:
        rows = engine.query(statement(_SCHEMA, kind.statement), values)
        found, replaced, clean = kind.clean(rows, scope.privacy)
        if replaced and not is_dry:
            if isinstance(clean, pa.RecordBatch):
                table = pa.Table.from_batches([clean])
                engine.insert(kind.noun, table, token=uuid.uuid4().hex)
            else:
                engine.insert_rows("metric_series", _SERIES_COLUMNS, clean)
            engine.command("truncate table rescanned")
            engine.insert_rows("rescanned", ["stored_as"], [[one] for one in replaced])
            engine.command(statement(_SCHEMA, f"{kind.statement}_remove"), values)
            engine.command("truncate table rescanned")
    return Look(kind.noun, found).tally()


def _clean_logs(rows: Sequence[Row], privacy: Privacy) -> Cleaned:
    found, replaced, clean = _clean_records(LogRecord, LOG_TEXTS, rows, privacy)
    return found, replaced, log_columns.to_batch(clean)


def _clean_points(rows: Sequence[Row], privacy: Privacy) -> Cleaned:
    found, replaced, clean = _clean_records(MetricPoint, POINT_TEXTS, rows, privacy)
    return found, replaced, metric_columns.to_batch(clean)


def _clean_records(
    kind: type[Any], texts: tuple[str, ...], rows: Sequence[Row], privacy: Privacy
) -> Cleaned:
    found, replaced, clean = [], [], []
    for row in rows:
        made, counts = cleaned_record(_made(kind, row), texts, privacy)
        if counts:
            found.append(counts)
            replaced.append(row["stored_as"])
            clean.append(made)
    return found, replaced, clean


def _clean_series(rows: Sequence[Row], privacy: Privacy) -> Cleaned:
    """Their finds are those of points, which count."""
    replaced, clean = [], []
    for row in rows:
        said = {name: row[name] for name in ("name", "unit", "description")}
        kept, of_texts = cleaned_map(said, privacy, are_names=True)
        labels, of_labels = cleaned_map(row["labels"], privacy)
        if of_texts or of_labels:
            replaced.append(row["stored_as"])
            made = row | kept | {"labels": labels}
            clean.append([made[name] for name in _SERIES_COLUMNS])
    return [], replaced, clean


_LOGS = _Kind("logs", "rescan_logs", _clean_logs)
_POINTS = _Kind("metrics", "rescan_metrics", _clean_points)
_SERIES = _Kind("metric_series", "rescan_series", _clean_series)


def _texts(scope: Scope, window: Stretch, *, is_dry: bool) -> Iterator[Tally]:
    texts = rescan_texts(scope.engine, scope.privacy, scope.rewriting, window, is_dry=is_dry)
    for found in texts:
        yield Look("long_texts", [found] if found else []).tally()
        if not scope.goes_on():
            return


def _scores(scope: Scope, window: Stretch, *, is_dry: bool) -> Tally:
    """A score has an id, so that its next version replaces it."""
    found, clean = [], []
    with scope.rewriting:
        for row in scope.engine.query(statement(_SCHEMA, "rescan_scores"), _values(window)):
            made, counts = cleaned_score(_made(Score, row), scope.privacy)
            if counts:
                found.append(counts)
                clean.append(made)
        if clean and not is_dry:
            table = pa.Table.from_batches([score_columns.to_batch(clean)])
            scope.engine.insert("scores", table, token=uuid.uuid4().hex)
    return Look("scores", found).tally()


def _comments(scope: Scope, window: Stretch, *, is_dry: bool) -> Tally:
    found, texts = [], {}
    for comment in scope.notes.all_comments(window.project):
        if window.from_ns <= int(comment.created.timestamp() * 1e9) < window.to_ns:
            [clean], counts = scope.privacy.redactor.redact([comment.text])
            if counts:
                found.append(counts)
                texts[comment.id] = clean
    if texts and not is_dry:
        scope.notes.rewrite(window.project, texts)
    return Look("comments", found).tally()


def _made(kind: type[Any], row: Row) -> Any:  # noqa: ANN401 - the kind that was asked for
    return kind(**{one.name: row[one.name] for one in fields(kind)})


def _values(stretch: Stretch) -> dict[str, object]:
    return {"project": stretch.project, "from_ns": stretch.from_ns, "to_ns": stretch.to_ns}
