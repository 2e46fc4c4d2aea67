"""The shapes of a trace as columns."""

from typing import Generic, TypeVar

from clearspan_server.api.shapes import Shape, TraceRow
from clearspan_server.model.span import Kind, Status

_Value = TypeVar("_Value")


class Coded(Shape, Generic[_Value]):
    """A list of values that repeat, each said once: the first of the list is `values[codes[0]]`.

    Without codes all of the list is the only value.
    """

    values: list[_Value]
    codes: list[int]


class CodedTexts(Coded[str]):
    """Texts that repeat."""


class CodedKinds(Coded[Kind]):
    """Kinds of spans."""


class CodedStatuses(Coded[Status]):
    """Statuses of spans."""


class CodedCounts(Coded[int | None]):
    """Counts that repeat; null is unknown."""


class CodedFlags(Coded[bool]):
    """Yes or no."""


class CodedAmounts(Coded[str | None]):
    """US dollars as decimal strings; null is unknown."""


class SpanColumns(Shape):
    """The spans of a trace in order of start: each list has a value a span, as in `SpanRow` of the same name."""

    span_id: list[str]
    parent_id: CodedTexts
    name: CodedTexts
    kind: CodedKinds
    status: CodedStatuses
    start_offset_ns: list[int]  # from the trace's start
    duration_ns: list[int | None]
    ttft_ns: list[int | None]
    error_type: CodedTexts
    error_message: CodedTexts
    service: CodedTexts
    agent_name: CodedTexts
    provider: CodedTexts
    request_model: CodedTexts
    response_model: CodedTexts
    attempt: CodedCounts
    retry_of: CodedTexts
    tool_name: CodedTexts
    input_tokens: list[int | None]
    output_tokens: list[int | None]
    cache_read_tokens: CodedCounts
    total_cost: CodedAmounts
    counted: CodedFlags


class TraceOutline(Shape):
    """One trace: its totals, what is drawn of its spans, and whether these are in cold storage."""

    trace: TraceRow
    spans: SpanColumns
    cold: bool


class SpanPreviews(Shape):
    """What went into and came out of each span, in short; in the order of the outline."""

    span_id: list[str]
    input_preview: list[str]
    output_preview: list[str]
