"""The tree and the bars of `clearspan trace`."""

from typing import Any

from clearspan_server.cli.sparkline import sparkline
from clearspan_server.cli.waterfall import bar, branches, shortened


def span(span_id: str, parent_id: str = "", **values: Any) -> dict[str, Any]:
    times = {"start_offset_ns": 0, "duration_ns": 100, "ttft_ns": None}
    return {"span_id": span_id, "parent_id": parent_id} | times | values


def drawn(spans: list[dict[str, Any]]) -> list[str]:
    return [f"{one.guides}{one.span['span_id']} +{one.below}" for one in branches(spans)]


def test_children_hang_below_their_parents_in_the_order_of_their_starts() -> None:
    found = drawn([span("a"), span("b", "a"), span("d", "b"), span("c", "a")])

    assert found == ["a +3", "├─ b +1", "│  ╰─ d +0", "╰─ c +0"]


def test_spans_without_their_parent_and_spans_in_a_ring_are_shown_once() -> None:
    found = drawn([span("a", "gone"), span("b", "c"), span("c", "b")])

    assert found == ["a +0", "b +1", "╰─ c +0"]


def test_a_chain_of_ten_thousand_spans_is_a_tree() -> None:
    found = branches([span(str(at), str(at - 1) if at else "") for at in range(10_000)])

    assert (len(found), found[0].below, found[-1].depth) == (10_000, 9_999, 9_999)
    assert max(len(one.guides) for one in found) < 100
    assert shortened(found[30].guides, 10) == "⋯" + found[30].guides[-9:]


def test_a_bar_stands_where_the_span_ran() -> None:
    assert bar(span("a"), 100, 10) == "██████████"
    assert bar(span("a", start_offset_ns=25, duration_ns=50), 100, 10) == "  ▐████▌  "
    assert bar(span("a", start_offset_ns=100, duration_ns=0), 100, 10) == "         ▐"


def test_a_bar_tells_the_wait_for_the_first_token() -> None:
    assert bar(span("a", ttft_ns=50), 100, 10) == "▒▒▒▒▒█████"


def test_a_bar_of_a_span_that_has_not_ended_reaches_the_end() -> None:
    assert bar(span("a", start_offset_ns=50, duration_ns=None), 100, 10) == "     ░░░░░"


def test_a_course_is_as_wide_as_there_is_room() -> None:
    assert sparkline([0, None, 7, 14]) == "▁·▅█"
    assert sparkline([2, 4, 8, 8], 2) == "▄█"
    assert sparkline([8], 3) == "███"
    assert sparkline([None, None]) == "··"
