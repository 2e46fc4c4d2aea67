"""Two traces beside each other: equal runs are equal, and of others the first difference is found."""

from random import Random
from typing import Any

import pytest

from clearspan_server.query.compare_align import Like, Sided, aligned
from clearspan_server.query.compare_texts import Renaming
from clearspan_server.query.steps import Step, ordered
from reading import BASE_NS, Reader, span, span_id, trace_id
from repeating import Run, all_of, plan_of

MS = 1_000_000

# How a run goes differently → the kind of step that can, and what is then said to differ.
WAYS = {
    "output": ("llm", "output"),
    "arguments": ("tool", "arguments"),
    "missing": ("tool", "only_first"),
    "model": ("llm", "model"),
    "result": ("tool", "result"),
    "retry": ("llm", "only_second"),
    "input": ("llm", "input"),
    "status": ("tool", "status"),
    "extra": ("tool", "only_second"),
    "swap": ("tool", "order"),
    "documents": ("retriever", "documents"),
    "parameters": ("llm", "parameters"),
    "name": ("tool", "name"),
    "prompt": ("llm", "prompt"),
    "query": ("retriever", "query"),
}


def compared(reader: Reader, first: int = 1, second: int = 2) -> Any:
    return reader.get("/compare", a=trace_id(first), b=trace_id(second))


def target_of(seed: int, how: str) -> str:
    """A step that can go differently in this way; tools that are swapped run one after the other."""
    plan = plan_of(seed)
    if how == "swap":
        pairs = [
            one.uid
            for step in plan
            if not step.parallel
            for one, other in zip(step.tools, step.tools[1:], strict=False)
            if one.name != other.name
        ]
        return Random(seed).choice(pairs) if pairs else ""
    fitting = [step.uid for step in all_of(plan) if step.kind == WAYS[how][0]]
    return Random(seed).choice(fitting)


def seeded() -> list[tuple[int, str, str]]:
    """Twenty pairs: a plan, what goes differently, and how."""
    found: list[tuple[int, str, str]] = []
    seed = 0
    while len(found) < 20:
        how = list(WAYS)[len(found) % len(WAYS)]
        if target := target_of(seed, how):
            found.append((seed, target, how))
        seed += 1
    return found


@pytest.mark.parametrize(("seed", "target", "how"), seeded())
def test_the_first_of_what_differs_is_found(
    reader: Reader, seed: int, target: str, how: str
) -> None:
    plan = plan_of(seed)
    one, other = Run(1, seed).of(plan), Run(2, 1_000 + seed, target, how).of(plan)
    reader.store(*one.spans, *other.spans)

    found = compared(reader)

    assert not found["equal"]
    divergence = found["divergence"]
    row = found["rows"][divergence["row"]]
    assert divergence["aspect"] == WAYS[how][1]
    assert row["differs"][0] == divergence["aspect"]
    at = {side: row[side] and row[side]["span_id"] for side in ("first", "second")}
    if how in ("retry", "extra"):
        assert at == {"first": None, "second": span_id(other.numbers["extra"])}
    elif how == "missing":
        assert at == {"first": span_id(one.numbers[target]), "second": None}
    elif how == "swap":
        tools = next(step.tools for step in plan if target in [tool.uid for tool in step.tools])
        after = tools[[tool.uid for tool in tools].index(target) + 1].uid
        assert at["first"] in (span_id(one.numbers[target]), span_id(one.numbers[after]))
    else:
        assert at["first"] == span_id(one.numbers[target])
        assert at["second"] == span_id(other.numbers[target])


@pytest.mark.parametrize("seed", range(10))
def test_equal_runs_with_other_ids_and_times_are_equal(reader: Reader, seed: int) -> None:
    plan = plan_of(seed)
    reader.store(*Run(1, seed).of(plan).spans, *Run(2, 1_000 + seed).of(plan).spans)

    found = compared(reader)

    assert found["equal"]
    assert found["divergence"] is None
    assert [row["differs"] for row in found["rows"]] == [[]] * len(found["rows"])
    assert len(found["rows"]) == len(all_of(plan)) + 1


def test_sides_have_time_money_and_tokens(reader: Reader) -> None:
    usage: dict[str, Any] = {
        "kind": "llm",
        "input_tokens": 10,
        "output_tokens": 5,
        "request_model": "gpt-4o",
    }
    reader.store(
        span(1, 1, name="ask", **usage),
        span(2, 1, name="ask", **usage, end_ns=BASE_NS + 60_000 * MS, status="error"),
    )

    found = compared(reader)

    [row] = found["rows"]
    assert found["first"]["duration_ns"] == 1_000 * MS
    assert found["second"]["input_tokens"] == 10
    assert row["first"]["duration_ns"] == 1_000 * MS
    assert row["second"]["duration_ns"] > 50_000 * MS
    assert found["divergence"]["says"] == "Ask ended ok in the first, error in the second."
    assert found["second"]["start"] > found["first"]["start"]


