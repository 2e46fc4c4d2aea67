"""A course in one line of text."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], width: int | None = None) -> str:
    """A bar a value from zero to the highest, a dot where there is nothing; so many columns wide, of means then."""
    shown = list(values) if width is None else _joined(values, width)
    most = max((value for value in shown if value is not None), default=0)
    return "".join(_bar(value, most) for value in shown)


def _bar(value: float | None, most: float) -> str:
    if value is None:
        return "·"
    return _BARS[round(max(0.0, value) / most * (len(_BARS) - 1))] if most > 0 else _BARS[0]


def _joined(values: Sequence[float | None], width: int) -> list[float | None]:
    """As many as fit, each the mean of those that it stands for."""
    found: list[float | None] = []
    for at in range(width):
        first = at * len(values) // width
        part = [
            value
            for value in values[first : max(first + 1, (at + 1) * len(values) // width)]
            if value is not None
        ]
        found.append(sum(part) / len(part) if part else None)
    return found
