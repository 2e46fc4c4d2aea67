"""The shapes of a trace as columns."""

from clearspan_server.api.shapes import Scores, Shape, TraceRow
from clearspan_server.model.span import Kind, Status


class SpanColumns(Shape):
    """The spans of a trace in order of start: each list has a value a span, as in `SpanRow` of the same name."""

    span_id: list[str]
    parent_id: list[str]
    name: list[str]
    kind: list[Kind]
    status: list[Status]
    start_offset_ns: list[int]  # from the trace's start
    duration_ns: list[int | None]
    ttft_ns: list[int | None]
    error_type: list[str]
    error_message: list[str]
    service: list[str]
    agent_name: list[str]
    provider: list[str]
    request_model: list[str]
    response_model: list[str]
    attempt: list[int | None]
    retry_of: list[str]
    tool_name: list[str]
    input_tokens: list[int | None]
    output_tokens: list[int | None]
    cache_read_tokens: list[int | None]
    total_cost: list[str | None]
    counted: list[bool]
    input_preview: list[str]
    output_preview: list[str]
    scores: list[Scores]


class TraceOutline(Shape):
    """One trace: its totals, and what is drawn of its spans."""

    trace: TraceRow
    spans: SpanColumns
