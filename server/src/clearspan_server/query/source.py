"""Where the figures of a window come from: every span, or roll-ups with the hours that they cannot tell from spans."""

import time
from dataclasses import dataclass
from typing import Literal

from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.window import HOUR_NS, MINUTE_NS
from clearspan_server.store.agenda import Agenda

LONG_NS = 24 * HOUR_NS
"""From this width on a window is answered by roll-ups: below it its spans are read as fast."""

_HOUR_S = 3_600
_MAX_LATE_HOURS = (
    200  # of which the minutes are sent with the question; more come after history was rewritten
)


@dataclass(slots=True, frozen=True)
class Source:
    """`rollups` answer whole hours; those in `raw_hours` (seconds since the epoch) are read span by span.

    They are read from `from_ns` and up to `to_ns`, of which they may be cut. `as_of_ns` is the moment at which this was
    decided: what was stored by then is in the figures.
    """

    kind: Literal["raw", "rollups"]
    raw_hours: tuple[int, ...]
    as_of_ns: int
    from_ns: int
    to_ns: int

    def values(self) -> dict[str, object]:
        """The values that statements over both bind."""
        # Minutes, for they are the sort key of spans: the engine finds those of a few hours by it.
        minutes = (hour_s + 60 * minute for hour_s in self.raw_hours for minute in range(60))
        first_s, end_s = self.from_ns // MINUTE_NS * 60, -(-self.to_ns // 10**9)
        is_short = self.kind == "rollups" or self.to_ns - self.from_ns < 2 * LONG_NS
        return {
            "is_raw": self.kind == "raw",
            "raw_hours": list(self.raw_hours),
            "raw_minutes": [minute_s for minute_s in minutes if first_s <= minute_s < end_s],
            # Of few rows a second thread costs a fifth more processor and saves no time; 0 leaves it to the engine.
            "threads": 1 if is_short else 0,
        }


def source_of(agenda: Agenda | None, asked: Narrowing, before_ns: int) -> Source:
    """The source for what is asked and for the time from `before_ns` on that it is compared with.

    Hours that an end of either cuts, and hours whose roll-ups are due (`agenda`), are raw. All are without an agenda,
    in short windows, under a filter, and while very many hours are due. Of frozen hours, whose spans are not all here
    any more, only the roll-ups tell: they are whole, and one that the beginning cuts is left out.
    """
    as_of_ns, window = time.time_ns(), asked.window
    if agenda is None or asked.filter.strip() != "":
        return Source("raw", (), as_of_ns, before_ns, window.to_ns)
    first_s, end_s = _hour_s(before_ns), -(-window.to_ns // HOUR_NS) * _HOUR_S
    frozen_s = agenda.frozen_before(asked.project)
    is_frozen = first_s < frozen_s
    if window.width_ns < LONG_NS and not is_frozen:
        return Source("raw", (), as_of_ns, before_ns, window.to_ns)
    cut = {_hour_s(end) for end in (before_ns, window.from_ns, window.to_ns) if end % HOUR_NS}
    due = (one.hour for one in agenda.due())
    late = {
        hour_s for due_in, hour_s in due if due_in == asked.project and first_s <= hour_s < end_s
    }
    if len(late) > _MAX_LATE_HOURS and not is_frozen:
        return Source("raw", (), as_of_ns, before_ns, window.to_ns)
    hours = tuple(sorted(one for one in cut | late if one >= frozen_s))
    return Source("rollups", hours, as_of_ns, before_ns, window.to_ns)


def _hour_s(time_ns: int) -> int:
    return time_ns // HOUR_NS * _HOUR_S
