"""The JSON of the API: what every route under `/api/v1` takes and gives.

The browser's types are generated from these classes. Times are RFC 3339 in UTC with nanoseconds, durations integer
nanoseconds (`…_ns`), money US dollars as decimal strings, so that no digit is lost in a JSON number.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from clearspan_server.model.span import Kind, Status

TraceSort = Literal[
    "-start", "start", "-duration", "duration", "-cost", "cost", "-tokens", "tokens"
]
TraceState = Literal["open", "finished", "idle", "stalled", "crashed"]
RollupGroup = Literal[
    "hour",
    "service",
    "environment",
    "kind",
    "name",
    "provider",
    "model",
    "feature",
    "customer",
]


# The newest judgement by the name of what is judged: at most 50, words cut to 200 characters.
Scores = Mapping[str, float | bool | str]


class Shape(BaseModel):
    """A closed object: a field that is not written here does not exist."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ErrorBody(Shape):
    code: str
    message: str
    details: dict[str, JsonValue]
    request_id: str


class ErrorReply(Shape):
    """The one shape of every error."""

    error: ErrorBody


class Usage(Shape):
    """Tokens; null is unknown. Cache read and write are part of input, reasoning is part of output."""

    input: int | None
    output: int | None
    total: int | None
    cache_read: int | None
    cache_write: int | None
    reasoning: int | None
    audio_input: int | None
    audio_output: int | None
    other: dict[str, int]
    source: str


class PriceLine(Shape):
    """One class of a cost: `count` × `unit_price` for `per` of them = `amount`; US dollars as decimal strings.

    `above_tokens` is the size of the input beyond which this price holds; null where none was passed.
    """

    name: str
    count: int
    unit_price: str
    per: int
    amount: str
    above_tokens: int | None


class PriceExplained(Shape):
    """How a cost adds up at the prices that hold in the project now, for the moment at which the span started.

    `source` is the price list with its version, or `own/…` for an entry of the project; `provider` and `model` are what
    it knows the model as, `since` the day from which its prices hold, `service_tier` one with prices of its own, else
    "". `current` says whether the stored cost is this one; where it is not, re-pricing makes it so.
    """

    source: str
    provider: str
    model: str
    since: str | None
    service_tier: str
    lines: list[PriceLine]
    total: str | None
    current: bool


class Cost(Shape):
    """US dollars as decimal strings; null is unknown. `explained` is null where no price is known now."""

    input: str | None
    output: str | None
    total: str | None
    by_class: dict[str, str]
    price_version: str
    reported: str | None
    explained: PriceExplained | None


class TraceRow(Shape):
    """One trace in a list. Totals are over counted spans; `received` is when something of it came last.

    `sample_weight` is how many traces this one stands for, where its sender kept only some.
    `scores` are of the trace, and of its spans where the trace has none of the name; `comments` is their number.
    """

    trace_id: str
    name: str
    kind: Kind
    status: Status
    state: TraceState
    start: str
    end: str | None
    received: str
    duration_ns: int | None
    error_type: str
    error_message: str
    services: list[str]
    environment: str
    release: str
    user_id: str
    session_id: str
    tags: list[str]
    feature: str
    sample_weight: float
    providers: list[str]
    models: list[str]
    span_count: int
    error_count: int
    open_count: int
    llm_count: int
    tool_count: int
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    total_cost: str | None
    unpriced_count: int
    input_preview: str
    output_preview: str
    scores: Scores
    bookmarked: bool
    comments: int


class TraceList(Shape):
    traces: list[TraceRow]
    next_cursor: str | None


