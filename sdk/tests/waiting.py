"""Waits for conditions."""

import time
from collections.abc import Callable

DEADLINE_S = 60.0  # for a machine that is slow, and busy with something else


def wait_until(holds: Callable[[], object]) -> None:
    """Returns when ``holds`` is true; fails when it is not within the deadline."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline_s, "the condition never held"
        time.sleep(0.01)
