"""The quick start of Langfuse's client 2, which has an API of its own for everything."""

from datetime import UTC, datetime
from typing import Any

import langfuse_steps as steps
from langfuse import Langfuse
from langfuse.media import LangfuseMedia

client = Langfuse()


def traces() -> None:
    """A trace with a span, a model call and an event in it, written piece by piece."""
    trace = client.trace(
        name="support",
        input={"question": "Paris?"},
        session_id=steps.SESSION,
        user_id=steps.USER,
        tags=steps.TAGS,
        metadata={"plan": "pro"},
        version="1.2",
    )
    span = trace.span(name="lookup", input={"city": "Paris"}, level="WARNING")
    call = span.generation(
        name="answer",
        model=steps.MODEL,
        input=steps.QUESTION,
        model_parameters={"temperature": 0.2},
        completion_start_time=datetime.now(UTC),
        metadata={"attempt": {"number": 1}},
    )
    call.end(output=steps.ANSWER, usage_details={"input": 24, "output": 9})
    span.event(name="found", output="it")
    span.end(output="done")
    trace.update(output={"answer": steps.ANSWER})
    client.flush()

    found = steps.until(lambda: _whole(trace.id))
    steps.same((found.id, found.name, found.session_id), (trace.id, "support", steps.SESSION))
    steps.same((found.input, found.output), ({"question": "Paris?"}, {"answer": steps.ANSWER}))
    steps.same(
        (sorted(found.tags), found.metadata, found.version), (steps.TAGS, {"plan": "pro"}, "1.2")
    )
    by_id = {one.id: one for one in found.observations}
    got = by_id[call.id]
    steps.same(
        (got.type, got.model, got.parent_observation_id), ("GENERATION", steps.MODEL, span.id)
    )
    steps.same((got.input, got.output), (steps.QUESTION, steps.ANSWER))
    steps.same((got.usage.input, got.usage.output), (24, 9))
    steps.same((by_id[span.id].level, by_id[span.id].parent_observation_id), ("WARNING", None))
    steps.same({one.type for one in found.observations}, {"SPAN", "GENERATION", "EVENT"})
    page = steps.until(lambda: client.fetch_traces(user_id=steps.USER, tags="beta").data)
    steps.same([one.id for one in page], [trace.id])
    listed = client.fetch_observations(trace_id=trace.id, type="GENERATION")
    steps.same([one.id for one in listed.data], [call.id])
    steps.same(client.fetch_observation(call.id).data.name, "answer")
    _scores(trace.id, call.id)


def _whole(trace_id: str) -> Any:
    found = client.fetch_trace(trace_id).data
    ended = [one for one in found.observations if one.end_time and one.output]
    return found if len(ended) == 3 and found.output and found.session_id else None


def _scores(trace_id: str, call_id: str) -> None:
    client.score(
        id="quality-of-it",
        trace_id=trace_id,
        name="quality",
        value=0.9,
        comment="good",
        data_type="NUMERIC",
    )
    client.score(trace_id=trace_id, observation_id=call_id, name="tone", value="kind")
    client.score(trace_id=trace_id, name="right", value=1, data_type="BOOLEAN")
    client.flush()
    found = steps.until(lambda: len(page := client.fetch_trace(trace_id).data.scores) == 3 and page)
    values = {one.name: getattr(one, "string_value", None) or one.value for one in found}
    steps.same(values, {"quality": 0.9, "tone": "kind", "right": "True"})
    steps.same({one.trace_id for one in found}, {trace_id})
    tone = next(one for one in found if one.name == "tone")
    steps.same(tone.observation_id, call_id)


def sessions() -> None:
    """The session that the trace names."""
    found = steps.until(lambda: client.fetch_sessions().data)
    steps.same([one.id for one in found], [steps.SESSION])


def prompts() -> None:
    """A text with two versions, and a conversation."""
    client.create_prompt(name="greet", prompt="Hello {{name}}!", labels=["production"])
    client.create_prompt(name="greet", prompt="Good day, {{name}}!", config={"temperature": 0.1})
    chat = [{"role": "system", "content": "You help {{who}}."}]
    client.create_prompt(name="talks/help", type="chat", prompt=chat, labels=["production"])
    steps.same(client.get_prompt("greet").compile(name="Ann"), "Hello Ann!")
    newest = client.get_prompt("greet", label="latest")
    steps.same((newest.version, newest.config), (2, {"temperature": 0.1}))
    [message] = client.get_prompt("talks/help", type="chat").compile(who="Ann")
    steps.same(message["content"], "You help Ann.")


def datasets() -> None:
    """A dataset, its items, and a run that links a trace to one."""
    client.create_dataset(name="capitals", description="of Europe", metadata={"by": "Ann"})
    client.create_dataset_item(
        dataset_name="capitals", id="france", input={"of": "France"}, expected_output="Paris"
    )
    found = client.get_dataset("capitals")
    [item] = found.items
    steps.same((item.id, item.input, item.expected_output), ("france", {"of": "France"}, "Paris"))
    trace = client.trace(name="asked", input=item.input, output="Paris")
    item.link(trace, "first run", run_description="tried")
    run = client.get_dataset_run("capitals", "first run")
    steps.same([one.trace_id for one in run.dataset_run_items], [trace.id])
    steps.same([one.name for one in client.get_dataset_runs("capitals").data], ["first run"])


def media() -> None:
    """An image within an input, uploaded beside it and read back."""
    image = LangfuseMedia(content_bytes=steps.PNG, content_type="image/png")
    client.trace(name="seen", input={"image": image})
    client.flush()
    known = steps.until(lambda: client.fetch_media(image._media_id).data)  # noqa: SLF001 - nothing public tells it
    steps.same((known.content_type, known.content_length), ("image/png", len(steps.PNG)))
    mark = f"@@@langfuseMedia:type=image/png|id={known.media_id}|source=bytes@@@"
    [resolved] = client.resolve_media_references(obj=[mark], resolve_with="base64_data_uri")
    assert resolved.startswith("data:image/png;base64,iVBOR"), resolved[:100]


assert client.auth_check()
steps.step("traces", traces)
print("did scores", flush=True)
steps.step("sessions", sessions)
steps.step("prompts", prompts)
steps.step("datasets", datasets)
steps.step("media", media)
client.shutdown()
