"""Tables that follow from spans: the counting decision and one row a trace."""

import time
from collections.abc import Sequence

from clearspan_server.model.counting import Bearer, counted
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"


def derive_traces(engine: Engine, project: str, trace_ids: Sequence[str]) -> None:
    """Bring `counted` and the `traces` rows of these traces up to date; doing it twice changes nothing."""
    values = {"project": project, "trace_ids": list(trace_ids), "version": time.time_ns()}
    _decide_counting(engine, project, trace_ids)
    engine.command(statement(_SCHEMA, "traces_moved"), values)
    engine.command(statement(_SCHEMA, "traces_derive"), values)


def _decide_counting(engine: Engine, project: str, trace_ids: Sequence[str]) -> None:
    values: dict[str, object] = {"project": project, "trace_ids": list(trace_ids)}
    suspects = engine.query(statement(_SCHEMA, "counting_suspects"), values)
    if not suspects:
        return
    values["trace_ids"] = [row["trace_id"] for row in suspects]
    traces: dict[str, list[Bearer]] = {}
    stored: dict[tuple[str, str], bool] = {}
    for row in engine.query(statement(_SCHEMA, "counting_spans"), values):
        bearer = Bearer(
            span_id=row["span_id"],
            parent_id=row["parent_id"],
            has_usage=bool(row["has_usage"]),
            response_id=row["response_id"],
            start_ns=row["start_ns"],
        )
        traces.setdefault(row["trace_id"], []).append(bearer)
        stored[row["trace_id"], row["span_id"]] = row["counted"]
    changed = [
        (trace_id, span_id)
        for trace_id, bearers in traces.items()
        for span_id, counts in counted(bearers).items()
        if stored[trace_id, span_id] != counts
    ]
    if changed:
        values["keys"] = changed
        engine.command(statement(_SCHEMA, "counting_store"), values)
