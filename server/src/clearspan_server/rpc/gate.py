"""Who may wait for a message: few calls at once, and one that only waits gives way to the next."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from clearspan_server.errors import TooBusy


class Gate:
    """Places for calls whose messages are on their way; thread-safe.

    A place is kept for `wait_s`, which a large message on a slow line needs; for `quick_s` when others want it.
    """

    def __init__(self, places: int, queue: int, *, wait_s: float, quick_s: float) -> None:
        self._places = places
        self._queue = queue
        self._wait_s = wait_s
        self._quick_s = quick_s
        self._waiting = 0
        self._inside: dict[Callable[[], object], float] = {}  # how to end a call → since when
        self._changed = threading.Condition()

    @contextmanager
    def place(self, end: Callable[[], object]) -> Iterator[None]:
        """A place for the length of the block; `end` is called, from another thread, when it is kept too long.

        Raises:
            TooBusy: as many others wait for a place already as may.
        """
        with self._changed:
            self._enter(end)
        patience = threading.Timer(self._wait_s, end)
        patience.start()
        try:
            yield
        finally:
            patience.cancel()
            with self._changed:
                self._inside.pop(end, None)
                self._changed.notify()

    def _enter(self, end: Callable[[], object]) -> None:
        if len(self._inside) >= self._places and self._waiting >= self._queue:
            raise TooBusy(f"{self._places + self._waiting} calls wait for their message already")
        self._waiting += 1
        try:
            while len(self._inside) >= self._places:
                oldest, since_s = next(iter(self._inside.items()))
                left_s = since_s + self._quick_s - monotonic()
                if left_s > 0:
                    self._changed.wait(left_s)
                    continue
                del self._inside[oldest]
                oldest()
        finally:
            self._waiting -= 1
        self._inside[end] = monotonic()
