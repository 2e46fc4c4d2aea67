"""A trace as columns says what it says as rows."""

from decimal import Decimal
from typing import Any

from clearspan_server.api.shapes_outline import SpanColumns
from reading import BASE_NS, MINUTE_NS, Reader, span, span_id, trace_id


def test_an_outline_says_the_same_as_the_trace(reader: Reader) -> None:
    reader.store(
        span(1, 1, kind="agent", user_id="ann", tags=["beta"]),
        span(1, 2, parent=1, kind="llm", request_model="gpt-5", input_tokens=7, ttft_ns=5),
        span(1, 3, parent=2, kind="tool", tool_name='"find"', status="error", error_type="Late"),
        span(1, 4, parent=1, end_ns=None, status="open", total_cost=Decimal("0.10")),
        span(1, 5, parent=1, total_cost=Decimal("0.000000000001"), counted=False, attempt=2),
        span(1, 6, parent=1, total_cost=Decimal(100), output_tokens=0),
    )

    whole = reader.get(f"/traces/{trace_id(1)}")
    outline = reader.get(f"/traces/{trace_id(1)}/outline")

    assert outline["trace"] == whole["trace"]
    assert set(outline["spans"]) == set(SpanColumns.model_fields)
    for name, column in outline["spans"].items():
        told = listed(column, len(whole["spans"]))
        assert told == [one[name] for one in whole["spans"]], name


def listed(column: Any, count: int) -> list[object]:
    """The values of a column, coded or not; without codes all are the same."""
    if isinstance(column, list):
        return column
    return [column["values"][code] for code in column["codes"] or [0] * count]


def test_an_outline_tells_what_went_in_and_came_out_wherever_that_is_said(reader: Reader) -> None:
    reader.store(
        span(1, 1, input_preview="", output_preview=""),
        span(
            1,
            2,
            parent=1,
            input_preview="first",
            output_preview="early",
            end_ns=BASE_NS + MINUTE_NS,
        ),
        span(
            1,
            3,
            parent=1,
            input_preview="second",
            output_preview="late",
            end_ns=BASE_NS + 2 * MINUTE_NS,
        ),
        span(2, 1, input_preview="of the root", output_preview=""),
        span(3, 2, parent=1, parent_remote=False, input_preview="of an orphan"),
        span(4, 1, status="error", output_preview=""),
        span(4, 2, parent=1, kind="tool", output_preview="what a tool had found by then"),
    )

    for trace in (1, 2, 3, 4):
        whole = reader.get(f"/traces/{trace_id(trace)}")
        outline = reader.get(f"/traces/{trace_id(trace)}/outline")
        assert outline["trace"] == whole["trace"]
    assert reader.get(f"/traces/{trace_id(1)}/outline")["trace"]["output_preview"] == "late"
    assert reader.get(f"/traces/{trace_id(4)}/outline")["trace"]["output_preview"] == ""


def test_previews_come_in_the_order_of_the_outline(reader: Reader) -> None:
    reader.store(span(1, 2, parent=1, output_preview="日本\n"), span(1, 1, input_preview="hi"))

    outline = reader.get(f"/traces/{trace_id(1)}/outline")
    previews = reader.get(f"/traces/{trace_id(1)}/previews")

    assert previews["span_id"] == outline["spans"]["span_id"] == [span_id(1), span_id(2)]
    assert previews["input_preview"] == ["hi", ""]
    assert previews["output_preview"] == ["", "日本\n"]


def test_an_outline_of_no_trace_is_not_found(reader: Reader) -> None:
    reader.store(span(1, 1))

    for of in ("outline", "previews"):
        status, message = reader.refusal(f"/traces/{trace_id(9)}/{of}")
        assert (status, trace_id(9) in message) == (404, True)
    assert reader.get(f"/traces/{trace_id(1)}/outline")["spans"]["span_id"] == [span_id(1)]
