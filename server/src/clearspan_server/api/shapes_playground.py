"""The JSON of the playground: a request as it can be edited, and what several models make of it."""

from typing import Annotated

from pydantic import Field, JsonValue

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_chat import (
    CallFigures,
    CallTotals,
    MessageStatus,
    ModelName,
    Parameters,
    ProviderName,
)

MAX_TARGETS = 6
MAX_REPEAT = 10
MAX_MESSAGES = 1_000
MAX_PARTS = 1_000
MAX_TOOLS = 500

CallStatus = MessageStatus
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{1,32}$")]


class RequestMessage(Shape):
    """A message in canonical form: a role, and parts as spans have them (`text`, `tool_call`, …)."""

    role: str = Field(min_length=1, max_length=50)
    parts: list[dict[str, JsonValue]] = Field(max_length=MAX_PARTS)


class RequestTool(Shape):
    """A tool that the model may call; `parameters` is a JSON schema."""

    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=100_000)
    parameters: dict[str, JsonValue] = Field(default={})


class PlaygroundRequest(Shape):
    """What a model call asked, to be edited and asked again; `missing` tells what of it is not known, or is cut."""

    messages: list[RequestMessage]
    tools: list[RequestTool]
    parameters: dict[str, JsonValue]
    provider: str
    model: str
    prompt_name: str
    prompt_version: str
    is_whole: bool
    missing: list[str]


class Target(Shape):
    """Who is asked."""

    provider: ProviderName
    model: ModelName


class Origin(Shape):
    """The span that a request comes from."""

    trace_id: Hex
    span_id: Hex


class RunRequest(Shape):
    """A request for several models, each asked `repeat` times."""

    messages: list[RequestMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    tools: list[RequestTool] = Field(default=[], max_length=MAX_TOOLS)
    parameters: Parameters = Field(default={}, max_length=100)
    targets: list[Target] = Field(min_length=1, max_length=MAX_TARGETS)
    repeat: int = Field(default=1, ge=1, le=MAX_REPEAT)
    origin: Origin | None = None


class RunCall(Shape):
    """One call of a run; its trace has this id."""

    number: int
    provider: str
    model: str
    trace_id: str


class Run(Shape):
    """A run that has begun."""

    id: str
    calls: list[RunCall]


class ToolCall(Shape):
    """A tool that a model wants to be called; the arguments as it wrote them."""

    id: str
    name: str
    arguments: str


class CallResult(Shape):
    """How far one call is; `figures` are those of its recorded span, null until it is."""

    number: int
    provider: str
    model: str
    trace_id: str
    status: CallStatus
    text: str
    reasoning: str
    error: str
    tool_calls: list[ToolCall]
    finish_reason: str
    duration_ns: int | None
    first_token_ns: int | None
    figures: CallFigures | None


class RunState(Shape):
    """All calls of a run."""

    id: str
    is_finished: bool
    origin: Origin | None
    calls: list[CallResult]
    totals: CallTotals


class RunTextEvent(Shape):
    """The data of the events `text` and `reasoning`."""

    call: int
    text: str


class RunToolEvent(Shape):
    """The data of the event `tool_call`."""

    call: int
    tool_call: ToolCall


class RunDoneEvent(Shape):
    """The data of the event `done`: one call is over."""

    call: int
    status: CallStatus
    text: str
    reasoning: str
    error: str
    tool_calls: list[ToolCall]
    finish_reason: str
    duration_ns: int | None
    first_token_ns: int | None


class RunFinishedEvent(Shape):
    """The data of the event `finished`: all calls are over."""

    id: str
