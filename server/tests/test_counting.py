"""The counting rule: no call is paid twice in a total, and none is forgotten."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan_server.model.counting import Bearer
from clearspan_server.model.counting import counted as counted_of_traces
from reading import BASE_NS, HOUR_NS, Reader, span


def bearer(
    name: str,
    parent: str = "",
    *,
    usage: bool = True,
    response: str = "",
    start_ns: int = 0,
    key: str = "",
) -> Bearer:
    return Bearer(name, parent, usage, response, start_ns, key)


def guess(name: str, parent: str = "", *, response: str = "", start_ns: int = 0) -> Bearer:
    """A span whose usage is estimated."""
    return replace(bearer(name, parent, response=response, start_ns=start_ns), is_estimated=True)


def counted(bearers: list[Bearer]) -> dict[str, bool]:
    """The decision within one trace, by span id."""
    return {name: counts for (_, name), counts in counted_of_traces({"trace": bearers}).items()}


def test_a_parent_that_repeats_its_childrens_usage_does_not_count() -> None:
    counts = counted([bearer("agent"), bearer("one", "agent"), bearer("two", "agent")])

    assert counts == {"agent": False, "one": True, "two": True}


def test_a_parent_whose_children_have_no_usage_counts() -> None:
    counts = counted([bearer("call"), bearer("http", "call", usage=False)])

    assert counts["call"]


def test_a_roll_up_is_seen_through_a_step_without_usage() -> None:
    counts = counted(
        [bearer("agent"), bearer("step", "agent", usage=False), bearer("call", "step")]
    )

    assert (counts["agent"], counts["call"]) == (False, True)


def test_one_response_that_two_siblings_recorded_counts_once() -> None:
    counts = counted(
        [bearer("outer", response="r", start_ns=1), bearer("inner", response="r", start_ns=2)]
    )

    assert counts == {"outer": False, "inner": True}


def test_an_id_that_a_server_gives_twice_is_two_calls() -> None:
    first = replace(bearer("one", response="chatcmpl-7"), end_ns=5, tokens=(24, 9))

    again = replace(first, span_id="two", start_ns=10, end_ns=15, tokens=(30, 4))
    copy = replace(first, span_id="copy", start_ns=2, end_ns=4, tokens=(24, 10))
    late = replace(first, span_id="late", start_ns=20, end_ns=20, tokens=(1, 1))
    counts = counted([first, again, copy, late])

    assert counts == {"one": False, "two": True, "copy": True, "late": True}


def test_an_echo_of_a_call_does_not_count_and_an_echo_without_one_does() -> None:
    counts = counted(
        [
            bearer("early echo", key="k", start_ns=1),
            bearer("first", response="r", key="k", start_ns=2),
            bearer("second", response="s", key="k", start_ns=3),
            bearer("echo", key="k", start_ns=4),
            bearer("again", key="k", start_ns=5),
            bearer("one too many", key="k", start_ns=6),
            bearer("of another", key="other", start_ns=7),
        ]
    )

    assert [name for name, counts_ in counts.items() if not counts_] == ["echo", "again"]


def test_an_echo_an_hour_later_is_a_call_of_its_own() -> None:
    counts = counted(
        [
            bearer("call", response="r", key="k", start_ns=0),
            bearer("late", key="k", start_ns=HOUR_NS + 1),
        ]
    )

    assert counts == {"call": True, "late": True}


def test_a_providers_usage_comes_before_an_estimate() -> None:
    counts = counted(
        [
            bearer("told"),
            guess("its part", "told"),
            bearer("agent"),
            bearer("step", "agent", usage=False),
            bearer("one", "step"),
            guess("two", "step"),
            guess("outer"),
            guess("inner", "outer"),
            guess("guess", response="r", start_ns=2),
            bearer("known", response="r", start_ns=1),
        ]
    )

    assert [name for name, counts_ in counts.items() if counts_] == [
        *("inner", "one", "told", "two", "known")
    ]


def test_of_a_circle_of_parents_one_span_still_counts() -> None:
    counts = counted([bearer("a", "b", start_ns=1), bearer("b", "a", start_ns=2)])

    assert counts == {"a": False, "b": True}


def test_a_chain_of_a_hundred_thousand_calls_is_walked_once() -> None:
    chain = [bearer("0")] + [bearer(str(n), str(n - 1), start_ns=n) for n in range(1, 100_000)]

    counts = counted(chain)

    assert [name for name, counts_ in counts.items() if counts_] == ["99999"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=10))
def test_whatever_the_parents_are_some_usage_counts_where_there_is_any(
    spans: list[tuple[int, bool]],
) -> None:
    bearers = [
        bearer(str(place), str(parent), usage=usage, start_ns=place)
        for place, (parent, usage) in enumerate(spans)
    ]

    counts = counted(bearers)
    paid = [one for one in bearers if one.has_usage and counts[one.span_id]]

    assert bool(paid) == any(one.has_usage for one in bearers)
    assert set(counts) == {one.span_id for one in bearers}


def test_of_two_traces_that_recorded_one_response_within_an_hour_one_counts() -> None:
    early = bearer("a", response="r", start_ns=0)
    late = bearer("b", response="r", start_ns=HOUR_NS)

    one_way = counted_of_traces({"one": [early], "two": [late]})
    other_way = counted_of_traces({"two": [late], "one": [early]})

    assert one_way == other_way == {("one", "a"): False, ("two", "b"): True}


def test_the_same_response_id_after_more_than_an_hour_is_another_call() -> None:
    early = bearer("a", response="r", start_ns=0)
    late = bearer("b", response="r", start_ns=HOUR_NS + 1)

    counts = counted_of_traces({"one": [early], "two": [late]})

    assert all(counts.values())


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_call_in_two_traces_counts_once_whichever_comes_first(
    reader: Reader, order: tuple[int, int]
) -> None:
    calls = {
        trace: span(trace, kind="llm", response_id="resp-1", input_tokens=10, output_tokens=5)
        for trace in order
    }

    for trace in order:
        reader.store(calls[trace])
    totals = {
        int(row["trace_id"], 16): row["input_tokens"] for row in reader.get("/traces")["traces"]
    }

    assert totals == {1: None, 2: 10}


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_a_call_with_two_names_is_decided_by_all_that_carry_either(
    reader: Reader, order: tuple[int, ...]
) -> None:
    given: dict[str, Any] = {"kind": "llm", "input_tokens": 10, "output_tokens": 5}
    calls = {
        1: (span(1, 1), span(1, 2, parent=1, response_id="resp-1", call_key="a stream", **given)),
        2: (span(2, 1, response_id="resp-1", start_ns=BASE_NS + HOUR_NS // 2, **given),),
        3: (span(3, 1, response_id="resp-3", call_key="a stream", **given),),
    }

    for trace in order:
        reader.store(*calls[trace])
    totals = {
        int(row["trace_id"], 16): row["input_tokens"] for row in reader.get("/traces")["traces"]
    }

    assert totals == {1: None, 2: 10, 3: 10}


def test_a_call_that_two_libraries_recorded_is_one_call_of_its_trace(reader: Reader) -> None:
    given: dict[str, Any] = {"kind": "llm", "response_id": "resp-1", "input_tokens": 10}

    reader.store(span(1, 1, **given), span(1, 2, parent=1, **given))
    [trace] = reader.get("/traces")["traces"]
    opened = reader.get(f"/traces/{trace['trace_id']}")["trace"]

    assert (trace["span_count"], trace["llm_count"], trace["input_tokens"]) == (2, 1, 10)
    assert opened["llm_count"] == 1


def test_of_twenty_thousand_nested_calls_only_those_without_calls_below_count(
    reader: Reader,
) -> None:
    calls = [
        span(1, number, parent=number // 2, kind="llm", input_tokens=1)
        for number in range(1, 20_001)
    ]

    reader.store(*calls)
    [trace] = reader.get("/traces")["traces"]

    assert (trace["span_count"], trace["input_tokens"]) == (20_000, 10_000)
