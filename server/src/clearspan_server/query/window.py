"""The span of time that a question is about, and the order in which a list walks through it."""

from collections.abc import Iterator
from dataclasses import dataclass

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS

# A list by start rarely needs more than its first hours: at 1 M spans a day, two hours cost a tenth of the day.
_SLICES_NS = (2 * HOUR_NS, 24 * HOUR_NS)


@dataclass(slots=True, frozen=True)
class Window:
    """From `from_ns` up to and without `to_ns`, nanoseconds since the Unix epoch."""

    from_ns: int
    to_ns: int

    @property
    def width_ns(self) -> int:
        return self.to_ns - self.from_ns

    def values(self) -> dict[str, object]:
        """The window as bound values."""
        return {"from_ns": self.from_ns, "to_ns": self.to_ns}


def slices(window: Window, *, newest_first: bool, now_ns: int) -> Iterator[Window]:
    """The window cut into a short, a longer and a last part, which a list by start reads until it is full.

    Where it goes on beyond `now_ns`, there is hardly anything: that is a part of its own, before the newest.
    """
    from_ns, to_ns = window.from_ns, window.to_ns
    if newest_first and from_ns < now_ns < to_ns:
        yield Window(now_ns, to_ns)
        to_ns = now_ns
    for width_ns in _SLICES_NS:
        if to_ns - from_ns <= width_ns:
            break
        if newest_first:
            yield Window(to_ns - width_ns, to_ns)
            to_ns -= width_ns
        else:
            yield Window(from_ns, from_ns + width_ns)
            from_ns += width_ns
    if from_ns < to_ns:
        yield Window(from_ns, to_ns)
