"""How much room the disk of the data folder has."""

import shutil
import threading
import time
from pathlib import Path

_LOOK_S = 1.0  # between two looks: asking costs a system call, and a disk does not fill in a second


class Disk:
    """The free bytes of a folder's disk against a watermark; thread-safe."""

    def __init__(self, folder: Path, min_free_bytes: int) -> None:
        self._folder = folder
        self.min_free_bytes = min_free_bytes
        self._lock = threading.Lock()
        self._looked_s = float("-inf")
        self._free_bytes = 0

    def free_bytes(self) -> int:
        """Free bytes, as of at most a second ago."""
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._looked_s >= _LOOK_S:
                self._free_bytes = shutil.disk_usage(self._folder).free
                self._looked_s = now_s
            return self._free_bytes

    def is_full(self) -> bool:
        """Below the watermark: nothing more is taken."""
        return self.free_bytes() < self.min_free_bytes

    def is_low(self) -> bool:
        """Below twice the watermark: what nobody needs, such as the demo, stops first."""
        return self.free_bytes() < 2 * self.min_free_bytes
