"""Whole traces as OTLP/JSON lines: a request a line, as OpenTelemetry's file exporter writes them.

Source: the OpenTelemetry specification, `protocol/file-exporter.md`. Scores of a trace stand in its first line, under
a name that no reader of OTLP knows, and which all of them pass over.
"""

from collections.abc import Iterator

import orjson

from clearspan_server.api.access import ReadAccess
from clearspan_server.ingest.restate import Stored, request_of
from clearspan_server.model.score import BESIDE_TRACES, judgement
from clearspan_server.model.span import Span
from clearspan_server.query.exporting_traces import read_scores, read_traces, read_wholes
from clearspan_server.store.engine import Row

MEDIA_TYPE = "application/jsonl"
OTLP = "otlp.jsonl"
_NAMED = ("trace_id", "span_id", "session_id", "name", "type", "source", "author", "comment")


def lines(access: ReadAccess, pages: Iterator[list[Row]]) -> Iterator[bytes]:
    """The lines of all traces of the pages; of one that is large several, each of some of its spans."""
    for rows in pages:
        trace_ids = [row["trace_id"] for row in rows]
        access.warm(trace_ids)
        scores = read_scores(access.engine, access.project, trace_ids)
        for trace_id, spans in read_traces(access.engine, access.project, trace_ids):
            yield _line(access, spans, scores.pop(trace_id, []))


def _line(access: ReadAccess, spans: list[Span], scores: list[Row]) -> bytes:
    said = request_of([Stored(span, read_wholes(access.engine, span)) for span in spans])
    if scores:
        said[BESIDE_TRACES] = [_score(row) for row in scores]
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def _score(row: Row) -> dict[str, object]:
    """As `POST /api/v1/scores` takes it."""
    value = judgement(row["type"], row["value"], row["text"])
    said = {name: row[name] for name in _NAMED if row[name]}
    return {"id": row["score_id"], "value": value, **said}
