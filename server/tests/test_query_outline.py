"""A trace as columns says what it says as rows."""

from decimal import Decimal

from clearspan_server.api.shapes_outline import SpanColumns
from reading import Reader, span, span_id, trace_id


def test_an_outline_says_the_same_as_the_trace(reader: Reader) -> None:
    reader.store(
        span(1, 1, kind="agent", user_id="ann", tags=["beta"]),
        span(1, 2, parent=1, kind="llm", request_model="gpt-5", input_tokens=7, ttft_ns=5),
        span(1, 3, parent=2, kind="tool", tool_name="find", status="error", error_type="Late"),
        span(1, 4, parent=1, end_ns=None, status="open", total_cost=Decimal("0.10")),
    )

    whole = reader.get(f"/traces/{trace_id(1)}")
    outline = reader.get(f"/traces/{trace_id(1)}/outline")

    assert outline["trace"] == whole["trace"]
    assert set(outline["spans"]) == set(SpanColumns.model_fields)
    for name, column in outline["spans"].items():
        assert column == [one[name] for one in whole["spans"]], name


def test_an_outline_of_no_trace_is_not_found(reader: Reader) -> None:
    reader.store(span(1, 1))

    status, message = reader.refusal(f"/traces/{trace_id(9)}/outline")

    assert (status, trace_id(9) in message) == (404, True)
    assert reader.get(f"/traces/{trace_id(1)}/outline")["spans"]["span_id"] == [span_id(1)]
