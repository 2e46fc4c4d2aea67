"""The JSON of the cost of a window; docs/figures.md says what each figure is."""

from typing import Literal

from clearspan_server.api.shapes import Shape
from clearspan_server.api.shapes_figures import Origin

CostGroup = Literal[
    "model",
    "provider",
    "feature",
    "customer",
    "user",
    "prompt",
    "environment",
    "release",
    "service",
]


class CostFigures(Shape):
    """Calls are counted spans with usage, whatever their kind."""

    cost: str
    calls: float
    unpriced_calls: float
    cost_per_call: str | None
    input_tokens: float
    uncached_tokens: float
    cache_read_tokens: float
    cache_write_tokens: float
    output_tokens: float
    reasoning_tokens: float


class CostBefore(Shape):
    """The same of the window before."""

    cost: str
    calls: float
    cost_per_call: str | None


class CostRow(CostFigures):
    """One value; `detail` is the provider of a model, or the version of a prompt."""

    value: str
    detail: str
    share: float | None
    previous_cost: str


class CostLine(Shape):
    """What one value cost in each bucket."""

    value: str
    detail: str
    costs: list[str]


class CostUnits(Shape):
    """What one of each cost; users and sessions are null where traces were sampled, for nobody knows whose."""

    traces: float
    ok_traces: float
    users: int | None
    sessions: int | None
    cost_per_trace: str | None
    cost_per_ok_trace: str | None
    cost_per_user: str | None
    cost_per_session: str | None


class UnpricedModel(Shape):
    """A model whose calls have usage and no price."""

    value: str
    detail: str
    calls: float


class CacheSavings(Shape):
    """What caching saved; of `unknown_tokens`, read from a cache, nobody knows what they would have cost."""

    saved: str
    unknown_tokens: float


class CostReport(Shape):
    """The cost of a window by a dimension: `rows` the dearest first, of `value_count` values in all.

    `lines` are the dearest values over time, with a cost for each of `starts`; `others` is what all other values cost.
    """

    by: CostGroup
    start: str
    end: str
    step_ns: int
    origin: Origin
    estimated: bool
    totals: CostFigures
    previous: CostBefore
    units: CostUnits
    previous_units: CostUnits
    starts: list[str]
    lines: list[CostLine]
    others: list[str]
    rows: list[CostRow]
    value_count: int
    unpriced: list[UnpricedModel]
    savings: CacheSavings
