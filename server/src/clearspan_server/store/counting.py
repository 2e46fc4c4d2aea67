"""The counting decision, stored: which spans' usage a total adds up, in one trace and across traces of an hour."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

import pyarrow as pa

from clearspan_server.model.counting import Bearer, counted
from clearspan_server.store.agenda import Hour
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

Key = tuple[str, str]  # project, trace id

_SCHEMA = "clearspan_server.store.schema"
_HOUR_NS = 3_600_000_000_000
_PIECE = 5_000  # spans stored, or responses looked for, by one statement


def decide(engine: Engine, traces: pa.Table) -> tuple[set[Key], set[Hour]]:
    """Store what changes about counting; gives the traces whose totals may change with it, and the hours.

    `traces` are rows of schema/traces_derive.sql. A trace beside them changes when it holds the same response.
    """
    keys = keys_of(traces)
    suspects = {
        key
        for key, is_suspect in zip(keys, traces["is_suspect"].to_pylist(), strict=True)
        if is_suspect
    }
    shared = _shared(engine, traces)
    linked = {(project, one) for (project, _), trace_ids in shared.items() for one in trace_ids}
    if not suspects and not linked:
        return set(), set()
    changed, decided = _changed(engine, suspects | linked, set(keys), set(shared))
    for start in range(0, len(changed), _PIECE):
        piece = changed[start : start + _PIECE]
        values = named({(project, trace_id) for project, trace_id, _, _ in piece})
        spans = [" ".join(span[:3]) for span in piece]
        engine.command(statement(_SCHEMA, "counting_store"), {**values, "spans": spans})
    # All that are linked, changed or not: when this is done again after a failure, they may be behind what is stored.
    return (
        linked | {(project, trace_id) for project, trace_id, _, _ in changed},
        {hour_of(project, start_ns) for project, start_ns in decided},
    )


def _changed(
    engine: Engine, keys: set[Key], whole: set[Key], responses: set[Key]
) -> tuple[list[tuple[str, str, str, int]], set[tuple[str, int]]]:
    """Spans whose decision is not the stored one, with their start; and project and start of all that are decided.

    Of a trace that is not among `whole` only the spans with one of these responses are decided, and those without any,
    for which their own trace decides: others it may share with traces that are not here.
    """
    projects: defaultdict[str, defaultdict[str, list[Bearer]]] = defaultdict(
        lambda: defaultdict(list)
    )
    stored: dict[tuple[str, str, str], tuple[bool, int]] = {}
    for row in _spans(engine, keys, responses):
        project, trace_id = row["project"], row["trace_id"]
        bearer = Bearer(
            span_id=row["span_id"],
            parent_id=row["parent_id"],
            has_usage=bool(row["has_usage"]),
            response_id=row["response_id"],
            start_ns=row["start_ns"],
            call_key=row["call_key"],
            is_estimated=bool(row["is_estimated"]),
            end_ns=row["end_ns"],
            tokens=(row["input_tokens"], row["output_tokens"]),
        )
        projects[project][trace_id].append(bearer)
        is_known = not row["call_names"] or _is_shared(row, responses)
        if (project, trace_id) in whole or ((project, trace_id) in keys and is_known):
            stored[project, trace_id, bearer.span_id] = bool(row["counted"]), bearer.start_ns
    decided = {
        (project, *place): counts
        for project, traces in projects.items()
        for place, counts in counted(traces).items()
    }
    changed = [
        (*span, start_ns) for span, (counts, start_ns) in stored.items() if decided[span] != counts
    ]
    return changed, {(span[0], start_ns) for span, (_, start_ns) in stored.items()}


def _spans(engine: Engine, keys: set[Key], responses: set[Key]) -> list[Row]:
    """The spans of these traces, and of those that hold what a span with one of these responses is known by, too."""
    rows = engine.query(statement(_SCHEMA, "counting_spans"), named(keys))
    names = {
        (row["project"], call)
        for row in rows
        if _is_shared(row, responses)
        for call in row["call_names"]
    }
    further = sorted(names - responses)
    if not further:
        return rows
    held = _holders(engine, sorted({key[0] for key in further}), [key[1] for key in further])
    others = {(project, one) for (project, _), trace_ids in held.items() for one in trace_ids}
    if others <= keys:
        return rows
    seen = {(row["project"], row["trace_id"]) for row in rows}
    more = engine.query(statement(_SCHEMA, "counting_spans"), named(others - keys))
    return rows + [row for row in more if (row["project"], row["trace_id"]) not in seen]


def _is_shared(row: Row, responses: set[Key]) -> bool:
    return any((row["project"], call) in responses for call in row["call_names"])


def _shared(engine: Engine, traces: pa.Table) -> dict[Key, list[str]]:
    """The (project, response id)s of these traces that other traces carry too, with all such traces."""
    held = traces["responses"].combine_chunks()
    if not len(held.values):
        return {}
    owners = held.value_parent_indices()
    response_id, span_id, start_ns = held.flatten().flatten()
    rows = pa.table(
        {
            "project": traces["project"].take(owners),
            "response_id": response_id,
            "trace_id": traces["trace_id"].take(owners),
            "span_id": span_id,
            "start_ns": start_ns,
        }
    )
    engine.insert("responses", rows, token=uuid.uuid4().hex)
    projects = sorted(set(rows["project"].to_pylist()))
    return _holders(engine, projects, response_id.unique().to_pylist())


def _holders(
    engine: Engine, projects: Sequence[str], response_ids: Sequence[str]
) -> dict[Key, list[str]]:
    """The traces that carry each of these responses, where there are several."""
    shared: dict[Key, list[str]] = {}
    # Measured: the engine takes 0.1 s for 4 000 of them, and 20 s for 30 000.
    for start in range(0, len(response_ids), _PIECE):
        values = {"projects": projects, "response_ids": response_ids[start : start + _PIECE]}
        for row in engine.query(statement(_SCHEMA, "responses_shared"), values):
            shared[row["project"], row["response_id"]] = row["trace_ids"]
    return shared


def keys_of(table: pa.Table) -> list[Key]:
    """The (project, trace id) of each row."""
    return list(zip(table["project"].to_pylist(), table["trace_id"].to_pylist(), strict=True))


def named(keys: Iterable[Key]) -> dict[str, Sequence[object]]:
    """The keys as statements bind them; a trace id in two of the projects is found in both."""
    keys = list(keys)
    projects = sorted({project for project, _ in keys})
    return {"projects": projects, "trace_ids": [trace_id for _, trace_id in keys]}


def hour_of(project: str, start_ns: int) -> Hour:
    """The hour in which a span starts."""
    return project, start_ns // _HOUR_NS * 3_600
