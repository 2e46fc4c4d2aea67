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
    counts: npt.NDArray[np.int64],
    values: npt.NDArray[np.int64],
    levels: tuple[float, ...],
) -> npt.NDArray[np.int64]:
    """The quantiles of each group that has any: a row a group, a column a level; 0 where there is none.

    A part is of the group `groups` says, of so many numbers as `counts` says, with a row of `values` at `RANKS`.
    """
    by_value = np.argsort(values, axis=None, kind="stable")
    owner = np.repeat(groups, len(RANKS))[by_value]
    order = by_value[np.argsort(owner, kind="stable")]
    reached = np.cumsum(np.outer(counts, SHARES).ravel()[order])
    sizes = np.bincount(groups)
    ends = np.cumsum(sizes) * len(RANKS)
    weights = np.bincount(groups, weights=counts)
    before = np.cumsum(weights) - weights
    wanted = before[:, None] + np.outer(weights, levels)
    found = np.searchsorted(reached, wanted, side="right")
    starts = ends - sizes * len(RANKS)
    within = np.clip(found, starts[:, None], np.maximum(ends - 1, 0)[:, None])
    return np.where(sizes[:, None] > 0, values.ravel()[order][within % max(1, values.size)], 0)
