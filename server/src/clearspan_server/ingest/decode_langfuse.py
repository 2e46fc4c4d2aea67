"""Batches of Langfuse's clients before OpenTelemetry, event by event, to drafts that its dialect reads.

Source: langfuse `packages/shared/src/server/ingestion/types.ts`. A `…-create` begins a span, or is all of it when it
has an end; a `…-update` is an update of it. A trace is a span too: the root above its spans, which an event of every
batch that speaks of it makes as long as what is known below it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clearspan_server.errors import BadInput
from clearspan_server.ingest.coerce import nanoseconds, text, to_json
from clearspan_server.ingest.decode_langfuse_scores import langfuse_score
from clearspan_server.ingest.decode_traces import sift
from clearspan_server.ingest.draft import Attributes, Decoded, Draft, Origin, Rejected, Value
from clearspan_server.ingest.record_count import bound
from clearspan_server.ingest.tolerant_json import read_json
from clearspan_server.ingest.wire_ids import shown
from clearspan_server.model.langfuse_ids import MAX_ID_CHARS, root_id, span_id, trace_id
from clearspan_server.model.span import Span
from clearspan_server.model.told_answer import ToldAnswer

_OWN = "langfuse.observation."
_TRACE = "langfuse.trace."
_STATE, _UPDATE = "clearspan.state", "update"
_SCOPE = "langfuse-sdk"
_DROPPED = "sdk-log"  # what a client tells of itself
_SCORE = "score-create"
_ANSWER = "dataset-run-item-create"
_NO_ID = f"not a text of 1 to {MAX_ID_CHARS} characters"
_TYPES = frozenset(
    (
        *("span", "generation", "event", "agent", "tool", "chain", "retriever"),
        *("evaluator", "embedding", "guardrail", "observation"),
    )
)

# Body → attribute, as Langfuse's clients over OpenTelemetry name it.
_SHARED = {
    "environment": "langfuse.environment",
    "release": "langfuse.release",
    "version": "langfuse.version",
}
_OF_SPAN = _SHARED | {
    "id": f"{_OWN}id",
    "traceId": f"{_TRACE}id",
    "input": f"{_OWN}input",
    "output": f"{_OWN}output",
    "level": f"{_OWN}level",
    "statusMessage": f"{_OWN}status_message",
    "model": f"{_OWN}model.name",
    "modelParameters": f"{_OWN}model.parameters",
    "usageDetails": f"{_OWN}usage_details",
    "costDetails": f"{_OWN}cost_details",
    "completionStartTime": f"{_OWN}completion_start_time",
    "promptName": f"{_OWN}prompt.name",
    "promptVersion": f"{_OWN}prompt.version",
}
_OF_TRACE = _SHARED | {
    "id": f"{_TRACE}id",
    "name": f"{_TRACE}name",
    "userId": "user.id",
    "sessionId": "session.id",
    "tags": f"{_TRACE}tags",
    "input": f"{_TRACE}input",
    "output": f"{_TRACE}output",
    "public": f"{_TRACE}public",
    "externalId": f"{_TRACE}external_id",
}
_TIMES = frozenset(("timestamp", "startTime", "endTime", "start_time", "end_time"))
_COSTS = {"inputCost": "input", "outputCost": "output", "totalCost": "total"}


@dataclass(slots=True)
class _Batch:
    """What the events of a batch share."""

    project: str
    origin: Origin
    reach: dict[str, tuple[int, int]] = field(default_factory=dict)  # trace → from, to, in ns


def langfuse_slices(body: bytes, project: str, most: int) -> Iterator[Decoded]:
    """The spans of a batch, so many events at a time; at least one slice. `taken` and `rejected` name the events.

    Raises:
        BadInput: the body is no such batch.
        TooLarge: it has too many events.
    """
    request = read_json(body)
    events = request.get("batch") if isinstance(request, dict) else None
    if not isinstance(events, list):
        raise BadInput("the body is no batch: it has no list `batch`")
    told = request.get("metadata")
    return event_slices(events, told if isinstance(told, dict) else {}, project, most)


def event_slices(
    events: list[Any], metadata: Mapping[str, Any], project: str, most: int
) -> Iterator[Decoded]:
    """As `langfuse_slices`, of events that were read; `metadata` says which client sent them."""
    bound(len(events))
    batch = _Batch(project, _origin(metadata))
    decoded = Decoded()
    for number, event in enumerate(events):
        if len(decoded.drafts) >= most:
            yield decoded
            decoded = Decoded()
        name = text(event.get("id")) if isinstance(event, dict) else ""
        before = len(decoded.drafts)
        try:
            if isinstance(event, dict) and event.get("type") == _ANSWER:
                decoded.answers.append(_answer(name, event.get("body")))
                continue  # whether it is taken is for whoever keeps datasets
            _take(decoded, event, batch)
            decoded.taken.append(name)
        except BadInput as error:
            del decoded.drafts[before:]
            reason = f"event {number}: {error.message}"
            decoded.rejected.append(Rejected(reason, _code_of(error), name))
    for trace, (start_ns, end_ns) in batch.reach.items():
        decoded.drafts.append(_reaching(trace, start_ns, end_ns, batch))
    yield decoded


def _code_of(error: BadInput) -> Any:  # noqa: ANN401 - a detail of an error, put there below
    return error.details.get("why", "unreadable")


def _take(decoded: Decoded, event: object, batch: _Batch) -> None:
    """Add the draft of an event.

    Raises:
        BadInput: it cannot be taken.
    """
    if not isinstance(event, dict):
        raise BadInput(f"it is {type(event).__name__}, not an object")
    kind = text(event.get("type"))
    if kind == _DROPPED:
        return
    if kind == _SCORE:
        decoded.scores.append(langfuse_score(event.get("body"), batch.project))
        return
    what, _, act = kind.rpartition("-")
    build = _BUILDERS.get((what == "trace", act))
    if build is None or (what != "trace" and what not in _TYPES):
        raise BadInput(f"the type {shown(kind)} is not kept here")
    body = event.get("body")
    if not isinstance(body, dict):
        raise BadInput("its body is not an object")
    _check_ids(body)
    said = {name: value for name, value in body.items() if value is not None}
    draft = build(said, what, event, batch)
    sifted = Decoded()
    sift(sifted, draft, time.time_ns() + 86_400 * 10**9)
    for one in sifted.rejected:
        raise BadInput(one.reason, why=one.code)
    decoded.drafts.append(draft)
    trace = said.get("traceId")
    if what != "trace" and trace:
        start_ns, end_ns = draft.span.start_ns, draft.span.end_ns or draft.span.start_ns
        known = batch.reach.get(trace, (start_ns, end_ns))
        batch.reach[trace] = min(known[0], start_ns), max(known[1], end_ns)


def _answer(name: str, body: object) -> ToldAnswer:
    """What answered an item of a dataset in a run.

    Raises:
        BadInput: its ids cannot be read, or none says what answered.
    """
    if not isinstance(body, dict):
        raise BadInput("its body is not an object")
    held = {key: body.get(key) for key in ("datasetItemId", "traceId", "observationId")}
    held["runId"] = body.get("runId", body.get("datasetRunId"))
    for key, one in held.items():
        needed = key in ("datasetItemId", "runId")
        if (needed or one is not None) and not _is_id(one):
            raise BadInput(f"its body's {key} is {shown(text(one))}, {_NO_ID}", why="bad_ids")
    if not held["traceId"] and not held["observationId"]:
        raise BadInput("its body has neither traceId nor observationId: what answered the item?")
    return ToldAnswer(
        event=name,
        experiment_id=text(held["runId"]),
        item_id=text(held["datasetItemId"]),
        trace_id=text(held["traceId"]),
        span_id=text(held["observationId"]),
    )


def _is_id(held: object) -> bool:
    return isinstance(held, str) and 0 < len(held) <= MAX_ID_CHARS


def _check_ids(body: Mapping[str, Any]) -> None:
    for name in ("id", "traceId", "parentObservationId"):
        held = body.get(name)
        if held is None and name != "id":
            continue
        if not _is_id(held):
            raise BadInput(f"its body's {name} is {shown(text(held))}, {_NO_ID}", why="bad_ids")


def _begun(said: dict[str, Any], what: str, event: dict[str, Any], batch: _Batch) -> Draft:
    """A span that begins, and ends when an end is told with it."""
    draft = _span(said, what, event, batch)
    span = draft.span
    if what == "event" or text(said.get("type")).lower() == "event":
        span.end_ns = span.start_ns
    return draft


def _updated(said: dict[str, Any], what: str, event: dict[str, Any], batch: _Batch) -> Draft:
    draft = _span(said, what, event, batch)
    draft.attributes[_STATE] = _UPDATE
    if not said.get("parentObservationId"):
        draft.span.parent_id = ""  # it need not repeat the parent
    return draft


def _span(said: dict[str, Any], what: str, event: dict[str, Any], batch: _Batch) -> Draft:
    own_id = said["id"]
    trace = said.get("traceId") or own_id
    parent = said.get("parentObservationId")
    kind = text(said.pop("type", "")).lower() if what == "observation" else what
    attributes = _attributes(said, _OF_SPAN, f"{_OWN}metadata", f"{_OWN}body")
    attributes[f"{_OWN}type"] = kind or "span"
    _add_usage(attributes, said)
    # An update does not repeat the start: the first moment that it knows of stands for it.
    moments = [said.get(name) for name in ("startTime", "completionStartTime", "endTime")]
    moments.append(event.get("timestamp"))
    start_ns = next((at for one in moments if (at := nanoseconds(one)) is not None), 0)
    span = Span(
        project=batch.project,
        trace_id=trace_id(trace),
        span_id=span_id(own_id),
        parent_id=span_id(parent) if parent else root_id(trace) if "traceId" in said else "",
        start_ns=start_ns,
        end_ns=nanoseconds(said.get("endTime")),
        name=text(said.get("name")),
        scope_name=batch.origin.scope_name,
        scope_version=batch.origin.scope_version,
        dialect="langfuse",
    )
    return Draft(span, attributes, [], batch.origin, 0)


def _trace(said: dict[str, Any], what: str, event: dict[str, Any], batch: _Batch) -> Draft:  # noqa: ARG001 - as the others
    """What is said of a trace updates its root; a trace has no end of its own."""
    own_id = said["id"]
    attributes = _attributes(said, _OF_TRACE, f"{_TRACE}metadata", f"{_TRACE}body")
    attributes[_STATE] = _UPDATE
    stamps = [said.get("start_time"), said.get("timestamp"), event.get("timestamp")]
    known = [at for one in stamps if (at := nanoseconds(one)) is not None]
    ends = [*known, nanoseconds(said.get("end_time")) or 0]
    span = _root(own_id, min(known, default=0), max(ends), batch)
    span.name = text(said.get("name"))
    return Draft(span, attributes, [], batch.origin, 0)


def _reaching(own_id: str, start_ns: int, end_ns: int, batch: _Batch) -> Draft:
    """The root of a trace lasts at least as long as what is known below it."""
    span = _root(own_id, start_ns, end_ns, batch)
    return Draft(span, {f"{_TRACE}id": own_id, _STATE: _UPDATE}, [], batch.origin, 0)


def _root(own_id: str, start_ns: int, end_ns: int, batch: _Batch) -> Span:
    return Span(
        project=batch.project,
        trace_id=trace_id(own_id),
        span_id=root_id(own_id),
        start_ns=start_ns,
        end_ns=end_ns,
        scope_name=batch.origin.scope_name,
        scope_version=batch.origin.scope_version,
        dialect="langfuse",
    )


_Build = Callable[[dict[str, Any], str, dict[str, Any], _Batch], Draft]
_BUILDERS: Mapping[tuple[bool, str], _Build] = {
    (True, "create"): _trace,
    (False, "create"): _begun,
    (False, "update"): _updated,
}


def _attributes(
    said: Mapping[str, Any], names: Mapping[str, str], metadata: str, rest: str
) -> Attributes:
    """What a body says, under the names that the dialect reads; what has no such name stands under `rest`."""
    found: Attributes = {}
    for name, value in said.items():
        if name == "metadata" and isinstance(value, dict):
            found |= {f"{metadata}.{key}": _plain(held) for key, held in value.items()}
        elif name == "metadata":
            found[metadata] = _plain(value)
        elif name in names:
            found[names[name]] = _plain(value)
        elif name not in _TIMES and name not in ("name", "parentObservationId"):
            found[f"{rest}.{name}"] = _plain(value)
    return found


def _plain(value: Any) -> Value:  # noqa: ANN401 - foreign JSON enters here
    """As an attribute holds it: what is not a plain value becomes JSON text."""
    return to_json(value) if isinstance(value, (dict, list)) else value


def _add_usage(attributes: Attributes, said: Mapping[str, Any]) -> None:
    """The older form of usage, where nothing newer is there: counts of tokens, and costs beside them."""
    usage = said.get("usage")
    if not isinstance(usage, dict):
        return
    counts = {name: held for name, held in usage.items() if name not in (*_COSTS, "unit")}
    if usage.get("unit") in (None, "TOKENS") and any(map(_is_number, counts.values())):
        attributes.setdefault(f"{_OWN}usage_details", to_json(counts))
    costs = {name: usage[key] for key, name in _COSTS.items() if _is_number(usage.get(key))}
    if costs:
        attributes.setdefault(f"{_OWN}cost_details", to_json(costs))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _origin(metadata: Mapping[str, Any]) -> Origin:
    """The client as the origin of what it sends."""
    known = {
        f"langfuse.sdk.{name.removeprefix('sdk_')}": text(metadata.get(name))
        for name in ("sdk_name", "sdk_version", "sdk_integration")
    }
    resource: Attributes = {name: value for name, value in known.items() if value}
    return Origin(resource, _SCOPE, known["langfuse.sdk.version"])
