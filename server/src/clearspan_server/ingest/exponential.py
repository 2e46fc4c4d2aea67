"""Exponential histograms as histograms with bounds: every type of histogram is then read alike.

Source: opentelemetry-proto `metrics.proto`, `ExponentialHistogramDataPoint`: the bucket of index i of a scale holds
what is above base^i and at or below base^(i+1), where base = 2^(2^-scale); negative values lie mirrored.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_MOST_BUCKETS = 4_000  # SDKs send 160 at most; of more nothing is made
_LEAST_SCALE, _MOST_SCALE = -10, 20  # what the specification allows
_LEAST_EXPONENT, _MOST_EXPONENT = -1_074.0, 1_023.999  # of a double


@dataclass(slots=True, frozen=True)
class Buckets:
    """Counts of neighbouring buckets, the first of which has the index `offset`."""

    offset: int
    counts: Sequence[int]


@dataclass(slots=True, frozen=True)
class Zero:
    """The bucket of what is too close to zero for the others."""

    count: int
    threshold: float


@dataclass(slots=True, frozen=True)
class Exponential:
    """An exponential histogram as it is sent."""

    scale: int
    zero: Zero
    positive: Buckets
    negative: Buckets


def explicit(sent: Exponential) -> tuple[list[float], list[int]]:
    """Rising bounds and one count more, for what is above the last; nothing where it cannot be said."""
    size = len(sent.positive.counts) + len(sent.negative.counts)
    if not _LEAST_SCALE <= sent.scale <= _MOST_SCALE or size > _MOST_BUCKETS:
        return [], []
    bounds: list[float] = []
    counts: list[int] = []
    first, below = _trimmed(sent.negative)
    for at in reversed(range(len(below) + 1)):
        bounds.append(-_power(first + at, sent.scale))
        counts.append(below[at] if at < len(below) else 0)
    if not below:
        bounds.clear()
        counts.clear()
    threshold = sent.zero.threshold if math.isfinite(sent.zero.threshold) else 0.0
    if sent.zero.count:
        bounds.append(max(threshold, 0.0))
        counts.append(sent.zero.count)
    first, above = _trimmed(sent.positive)
    for at, count in enumerate([0, *above] if above else []):
        bound = _power(first + at, sent.scale)
        if at or not bounds or bound > bounds[-1]:
            bounds.append(bound)
            counts.append(count)
    return _distinct(bounds, [*counts, 0])


def _trimmed(buckets: Buckets) -> tuple[int, list[int]]:
    """The index of the first bucket that is not empty, and the counts from it to the last such."""
    filled = [at for at, count in enumerate(buckets.counts) if count]
    if not filled:
        return 0, []
    return buckets.offset + filled[0], list(buckets.counts[filled[0] : filled[-1] + 1])


def _power(index: int, scale: int) -> float:
    """base^index; the same double for the same bound at every scale, for the exponent is exact."""
    exponent = math.ldexp(index, -scale)
    return math.pow(2.0, min(max(exponent, _LEAST_EXPONENT), _MOST_EXPONENT))


def _distinct(bounds: list[float], counts: list[int]) -> tuple[list[float], list[int]]:
    """Buckets whose bounds a double cannot tell apart, as one."""
    made: list[float] = []
    held: list[int] = []
    for bound, count in zip(bounds, counts, strict=False):
        if made and bound <= made[-1]:
            held[-1] += count
        else:
            made.append(bound)
            held.append(count)
    return made, [*held, counts[-1]]
