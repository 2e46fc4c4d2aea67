"""Parts of sums added up: what roll-ups, and the hours that are read beside them, say of the same thing."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearspan_server.store.engine import Row
from clearspan_server.store.ranks import RANKS, SHARES, quantiles

Key = TypeVar("Key", bound=Hashable)
_Groups = npt.NDArray[np.int64]


def added(
    parts: pa.Table,
    keys: Sequence[Key],
    levels: Mapping[str, tuple[float, ...]],
    *,
    at_ranks: bool,
) -> dict[Key, Row]:
    """The parts with equal keys as one row: numbers are summed, `estimated` holds where it holds of one.

    Text is left out. A measure of `levels`, such as `latency`, has the columns `latency_count` and `latency_ns` (all
    its numbers, or `at_ranks` those at ranks), and becomes `latency_count` and `latency_quantiles_ns`.
    """
    numbers: dict[Key, int] = {}
    groups = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    measures = {f"{measure}_ns": measure for measure in levels}
    columns: dict[str, Sequence[object]] = {}
    for name in parts.column_names:
        column = parts[name]
        if name in measures:
            measure = measures[name]
            counts = parts[f"{measure}_count"].to_numpy().astype(np.int64)
            values = column.combine_chunks().flatten().to_numpy()
            whose = _at_ranks(groups, counts) if at_ranks else _each(groups, counts)
            found: list[list[int]] = []
            if values.size:
                found = quantiles(*whose, values, levels[measure]).tolist()
            # A group behind the last that has any number.
            columns[f"{measure}_quantiles_ns"] = found + [[]] * (len(numbers) - len(found))
        elif pa.types.is_decimal(column.type):
            columns[name] = _money(column, groups, len(numbers))
        elif not (pa.types.is_string(column.type) or pa.types.is_list(column.type)):
            columns[name] = _sums(name, column, groups, len(numbers))
    rows = zip(*columns.values(), strict=True)
    return {
        key: dict(zip(columns, row, strict=True)) for key, row in zip(numbers, rows, strict=True)
    }


def _sums(name: str, column: pa.ChunkedArray, groups: _Groups, size: int) -> list[int | float]:
    values = column.to_numpy()
    kind = np.float64 if values.dtype.kind == "f" else np.int64
    sums = np.zeros(size, kind)
    (np.maximum if name == "estimated" else np.add).at(sums, groups, values.astype(kind))
    found: list[int | float] = sums.tolist()
    return found


def _money(column: pa.ChunkedArray, groups: _Groups, size: int) -> list[Decimal]:
    sums = [Decimal(0)] * size
    for group, amount in zip(groups.tolist(), column.to_pylist(), strict=True):
        sums[group] += amount
    return sums


# Of each number that parts list the group it is of, and how many numbers it stands for.
_Whose = tuple[_Groups, npt.NDArray[np.float64]]


def _each(groups: _Groups, counts: _Groups) -> _Whose:
    return np.repeat(groups, counts), np.ones(counts.sum())


def _at_ranks(groups: _Groups, counts: _Groups) -> _Whose:
    groups, counts = groups[counts > 0], counts[counts > 0]
    return np.repeat(groups, len(RANKS)), np.outer(counts, SHARES).ravel()
