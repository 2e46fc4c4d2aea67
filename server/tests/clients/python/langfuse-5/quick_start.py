"""The quick start of Langfuse's client 5, which has observations and no traces to read."""

import json
from typing import Any

import langfuse_otel_steps
import langfuse_steps as steps
from langfuse_otel_steps import client

FIELDS = "core,basic,io,metadata,model,usage,metrics,trace_context"


def read_traces(trace_id: str, call_id: str) -> None:
    """The observations of the trace, with the fields that are asked for, page by page."""
    found = steps.until(lambda: _observations(trace_id))
    call = next(one for one in found if one.id == call_id)
    root = next(one for one in found if one.id != call_id)
    steps.same((root.name, root.is_root_observation), ("support", True))
    steps.same(json.loads(root.input), {"question": "Paris?"})
    steps.same(
        (call.type, call.model, call.parent_observation_id), ("GENERATION", steps.MODEL, root.id)
    )
    steps.same((json.loads(call.input), call.output), (steps.QUESTION, steps.ANSWER))
    steps.same((call.user_id, call.session_id), (steps.USER, steps.SESSION))
    steps.same((call.usage_details["input"], call.usage_details["output"]), (24, 9))
    first = client.api.observations.get_many(trace_id=trace_id, limit=1)
    second = client.api.observations.get_many(trace_id=trace_id, limit=1, cursor=first.meta.cursor)
    steps.same({first.data[0].id, second.data[0].id}, {root.id, call.id})


def _observations(trace_id: str) -> Any:
    found = client.api.observations.get_many(trace_id=trace_id, fields=FIELDS).data
    return found if len(found) == 2 and all(one.end_time for one in found) else None


def read_scores(trace_id: str, call_id: str) -> None:
    """The scores of the trace and its spans, and one by its id."""
    found = steps.until(
        lambda: len((page := client.api.scores.get_many(trace_id=trace_id)).data) == 3 and page
    )
    values = {one.name: one.value for one in found.data}
    steps.same(values, {"quality": 0.9, "tone": "kind", "right": True})
    [one] = client.api.scores.get_many(id="quality-of-it").data
    steps.same((one.comment, one.metadata, one.subject.kind), ("good", {"by": "judge"}, "trace"))
    tone = next(one for one in found.data if one.name == "tone")
    steps.same((tone.subject.kind, tone.subject.id), ("observation", call_id))


def read_sessions(trace_id: str) -> None:
    """The session by its observations and its score."""
    found = client.api.observations.get_many(session_id=steps.SESSION)
    steps.same({one.trace_id for one in found.data}, {trace_id})
    [score] = client.api.scores.get_many(session_id=steps.SESSION).data
    steps.same((score.name, score.subject.kind), ("whole", "session"))


def read_experiment(result: Any) -> None:
    """Each item's trace has the score that was given to it."""
    for one in result.item_results:
        steps.until(lambda one=one: client.api.scores.get_many(trace_id=one.trace_id).data)


langfuse_otel_steps.whole(
    {
        "traces": read_traces,
        "scores": read_scores,
        "sessions": read_sessions,
        "experiments": read_experiment,
    }
)
