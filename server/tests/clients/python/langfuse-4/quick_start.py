"""The quick start of Langfuse's client 4: what it writes is read back through its own API."""

import langfuse_otel_steps
import langfuse_steps as steps
from langfuse_otel_steps import client
from langfuse_traces_steps import read_runs, read_sessions, read_traces


def read_scores(trace_id: str, call_id: str) -> None:
    """The scores by trace, by id, and in both versions of the API; and observations in both."""
    found = steps.until(
        lambda: len((page := client.api.scores.get_many(trace_id=trace_id)).data) == 3 and page
    )
    values = {one.name: getattr(one, "string_value", None) or one.value for one in found.data}
    steps.same(values, {"quality": 0.9, "tone": "kind", "right": "True"})
    one = client.api.scores.get_by_id("quality-of-it")
    steps.same((one.value, one.comment, one.metadata), (0.9, "good", {"by": "judge"}))
    newer = client.api.scores_v3.get_many_v3(trace_id=trace_id, observation_id=call_id)
    steps.same([(one.value, one.subject.id) for one in newer.data], [("kind", call_id)])
    old = client.api.legacy.observations_v1.get_many(trace_id=trace_id, type="GENERATION")
    steps.same([found.id for found in old.data], [call_id])
    new = client.api.observations.get_many(trace_id=trace_id, fields="core,basic,io,usage")
    call = next(one for one in new.data if one.id == call_id)
    steps.same((call.name, call.output, call.usage_details["input"]), ("answer", steps.ANSWER, 24))


langfuse_otel_steps.whole(
    {
        "traces": read_traces,
        "scores": read_scores,
        "sessions": read_sessions,
        "experiments": read_runs,
    }
)
