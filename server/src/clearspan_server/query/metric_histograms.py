"""Histograms of a window: increases of readings, and quantiles by interpolation within buckets.

Histograms of different bounds are added on the union of their bounds: each says how many of its values are at or below
each of them, exactly where the bound is its own and by a straight line within its bucket elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.query.window import Window

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVELS: Mapping[str, float] = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
_MOST_BOUNDS = 2_000  # of a union; of more, every so many
_MOST_CELLS = 4_000_000  # histograms times bounds that are looked at at once


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
    def joined(cls, found: Sequence["Cells"]) -> "Cells":
        """All rows of several."""
        names = ("group", "bucket", "count", "sum", "low", "high", "last", "levels")
        columns = {name: np.concatenate([getattr(one, name) for one in found]) for name in names}
        return cls(**columns, is_of_buckets=found[0].is_of_buckets)


@dataclass(slots=True)
class Spreads:
    """Histograms, a row each: at or below each bound of a grid are `below` values, of `count` in all."""

    group: Ints
    bucket: Ints
    count: Floats
    sum: Floats
    low: Floats
    high: Floats
    below: Floats

    def chosen(self, where: npt.NDArray[np.bool_]) -> "Spreads":
        """The rows at some places."""
        return Spreads(*(getattr(self, name)[where] for name in Spreads.__slots__))


@dataclass(slots=True, frozen=True)
class Histograms:
    """Rows of metric_readings.sql or metric_distributions.sql, in order of their groups, and all bounds that they have.

    Readings are in the order of their lines and steps, and what they have counted is told by their increases.
    """

    table: pa.Table
    group: Ints
    line: npt.NDArray[np.uint64] | None
    grid: Floats

    @classmethod
    def of(cls, table: pa.Table, *, are_readings: bool) -> "Histograms":
        """The rows of a table."""
        bounds = pc.unique(table["bounds"].combine_chunks().flatten())
        return cls(
            table=table,
            group=table["group"].to_numpy().astype(np.int64),
            line=table["line"].to_numpy() if are_readings else None,
            grid=np.sort(bounds.to_numpy(zero_copy_only=False).astype(np.float64)),
        )

    def within(
        self, groups: tuple[int, int], frame: Frame, grid: Floats, at_once: int
    ) -> Iterator[Spreads]:
        """What the groups from one to another have, added up by step: some rows at once, for they may be many."""
        begin, end = np.searchsorted(self.group, (groups[0], groups[1] + 1)).tolist()
        while begin < end:
            until = self._until(begin, end, at_once)
            spreads = _spreads(self.table.slice(begin, until - begin), grid)
            if self.line is not None:
                spreads = _increases(spreads, self.line[begin:until], frame)
            yield _summed([spreads])
            begin = until

    def _until(self, begin: int, end: int, most: int) -> int:
        """The end of a piece: a line of readings stays whole."""
        until = min(begin + most, end)
        if self.line is None or until == end:
            return until
        others = np.flatnonzero(self.line[until:end] != self.line[until - 1])
        return until + int(others[0]) if len(others) else end


def cells_of(found: Sequence[Histograms], frame: Frame, *, most_cells: int = _MOST_CELLS) -> Cells:
    """The cells of all that was found, added up and with their quantiles."""
    grid = _thinned(np.unique(np.concatenate([one.grid for one in found])))
    at_once = max(1, most_cells // max(1, len(grid)))
    made = [
        _cells([part for one in found for part in one.within(groups, frame, grid, at_once)], grid)
        for groups in _ranges(found, at_once)
    ]
    return Cells.joined(made)


def _ranges(found: Sequence[Histograms], most: int) -> list[tuple[int, int]]:
    """The first and the last group of parts that have so many rows together, or are one group; at least one part."""
    rows = np.bincount(np.concatenate([one.group for one in found]))
    ranges, first, held = [], 0, 0
    for group, count in enumerate(rows.tolist()):
        if held and held + count > most:
            ranges.append((first, group - 1))
            first, held = group, 0
        held += count
    return [*ranges, (first, max(first, len(rows) - 1))]


def _increases(spreads: Spreads, line: npt.NDArray[np.uint64], frame: Frame) -> Spreads:
    """What each reading has counted since the one before it in its line.

    A line begins at zero, but for one whose first row stands before the window.
    """
    follows = np.zeros(len(line), dtype=bool)
    follows[1:] = line[1:] == line[:-1]
    for name in ("count", "sum", "below"):
        values = getattr(spreads, name)
        increase = values.copy()
        increase[follows] -= values[np.flatnonzero(follows) - 1]
        setattr(spreads, name, increase)
    # What is interpolated may be less than it was before, by a little.
    spreads.below = np.maximum.accumulate(np.maximum(spreads.below, 0.0), axis=1)
    return spreads.chosen(spreads.bucket >= frame.buckets.start)


def _spreads(found: pa.Table, grid: Floats) -> Spreads:
    """Rows with `bounds` and `counts`, on a grid."""
    rows = found.num_rows
    bounds, counts = _lists(found["bounds"]), _lists(found["counts"])
    kinds: dict[bytes, list[int]] = {}
    for at, row in enumerate(bounds):
        kinds.setdefault(row.tobytes(), []).append(at)
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
    return grid[:: max(1, -(-len(grid) // _MOST_BOUNDS))]  # summaries have no bounds


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


def _summed(parts: Sequence[Spreads]) -> Spreads:
    """One row for each group and step that has counted anything."""
    found = {
        name: np.concatenate([getattr(one, name) for one in parts]) for name in Spreads.__slots__
    }
    filled = Spreads(**found).chosen(found["count"] > 0)
    order = np.lexsort((filled.bucket, filled.group))
    group, bucket = filled.group[order], filled.bucket[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (group[1:] != group[:-1]) | (bucket[1:] != bucket[:-1])
    firsts = np.flatnonzero(is_new)

    def added(values: Floats) -> Floats:
        return np.add.reduceat(values[order], firsts, axis=0) if len(firsts) else values[:0]

    def least(values: Floats) -> Floats:
        return np.fmin.reduceat(values[order], firsts) if len(firsts) else values[:0]

    return Spreads(
        group=group[firsts],
        bucket=bucket[firsts],
        count=added(filled.count),
        sum=added(filled.sum),
        low=least(filled.low),
        high=-least(-filled.high),
        below=added(filled.below),
    )


def _cells(parts: Sequence[Spreads], grid: Floats) -> Cells:
    none = np.empty(0)
    nothing = Spreads(*(none.astype(np.int64),) * 2, *(none,) * 4, np.empty((0, len(grid))))
    spreads = _summed([nothing, *parts])
    count, below = spreads.count, spreads.below
    low, high = _edges(grid, below, count, spreads.low, spreads.high)
    return Cells(
        group=spreads.group,
        bucket=spreads.bucket,
        count=count,
        sum=spreads.sum,
        low=low,
        high=high,
        last=np.full(len(count), np.nan),
        levels=_quantiles(grid, below, count, low, high),
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
