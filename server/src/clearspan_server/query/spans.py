"""Spans: the list, and one span with its bodies."""

from clearspan_server.errors import NotFound
from clearspan_server.query import SQL
from clearspan_server.query.filter import Clauses, Stillness, span_clauses
from clearspan_server.query.page import Listing, Page, Paging, read_page
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.shown import OF_SPAN
from clearspan_server.store.statements import statement

LISTING = Listing(
    rows=statement(SQL, "spans"),
    places=statement(SQL, "spans_places"),
    at=statement(SQL, "spans_at"),
    ids=("trace_id", "span_id"),
    shown=OF_SPAN,
)
_SPAN = statement(SQL, "span")
_TRACE = statement(SQL, "trace_id_of_span")


def list_spans(
    engine: Engine, project: str, window: Window, asked: str, still: Stillness, paging: Paging
) -> Page:
    """The spans that start in the window and pass the filter, without their bodies.

    Raises:
        BadInput: the filter or the cursor cannot be read.
    """
    clauses = Clauses([], {"project": project}).and_(span_clauses(engine, asked, still))
    return read_page(engine, LISTING, window, clauses, paging)


def read_span(engine: Engine, project: str, trace_id: str, span_id: str) -> Row:
    """One span: every column of the table `spans`.

    Raises:
        NotFound: the trace has no such span in this project.
    """
    values = {"project": project, "trace_id": trace_id, "span_id": span_id}
    found = engine.query(_SPAN, values)
    if not found:
        raise NotFound(
            f"no span {span_id!r} in trace {trace_id!r} of project {project!r}",
            trace_id=trace_id,
            span_id=span_id,
        )
    return found[0]


def trace_of_span(engine: Engine, project: str, span_id: str) -> str:
    """The trace that has the newest span of this id.

    Raises:
        NotFound: the project has no such span.
    """
    found = engine.query(_TRACE, {"project": project, "span_id": span_id})
    if not found:
        raise NotFound(f"no span {span_id!r} in project {project!r}", span_id=span_id)
    return str(found[0]["trace_id"])
