"""Histograms of a window: increases of readings, and quantiles by interpolation within buckets.

Histograms of different bounds are added on the union of their bounds: each says how many of its values are at or below
each of them, exactly where the bound is its own and by a straight line within its bucket elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearspan_server.query.window import Window

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVELS: Mapping[str, float] = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
_MOST_BOUNDS = 2_000  # of a union; of more, every so many


@dataclass(slots=True, frozen=True)
class Frame:
    """A window in steps; `buckets` are their numbers: each starts at its number times the step."""

    window: Window
    step_ns: int
    buckets: range
    now_ns: int

    def seconds(self, bucket: Ints) -> Floats:
        """How much of each step lies within the window and has passed, in seconds."""
        start_ns = np.maximum(bucket * self.step_ns, self.window.from_ns)
        end_ns = np.minimum((bucket + 1) * self.step_ns, self.window.to_ns)
        end_ns = np.where(self.now_ns > start_ns, np.minimum(end_ns, self.now_ns), end_ns)
        return (end_ns - start_ns) / 1e9


@dataclass(slots=True)
class Cells:
    """What is known of each group and step that has anything: a row each, in any order.

    `levels` are values at the ranks of `LEVELS`, NaN where unknown.
    """

    group: Ints
    bucket: Ints
    count: Floats
    sum: Floats
    low: Floats
    high: Floats
    last: Floats
    levels: Floats
    is_of_buckets: bool = False

    @classmethod
    def of_histograms(cls, found: Sequence["Spreads"]) -> "Cells":
        """The cells of all that was found, added up and with their quantiles."""
        return _cells(_joined(found))


@dataclass(slots=True)
class Spreads:
    """Histograms, a row each: at or below each of `grid` are `below` values, of `count` in all."""

    group: Ints
    bucket: Ints
    count: Floats
    sum: Floats
    low: Floats
    high: Floats
    grid: Floats = field(default_factory=lambda: np.empty(0))
    below: Floats = field(default_factory=lambda: np.empty((0, 0)))


def distributions(found: pa.Table) -> Spreads:
    """The rows of metric_distributions.sql."""
    return _spreads(found)


def readings(found: pa.Table, frame: Frame) -> Spreads:
    """The increases of the rows of metric_readings.sql, which are in the order of their lines and steps.

    A line begins at zero, but for one whose first row stands before the window.
    """
    spreads = _spreads(found)
    line = found["line"].to_numpy()
    follows = np.zeros(len(line), dtype=bool)
    follows[1:] = line[1:] == line[:-1]
    for name in ("count", "sum", "below"):
        values = getattr(spreads, name)
        increase = values.copy()
        increase[follows] -= values[np.flatnonzero(follows) - 1]
        setattr(spreads, name, increase)
    # What is interpolated may be less than it was before, by a little.
    spreads.below = np.maximum.accumulate(np.maximum(spreads.below, 0.0), axis=1)
    return _chosen(spreads, spreads.bucket >= frame.buckets.start)


def _spreads(found: pa.Table) -> Spreads:
    """Rows with `bounds` and `counts`, on the union of their bounds."""
    rows = found.num_rows
    bounds, counts = _lists(found["bounds"]), _lists(found["counts"])
    kinds: dict[bytes, list[int]] = {}
    for at, row in enumerate(bounds):
        kinds.setdefault(row.tobytes(), []).append(at)
    grid = _thinned(np.unique(np.concatenate(bounds))) if rows else np.empty(0)
    below = np.zeros((rows, len(grid)))
    for places in kinds.values():
        own = bounds[places[0]]
        if len(own):
            held = [_cut(counts[place], len(own)) for place in places]
            below[places] = _at(np.cumsum(np.array(held, dtype=np.float64), axis=1), own, grid)
    return Spreads(
        group=found["group"].to_numpy().astype(np.int64),
        bucket=found["bucket"].to_numpy().astype(np.int64),
        count=found["count"].to_numpy().astype(np.float64),
        sum=found["sum"].to_numpy().astype(np.float64),
        low=_numbers(found["low"]),
        high=_numbers(found["high"]),
        grid=grid,
        below=below,
    )


def _lists(column: pa.ChunkedArray) -> list[npt.NDArray[np.float64]]:
    array = column.combine_chunks()
    values = array.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    ends = np.cumsum(array.value_lengths().to_numpy(zero_copy_only=False))
    return np.split(values, ends[:-1]) if len(ends) else []


def _numbers(column: pa.ChunkedArray) -> Floats:
    return np.array(column.to_numpy(), dtype=np.float64)


def _cut(counts: Floats, bounds: int) -> Floats:
    """The counts of the buckets that end at a bound; one that a broken sender left out holds nothing."""
    return np.pad(counts[:bounds], (0, max(0, bounds - len(counts))))


def _thinned(grid: Floats) -> Floats:
    return grid[:: -(-len(grid) // _MOST_BOUNDS)]


def _at(below: Floats, own: Floats, grid: Floats) -> Floats:
    """How many of the values of each row are at or below each of `grid`, from how many are so of its own bounds."""
    after = np.searchsorted(own, grid)  # the first of its own bounds that is not below
    right = np.minimum(after, len(own) - 1)
    left = np.maximum(right - 1, 0)
    width = own[right] - own[left]
    part = np.where(width > 0, (grid - own[left]) / np.where(width > 0, width, 1.0), 1.0)
    made: Floats = below[:, left] + (below[:, right] - below[:, left]) * np.clip(part, 0.0, 1.0)
    made[:, grid < own[0]] = 0.0
    return made


def _chosen(spreads: Spreads, where: npt.NDArray[np.bool_]) -> Spreads:
    return Spreads(
        group=spreads.group[where],
        bucket=spreads.bucket[where],
        count=spreads.count[where],
        sum=spreads.sum[where],
        low=spreads.low[where],
        high=spreads.high[where],
        grid=spreads.grid,
        below=spreads.below[where],
    )


def _joined(found: Sequence[Spreads]) -> Spreads:
    """All rows on one grid."""
    if len(found) == 1:
        return found[0]
    grid = _thinned(np.unique(np.concatenate([one.grid for one in found])))
    below = [
        _at(one.below, one.grid, grid) if len(one.grid) else np.zeros((len(one.group), len(grid)))
        for one in found
    ]
    return Spreads(
        group=np.concatenate([one.group for one in found]),
        bucket=np.concatenate([one.bucket for one in found]),
        count=np.concatenate([one.count for one in found]),
        sum=np.concatenate([one.sum for one in found]),
        low=np.concatenate([one.low for one in found]),
        high=np.concatenate([one.high for one in found]),
        grid=grid,
        below=np.concatenate(below),
    )


def _cells(spreads: Spreads) -> Cells:
    """One row for each group and step."""
    filled = _chosen(spreads, spreads.count > 0)
    order = np.lexsort((filled.bucket, filled.group))
    group, bucket = filled.group[order], filled.bucket[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (group[1:] != group[:-1]) | (bucket[1:] != bucket[:-1])
    firsts = np.flatnonzero(is_new)

    def added(values: Floats) -> Floats:
        return np.add.reduceat(values[order], firsts, axis=0) if len(firsts) else values[:0]

    def least(values: Floats) -> Floats:
        return np.fmin.reduceat(values[order], firsts) if len(firsts) else values[:0]

    count, below = added(filled.count), added(filled.below)
    low, high = least(filled.low), -least(-filled.high)
    low, high = _edges(spreads.grid, below, count, low, high)
    return Cells(
        group=group[firsts],
        bucket=bucket[firsts],
        count=count,
        sum=added(filled.sum),
        low=low,
        high=high,
        last=np.full(len(firsts), np.nan),
        levels=_quantiles(spreads.grid, below, count, low, high),
        is_of_buckets=True,
    )


def _edges(
    grid: Floats, below: Floats, count: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """The least and greatest value of each row: the ends of its filled buckets, and what was sent where that is closer.

    What a cumulative point says is of all values since its start: no value of the step lies beyond it.
    """
    if not len(grid):
        return low, high
    dust = 1e-9 * count  # of interpolation
    first = (below > dust[:, None]).argmax(axis=1)
    lower = np.where(first > 0, grid[np.maximum(first - 1, 0)], np.fmin(low, min(0.0, grid[0])))
    lower = np.where(below[:, -1] > dust, lower, grid[-1])
    last = (below >= below[:, -1:] - dust[:, None]).argmax(axis=1)
    is_beyond = count > below[:, -1] + dust
    upper = np.where(is_beyond, np.fmax(high, grid[-1]), grid[last])
    return np.fmax(lower, low), np.fmin(upper, high)


def _quantiles(grid: Floats, below: Floats, count: Floats, low: Floats, high: Floats) -> Floats:
    """The values at the ranks of `LEVELS`: where the rank falls within a bucket, in proportion; NaN without buckets."""
    found = np.full((len(count), len(LEVELS)), np.nan)
    if not len(grid) or not len(count):
        return found
    rows = np.arange(len(count))
    # One more bucket, for what is beyond the last bound.
    ends = np.concatenate([below, count[:, None]], axis=1)
    for at, level in enumerate(LEVELS.values()):
        rank = level * count
        place = (ends >= rank[:, None]).argmax(axis=1)
        before = np.where(place > 0, ends[rows, np.maximum(place - 1, 0)], 0.0)
        left = np.where(place > 0, grid[np.maximum(place - 1, 0)], low)
        right = np.where(place < len(grid), grid[np.minimum(place, len(grid) - 1)], high)
        held = ends[rows, place] - before
        part = np.where(held > 0, (rank - before) / np.where(held > 0, held, 1.0), 1.0)
        left, right = np.maximum(left, low), np.minimum(right, high)
        found[:, at] = np.clip(left + (right - left) * part, low, high)
    return found
