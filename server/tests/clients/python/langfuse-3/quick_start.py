"""The quick start of Langfuse's client 3: what it writes is read back through its own API."""

import langfuse_otel_steps
import langfuse_steps as steps
from langfuse_otel_steps import client
from langfuse_traces_steps import read_runs, read_sessions, read_traces


def read_scores(trace_id: str, call_id: str) -> None:
    """The scores by trace, by id, and with the trace."""
    found = steps.until(
        lambda: len((page := client.api.score_v_2.get(trace_id=trace_id)).data) == 3 and page
    )
    values = {one.name: getattr(one, "string_value", None) or one.value for one in found.data}
    steps.same(values, {"quality": 0.9, "tone": "kind", "right": "True"})
    tone = next(one for one in found.data if one.name == "tone")
    steps.same(tone.observation_id, call_id)
    one = client.api.score_v_2.get_by_id("quality-of-it")
    steps.same((one.value, one.comment, one.metadata), (0.9, "good", {"by": "judge"}))
    steps.same(len(client.api.trace.get(trace_id).scores), 3)
    by_page = client.api.observations.get_many(trace_id=trace_id, type="GENERATION")
    steps.same([found.id for found in by_page.data], [call_id])


langfuse_otel_steps.whole(
    {
        "traces": read_traces,
        "scores": read_scores,
        "sessions": read_sessions,
        "experiments": read_runs,
    }
)
