"""What people and programs said of the traces and spans of an answer: a query or two beside it, no join in it."""

from collections.abc import Sequence

from clearspan_server.api.access import ReadAccess
from clearspan_server.query.scores import (
    NONE,
    Judgements,
    scores_of_spans,
    scores_of_traces,
    scores_version,
)
from clearspan_server.store.engine import Row
from clearspan_server.store.notes import Noted

_SILENCE = Noted()


def said_of_traces(access: ReadAccess, rows: Sequence[Row]) -> list[Row]:
    """Of each trace the fields `scores`, `bookmarked` and `comments` of a `TraceRow`."""
    trace_ids = [row["trace_id"] for row in rows]
    scores = scores_of_traces(access.engine, access.project, trace_ids)
    noted = access.noted(trace_ids)
    return [
        {
            "scores": scores.get(one, NONE),
            "bookmarked": noted.get(one, _SILENCE).bookmarked,
            "comments": noted.get(one, _SILENCE).comments,
        }
        for one in trace_ids
    ]


def judged_spans(access: ReadAccess, rows: Sequence[Row]) -> list[Judgements]:
    """Of each span of a page its scores."""
    trace_ids = {row["trace_id"] for row in rows}
    span_ids = {row["span_id"] for row in rows}
    scores = scores_of_spans(access.engine, access.project, trace_ids, span_ids)
    return [scores.get((row["trace_id"], row["span_id"]), NONE) for row in rows]


def judged_trace(access: ReadAccess, trace_id: str, span_ids: Sequence[str]) -> list[Judgements]:
    """Of each span of one trace its scores."""
    scores = scores_of_spans(access.engine, access.project, [trace_id])
    return [scores.get((trace_id, span_id), NONE) for span_id in span_ids]


def said_version(access: ReadAccess, trace_id: str) -> str:
    """What is another one after everything that is said of a trace."""
    noted = access.noted([trace_id]).get(trace_id, _SILENCE)
    scores = scores_version(access.engine, access.project, trace_id)
    return f"{scores}.{noted.bookmarked:d}.{noted.comments}"
