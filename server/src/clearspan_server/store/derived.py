"""Tables that follow from spans: the counting decision and one row a trace."""

import time
from collections.abc import Sequence

from clearspan_server.model.counting import Bearer, counted
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"


Key = tuple[str, str]  # project, trace id


def derive_traces(engine: Engine, keys: Sequence[Key]) -> None:
    """Bring `counted` and the `traces` rows of these traces up to date; doing it twice changes nothing."""
    values = {**_named(keys), "version": time.time_ns()}
    _decide_counting(engine, keys)
    engine.command(statement(_SCHEMA, "traces_moved"), values)
    engine.command(statement(_SCHEMA, "traces_derive"), values)


def _decide_counting(engine: Engine, keys: Sequence[Key]) -> None:
    suspects = engine.query(statement(_SCHEMA, "counting_suspects"), _named(keys))
    if not suspects:
        return
    values = _named([(row["project"], row["trace_id"]) for row in suspects])
    traces: dict[Key, list[Bearer]] = {}
    stored: dict[tuple[str, str, str], bool] = {}
    for row in engine.query(statement(_SCHEMA, "counting_spans"), values):
        bearer = Bearer(
            span_id=row["span_id"],
            parent_id=row["parent_id"],
            has_usage=bool(row["has_usage"]),
            response_id=row["response_id"],
            start_ns=row["start_ns"],
        )
        traces.setdefault((row["project"], row["trace_id"]), []).append(bearer)
        stored[row["project"], row["trace_id"], row["span_id"]] = row["counted"]
    changed = [
        (*key, span_id)
        for key, bearers in traces.items()
        for span_id, counts in counted(bearers).items()
        if stored[*key, span_id] != counts
    ]
    if changed:
        engine.command(statement(_SCHEMA, "counting_store"), {**values, "keys": changed})


def _named(keys: Sequence[Key]) -> dict[str, object]:
    """The keys as the statements bind them; a trace id in two of the projects is derived in both."""
    projects = sorted({project for project, _ in keys})
    return {"projects": projects, "trace_ids": [trace_id for _, trace_id in keys]}
