"""Processor time of this process by what its threads do."""

import os
import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

_TASKS = Path("/proc/self/task")
_NUMBER = re.compile(r"[_ -]?\d+$")  # receive_0 and receive_1 do the same
_TIMES = slice(11, 13)  # utime and stime in /proc/PID/stat, counted from the state


def cpu_seconds() -> Mapping[str, float]:
    """Seconds by name of thread so far; threads of the engine have its names. Empty where the system does not say."""
    names = {one.native_id: one.name for one in threading.enumerate()}
    tick_s = 1 / os.sysconf("SC_CLK_TCK") if _TASKS.is_dir() else 0.0
    found: defaultdict[str, float] = defaultdict(float)
    for stat in _TASKS.glob("*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it ended
        before, _, after = text.rpartition(")")
        name = names.get(int(stat.parent.name)) or before.partition("(")[2]
        ticks = sum(map(int, after.split()[_TIMES]))
        found[_NUMBER.sub("", name)] += ticks * tick_s
    return found
