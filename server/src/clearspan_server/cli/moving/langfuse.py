"""Langfuse's exports: traces with their observations and scores, as its API gives them and its pages export them.

They come in as what its clients had sent, through the door for these: batches of events, whose ids follow from theirs.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from clearspan_server.cli.moving.records import Json, Place, Record, Untaken, size_of

_ONCE = ("id", "name", "input", "output", "metadata", "version", "release", "environment")
_OF_TRACE = (*_ONCE, "timestamp", "userId", "sessionId", "tags", "public", "externalId")
_OF_OBSERVATION = (
    *(*_ONCE, "traceId", "parentObservationId", "type", "startTime", "endTime", "level"),
    *("completionStartTime", "statusMessage", "model", "modelParameters", "usageDetails"),
    *("costDetails", "usage", "promptName", "promptVersion"),
)
_OF_SCORE = (
    *("id", "traceId", "observationId", "sessionId", "name", "value", "dataType", "comment"),
    *("environment", "metadata"),
)
# Of the trace, as an observation of a bucket's file tells it.
_TRACE_BESIDE = {
    "traceName": "name",
    "userId": "userId",
    "sessionId": "sessionId",
    "tags": "tags",
    "release": "release",
    "public": "public",
    "environment": "environment",
}
_TIMES = ("timestamp", "startTime", "endTime", "completionStartTime")
_BARE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9:.]+)")


def is_langfuse(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is a trace or an observation."""
    if not isinstance(value, dict):
        return False
    said = _camel(value)
    return _is_observation(said) or _is_trace(said)


def _is_trace(said: Json) -> bool:
    return "id" in said and "timestamp" in said and ("observations" in said or "userId" in said)


def _is_observation(said: Json) -> bool:
    return {"id", "traceId", "startTime", "type"} <= said.keys()


def _is_score(said: Json) -> bool:
    return {"id", "name", "dataType"} <= said.keys()


def records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """An event for each trace, observation and score."""
    for place, value in values:
        said = _camel(value) if isinstance(value, dict) else {}
        if _is_observation(said):
            yield from _around(place, said)
            said.setdefault("model", said.get("providedModelName"))
            yield _event(place, "observation-create", said, _OF_OBSERVATION, "spans")
        elif _is_trace(said):
            yield from _of_trace(place, said)
        elif _is_score(said):
            yield _score(place, said)
        else:
            yield Untaken(place, "it is no trace, observation or score of Langfuse's")


def _around(place: Place, said: Json) -> Iterator[Record]:
    """The trace of an observation that tells of it too, as those do that Langfuse exports to a bucket."""
    trace = {name: said.get(given) for given, name in _TRACE_BESIDE.items() if said.get(given)}
    if trace and not said.get("parentObservationId"):
        trace |= {"id": said["traceId"], "timestamp": said["startTime"]}
        yield _event(place, "trace-create", trace, _OF_TRACE)


def _of_trace(place: Place, said: Json) -> Iterator[Record | Untaken]:
    yield _event(place, "trace-create", said, _OF_TRACE, "traces")
    for one in said.get("observations") or []:
        if isinstance(one, dict):
            mine = {"traceId": said["id"], **_camel(one)}
            yield _event(place, "observation-create", mine, _OF_OBSERVATION, "spans")
        else:
            reason = "of this observation there is the id alone: export observations, too"
            yield Untaken(Place(place.file, f"{place.at} {one}".strip()), reason, 1, "span")
    scores = said.get("scores")
    for one in scores if isinstance(scores, list) else []:
        if isinstance(one, dict):
            yield _score(place, {"traceId": said["id"], **_camel(one)})


def _score(place: Place, said: Json) -> Record:
    words = said.get("stringValue")
    value = words if said.get("dataType") == "CATEGORICAL" and words else said.get("value")
    return _event(place, "score-create", said | {"value": value}, _OF_SCORE, "scores")


def _event(
    place: Place, kind: str, said: Json, names: tuple[str, ...], noun: str | None = None
) -> Record:
    said = said | {name: _moment(said[name]) for name in _TIMES if name in said}
    body = {name: said[name] for name in names if said.get(name) is not None}
    if body.get("usageDetails"):
        body.pop("usage", None)
    event = {
        "id": f"{kind}:{said.get('traceId', '')}:{said.get('id')}",
        "type": kind,
        "timestamp": said.get("timestamp") or said.get("startTime"),
        "body": body,
    }
    return Record("langfuse", event, place, size_of(event), {noun: 1} if noun else {})


def _moment(told: object) -> object:
    """With a zone: a bucket's files leave it out, and mean UTC."""
    bare = _BARE_TIME.fullmatch(told) if isinstance(told, str) else None
    return f"{bare[1]}T{bare[2]}Z" if bare else told


def _camel(said: Mapping[str, Any]) -> Json:
    """With names as the API has them; its clients for Python write them with underscores."""
    return {_camel_name(name): value for name, value in said.items()}


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
