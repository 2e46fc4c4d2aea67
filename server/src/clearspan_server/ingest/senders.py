"""The processes that send: when each was heard of last, and whether it has begun anew under its old id."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

_MOST = 10_000  # processes that are remembered; the one that was silent for longest goes first


@dataclass(slots=True)
class _Sender:
    heard_ns: int
    seq: int
    open: frozenset[str]


class Senders:
    """The registry of sender processes, in memory. Thread-safe; times are the server's, in nanoseconds."""

    def __init__(self) -> None:
        self._floor_ns = time.time_ns()  # who is not remembered was heard then or before
        self._senders: OrderedDict[str, _Sender] = OrderedDict()
        self._begun_anew: set[str] = set()
        self._lock = threading.Lock()

    def beat(self, process: str, seq: int, open_spans: frozenset[str]) -> None:
        """A heartbeat: the process lives and has these spans open. A lower number than before is a new start."""
        with self._lock:
            known = self._senders.pop(process, None)
            if known is not None and seq < known.seq:
                self._begun_anew.add(process)
            self._keep(process, _Sender(time.time_ns(), seq, open_spans))

    def heard(self, process: str) -> None:
        """The process has sent something else than a heartbeat: it lives. Nameless ones are passed over."""
        if not process:
            return
        with self._lock:
            known = self._senders.pop(process, None) or _Sender(0, 0, frozenset())
            known.heard_ns = time.time_ns()
            self._keep(process, known)

    def heard_ns(self, process: str) -> int:
        """When the process was heard of last; of one that is not remembered, the latest time that it can have been."""
        with self._lock:
            known = self._senders.get(process)
        return known.heard_ns if known else self._floor_ns

    def begun_anew(self) -> dict[str, frozenset[str]]:
        """The processes that began anew since the last call, with the spans that they have open now."""
        with self._lock:
            names, self._begun_anew = self._begun_anew, set()
            return {name: self._senders[name].open for name in names if name in self._senders}

    def _keep(self, process: str, sender: _Sender) -> None:
        self._senders[process] = sender
        if len(self._senders) > _MOST:
            _, forgotten = self._senders.popitem(last=False)
            self._floor_ns = max(self._floor_ns, forgotten.heard_ns)
