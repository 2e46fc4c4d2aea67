"""A bound on the bytes of requests under way, counted over all protocols."""

import threading

from clearspan_server.errors import TooBusy


class Budget:
    """Bytes that may be in memory at once; thread-safe."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Count these bytes until they are given back.

        Raises:
            TooBusy: there is no room for them; nothing was taken.
        """
        with self._lock:
            if self._bytes + count > self._max_bytes:
                raise TooBusy(
                    f"{self._bytes + count} bytes of requests would be under way;"
                    f" the bound is {self._max_bytes}"
                )
            self._bytes += count

    def give(self, count: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._bytes -= count
