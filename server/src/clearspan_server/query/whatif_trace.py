"""One stored trace as the steps that what-if is asked of."""

from clearspan_server.query import SQL
from clearspan_server.query.steps import Steps, ordered, step_of
from clearspan_server.query.traces import found, of_trace
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_SPANS = statement(SQL, "whatif_spans")


def read_spans(engine: Engine, project: str, trace_id: str) -> list[Row]:
    """The spans of a trace in order of start: when they ran, and the usage that their prices follow from.

    Raises:
        NotFound: no span of the project has this trace id.
    """
    table = engine.table(_SPANS, of_trace(project, trace_id))
    rows: list[Row] = found(table, project, trace_id).to_pylist()
    return rows


def steps_of(spans: list[Row]) -> Steps:
    """The steps, with times from the start of the first."""
    start_ns = spans[0]["start_ns"]
    return ordered([step_of(row, start_ns) for row in spans])
