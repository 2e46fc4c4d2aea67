"""What waits in the journal, by request: the part of the ledger that the engine does not have yet."""

import threading

import orjson

from clearspan_server.model.delivery import Delivery
from clearspan_server.store.journal import Journal


class Waiting:
    """The receipts of requests that are not stored; reads each entry of the journal at most once. Thread-safe."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._deliveries: dict[int, Delivery] = {}
        self._seen = 0

    def look(self) -> tuple[int, list[Delivery]]:
        """The number up to which the engine has everything, and the requests above it, oldest first."""
        with self._lock:
            stored, committed = self._journal.stored, self._journal.committed
            for seq in [seq for seq in self._deliveries if seq <= stored]:
                del self._deliveries[seq]
            after = max(stored, self._seen)
            for seq, receipt in self._journal.receipts(after, committed):
                self._deliveries[seq] = Delivery(**orjson.loads(receipt))
            self._seen = max(after, committed)
            return stored, list(self._deliveries.values())
