"""Any measure of spans, traces or scores, grouped by any of their dimensions and by time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.query.filter import Clauses, compose, compose_measures
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_ROWS = 100_000

Measured = Literal["spans", "traces", "scores"]

_STATEMENTS: Mapping[Measured, str] = {
    "scores": statement(SQL, "measures_of_scores"),
    "spans": statement(SQL, "measures_of_spans"),
    "traces": statement(SQL, "measures_of_traces"),
}
_SHARED = {
    "name": "name",
    "environment": "environment",
    "release": "release",
    "user": "user_id",
    "session": "session_id",
    "tag": "arrayJoin(if(empty(tags), [''], tags))",
    "status": "status",
}
# What a score judges, which the statement looks up where it is asked for.
_OF_TRACES = {
    "trace": "trace_name",
    "release": "trace_release",
    "user": "trace_user",
    "session": "if(session_id != '', session_id, trace_session)",
    "tag": "arrayJoin(if(empty(trace_tags), [''], trace_tags))",
}
_OF_SPANS = {
    "span": "span_name",
    "model": "model",
    "prompt": "prompt_name",
    "prompt_version": "prompt_version",
}
DIMENSIONS: Mapping[Measured, Mapping[str, str]] = {
    "scores": {
        **{name: name for name in ("name", "type", "source", "environment", "text")},
        **_OF_TRACES,
        **_OF_SPANS,
    },
    "spans": _SHARED
    | {
        "kind": "kind",
        "step": "if(kind in ('http', 'db', 'reranker', 'other'), 'other', kind)",
        "model": "if(response_model != '', response_model, request_model)",
        "provider": "provider",
        "prompt": "prompt_name",
        "prompt_version": "prompt_version",
        "service": "service",
    },
    "traces": _SHARED,
}
_LATENCY_MS = "(end_ns - start_ns) / 1e6"
MEASURES: Mapping[Measured, Mapping[str, str]] = {
    "scores": {"count": "1", "value": "value"},
    "spans": {
        "count": "1",
        "latency_ms": _LATENCY_MS,
        "ttft_ms": "ttft_ns / 1e6",
        # Usage and cost are of counted spans, as everywhere.
        "input_tokens": "if(counted, spans.input_tokens, null)",
        "output_tokens": "if(counted, spans.output_tokens, null)",
        "total_tokens": "if(counted, spans.total_tokens, null)",
        "input_cost": "if(counted, toFloat64(spans.input_cost), null)",
        "output_cost": "if(counted, toFloat64(spans.output_cost), null)",
        # By the sender's own account where there is one.
        "total_cost": "if(counted, toFloat64(coalesce(nullIf(spans.reported_cost, 0), spans.total_cost)), null)",
    },
    "traces": {
        "count": "1",
        "latency_ms": _LATENCY_MS,
        "spans": "span_count",
        "input_tokens": "traces.input_tokens",
        "output_tokens": "traces.output_tokens",
        "total_tokens": "traces.total_tokens",
        "total_cost": "toFloat64(traces.total_cost)",
    },
}
AGGREGATIONS: Mapping[str, str] = {
    "sum": "sum",
    "avg": "avg",
    "count": "count",
    "min": "min",
    "max": "max",
    **{f"p{rank}": f"quantileExact(0.{rank})" for rank in (50, 75, 90, 95, 99)},
}
STEPS: Mapping[str, str] = {
    "minute": "toStartOfMinute",
    "hour": "toStartOfHour",
    "day": "toStartOfDay",
    "week": "toMonday",
    "month": "toStartOfMonth",
}


@dataclass(slots=True, frozen=True)
class Choice:
    """A dimension of scores has one of these values, or none of them."""

    dimension: str
    values: Sequence[str]
    is_negated: bool = False


@dataclass(slots=True, frozen=True)
class Question:
    """What is measured: pairs of a measure and an aggregation, by dimensions, and by time where a step is given.

    Of scores, which no filter speaks of, `types` and `chosen` say which.
    """

    of: Measured
    measures: Sequence[tuple[str, str]]
    by: Sequence[str] = ()
    step: str = ""
    types: Sequence[str] = ()
    chosen: Sequence[Choice] = ()


def measure(engine: Engine, asked: Narrowing, question: Question) -> list[Row]:
    """Rows of `key_0`, … in the order of the dimensions, then of the time in seconds, and of `measure_0`, ….

    Raises:
        BadInput: the filter cannot be read, or something is asked for that there is not.
    """
    keys = [_of(DIMENSIONS[question.of], one, "dimension") for one in question.by]
    if question.step:
        step = _of(STEPS, question.step, "step")
        at = f"{step}(fromUnixTimestamp64Nano(start_ns, 'UTC'))"
        keys.append(f"toUnixTimestamp(toDateTime({at}, 'UTC'))")
    sums = [
        f"{_of(AGGREGATIONS, how, 'aggregation')}({_of(MEASURES[question.of], what, 'measure')})"
        for what, how in question.measures
    ]
    clauses = (
        _scores(asked, question)
        if question.of == "scores"
        else narrowed(engine, question.of, asked)
    )
    text = compose_measures(compose(_STATEMENTS[question.of], clauses), keys, sums)
    return engine.query(text, clauses.values | asked.window.values() | {"limit": MAX_ROWS})


def _scores(asked: Narrowing, question: Question) -> Clauses:
    """Which scores, and whether traces and spans have to be looked up for them."""
    named = {*question.by, *(one.dimension for one in question.chosen)}
    values: dict[str, object] = {
        "project": asked.project,
        "types": list(question.types),
        "of_traces": not named.isdisjoint(_OF_TRACES),
        "of_spans": not named.isdisjoint(_OF_SPANS),
    }
    where = []
    for number, one in enumerate(question.chosen):
        held = _of(DIMENSIONS["scores"], one.dimension, "dimension")
        values[f"chosen_{number}"] = list(one.values)
        bound = f"{{chosen_{number}:Array(String)}}"
        is_one = f"hasAny(trace_tags, {bound})" if one.dimension == "tag" else f"{held} in {bound}"
        where.append(f"not ({is_one})" if one.is_negated else is_one)
    return Clauses(where, values)


def _of(known: Mapping[str, str], name: str, what: str) -> str:
    if name not in known:
        raise BadInput(f"there is no {what} {name[:100]!r}: {', '.join(known)}", value=name[:100])
    return known[name]
