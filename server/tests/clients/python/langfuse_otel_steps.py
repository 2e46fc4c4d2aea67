"""What the quick starts of Langfuse's clients 3, 4 and 5 share: all but the ways in which they read traces."""

from typing import Any

import langfuse_steps as steps
from langfuse import Langfuse, get_client, propagate_attributes
from langfuse.media import LangfuseMedia

client: Langfuse = get_client()


def traced() -> tuple[str, str]:
    """A trace of a question with a model call in it: the ids of both."""
    whose = propagate_attributes(
        session_id=steps.SESSION,
        user_id=steps.USER,
        tags=steps.TAGS,
        metadata={"plan": "pro"},
        version="1.2",
    )
    with (
        client.start_as_current_observation(name="support", input={"question": "Paris?"}) as root,
        whose,
    ):
        with client.start_as_current_observation(
            as_type="generation",
            name="answer",
            model=steps.MODEL,
            input=steps.QUESTION,
            model_parameters={"temperature": 0.2},
            metadata={"attempt": {"number": 1}},
        ) as call:
            call.update(output=steps.ANSWER, usage_details={"input": 24, "output": 9})
        root.update(output={"answer": steps.ANSWER})
    client.flush()
    return root.trace_id, call.id


def scored(trace_id: str, call_id: str) -> None:
    """Scores of every kind, on a trace, a span and a session."""
    client.create_score(
        trace_id=trace_id,
        name="quality",
        value=0.9,
        data_type="NUMERIC",
        comment="good",
        score_id="quality-of-it",
        metadata={"by": "judge"},
    )
    client.create_score(
        trace_id=trace_id,
        observation_id=call_id,
        name="tone",
        value="kind",
        data_type="CATEGORICAL",
    )
    client.create_score(trace_id=trace_id, name="right", value=1, data_type="BOOLEAN")
    client.create_score(session_id=steps.SESSION, name="whole", value=0.5)
    client.flush()


def prompts() -> None:
    """A text with two versions, and a conversation."""
    client.create_prompt(name="greet", prompt="Hello {{name}}!", labels=["production"])
    client.create_prompt(
        name="greet",
        prompt="Good day, {{name}}!",
        labels=["staging"],
        tags=["polite"],
        config={"temperature": 0.1},
        commit_message="more polite",
    )
    chat = [{"role": "system", "content": "You help {{who}}."}]
    client.create_prompt(name="talks/help", type="chat", prompt=chat, labels=["production"])

    steps.same(client.get_prompt("greet").compile(name="Ann"), "Hello Ann!")
    newest = client.get_prompt("greet", label="staging", cache_ttl_seconds=0)
    steps.same((newest.version, newest.config), (2, {"temperature": 0.1}))
    client.update_prompt(name="greet", version=2, new_labels=["production"])
    now = client.get_prompt("greet", cache_ttl_seconds=0)
    steps.same((now.version, now.compile(name="Ann")), (2, "Good day, Ann!"))
    steps.same(client.get_prompt("greet", version=1, cache_ttl_seconds=0).labels, [])
    messages = client.get_prompt("talks/help", type="chat").compile(who="Ann")
    steps.same([one["content"] for one in messages], ["You help Ann."])
    missing = client.get_prompt("nowhere", fallback="Hi!", max_retries=0)
    assert missing.is_fallback


def dataset() -> Any:
    """A dataset of two examples, read back."""
    client.create_dataset(name="capitals", description="of Europe", metadata={"by": "Ann"})
    client.create_dataset_item(
        dataset_name="capitals", id="france", input={"of": "France"}, expected_output="Paris"
    )
    client.create_dataset_item(
        dataset_name="capitals", input={"of": "Italy"}, expected_output="Rome"
    )
    found = client.get_dataset("capitals")
    steps.same(found.description, "of Europe")
    steps.same({one.expected_output for one in found.items}, {"Paris", "Rome"})
    return found


def experiment() -> Any:
    """A run over the dataset, with a score for each item."""
    found = client.get_dataset("capitals")
    result = found.run_experiment(
        name="first", run_name="first run", task=_task, evaluators=[_is_right]
    )
    client.flush()
    steps.same(len(result.item_results), 2)
    return result


def _task(*, item: Any, **_rest: Any) -> str:
    return {"France": "Paris", "Italy": "Rome"}[item.input["of"]]


def _is_right(*, output: Any, expected_output: Any, **_rest: Any) -> Any:
    from langfuse import Evaluation  # noqa: PLC0415 - no version has it at another place

    return Evaluation(name="right", value=float(output == expected_output))


def media() -> None:
    """An image within an input, uploaded beside it and read back."""
    image = LangfuseMedia(content_bytes=steps.PNG, content_type="image/png")
    with client.start_as_current_observation(name="seen", input={"image": image}):
        pass
    client.flush()
    known = steps.until(lambda: client.api.media.get(image._media_id))  # noqa: SLF001 - nothing public tells it
    steps.same((known.content_type, known.content_length), ("image/png", len(steps.PNG)))
    mark = f"@@@langfuseMedia:type=image/png|id={known.media_id}|source=bytes@@@"
    [resolved] = client.resolve_media_references(obj=[mark], resolve_with="base64_data_uri")
    assert resolved.startswith("data:image/png;base64,iVBOR"), resolved[:100]


def whole(reads: dict[str, Any]) -> None:
    """The quick start; `reads` has a function for each step that reads in a version's own way."""
    assert client.auth_check()
    trace_id, call_id = traced()
    steps.step("traces", lambda: reads["traces"](trace_id, call_id))
    scored(trace_id, call_id)
    steps.step("scores", lambda: reads["scores"](trace_id, call_id))
    steps.step("sessions", lambda: reads["sessions"](trace_id))
    steps.step("prompts", prompts)
    steps.step("datasets", dataset)
    result = experiment()
    steps.step("experiments", lambda: reads["experiments"](result))
    steps.step("media", media)
    client.shutdown()
