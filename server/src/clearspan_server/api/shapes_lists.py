"""The JSON of sessions, users, failures, the histogram above a list, and facets."""

from typing import Literal

from pydantic import ConfigDict

from clearspan_server.api.shapes import Shape
from clearspan_server.model.span import Kind

SessionSort = Literal[
    "-last_seen",
    "last_seen",
    "-first_seen",
    "first_seen",
    "-traces",
    "traces",
    "-spans",
    "spans",
    "-users",
    "users",
    "-errors",
    "errors",
    "-error_rate",
    "error_rate",
    "-tokens",
    "tokens",
    "-cost",
    "cost",
]
UserSort = Literal[
    "-last_seen",
    "last_seen",
    "-first_seen",
    "first_seen",
    "-sessions",
    "sessions",
    "-traces",
    "traces",
    "-errors",
    "errors",
    "-error_rate",
    "error_rate",
    "-tokens",
    "tokens",
    "-cost",
    "cost",
]
FailureSort = Literal[
    "-count",
    "count",
    "-last_seen",
    "last_seen",
    "-first_seen",
    "first_seen",
    "-traces",
    "traces",
    "-users",
    "users",
]
FailureCategory = Literal["failed", "cancelled", "retried", "slow", "timed_out"]
Table = Literal["traces", "spans"]


class Totals(Shape):
    """What traces add up to: usage and cost of counted spans, null where nothing is known.

    `first_seen` and `last_seen` are when the first and the last of the traces began, `errors` are the traces that
    failed, `unpriced_count` the calls with tokens but without a price.
    """

    first_seen: str
    last_seen: str
    traces: int
    errors: int
    error_rate: float
    input_tokens: int | None
    output_tokens: int | None
    total_tokens: int | None
    total_cost: str | None
    unpriced_count: int
    services: list[str]
    models: list[str]


class SessionRow(Totals):
    """One session: the traces of it that the list asks for. `user_id` is the first that they name, of `users`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session_id": "sess-1742",
                    "user_id": "ann",
                    "users": 1,
                    "first_seen": "2026-11-21T09:00:00.000000000Z",
                    "last_seen": "2026-11-21T09:12:31.250000000Z",
                    "traces": 4,
                    "spans": 44,
                    "errors": 1,
                    "error_rate": 0.25,
                    "input_tokens": 9120,
                    "output_tokens": 1480,
                    "total_tokens": 10600,
                    "total_cost": "0.03764",
                    "unpriced_count": 0,
                    "services": ["support-bot"],
                    "models": ["gpt-4o-2024-08-06"],
                    "input_preview": "Where is my order?",
                    "output_preview": "It was refunded today.",
                }
            ]
        }
    )

    session_id: str
    user_id: str
    users: int
    spans: int
    input_preview: str
    output_preview: str


class SessionList(Shape):
    """A page of sessions."""

    sessions: list[SessionRow]
    next_cursor: str | None


class UserRow(Totals):
    """One end user: the traces of theirs that the list asks for."""

    user_id: str
    sessions: int


class UserList(Shape):
    """A page of users."""

    users: list[UserRow]
    next_cursor: str | None


class SpanId(Shape):
    """Where a span is."""

    trace_id: str
    span_id: str


class FailureRow(Shape):
    """Spans of one fingerprint. What differs among them is the newest one's, which is the `example`.

    `sparkline` has the counts of 24 equal parts of the window, the oldest first.
    """

    fingerprint: str
    category: FailureCategory
    name: str
    kind: Kind
    error_type: str
    error_class: str
    message: str
    count: int
    traces: int
    users: int
    first_seen: str
    last_seen: str
    services: list[str]
    versions: list[str]
    sparkline: list[int]
    example: SpanId


class FailureList(Shape):
    """A page of failures of one category."""

    failures: list[FailureRow]
    next_cursor: str | None


class HistogramPoint(Shape):
    """One step of a histogram, from `start` on."""

    start: str
    count: int
    errors: int


class Histogram(Shape):
    """How many rows of a list start in each step; `errors` of them failed or crashed."""

    step_ms: int
    points: list[HistogramPoint]


class FacetValue(Shape):
    """A value, and how many rows have it."""

    value: str
    count: int


class Facet(Shape):
    """The most frequent values of a field."""

    field: str
    values: list[FacetValue]


class Facets(Shape):
    """The facets that were asked for, in their order."""

    facets: list[Facet]
