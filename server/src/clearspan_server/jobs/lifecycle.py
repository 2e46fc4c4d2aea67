"""The lifecycle of traces: what was stored is worked into the derived tables and told to the live feed."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from clickhouse_connect.driver.exceptions import DatabaseError

from clearspan_server.ingest.writer import readable, trace_keys
from clearspan_server.store.derived import Key, derive_traces
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal

LOG = logging.getLogger(__name__)

Changed = Callable[[int, str, list[str]], None]  # journal sequence, project, trace ids
_CHUNK = 1_000  # traces derived by one statement
_RETRY_S = 1.0
_PAUSE_S = (
    0.3  # between two rounds: a trace whose spans come one by one is derived for several at once
)


class Lifecycle:
    """One thread that derives the traces whose spans were stored, and reports them to `changed`."""

    def __init__(self, journal: Journal, engine: Engine, changed: Changed) -> None:
        self._journal = journal
        self._engine = engine
        self._changed = changed
        self._dirty: set[Key] = set()
        self._seq = journal.derived
        self._condition = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._derive_forever, name="lifecycle", daemon=True)

    def start(self) -> None:
        """Take up what was stored and not yet derived when the last process ended."""
        journal = self._journal
        entries = journal.read(journal.derived, up_to=journal.stored)
        self.stored(journal.stored, trace_keys(readable(entries)))
        self._thread.start()

    def stored(self, seq: int, keys: set[Key]) -> None:
        """The spans of these (project, trace id)s, up to journal entry `seq`, are in the engine."""
        with self._condition:
            self._dirty |= keys
            self._seq = max(self._seq, seq)
            self._condition.notify()

    def stop(self, timeout_s: float) -> None:
        """Derive what is left and stop."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(timeout_s)

    def _derive_forever(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._dirty or self._stopping)
                if not self._dirty:
                    return
                dirty, self._dirty = self._dirty, set()
                seq = self._seq
            try:
                for keys in _batches(sorted(dirty)):
                    self._derive(keys)
                    self._tell(seq, keys)
                self._journal.derive(seq)
                with self._condition:
                    self._condition.wait_for(lambda: self._stopping, _PAUSE_S)
            except Exception:
                # Whatever it was, this thread goes on: without it no trace would be listed any more.
                LOG.exception("traces could not be derived, trying again")
                with self._condition:
                    self._dirty |= dirty
                    if self._stopping:
                        return
                    self._condition.wait(_RETRY_S)

    def _derive(self, keys: Sequence[Key]) -> None:
        """Derive the traces; one that the engine refuses, while it answers otherwise, is left out alone."""
        try:
            derive_traces(self._engine, keys)
        except DatabaseError:
            self._engine.query("select 1")
            if len(keys) == 1:
                LOG.exception("trace %s of project %s is not listed", keys[0][1], keys[0][0])
                return
            middle = len(keys) // 2
            self._derive(keys[:middle])
            self._derive(keys[middle:])

    def _tell(self, seq: int, keys: Sequence[Key]) -> None:
        for project, group in groupby(keys, key=itemgetter(0)):
            self._changed(seq, project, [trace_id for _, trace_id in group])


def _batches(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
