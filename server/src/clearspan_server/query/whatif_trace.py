"""One stored trace as the steps that what-if is asked of."""

from clearspan_server.query import SQL
from clearspan_server.query.steps import Step, Steps, ordered
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
    return ordered([_step(row, start_ns) for row in spans])


def _step(row: Row, trace_start_ns: int) -> Step:
    end_ns = row["end_ns"]
    has_usage = row["input_tokens"] is not None or row["output_tokens"] is not None
    return Step(
        span_id=row["span_id"],
        parent_id=row["parent_id"],
        name=row["name"],
        kind=row["kind"],
        status=row["status"],
        start_ns=row["start_ns"] - trace_start_ns,
        end_ns=None if end_ns is None else end_ns - trace_start_ns,
        ttft_ns=row["ttft_ns"],
        retry_of=row["retry_of"],
        tool_name=row["tool_name"],
        pays=row["counted"] and has_usage,
        cost=row["total_cost"],
        output_tokens=row["output_tokens"],
    )
