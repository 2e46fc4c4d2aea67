"""The shapes of a comparison of two traces, or of a trace with what is usual of many."""

from clearspan_server.api.shapes import Shape
from clearspan_server.model.span import Kind, Status
from clearspan_server.query.compare import Aspect


class ComparedTrace(Shape):
    """One side. Of many `traces` the id is "" and the figures are medians."""

    trace_id: str
    traces: int
    name: str
    status: Status
    start: str | None
    duration_ns: int
    input_tokens: int | None
    output_tokens: int | None
    total_cost: str | None
    span_count: int


class ComparedSpan(Shape):
    """A step of one side. Of many traces the id is "", the figures are medians, and `share` of them have it."""

    span_id: str
    name: str
    status: Status
    start_offset_ns: int
    duration_ns: int | None
    input_tokens: int | None
    output_tokens: int | None
    total_cost: str | None
    share: float


class ComparedRow(Shape):
    """A step in both traces, null where it is missing, and what differs: what it was given first."""

    depth: int
    kind: Kind
    first: ComparedSpan | None
    second: ComparedSpan | None
    differs: list[Aspect]


class Divergence(Shape):
    """Where the traces first go different ways: a row, what differs there, and that in a sentence."""

    row: int
    aspect: Aspect
    says: str


class Comparison(Shape):
    """Two traces step by step, in the order of the first.

    They are `equal` when both have the same steps, which were given the same and said the same; ids and times may
    differ, time and money do. `cut` is whether one has more than 20 000 spans: the rest is not compared.
    """

    first: ComparedTrace
    second: ComparedTrace
    equal: bool
    divergence: Divergence | None
    rows: list[ComparedRow]
    cut: bool
