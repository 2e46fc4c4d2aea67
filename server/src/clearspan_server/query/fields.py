"""The fields of the filter language: what each is called, what it takes, and where spans, traces and logs hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from clearspan_server.errors import BadInput
from clearspan_server.model.span import ERROR_CLASSES, KINDS, STATUSES
from clearspan_server.query.amounts import LEVELS

FieldType = Literal[
    "word",  # text, compared whole or by a pattern
    "text",  # words and phrases that a long text holds
    "duration",  # nanoseconds
    "money",  # US dollars
    "count",
    "number",
    "share",  # between 0 and 1, written as a percentage
    "flag",
    "level",  # of a log record, in the order of LEVELS
    "attribute",  # by key; text or number
    "score",  # by name; a number, true or false, or a word
    "presence",
]
Of = Literal["span", "trace", "log"]

# Where a trace stands at the moments of a `Stillness`; of one row, `query.traces.state_of` says the same.
STATE = (
    "multiIf(state = 'ended', if(received_ns <= {quiet_ns:Int64}, 'finished', 'open'),"
    " state = 'open' and empty(processes) and received_ns <= {idle_ns:Int64}, 'idle', state)"
)
STATES = ("open", "finished", "idle", "stalled", "crashed")


@dataclass(slots=True, frozen=True)
class Column:
    """An expression over a row of `spans`, `traces` or `logs`; `is_array` where it gives several values."""

    sql: str
    is_array: bool = False


@dataclass(slots=True, frozen=True)
class Field:
    """One field; `names` are its name and its aliases.

    `span`, `trace` and `log` hold the columns of a row, any of which may fulfil a term, with `[]` behind an array;
    empty where it has no such field. What only logs have asks, in other lists, for one log record. Its `role` says whom
    a term without a scope asks: the *row* of the list, where that has the field; of a list of traces one *span*,
    whatever the trace knows under that name; or *who* a trace was done for: there a span that does not say it has what
    its trace says.
    """

    names: str
    type: FieldType
    hint: str
    example: str
    span: str = ""
    trace: str = ""
    log: str = ""
    role: Literal["row", "span", "who"] = "row"
    choices: tuple[str, ...] = ()
    has_span: str = ""  # what tells that it is there, where the columns do not or are long
    has_trace: str = ""

    @property
    def name(self) -> str:
        return self.names.split()[0]

    @property
    def aliases(self) -> list[str]:
        return self.names.split()[1:]

    @property
    def of(self) -> tuple[Of, ...]:
        """Which rows have it."""
        traces: tuple[Of, ...] = ("trace",) if self.trace or self.role == "who" else ()
        logs: tuple[Of, ...] = ("log",) if self.log else ()
        return (*(("span",) if self.span else ()), *traces, *logs)

    @property
    def is_of_logs(self) -> bool:
        """Whether nothing but a log record has it."""
        return self.of == ("log",)

    def columns(self, of: Of) -> list[Column]:
        """Where rows of `spans`, `traces` or `logs` hold it."""
        texts = {"span": self.span, "trace": self.trace, "log": self.log}[of].split(" | ")
        return [Column(one.removesuffix("[]"), one.endswith("[]")) for one in texts if one]


# Fields whose value may be stored as a pseudonym.
PEOPLE = frozenset(("user", "session", "customer"))

_LATENCY = "end_ns - start_ns"

# In the order in which they are offered.
FIELDS: tuple[Field, ...] = (
    Field("status", "word", "how it ended", "status:error", "status", "status", choices=STATUSES),
    Field("state", "word", "where the trace is in its life", "state:stalled", trace=STATE, choices=STATES),
    Field("kind", "word", "what the span is", "kind:llm", "kind", "kind", role="span", choices=KINDS),
    Field(
        "model", "word", "requested or answering model", "model:gpt-4o*",
        "request_model | response_model", "models[]", role="span",
    ),
    Field("name", "word", "name of the span", "name:answer", "name", "name", role="span"),
    Field("latency duration", "duration", "how long it took", "latency>2s", _LATENCY, _LATENCY),
    Field("cost", "money", "US dollars", "cost>0.05", "total_cost", "total_cost"),
    Field("tokens total_tokens", "count", "input and output together", "tokens>10k", "total_tokens", "total_tokens"),
    Field("user user_id", "word", "who it was done for", "user:ann", "user_id", "user_id", role="who"),
    Field(
        "session session_id", "word", "conversation that it belongs to", "session:s-17",
        "session_id", "session_id", role="who",
    ),
    Field("customer customer_id", "word", "organisation of the user", "customer:acme", "customer_id", role="who"),
    Field("feature", "word", "part of the product", "feature:checkout", "feature", "feature", role="who"),
    Field("tag tags", "word", "one of its tags", "tag:beta", "tags[]", "tags[]", role="who"),
    Field(
        "env environment", "word", "deployment environment", "env:production",
        "environment", "environment", "environment", role="who",
    ),
    Field("release", "word", "release of the application", "release:2026.11", "release", "release", role="who"),
    Field("service", "word", "service that sent it", "service:support-bot", "service", "services[]", "service"),
    Field("version service_version", "word", "version of the service", "version:1.4.*", "service_version"),
    Field("experiment", "word", "experiment that it is part of", "experiment:prices", "experiment", role="who"),
    Field("variant", "word", "arm of the experiment", "variant:b", "variant", role="who"),
    Field("turn turn_id", "word", "turn of the conversation", "turn:3", "turn_id", role="who"),
    Field("run run_id", "word", "run of a workflow", "run:r-8", "run_id", role="who"),
    Field("provider", "word", "who serves the model", "provider:openai", "provider", "providers[]", role="span"),
    Field("operation", "word", "what the model was asked to do", "operation:chat", "operation"),
    Field("tool tool_name", "word", "tool that was called", "tool:search_orders", "tool_name"),
    Field("agent agent_name", "word", "agent at work", "agent:planner", "agent_name"),
    Field("prompt prompt_name", "word", "name of the prompt", "prompt:greeting", "prompt_name"),
    Field("prompt_version", "word", "version of the prompt", "prompt_version:7", "prompt_version"),
    Field("step step_id", "word", "step of a workflow", "step:fetch", "step_id"),
    Field("step_type", "word", "kind of the workflow's step", "step_type:branch", "step_type"),
    Field("finish finish_reason", "word", "why the model stopped", "finish:length", "finish_reason"),
    Field("tier service_tier", "word", "tier that served the call", "tier:batch", "service_tier"),
    Field("streamed", "flag", "whether the answer came as a stream", "streamed:true", "streamed"),
    Field(
        "error error_type", "word", "type of the error, as sent", "error:TimeoutError", "error_type", "error_type",
        role="span",
        has_span="(status = 'error' or error_type != '' or error_message != '')",
        has_trace="error_count > 0",
    ),
    Field("class error_class", "word", "class of the error", "class:rate_limit", "error_class", choices=ERROR_CLASSES),
    Field(
        "fingerprint", "word", "what failures of one group have in common", "fingerprint:9c1e7fd3a0b42d65",
        "fingerprint",
    ),
    Field("message", "text", "words of the error message", 'message:"timed out"', "error_message"),
    Field("input", "text", "words of the input", 'input:"refund policy"', "input", has_span="input_preview != ''"),
    Field("output", "text", "words of the output", 'output:"refund policy"', "output", has_span="output_preview != ''"),
    Field("ttft", "duration", "time to the first token", "ttft>800ms", "ttft_ns"),
    Field("input_tokens", "count", "tokens of the input", "input_tokens>8k", "input_tokens", "input_tokens"),
    Field("output_tokens", "count", "tokens of the output", "output_tokens<10", "output_tokens", "output_tokens"),
    Field(
        "cached_tokens cache_read_tokens", "count", "input tokens read from the cache", "cached_tokens=0",
        "cache_read_tokens",
    ),
    Field(
        "cache_write_tokens", "count", "input tokens written to the cache", "cache_write_tokens>1k",
        "cache_write_tokens",
    ),
    Field("reasoning_tokens", "count", "output tokens of reasoning", "reasoning_tokens>2k", "reasoning_tokens"),
    Field(
        "cached", "share", "share of the input read from the cache", "cached<50%",
        "cache_read_tokens / nullIf(input_tokens, 0)",
    ),
    Field("attempt", "count", "which attempt of a call it is", "attempt>1", "attempt"),
    Field("spans", "count", "spans of the trace", "spans>100", trace="span_count"),
    Field("errors", "count", "failed spans of the trace", "errors>0", trace="error_count"),
    Field("llm_calls", "count", "model calls of the trace", "llm_calls>20", trace="llm_count"),
    Field("tool_calls", "count", "tool calls of the trace", "tool_calls>5", trace="tool_count"),
    Field(
        "trace trace_id", "word", "id of the trace", "trace:4bf92f3577b34da6a3ce929d0e0e4736",
        "trace_id", "trace_id", "trace_id",
    ),
    Field("span span_id", "word", "id of the span", "span:00f067aa0ba902b7", "span_id", log="span_id"),
    Field("parent parent_id", "word", "id of the span above", "parent:00f067aa0ba902b7", "parent_id"),
    Field("response response_id", "word", "the provider's id of the answer", "response:chatcmpl-9a", "response_id"),
    Field("request request_id", "word", "the application's id of the request", "request:req-12", "request_id"),
    Field("dialect", "word", "convention that the sender speaks", "dialect:openinference", "dialect"),
    Field(
        "observation observation_type", "word", "what a client of Langfuse calls it", "observation:generation",
        "observation_type",
    ),
    Field("sender", "word", "program that sent it", "sender:clearspan*", "sender", log="sender"),
    Field("process", "word", "process that sent it", "process:worker-1", "process", log="process"),
    Field("weight sample_weight", "number", "how many spans a sampled one stands for", "weight>1", "sample_weight"),
    Field("attr", "attribute", "attribute as sent, by its key", 'attr["app.x"]=3', "attributes", log="attributes"),
    Field(
        "resource", "attribute", "attribute of the process, by its key", 'resource["host.name"]:web-1',
        "resource", log="resource",
    ),
    Field("score", "score", "what was judged, by its name", "score.thumbs<0", "(trace_id, span_id)", "trace_id"),
    Field(
        "severity level", "level", "severity of a log record", "severity>=warn",
        log="nullIf(intDiv(severity + 3, 4), 0)", choices=LEVELS,
    ),
    Field("logger", "word", "logger that wrote a log record", "logger:app.payments", log="scope_name"),
    Field("event event_name", "word", "name of a log record that is an event", "event:app.checkout", log="event_name"),
    Field("body", "text", "words of a log record", 'body:"timed out"', log="body"),
    Field("has", "presence", "whether something is known at all", "has:error"),
)  # fmt: skip


# What `has:` can ask for beside the fields.
_PRESENCES: tuple[Field, ...] = (
    Field("documents", "presence", "documents that were retrieved", "has:documents", "documents"),
    Field("events", "presence", "events within the span", "has:events", "events"),
    Field("links", "presence", "links to other spans", "has:links", "links"),
    Field("retry", "presence", "a repeated attempt", "has:retry", "(ifNull(attempt, 0) > 1 or retry_of != '')"),
    Field("stack", "presence", "the stack of an error", "has:stack", "error_stack"),
    Field("usage", "presence", "known tokens", "has:usage", "(input_tokens is not null or output_tokens is not null)"),
)  # fmt: skip
PRESENCES: Mapping[str, Field] = {field.name: field for field in _PRESENCES}

NAMES: Mapping[str, Field] = {
    name: field for field in FIELDS for name in (field.name, *field.aliases)
}


def named(name: str) -> Field:
    """The field of a name or an alias, in any case.

    Raises:
        BadInput: there is none.
    """
    field = NAMES.get(name.lower())
    if field is None:
        near = get_close_matches(name.lower(), list(NAMES), n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise BadInput(f"there is no field {name!r}{meant}", field="field", value=name)
    return field
