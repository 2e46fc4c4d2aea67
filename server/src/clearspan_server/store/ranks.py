"""A small, mergeable picture of many numbers: their values at fixed ranks, denser towards the top.

Of n numbers the value at rank r is the one at ⌊r × n⌋ in order, counted from 0; it stands for the share of them between
two of `_EDGES`. Parts are merged by these shares, so a quantile of all of them is a number that was measured, and its
rank is off by at most half of the widest share around it: 1/50, and 1/400 from the 98th of a hundred on.
"""

import numpy as np
import numpy.typing as npt

_EDGES = (
    *(number / 25 for number in range(23)),
    *(0.89, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 1.0),
)
SHARES = np.diff(np.array(_EDGES))
RANKS: tuple[float, ...] = tuple((np.array(_EDGES)[:-1] + SHARES / 2).round(6).tolist())


def quantiles(
    groups: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    values: npt.NDArray[np.int64],
    levels: tuple[float, ...],
) -> npt.NDArray[np.int64]:
    """The quantiles of each group: a row a group, a column a level; 0 where a group has no value.

    Each value is of the group that `groups` says and stands for as many numbers as `weights` says; where that is one
    each, a quantile is exact.
    """
    by_value = np.argsort(values, kind="stable")
    order = by_value[np.argsort(groups[by_value], kind="stable")]
    reached = np.cumsum(weights[order])
    sizes = np.bincount(groups)
    ends = np.cumsum(sizes)
    sums = np.bincount(groups, weights=weights)
    before = np.cumsum(sums) - sums
    found = np.searchsorted(reached, before[:, None] + np.outer(sums, levels), side="right")
    within = np.clip(found, (ends - sizes)[:, None], np.maximum(ends - 1, 0)[:, None])
    return np.where(sizes[:, None] > 0, values[order][within % values.size], 0)
