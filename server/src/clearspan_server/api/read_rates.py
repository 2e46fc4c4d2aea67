"""How often a key may read what other servers' clients poll: so many a second, with a few in advance.

Every client of a team that polls has a key of its own; people at a browser have none and are never slowed down.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from clearspan_server.errors import TooManyReads

_MAX_REMEMBERED = 10_000  # keys; who read longest ago is forgotten, with all in advance again
_MOST_TOLD = 20


@dataclass(slots=True, frozen=True)
class RateCounts:
    """Reads since the start: how many were let by, how many were not, and whose the latter were, most first."""

    per_s: float
    burst: int
    allowed: int
    rejected: int
    most_rejected: list[tuple[str, int]]


class ReadRates:
    """A bucket a key; thread-safe. `clock` gives seconds that never go back."""

    def __init__(
        self, per_s: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}  # key → reads in advance, and when
        self._allowed = 0
        self._rejected: Counter[str] = Counter()

    def check(self, key_id: str) -> None:
        """Count a read of a key.

        Raises:
            TooManyReads: it read too often; the error knows in how many seconds it may again.
        """
        with self._lock:
            now_s = self._clock()
            left, since_s = self._left.pop(key_id, (float(self._burst), now_s))
            left = min(float(self._burst), left + (now_s - since_s) * self._per_s)
            is_allowed = left >= 1
            self._left[key_id] = (left - is_allowed, now_s)  # now the newest
            if len(self._left) > _MAX_REMEMBERED:
                del self._left[next(iter(self._left))]
            if is_allowed:
                self._allowed += 1
                return
            self._rejected[key_id] += 1
            if len(self._rejected) > _MAX_REMEMBERED:
                del self._rejected[min(self._rejected, key=self._rejected.__getitem__)]
        error = TooManyReads(
            f"the key {key_id} reads more than {self._per_s:g} times a second, and {self._burst} in advance"
        )
        error.retry_after_s = max(1, math.ceil((1 - left) / self._per_s))
        raise error

    def counts(self) -> RateCounts:
        """What was counted since the start."""
        with self._lock:
            rejected = self._rejected.most_common(_MOST_TOLD)
            total = self._rejected.total()
            return RateCounts(self._per_s, self._burst, self._allowed, total, rejected)
