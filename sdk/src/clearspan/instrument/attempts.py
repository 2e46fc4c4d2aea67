"""Which model calls are repeats of one that failed."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from time import monotonic
from typing import NamedTuple

REPEAT_S = 60.0  # how long after a failure the same call is its repeat
MAX_FAILURES = 1_000

_AMAZON = re.compile(r"attempt=(\d+)")


class Failed(NamedTuple):
    """The last failure of a call, and the span of its first attempt."""

    first_span_id: str
    trace_id: str
    attempt: int
    at_s: float


_failures: OrderedDict[Hashable, Failed] = OrderedDict()
_lock = threading.Lock()


def earlier(key: Hashable) -> Failed | None:
    """The attempt before a call that starts now; None when none has failed lately."""
    with _lock:
        failed = _failures.get(key)
    return failed if failed and monotonic() - failed.at_s < REPEAT_S else None


def note(key: Hashable, failed: Failed | None) -> None:
    """Remembers how the call ended: ``failed``, or None when it went well."""
    with _lock:
        if failed is None:
            _failures.pop(key, None)
            return
        _failures[key] = failed
        _failures.move_to_end(key)
        if len(_failures) > MAX_FAILURES:
            _failures.popitem(last=False)


def told(headers: Mapping[str, str]) -> int:
    """The attempt, from 1, as the vendor's client says it in the headers of a request; 0 unless it does."""
    count = headers.get("x-stainless-retry-count", "")
    if count.isdigit():
        return int(count) + 1
    found = _AMAZON.search(headers.get("amz-sdk-request", ""))
    return int(found[1]) if found else 0
