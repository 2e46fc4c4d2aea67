"""Traces: the list, and one trace with its spans and totals."""

from dataclasses import dataclass

import pyarrow as pa

from clearspan_server.errors import NotFound
from clearspan_server.model.tree import Place, places
from clearspan_server.query import SQL
from clearspan_server.query.filter import Clauses, Stillness, trace_clauses
from clearspan_server.query.page import Listing, Page, Paging, read_page
from clearspan_server.query.summary import summarise
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.shown import OF_TRACE
from clearspan_server.store.statements import statement

MAX_SPANS = 100_000  # of one trace in one answer

LISTING = Listing(
    rows=statement(SQL, "traces"),
    places=statement(SQL, "traces_places"),
    at=statement(SQL, "traces_at"),
    ids=("trace_id",),
    shown=OF_TRACE,
    are_few=True,
)
_SPANS = statement(SQL, "trace_spans")
_COUNT = statement(SQL, "trace_count")
_STATE = statement(SQL, "trace_state")
_VERSION = statement(SQL, "trace_version")


@dataclass(slots=True, frozen=True)
class TraceOfSpans:
    """One trace; `spans` in order of start, `places` beside them, and `version`, another one after every change."""

    summary: Row
    spans: list[Row]
    places: list[Place]
    version: int


def state_of(row: Row, still: Stillness) -> str:
    """Where a trace stands: open, finished, idle, stalled or crashed. Time passing rewrites no row.

    A process that said that it has spans open is watched: its trace is open until the process falls silent. A filter
    asks the same by `fields.STATE`.
    """
    if row["state"] == "ended":
        return "finished" if row["received_ns"] <= still.quiet_ns else "open"
    if row["state"] == "open" and not row["processes"]:
        return "idle" if row["received_ns"] <= still.idle_ns else "open"
    return str(row["state"])


def list_traces(
    engine: Engine, project: str, window: Window, asked: str, still: Stillness, paging: Paging
) -> Page:
    """The traces that start in the window and pass the filter: rows of the table `traces`.

    Raises:
        BadInput: the filter or the cursor cannot be read.
    """
    clauses = Clauses([], {"project": project}).and_(trace_clauses(engine, asked, still))
    return read_page(engine, LISTING, window, clauses, paging)


def read_trace(engine: Engine, project: str, trace_id: str) -> TraceOfSpans:
    """One trace, whenever it was; of more than `MAX_SPANS` spans the first, `span_count` says how many there are.

    Raises:
        NotFound: no span of the project has this trace id.
    """
    table = engine.table(_SPANS, of_trace(project, trace_id))
    summary = summary_of(engine, project, trace_id, table)
    spans = table.to_pylist()
    return TraceOfSpans(
        summary=summary,
        spans=spans,
        places=places([(span["span_id"], span["parent_id"]) for span in spans]),
        version=spans[0]["version"],
    )


def of_trace(project: str, trace_id: str) -> dict[str, object]:
    """The bound values of a statement on the spans of one trace."""
    return {"project": project, "trace_id": trace_id, "limit": MAX_SPANS}


def found(spans: pa.Table, project: str, trace_id: str) -> pa.Table:
    """The spans of a trace.

    Raises:
        NotFound: there are none.
    """
    if not len(spans):
        raise NotFound(f"no trace {trace_id!r} in project {project!r}", trace_id=trace_id)
    return spans


def summary_of(engine: Engine, project: str, trace_id: str, spans: pa.Table) -> Row:
    """The totals of a trace from its spans.

    Raises:
        NotFound: there are none.
    """
    summary = {"trace_id": trace_id} | summarise(found(spans, project, trace_id))
    asked = {"project": project, "trace_id": trace_id}
    if len(spans) == MAX_SPANS:
        [summary["span_count"]] = engine.table(_COUNT, asked)["spans"].to_pylist()
    if summary["state"] == "open":
        known = engine.query(_STATE, asked)
        if known and known[0]["state"] == "stalled":
            summary["state"] = "stalled"
    return summary


def trace_version(engine: Engine, project: str, trace_id: str) -> int:
    """The `version` of a trace, without reading it; of one that is not there, 0."""
    [row] = engine.query(_VERSION, {"project": project, "trace_id": trace_id})
    return int(row["version"])
