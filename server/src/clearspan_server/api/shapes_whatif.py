"""The shapes of what-if: what is supposed of a trace or of the calls of a window, and what would follow."""

from typing import Annotated, Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.model.span import Kind, Status

_Name = Annotated[str, Field(max_length=200)]
_Target = Annotated[
    str,
    Field(
        max_length=1_000,
        pattern=r"^(span|kind|name):.",
        description="`span:<id>`, `kind:<kind>` or `name:<name>`: one span, or the outermost of all that are such.",
    ),
]


class ScaleChange(Shape):
    """The span, and all that is in it, takes `factor` times as long."""

    action: Literal["scale"]
    target: _Target
    factor: float = Field(ge=0.001, le=1_000)


class TimeoutChange(Shape):
    """The span fails after this time; what is in it is cut off."""

    action: Literal["timeout"]
    target: _Target
    after_ns: int = Field(ge=1_000_000, le=86_400_000_000_000)


class RetryChange(Shape):
    """The span is done `times` more, after pauses that double up to eight seconds."""

    action: Literal["retry"]
    target: _Target
    times: int = Field(ge=1, le=20)
    pause_ns: int = Field(default=500_000_000, ge=0, le=3_600_000_000_000)


class RemoveChange(Shape):
    """The span is not there, nor what is in it."""

    action: Literal["remove"]
    target: _Target


class ParallelChange(Shape):
    """The span and its neighbours of the same kind begin together."""

    action: Literal["parallel"]
    target: _Target


class ModelChange(Shape):
    """Another model answers the calls in the span; without a provider that of who serves them, or of its maker."""

    action: Literal["model"]
    target: _Target
    provider: _Name = ""
    model: _Name = Field(min_length=1)


Change = Annotated[
    ScaleChange | TimeoutChange | RetryChange | RemoveChange | ParallelChange | ModelChange,
    Field(discriminator="action"),
]


class WhatIfRequest(Shape):
    """What is supposed of a trace, all at once."""

    changes: list[Change] = Field(max_length=20)


class WhatIfBottleneck(Shape):
    """What took most of the time, of what was waited for; `spans` of this name were."""

    name: str
    ns: int
    share: float
    spans: int


class WhatIfSegment(Shape):
    """A stretch of time in which a span itself, none of its children, was waited for."""

    span_id: str
    start_offset_ns: int
    end_offset_ns: int


class WhatIfFigures(Shape):
    """A trace as it was, or as it would be. `cost` is of what has a price, `unpriced` the number of calls without."""

    duration_ns: int
    cost: str
    unpriced: int
    bottleneck: WhatIfBottleneck | None
    critical_path: list[WhatIfSegment]


class WhatIfSpan(Shape):
    """A span as it would be; further attempts have the id of theirs with `~1`, `~2`, … behind it."""

    span_id: str
    parent_id: str
    name: str
    kind: Kind
    status: Status
    start_offset_ns: int
    duration_ns: int
    ttft_ns: int | None
    retry_of: str
    total_cost: str | None


class ModelSpeed(Shape):
    """How fast a model was in this project: medians of its calls of the last 30 days that went well.

    With a time to the first token, `tokens_per_s` are output tokens by the second after it, else of the whole call.
    """

    provider: str
    model: str
    calls: int
    ttft_ns: int | None
    tokens_per_s: float


class ModelSpeeds(Shape):
    """The models that were called, those with most calls first."""

    models: list[ModelSpeed]
    days: int


class ModelOnTrace(Shape):
    """What the model calls of a trace would cost on another model, by span id; null where nobody knows."""

    provider: str
    model: str
    costs: dict[str, str | None]
    speed: ModelSpeed | None


class WhatIf(Shape):
    """What was and what would be, the spans that would be, and what is taken for granted."""

    before: WhatIfFigures
    after: WhatIfFigures
    spans: list[WhatIfSpan]
    models: list[ModelOnTrace]
    assumptions: list[str]


class CallsRequest(Shape):
    """Model calls of a window that pass a filter, and the model that would answer them."""

    since: str | None = Field(default=None, alias="from")
    until: str | None = Field(default=None, alias="to")
    filter: str = Field(default="", max_length=10_000)
    provider: _Name = ""
    model: _Name = Field(min_length=1)


class CallsFigures(Shape):
    """Calls that have a price on both models: how many, what they cost, and what they would.

    `left_out` calls have no price on one of them, and are in no other figure. `per_call_ns` are averages; null where
    no call has ended, and `after` where the other model's speed was never measured.
    """

    calls: float
    left_out: float
    input_tokens: float
    output_tokens: float
    cost_before: str
    cost_after: str
    per_call_ns_before: int | None
    per_call_ns_after: int | None


class CallsOfModel(CallsFigures):
    """The calls that one model answered."""

    provider: str
    model: str


class WhatIfCalls(Shape):
    """What the calls of a window cost, and what they would on another model.

    `estimated` is whether sampling left calls out, so that others stand for them.
    """

    start: str
    end: str
    provider: str
    model: str
    estimated: bool
    totals: CallsFigures
    rows: list[CallsOfModel]
    speed: ModelSpeed | None
    assumptions: list[str]
