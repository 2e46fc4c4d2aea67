"""The questions of Langfuse's metrics: JSON that names measures, dimensions, filters and steps of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, ValidationError

from clearspan_server.api.langfuse_asking import all_of, any_of, framed, term
from clearspan_server.api.langfuse_observations import NO_TRACE, of_type
from clearspan_server.api.langfuse_rows import TYPES
from clearspan_server.api.langfuse_score_rows import DATA_TYPES, SOURCES
from clearspan_server.api.langfuse_shapes import Sent, Shape, moment
from clearspan_server.errors import BadInput
from clearspan_server.query.measures import Choice, Measured, Question
from clearspan_server.store.engine import Row

View = Literal["observations", "traces", "scores-numeric", "scores-categorical"]
_VIEWS: Mapping[View, Measured] = {
    "observations": "spans",
    "traces": "traces",
    "scores-numeric": "scores",
    "scores-categorical": "scores",
}
_SCORES: Mapping[View, tuple[str, ...]] = {
    "scores-numeric": ("numeric", "boolean"),
    "scores-categorical": ("category",),
}  # of which types they are
_OF_SCORES = {
    "name": "name",
    "environment": "environment",
    "source": "source",
    "dataType": "type",
    "stringValue": "text",
    "traceName": "trace",
    "traceRelease": "release",
    "userId": "user",
    "sessionId": "session",
    "tags": "tag",
    "observationName": "span",
    "observationModelName": "model",
    "observationPromptName": "prompt",
    "observationPromptVersion": "prompt_version",
}
# What we call something else, and what it is where we call it nothing.
_WORDS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "type": (TYPES, "SPAN"),
    "dataType": (DATA_TYPES, ""),
    "source": (SOURCES, ""),
}
_DIMENSIONS = {
    "name": "name",
    "environment": "environment",
    "release": "release",
    "userId": "user",
    "sessionId": "session",
    "tags": "tag",
    "type": "step",
    "providedModelName": "model",
    "promptName": "prompt",
    "promptVersion": "prompt_version",
}
_MEASURES = {
    "count": "count",
    "latency": "latency_ms",
    "timeToFirstToken": "ttft_ms",
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    "totalTokens": "total_tokens",
    "inputCost": "input_cost",
    "outputCost": "output_cost",
    "totalCost": "total_cost",
    "observationsCount": "spans",
}
_FIELDS = {
    "name": "name",
    "environment": "env",
    "release": "release",
    "userId": "user",
    "sessionId": "session",
    "tags": "tag",
    "providedModelName": "model",
    "promptName": "prompt",
    "promptVersion": "prompt_version",
    "traceName": "trace.name",
    "traceId": "trace",
}
_STEPS_S = (("minute", 3 * 3_600), ("hour", 4 * 86_400), ("day", 120 * 86_400))  # up to this wide


class _Dimension(Sent):
    field: str


class _Metric(Sent):
    measure: str
    aggregation: str


class _Filter(Sent):
    column: str
    operator: Literal["=", "any of", "none of"]
    value: str | list[str]


class _Time(Sent):
    granularity: Literal["minute", "hour", "day", "week", "month", "auto"]


class _Order(Sent):
    field: str
    direction: Literal["asc", "desc"]


class _Config(Sent):
    row_limit: int = Field(default=100, ge=1, le=1_000, alias="row_limit")


class _Asked(Sent):
    view: View
    dimensions: list[_Dimension] = Field(default_factory=list, max_length=5)
    metrics: list[_Metric] = Field(min_length=1, max_length=20)
    filters: list[_Filter] = Field(default_factory=list, max_length=20)
    time_dimension: _Time | None = None
    from_timestamp: datetime
    to_timestamp: datetime
    order_by: list[_Order] | None = None
    config: _Config = Field(default_factory=_Config)


@dataclass(slots=True, frozen=True)
class LangfuseQuestion:
    """A question here, and how its answer is told: names of the columns, their order, and how many rows."""

    asked: Question
    filter: str
    since: datetime
    until: datetime
    names: tuple[str, ...]  # of the dimensions
    columns: tuple[str, ...]  # of the measures
    order: tuple[tuple[str, bool], ...]  # a column, and whether it descends
    limit: int


def read_question(text: str) -> LangfuseQuestion:
    """The question in JSON.

    Raises:
        BadInput: it cannot be read, or asks for what is not answered.
    """
    try:
        asked = _Asked.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(f"query.{where}: {first['msg']}, not {first.get('input')!r:.200}") from None
    names = tuple(one.field for one in asked.dimensions)
    of_scores = asked.view in _SCORES
    dimensions = _OF_SCORES if of_scores else _DIMENSIONS
    measures = _measures(asked.view)
    pairs = [(_known(measures, one.measure, "measure"), one.aggregation) for one in asked.metrics]
    step = asked.time_dimension.granularity if asked.time_dimension else ""
    columns = tuple(f"{one.aggregation}_{one.measure}" for one in asked.metrics)
    order = [(one.field, one.direction == "desc") for one in asked.order_by or ()]
    sortable = (*names, *columns, *(["time_dimension"] if step else []))
    unknown = [field for field, _ in order if field not in sortable]
    if unknown:
        raise BadInput(f"orderBy {unknown[0][:100]!r} is not one of {', '.join(sortable)}")
    return LangfuseQuestion(
        asked=Question(
            of=_VIEWS[asked.view],
            measures=pairs,
            by=[_known(dimensions, one, "dimension") for one in names],
            step=_auto(asked) if step == "auto" else step,
            types=_SCORES.get(asked.view, ()),
            chosen=[_choice(one) for one in asked.filters] if of_scores else (),
        ),
        filter=""
        if of_scores
        else all_of(
            NO_TRACE if asked.view == "observations" else "",
            *(_term(one) for one in asked.filters),
        ),
        since=asked.from_timestamp,
        until=asked.to_timestamp,
        names=names,
        columns=columns,
        order=tuple(order or ([("time_dimension", False)] if step else [(columns[0], True)])),
        limit=asked.config.row_limit,
    )


def answered(rows: Sequence[Row], question: LangfuseQuestion) -> list[Shape]:
    """The rows of an answer, under the names that were asked for, in their order."""
    found = [_row(row, question) for row in rows]
    for field, descends in reversed(question.order):
        # What is unknown comes last either way.
        known = [one for one in found if one[field] is not None]
        known.sort(key=lambda one: one[field], reverse=descends)
        found = known + [one for one in found if one[field] is None]
    return found[: question.limit]


def _row(row: Row, question: LangfuseQuestion) -> Shape:
    told: Shape = {}
    for number, name in enumerate(question.names):
        value = row[f"key_{number}"]
        words, other = _WORDS.get(name, ({}, value))
        told[name] = words.get(value, other) or None
    if question.asked.step:
        at = datetime.fromtimestamp(row[f"key_{len(question.names)}"], UTC)
        told["time_dimension"] = moment(at)
    for number, column in enumerate(question.columns):
        told[column] = row[f"measure_{number}"]
    return told


def _measures(view: View) -> Mapping[str, str]:
    if view not in _SCORES:
        return _MEASURES
    return {"count": "count"} | ({"value": "value"} if view == "scores-numeric" else {})


def _choice(asked: _Filter) -> Choice:
    """A filter over scores."""
    values = asked.value if isinstance(asked.value, list) else [asked.value]
    if asked.column in _WORDS:
        words, _ = _WORDS[asked.column]
        values = [ours for ours, theirs in words.items() if theirs in values]
    dimension = _known(_OF_SCORES, asked.column, "filter's column")
    return Choice(dimension, values, is_negated=asked.operator == "none of")


def _known(words: Mapping[str, str], name: str, what: str) -> str:
    if name not in words:
        raise BadInput(f"the {what} {name[:100]!r} is not one of {', '.join(words)}")
    return words[name]


def _auto(asked: _Asked) -> str:
    width_s = framed(asked.from_timestamp, asked.to_timestamp).width_ns / 1e9
    return next((step for step, most_s in _STEPS_S if width_s <= most_s), "week")


def _term(asked: _Filter) -> str:
    values = asked.value if isinstance(asked.value, list) else [asked.value]
    if asked.column == "type":
        found = any_of(*(of_type(one) for one in values))
    else:
        field = _known(_FIELDS, asked.column, "filter's column")
        found = any_of(*(term(field, one) for one in values))
    return f"NOT ({found})" if asked.operator == "none of" and found else found
