"""What-if over HTTP: a stored trace with changes, how fast models were, and calls of a window on another model."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.model.span import Span
from reading import BASE_NS, Reader, span, trace_id

MS = 1_000_000
Row = dict[str, Any]


def call(
    trace: int, number: int, from_ms: int, to_ms: int, model: str = "gpt-4o", **fields: Any
) -> Span:
    """A model call of a trace, priced as it would be when it comes."""
    made = span(
        trace,
        number,
        **{
            "parent": 1,
            "name": "chat",
            "kind": "llm",
            "provider": "openai",
            "request_model": model,
            "start_ns": BASE_NS + from_ms * MS,
            "end_ns": BASE_NS + to_ms * MS,
            "input_tokens": 1_000,
            "output_tokens": 100,
            **fields,
        },
    )
    set_cost(made, price(made, LIST_ONLY))
    return made


def agent(trace: int, to_ms: int) -> Span:
    return span(trace, 1, name="agent", kind="agent", start_ns=BASE_NS, end_ns=BASE_NS + to_ms * MS)


def tool(trace: int, number: int, from_ms: int, to_ms: int) -> Span:
    times = {"start_ns": BASE_NS + from_ms * MS, "end_ns": BASE_NS + to_ms * MS}
    return span(trace, number, parent=1, name="search", kind="tool", tool_name="search", **times)


def test_a_stored_trace_is_told_before_and_after(reader: Reader) -> None:
    reader.store(agent(1, 1_000), call(1, 2, 0, 400), tool(1, 3, 400, 500), call(1, 4, 500, 900))
    changes = [
        {"action": "timeout", "target": "kind:tool", "after_ns": 2_000 * MS},
        {"action": "retry", "target": "span:0000000000000004", "times": 1},
    ]

    found = reader.post(f"/traces/{trace_id(1)}/whatif", {"changes": changes})

    before, after = found["before"], found["after"]
    assert (before["duration_ns"], before["cost"]) == (1_000 * MS, "0.007")
    assert before["bottleneck"] == {"name": "chat", "ns": 800 * MS, "share": 0.8, "spans": 2}
    # 400 + 2000 + two calls of 400 with half a second between them + 100.
    assert (after["duration_ns"], after["cost"]) == (3_800 * MS, "0.0105")
    assert after["bottleneck"]["name"] == "tool search"
    assert [one["span_id"][-3:] for one in found["spans"]] == ["001", "002", "003", "4~1", "004"]
    path = [(one["start_offset_ns"], one["end_offset_ns"]) for one in after["critical_path"]]
    assert path[0][0] == 0
    assert path[-1][1] == 3_800 * MS
    assert all(one[1] == other[0] for one, other in pairwise(path))
    assert len(found["assumptions"]) == 3


def test_another_model_has_its_price_and_the_speed_that_was_measured(reader: Reader) -> None:
    streamed: Row = {"ttft_ns": 100 * MS, "streamed": True}
    reader.store(agent(1, 500), call(1, 2, 0, 400, **streamed, cache_read_tokens=600))
    # 100 tokens in 50 ms after the first one, which comes after 20 ms; another one is slower, and one failed.
    fast: Row = {"model": "gpt-4o-mini", "parent": 0}
    for number, (first_ms, took_ms, status) in enumerate(
        ((20, 70, "ok"), (20, 70, "ok"), (30, 1_030, "ok"), (1, 2, "error")), start=2
    ):
        told: Row = {"ttft_ns": first_ms * MS, "status": status}
        reader.store(call(number, 1, 0, took_ms, **fast, **told))
    change = {"action": "model", "target": "kind:llm", "model": "gpt-4o-mini"}

    found = reader.post(f"/traces/{trace_id(1)}/whatif", {"changes": [change]})
    alone = reader.get(f"/traces/{trace_id(1)}/whatif/model", model="gpt-4o-mini")

    assert found["after"]["duration_ns"] == 170 * MS  # 20 + 50, and 100 of the agent's own
    # 400 × 0.15 + 600 × 0.075 + 100 × 0.60 a million
    assert found["after"]["cost"] == "0.000165"
    [moved] = [one for one in found["spans"] if one["kind"] == "llm"]
    assert (moved["duration_ns"], moved["ttft_ns"]) == (70 * MS, 20 * MS)
    assert alone == found["models"][0]
    assert alone["speed"]["calls"] == 3


def test_a_model_that_was_never_called_has_a_price_and_no_speed(reader: Reader) -> None:
    reader.store(agent(1, 500), call(1, 2, 0, 400))
    known = {"action": "model", "target": "kind:llm", "model": "claude-sonnet-4-5"}
    unknown = {"action": "model", "target": "kind:llm", "model": "nobody-knows"}

    found = reader.post(f"/traces/{trace_id(1)}/whatif", {"changes": [known]})
    odd = reader.post(f"/traces/{trace_id(1)}/whatif", {"changes": [unknown]})

    assert found["after"]["cost"] == "0.0045"  # by its maker: 1000 × 3 + 100 × 15 a million
    assert found["after"]["duration_ns"] == 500 * MS
    assert (odd["after"]["cost"], odd["after"]["unpriced"]) == ("0", 1)
    assert len(odd["assumptions"]) == 4


def test_models_tell_how_fast_they_were(reader: Reader) -> None:
    reader.store(
        call(1, 1, 0, 300, parent=0, ttft_ns=100 * MS, response_model="gpt-4o-2024-08-06"),
        call(2, 1, 0, 1_000, parent=0, model="gpt-5"),
    )

    models = reader.get("/models")["models"]

    by_name = {one["model"]: one for one in models}
    assert set(by_name) == {"gpt-4o", "gpt-4o-2024-08-06", "gpt-5"}
    assert by_name["gpt-4o"]["ttft_ns"] == 100 * MS
    assert by_name["gpt-4o"]["tokens_per_s"] == 500
    assert by_name["gpt-5"]["ttft_ns"] is None
    assert by_name["gpt-5"]["tokens_per_s"] == 100


def test_a_change_that_cannot_be_is_refused(reader: Reader) -> None:
    reader.store(agent(1, 100))
    refused = [
        {"action": "scale", "target": "kind:llm", "factor": 0},
        {"action": "scale", "target": "everything", "factor": 2},
        {"action": "timeout", "target": "kind:llm"},
        {"action": "explode", "target": "kind:llm"},
    ]

    statuses = [
        reader.post_refused(f"/traces/{trace_id(1)}/whatif", {"changes": [one]})[0]
        for one in refused
    ]

    assert statuses == [400] * 4
    assert reader.post_refused(f"/traces/{trace_id(7)}/whatif", {"changes": []})[0] == 404
    assert reader.post(f"/traces/{trace_id(1)}/whatif", {"changes": []})["assumptions"]


def test_calls_of_a_window_on_another_model_cost_what_each_would(reader: Reader) -> None:
    # Sizes on both sides of the tiers of the other model, cached and not, and one in a batch.
    sizes = (10, 199_999, 200_000, 200_001, 500_000)
    calls = [
        call(
            number,
            1,
            number,
            number + 1_000,
            parent=0,
            input_tokens=size,
            cache_read_tokens=size // 2 if cached else None,
            output_tokens=number,
        )
        for number, (size, cached) in enumerate(product(sizes, (False, True)), start=1)
    ]
    other = call(50, 1, 0, 10, parent=0, model="gpt-5")
    reader.store(*calls, other)

    for model, provider in (("gpt-4o-mini", "openai"), ("gemini-2.5-pro", "google")):
        found = reader.post("/whatif", {"from": "-1d", "filter": "model:gpt-4o", "model": model})

        elsewhere = [
            price(replace(one, provider=provider, request_model=model), LIST_ONLY) for one in calls
        ]
        expected = sum((cost.total for cost in elsewhere if cost and cost.total), Decimal())
        assert found["totals"]["calls"] == 10
        assert Decimal(found["totals"]["cost_after"]) == expected
        assert Decimal(found["totals"]["cost_before"]) == sum(one.total_cost or 0 for one in calls)
        assert [row["model"] for row in found["rows"]] == ["gpt-4o"]
        assert found["totals"]["per_call_ns_before"] == 1_000 * MS


def test_calls_without_a_price_are_left_out_and_told(reader: Reader) -> None:
    reader.store(
        call(1, 1, 0, 100, parent=0),
        call(2, 1, 0, 100, parent=0, model="nobody-knows"),
        call(3, 1, 0, 100, parent=0, input_tokens=10, cache_read_tokens=20, reasoning_tokens=200),
        call(4, 1, 0, 100, parent=0, model="gpt-4o-mini", ttft_ns=50 * MS),
    )

    found = reader.post("/whatif", {"from": "-1d", "model": "gpt-4o-mini"})
    nothing = reader.post("/whatif", {"from": "-1d", "filter": "model:gpt-6", "model": "gpt-5"})

    assert found["totals"]["calls"] == 2
    assert found["totals"]["left_out"] == 2
    assert any("2 calls are left out" in said for said in found["assumptions"])
    assert (
        found["totals"]["per_call_ns_after"] == 100 * MS
    )  # 50 ms, then 100 tokens at 2000 a second
    assert nothing["totals"]["calls"] == 0
    assert nothing["totals"]["per_call_ns_before"] is None
    assert reader.post_refused("/whatif", {"model": "gpt-5", "filter": "nofield:x"})[0] == 400


def test_sampled_calls_stand_for_others(reader: Reader) -> None:
    reader.store(call(1, 1, 0, 100, parent=0, sample_weight=4.0))

    found = reader.post("/whatif", {"from": "-1d", "model": "gpt-4o-mini"})

    assert found["estimated"]
    assert found["totals"]["calls"] == 4
    assert found["totals"]["cost_before"] == "0.014"
    assert found["totals"]["cost_after"] == "0.00084"
