"""What came in since the start, in counters by signal, protocol and reason; touched once a request."""

import threading
import time
from collections import Counter

from clearspan_server.model.delivery import Delivery

Way = tuple[str, str]  # signal, protocol


class Meter:
    """Counters that only grow. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = Counter[Way]()
        self.size_bytes = Counter[Way]()
        self.received = Counter[Way]()
        self.accepted = Counter[Way]()
        self.rejected = Counter[Way]()  # by signal and reason
        self.put_off = Counter[Way]()  # requests that are to come again
        self.last_put_off_ns: int | None = None

    def count_put_off(self, delivery: Delivery) -> None:
        """One request that the journal did not take; nothing of it is kept."""
        with self._lock:
            self.put_off[delivery.signal, delivery.protocol] += 1
            self.last_put_off_ns = time.time_ns()

    def count(self, delivery: Delivery) -> None:
        """One request that is in the journal."""
        way = delivery.signal, delivery.protocol
        with self._lock:
            self.requests[way] += 1
            self.size_bytes[way] += delivery.size_bytes
            self.received[way] += delivery.received
            self.accepted[way] += delivery.accepted
            for reason, count in delivery.rejected.items():
                self.rejected[delivery.signal, reason] += count