class SpanRow(Shape):
    """One span without its bodies."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: Kind
    status: Status
    start: str
    end: str | None
    duration_ns: int | None
    ttft_ns: int | None
    error_type: str
    error_class: str
    error_message: str
    service: str
    environment: str
    user_id: str
    session_id: str
    tags: list[str]
    agent_name: str
    provider: str
    operation: str
    request_model: str
    response_model: str
    finish_reason: str
    streamed: bool | None
    attempt: int | None
    retry_of: str
    tool_name: str
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    cache_read_tokens: int | None
    reasoning_tokens: int | None
    total_cost: str | None
    counted: bool
    input_preview: str
    output_preview: str
    scores: Scores


class ListedSpan(SpanRow):
    """A span in a list; `sample_weight` is how many spans it stands for, where its sender kept only some."""

    cache_write_tokens: int | None
    sample_weight: float
    release: str
    feature: str
    customer_id: str
    prompt_name: str
    prompt_version: str


class SpanList(Shape):
    spans: list[ListedSpan]
    next_cursor: str | None


class Trace(Shape):
    """One trace: its totals and its spans in order of start, without bodies.

    `start_offset_ns` of a span counts from the trace's start, so that a browser needs no 64-bit arithmetic. `cold` is
    whether spans of it are in cold storage.
    """

    trace: TraceRow
    spans: list["TraceSpan"]
    cold: bool


class TraceSpan(SpanRow):
    start_offset_ns: int
    depth: int  # 0 for a root; an orphan and the first span of a cycle count as roots
    orphan: bool  # its parent is not (yet) here


class Part(Shape):
    """A piece of a message. `content` is text; `data` holds what is not text (arguments, results, media)."""

    type: Literal[
        "text", "reasoning", "tool_call", "tool_result", "image", "audio", "file", "other"
    ]
    content: str
    id: str
    name: str
    data: JsonValue


class Message(Shape):
    role: str
    parts: list[Part]
    finish_reason: str


class Document(Shape):
    id: str
    content: str
    score: float | None
    metadata: JsonValue


class SpanEvent(Shape):
    name: str
    time: str
    attributes: dict[str, JsonValue]


class SpanLink(Shape):
    trace_id: str
    span_id: str
    attributes: dict[str, JsonValue]


class WholeText(Shape):
    """A text that is longer than what a span holds of it: `/text?field=` gives all of it, by ranges."""

    field: str
    size_bytes: int


class SpanDetail(SpanRow):
    """One span with its bodies.

    `input_messages` is null where the input is not a conversation; then `input` holds the value as it came. Of what is
    `truncated`, what lies `whole` beside the span can be read by ranges. `filled`
    names the fields that came beside the finished record, from an update, a log event or the open record (`field.key`
    for one entry of a map); it is `*` alone where there is no finished record.
    """

    project: str
    error_stack: str
    service_version: str
    release: str
    customer_id: str
    turn_id: str
    run_id: str
    step_id: str
    step_index: int | None
    request_id: str
    feature: str
    experiment: str
    variant: str
    prompt_name: str
    prompt_version: str
    response_id: str
    parameters: JsonValue
    tool_definitions: JsonValue
    usage: Usage
    cost: Cost
    input: JsonValue
    output: JsonValue
    input_messages: list[Message] | None
    output_messages: list[Message] | None
    retrieval_query: str
    documents: list[Document]
    tool_call_id: str
    tool_arguments: JsonValue
    tool_result: JsonValue
    attributes: dict[str, JsonValue]
    resource: dict[str, JsonValue]
    scope_name: str
    scope_version: str
    events: list[SpanEvent]
    links: list[SpanLink]
    dialect: str
    received: str
    truncated: list[str]
    whole: list[WholeText]
    redactions: dict[str, int]
    filled: list[str]


class Values(Shape):
    """The values of a field in the window, most frequent first."""

    field: str
    values: list["ValueCount"]


class ValueCount(Shape):
    value: str
    count: int


class Heartbeat(Shape):
    seq: int
    open: list[str]


class Health(Shape):
    """`lag_s` is the age of the oldest request that is not stored, `underived` counts stored entries not yet listed."""

    status: Literal["ok", "ready", "failing"]
    checks: dict[str, str]
    lag_s: float | None
    underived: int | None


class RollupRow(Shape):
    """The sums of one hour and value.

    Counts, tokens and money are weighted by the share that was sampled; usage and cost are of counted spans, quantiles
    of the spans that were kept.
    """

    hour: str
    value: str
    spans: float
    errors: float
    cancelled: float
    estimated: bool
    input_tokens: float
    output_tokens: float
    total_tokens: float
    cache_read_tokens: float
    cache_write_tokens: float
    reasoning_tokens: float
    input_cost: str
    output_cost: str
    cost: str
    unpriced_calls: float
    latency_p50_ns: int | None
    latency_p90_ns: int | None
    latency_p95_ns: int | None
    latency_p99_ns: int | None
    ttft_p50_ns: int | None
    ttft_p90_ns: int | None
    ttft_p95_ns: int | None
    ttft_p99_ns: int | None


class Rollups(Shape):
    """Sums by hour, in order of time; `value` is empty when nothing is told apart."""

    by: RollupGroup
    rows: list[RollupRow]
