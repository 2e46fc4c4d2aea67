"""The shapes of what removes: erasures, how long a project keeps what was sent, and its nightly work."""

from typing import Annotated, Literal

from pydantic import Field

from clearspan_server.api.shapes import Shape
from clearspan_server.model.retention import (
    DEFAULT_DAYS,
    DEFAULT_ROLLUP_DAYS,
    DEFAULT_SLOW_MS,
)

Days = Annotated[int, Field(ge=1, le=36_500)]


class RemovedTrace(Shape):
    """A trace that goes."""

    trace_id: str
    name: str
    start: str
    spans: int


class ErasureRequest(Shape):
    """Whose or which data is to be erased. A preview counts it and removes nothing.

    `user`, `customer` and `session` mean whole traces of theirs, `text` all traces that hold it anywhere. `mentions`
    adds to the former what only says the value somewhere.
    """

    project: str = ""
    by: Literal["user", "customer", "session", "trace", "text"]
    value: str = Field(max_length=1_000)
    mentions: bool = False
    preview: bool = False


class Erasure(Shape):
    """An erasure: how far it is, what it found, and its receipt once it is done.

    `counts` are records by where they were, each once. `subject` is a keyed hash in place of the value, the same for
    the same value of a project. What stays: `backups` that were made before, `rules` of redaction and retention that
    name the value, and `unreadable` requests in the quarantine, which nobody can look into. `receipt` is a SHA-256 over
    all this and the receipt before it.
    """

    id: int
    preview: bool
    state: Literal["running", "done", "cancelled"]
    by: str
    subject: str
    asked_by: str
    created: str
    ended: str | None
    progress: float
    counts: dict[str, int]
    examples: list[RemovedTrace]
    backups: list[str]
    rules: int
    unreadable: int
    receipt: str
    error: str


class ErasureList(Shape):
    """The newest erasures and previews of the project, newest first."""

    erasures: list[Erasure]


class RetentionRule(Shape):
    """Traces that pass the filter are kept for so many days; null is for ever."""

    filter: str = Field(max_length=2_000)
    days: Days | None


class Thinning(Shape):
    """After so many days a share (0 to 1) of the traces stays, and all that failed, were slow, scored or noted on."""

    after_days: Days
    share: float = Field(ge=0, le=1)
    slow_ms: int = Field(default=DEFAULT_SLOW_MS, ge=1, le=86_400_000)


class RetentionPolicy(Shape):
    """How long a project keeps what was sent; null is for ever.

    The first of the `rules` that a trace passes holds for it, else `days`, which also hold for log records and points
    of metrics. `rollup_days` are those of sums by the hour and of the ledger. Spans of a month are moved into cold
    storage `cold_days` after it has ended; null is never.
    """

    days: Days | None = DEFAULT_DAYS
    rules: list[RetentionRule] = Field(default_factory=list, max_length=20)
    thinning: Thinning | None = None
    rollup_days: Days | None = DEFAULT_ROLLUP_DAYS
    cold_days: Days | None = None


class RetentionState(RetentionPolicy):
    """The policy, and the moment before which some traces are gone or cold and only sums are whole."""

    days: Days | None
    rules: list[RetentionRule]
    thinning: Thinning | None
    rollup_days: Days | None
    cold_days: Days | None
    frozen_before: str | None


class ColdMonth(Shape):
    """The spans of a month, such as 2026-11, that are in cold storage, and the size of their file."""

    month: str
    spans: int
    bytes: int


class ColdMonths(Shape):
    """What a project has in cold storage, the oldest first; `folder` is empty where there is none."""

    folder: str
    months: list[ColdMonth]


class RetentionRequest(Shape):
    """A turn of retention now. A preview counts what would go and removes nothing."""

    project: str = ""
    preview: bool = False


class RetentionTurn(Shape):
    """A turn of retention: how far it is, and what went or would go, by where it was."""

    id: int
    preview: bool
    state: Literal["running", "done", "cancelled"]
    asked_by: str
    created: str
    ended: str | None
    progress: float
    counts: dict[str, int]
    examples: list[RemovedTrace]
    error: str


class RetentionTurns(Shape):
    """The newest turns, newest first."""

    turns: list[RetentionTurn]
