"""How long a project keeps what was sent."""

from dataclasses import dataclass

DEFAULT_DAYS = 30
DEFAULT_ROLLUP_DAYS = 400
DEFAULT_SLOW_MS = 10_000


@dataclass(slots=True, frozen=True)
class Rule:
    """Traces that pass a filter are kept for so many days; None is for ever."""

    filter: str
    days: int | None


@dataclass(slots=True, frozen=True)
class Thinning:
    """After so many days a share (0 to 1) of the traces stays, and all that failed, were slow, judged or noted on."""

    after_days: int
    share: float
    slow_ms: int = DEFAULT_SLOW_MS


@dataclass(slots=True, frozen=True)
class Policy:
    """The first rule that a trace passes holds for it, else `days`; None is for ever.

    `rollup_days` is how long sums by the hour and the ledger of deliveries are kept. Spans of months that ended
    `cold_days` ago are in cold storage; None is never.
    """

    days: int | None = DEFAULT_DAYS
    rules: tuple[Rule, ...] = ()
    thinning: Thinning | None = None
    rollup_days: int | None = DEFAULT_ROLLUP_DAYS
    cold_days: int | None = None