def test_an_id_that_means_something_else_is_a_difference(reader: Reader) -> None:
    order, other = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    for trace, (asked, fetched) in enumerate(((order, order), (other, other), (other, order)), 1):
        reader.store(
            span(trace, 1, input=f"Where is order {asked}?", name="agent"),
            span(trace, 2, parent=1, kind="tool", name="get", tool_arguments=fetched),
        )

    assert compared(reader, 1, 2)["equal"]
    assert compared(reader, 1, 3)["divergence"]["aspect"] == "arguments"
    assert compared(reader, 2, 3)["divergence"]["aspect"] == "arguments"


def test_a_trace_stands_beside_what_is_usual_of_a_filter(reader: Reader) -> None:
    for trace in range(1, 8):
        took_ns = trace * 100 * MS
        parts = [span(trace, 1, name="answer", kind="agent", user_id="ann")]
        for number in (2, 3):
            start_ns = BASE_NS + trace * 1_000 * MS + number * 10 * MS
            times = {"start_ns": start_ns, "end_ns": start_ns + took_ns}
            parts.append(span(trace, number, parent=1, kind="tool", name="find", **times))
        reader.store(*parts, *([span(trace, 4, parent=1, name="rare")] if trace < 3 else []))
    reader.store(
        span(9, 1, name="answer", kind="agent"), span(9, 2, parent=1, kind="tool", name="find")
    )

    found = reader.get("/compare", a=trace_id(9), filter="name:answer user:ann")
    nothing = reader.refusal("/compare", a=trace_id(9), filter="name:nobody")

    assert found["second"]["traces"] == 7
    assert found["divergence"]["says"] == "Only the second has tool find, after tool find."
    agent, first, second = found["rows"]
    assert (agent["second"]["share"], first["second"]["duration_ns"]) == (1, 400 * MS)
    assert (second["first"], second["differs"]) == (None, ["only_second"])
    assert nothing[0] == 404


def test_what_cannot_be_compared_is_refused(reader: Reader) -> None:
    reader.store(span(1))

    assert reader.refusal("/compare", a=trace_id(1), b=trace_id(2))[0] == 404
    assert reader.refusal("/compare", b=trace_id(1))[0] == 400
    assert reader.get("/compare", a=trace_id(1), b=trace_id(1))["equal"]


def sided(*names: str) -> Sided:
    """A root, and below it steps of these names one after the other; what they say is their name."""
    steps = [Step(span_id="0", start_ns=0, end_ns=10**9)]
    steps += [
        Step(
            span_id=str(n),
            parent_id="0",
            name=name,
            kind="tool",
            start_ns=n * 10,
            end_ns=n * 10 + 5,
        )
        for n, name in enumerate(names, start=1)
    ]
    tree = ordered(steps)
    return Sided(tree, [Like(hash(one.name), hash(one.name)) for one in tree.steps])


def test_thousands_of_siblings_are_aligned_by_their_names() -> None:
    names = [f"step {number % 7}" for number in range(3_000)]
    other = [*names[:1_000], "new", *names[1_000:2_000], *names[2_001:], "late"]

    pairs = aligned(sided(*names), sided(*reversed(other)))[1:]
    close = aligned(sided(*names), sided(*other))[1:]

    assert sorted(pair.a for pair in pairs if pair.a is not None) == list(range(1, 3_001))
    assert sorted(pair.b for pair in pairs if pair.b is not None) == list(range(1, 3_002))
    assert sum(pair.a is None for pair in close) <= 3
    assert sum(pair.b is None for pair in close) <= 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("call_9aX7bK2mQ", "call_0bY8cL3nR", True),
        ("at 2026-11-22T03:42:11Z", "at 2026-11-23T09:00:00.123+01:00", True),
        ("on 2026-11-22", "on 2026-11-23", False),
        ("order 4711", "order 4712", False),
        ("run_time_error", "run_time_limit", False),
        ("4111111111111111", "5500005555555559", False),
        ("id 9f86d081884c7d65", "id 2c26b46b68ffc68f", True),
        ("one 9f86d081884c7d65 one", "two 2c26b46b68ffc68f two", False),
    ],
)
def test_ids_and_times_of_a_run_are_not_what_it_says(one: str, other: str, *, same: bool) -> None:
    assert Renaming().same(one, other) is same
