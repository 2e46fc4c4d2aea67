"""The query parameters of a list: filters, full text, sort and page."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from clearspan_server.api.shapes import TraceSort, TraceState
from clearspan_server.api.window import WindowQuery
from clearspan_server.model.span import Kind, Status
from clearspan_server.query.filter import Filter, Stillness
from clearspan_server.query.page import Paging

_MAX_TOKENS = 2**63 - 1
_MAX_LATENCY_MS = 1e12  # some thirty years

Texts = Annotated[tuple[str, ...], Field(max_length=100)]
Latency = Annotated[float | None, Field(ge=0, le=_MAX_LATENCY_MS, allow_inf_nan=False)]
Money = Annotated[Decimal | None, Field(ge=0, lt=1_000_000, decimal_places=12)]
Tokens = Annotated[int | None, Field(ge=0, le=_MAX_TOKENS)]


class ListQuery(WindowQuery):
    """A list of traces or spans. A field given several times means any of its values; fields add up.

    Latency in milliseconds, cost in US dollars; bounds are inclusive.
    """

    kind: tuple[Kind, ...] = ()
    status: tuple[Status, ...] = ()
    model: Texts = ()
    provider: Texts = ()
    name: Texts = ()
    user: Texts = ()
    session: Texts = ()
    service: Texts = ()
    environment: Texts = ()
    tag: Texts = ()
    error_type: Texts = ()
    min_latency_ms: Latency = None
    max_latency_ms: Latency = None
    min_cost: Money = None
    max_cost: Money = None
    min_tokens: Tokens = None
    max_tokens: Tokens = None
    q: str = Field(
        default="",
        description="Words that input, output or error message must hold; a phrase in double quotes.",
    )
    sort: TraceSort = "-start"
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str = Field(default="", description="`next_cursor` of the page before.")

    def filter(self) -> Filter:
        """The filter in the units of the store."""
        return Filter(
            kind=self.kind,
            status=self.status,
            model=self.model,
            provider=self.provider,
            name=self.name,
            user=self.user,
            session=self.session,
            service=self.service,
            environment=self.environment,
            tag=self.tag,
            error_type=self.error_type,
            min_latency_ns=_ns(self.min_latency_ms),
            max_latency_ns=_ns(self.max_latency_ms),
            min_cost=self.min_cost,
            max_cost=self.max_cost,
            min_tokens=self.min_tokens,
            max_tokens=self.max_tokens,
        )

    def paging(self) -> Paging:
        return Paging(sort=self.sort, limit=self.limit, cursor=self.cursor)


class TraceListQuery(ListQuery):
    """A list of traces: only they have a state, the one in which they are while one asks."""

    state: tuple[TraceState, ...] = ()

    def trace_filter(self, still: Stillness) -> Filter:
        """The filter, with the state at these moments."""
        return replace(self.filter(), state=self.state, still=still)


def _ns(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds * 1_000_000)
