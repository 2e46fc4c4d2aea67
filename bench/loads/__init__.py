"""The loads: OTLP requests of agent traces, the same for everything that is measured."""

import time
from collections.abc import Callable

from bench.loads.otlp import Load
from bench.loads.realistic import realistic
from bench.loads.reference import reference

__all__ = ["DEFAULT_SPANS", "LOADS", "Load", "make"]

LOADS: dict[str, Callable[[int, int], Load]] = {"reference": reference, "realistic": realistic}

DEFAULT_SPANS = {"reference": 40_000, "realistic": 30_000}

_HOUR_NS = 3_600_000_000_000


def make(name: str, span_count: int) -> Load:
    """At least `span_count` spans in whole requests, the first of them an hour old.

    The content is the same in every run; only the times follow the clock.
    """
    return LOADS[name](span_count, time.time_ns() - _HOUR_NS)
