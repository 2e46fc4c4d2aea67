"""The span: one step of an application, with everything that is known about it.

`Span` is the only span in Python. `store/schema/spans.sql` holds its columns in the same order, and a test
compares the two both ways.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

Kind = Literal[
    "llm",
    "embedding",
    "retriever",
    "reranker",
    "tool",
    "agent",
    "chain",
    "guardrail",
    "evaluator",
    "http",
    "db",
    "other",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Status = Literal["ok", "error", "cancelled", "open", "crashed"]
STATUSES: tuple[Status, ...] = get_args(Status)

ERROR_CLASSES = (
    *("rate_limit", "overloaded", "auth", "invalid", "context_length", "content_filter"),
    *("timeout", "connection", "server", "cancelled", "other"),
)

UsageSource = Literal["", "provider", "estimated", "inferred"]


@dataclass(slots=True, kw_only=True)
class Span:
    """One step of a trace. Text that is not known is empty; numbers that are not known are None, never zero.

    Times are integer nanoseconds since the Unix epoch; durations integer nanoseconds; money US dollars.
    Fields that hold JSON are text, so that a span travels from wire to disk without being taken apart twice.
    """

    # Identity. Ids are lower-case hex: 32 digits for a trace, 16 for a span; a root's parent is "".
    project: str
    trace_id: str
    span_id: str
    parent_id: str = ""
    parent_remote: bool = False  # the parent is of another process, which may not send here
    links: str = ""  # JSON: [{"trace_id", "span_id", "attributes"}]

    # Time. `end_ns` is None while the span is open.
    start_ns: int
    end_ns: int | None = None

    # What it is and how it went.
    name: str = ""
    kind: Kind = "other"
    status: Status = "ok"
    error_type: str = ""  # as the sender named it
    error_class: str = ""  # one of ERROR_CLASSES
    error_message: str = ""
    error_stack: str = ""

    # Who and where.
    service: str = ""
    service_version: str = ""
    environment: str = ""
    release: str = ""
    user_id: str = ""
    customer_id: str = ""
    session_id: str = ""
    turn_id: str = ""
    run_id: str = ""
    step_id: str = ""
    step_parent_id: str = ""
    step_index: int | None = None
    step_type: str = ""
    attempt: int | None = None
    retry_of: str = ""
    request_id: str = ""
    tags: list[str] = field(default_factory=list)
    feature: str = ""
    experiment: str = ""
    variant: str = ""
    prompt_name: str = ""
    prompt_version: str = ""
    agent_name: str = ""

    # The model call.
    provider: str = ""
    operation: str = ""
    request_model: str = ""
    response_model: str = ""
    response_id: str = ""
    parameters: str = ""  # JSON object
    tool_definitions: str = ""  # JSON array
    finish_reason: str = ""
    streamed: bool | None = None
    ttft_ns: int | None = None  # time to first token

    # Usage in tokens. Inclusive: cache read and write are part of input, reasoning is part of output.
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    usage_other: dict[str, int] = field(default_factory=dict)
    usage_source: UsageSource = ""
    service_tier: str = ""  # as the provider answered it: "priority", "flex", "batch", …
    call_key: str = (
        ""  # what two recorders of one call have in common, where one knows no response id
    )

    # Cost in US dollars, computed from the usage; what the sender reported stays apart.
    input_cost: Decimal | None = None
    output_cost: Decimal | None = None
    total_cost: Decimal | None = None
    cost_by_class: dict[str, Decimal] = field(default_factory=dict)
    price_version: str = ""
    reported_cost: Decimal | None = None

    # Content. `input` and `output` are canonical messages (model/messages.py) or the generic value of a step.
    input: str = ""
    output: str = ""
    input_preview: str = ""
    output_preview: str = ""
    retrieval_query: str = ""
    documents: str = ""  # JSON: [{"id", "content", "score", "metadata"}]
    tool_name: str = ""
    tool_call_id: str = ""
    tool_arguments: str = ""
    tool_result: str = ""

    # Everything else that was sent: values as JSON text, numbers once more for filters.
    attributes: dict[str, str] = field(default_factory=dict)
    attributes_number: dict[str, float] = field(default_factory=dict)
    attributes_overflow: str = ""  # JSON object: keys beyond the limit of a span
    mirrored: dict[str, str] = field(
        default_factory=dict
    )  # attribute → the field that holds its value
    resource: dict[str, str] = field(default_factory=dict)
    scope_name: str = ""
    scope_version: str = ""
    events: str = ""  # JSON: [{"name", "time_ns", "attributes"}]

    # Bookkeeping.
    dialect: str = ""
    normaliser_version: int = 0
    received_ns: int = 0
    sender: str = ""  # the program that sent it, as it calls itself
    process: str = ""  # id of the process that sent it, where it has one
    sample_weight: float = 1.0
    truncated: list[str] = field(default_factory=list)  # "field:full size in bytes"
    redactions: dict[str, int] = field(default_factory=dict)  # type → how many
    filled: list[str] = field(default_factory=list)  # fields that came beside its finished record
    counted: bool = True
    version: int = 0
    is_deleted: bool = False
