"""How the quick starts of Langfuse's clients 3 and 4 read traces, sessions and runs; the same words in both."""

from typing import Any

import langfuse_steps as steps
from langfuse_otel_steps import client


def read_traces(trace_id: str, call_id: str) -> None:
    """The trace with everything, and where lists have it."""
    found = steps.until(lambda: _whole(trace_id))
    steps.same(
        (found.name, found.user_id, found.session_id), ("support", steps.USER, steps.SESSION)
    )
    steps.same((found.input, found.output), ({"question": "Paris?"}, {"answer": steps.ANSWER}))
    steps.same(sorted(found.tags), steps.TAGS)
    call = next(one for one in found.observations if one.id == call_id)
    steps.same((call.type, call.model, call.input), ("GENERATION", steps.MODEL, steps.QUESTION))
    steps.same((call.output, call.model_parameters), (steps.ANSWER, {"temperature": 0.2}))
    steps.same((call.usage_details["input"], call.usage_details["output"]), (24, 9))
    steps.same(call.metadata["attempt"], {"number": 1})
    page = steps.until(
        lambda: (found := client.api.trace.list(user_id=steps.USER, tags="beta")).data and found
    )
    steps.same([(one.id, len(one.observations)) for one in page.data], [(trace_id, 2)])
    steps.same((page.meta.page, page.meta.total_items), (1, 1))
    nothing = client.api.trace.list(user_id="nobody")
    steps.same((nothing.data, nothing.meta.total_pages), ([], 0))


def _whole(trace_id: str) -> Any:
    found = client.api.trace.get(trace_id)
    return found if len(found.observations) == 2 and found.session_id else None


def read_sessions(trace_id: str) -> None:
    """The session with its trace."""
    found = steps.until(lambda: client.api.sessions.get(steps.SESSION))
    steps.same([one.id for one in found.traces], [trace_id])
    listed = client.api.sessions.list()
    steps.same([one.id for one in listed.data], [steps.SESSION])


def read_runs(result: Any) -> None:
    """The run with the trace of each item."""
    run = steps.until(lambda: _run(len(result.item_results)))
    steps.same(
        {one.trace_id for one in run.dataset_run_items},
        {one.trace_id for one in result.item_results},
    )
    runs = client.get_dataset_runs(dataset_name="capitals")
    steps.same([one.name for one in runs.data], ["first run"])


def _run(count: int) -> Any:
    run = client.get_dataset_run(dataset_name="capitals", run_name="first run")
    return run if len(run.dataset_run_items) == count else None
