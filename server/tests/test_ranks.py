"""Quantiles of merged parts are numbers that were measured, at a rank that is nearly the one asked for."""

import random

import numpy as np
import pytest

from clearspan_server.store.ranks import RANKS, SHARES, quantiles

LEVELS = (0.5, 0.95, 0.99)


def part(numbers: list[int]) -> list[int]:
    """A part as the engine computes it."""
    ordered = sorted(numbers)
    return [ordered[int(rank * len(ordered))] for rank in RANKS]


def merged(groups: list[int], parts: list[list[int]]) -> list[list[int]]:
    weights = np.outer([len(one) for one in parts], SHARES).ravel()
    values = np.array([part(one) for one in parts]).ravel()
    owners = np.repeat(groups, len(RANKS))
    found: list[list[int]] = quantiles(owners, weights, values, LEVELS).tolist()
    return found


@pytest.mark.parametrize("sizes", [(1, 2, 3), (40, 4_000, 7), (300,) * 30])
def test_a_quantile_of_merged_parts_is_near_its_rank(sizes: tuple[int, ...]) -> None:
    chance = random.Random(len(sizes))
    parts = [[int(chance.lognormvariate(9, n % 3 + 1)) for _ in range(n)] for n in sizes]
    every = sorted(number for one in parts for number in one)

    [found] = merged([0] * len(parts), parts)

    for level, value, off in zip(LEVELS, found, (0.025, 0.01, 0.01), strict=True):
        low = every[max(0, int((level - off) * len(every)) - 2)]
        high = every[min(len(every) - 1, int((level + off) * len(every)) + 2)]
        assert low <= value <= high
        assert value in every


def test_groups_are_told_apart_whatever_their_order() -> None:
    parts = [[1, 2, 3], [100, 200, 300], [4, 5], [400, 500]]

    found = merged([0, 2, 0, 2], parts)

    assert [row[0] for row in found] == [3, 0, 300]


def test_of_all_numbers_a_quantile_is_exact() -> None:
    chance = random.Random(1)
    numbers = [chance.randrange(10**12) for _ in range(997)]
    groups = [chance.choice((0, 2)) for _ in numbers]

    found = quantiles(np.array(groups), np.ones(997), np.array(numbers), LEVELS).tolist()

    for group in (0, 2):
        theirs = sorted(n for n, of in zip(numbers, groups, strict=True) if of == group)
        assert found[group] == [theirs[int(level * len(theirs))] for level in LEVELS]
    assert found[1] == [0, 0, 0]


def test_the_shares_of_a_part_are_all_of_it() -> None:
    assert SHARES.sum() == pytest.approx(1)
    assert (SHARES > 0).all()
    assert list(RANKS) == sorted(RANKS)
