"""What the clock does to traces: quiet ones finish, those of silent processes stall and crash.

Only traces that are not settled are held in memory: what has ended and not yet been told, and what is open.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from clearspan_server.ingest.senders import Senders
from clearspan_server.store.counting import Key
from clearspan_server.store.derived import Standing

Word = Literal["finished", "updated"]


@dataclass(slots=True, frozen=True)
class Patience:
    """Silences in nanoseconds: of a trace to be finished, of a process to be stalled, and to have crashed."""

    quiet_ns: int
    stalled_ns: int
    crashed_ns: int


@dataclass(slots=True)
class Due:
    """What the clock has brought: traces to tell of, to derive again, and processes that died, with their traces.

    Of a process that began anew, `living` holds the spans that it has open now.
    """

    told: dict[Key, Word] = field(default_factory=dict)
    stirred: set[Key] = field(default_factory=set)
    dead: dict[str, set[Key]] = field(default_factory=dict)
    living: dict[str, frozenset[str]] = field(default_factory=dict)


_LOOKS_NS = 20_000_000_000  # whoever did not look for longer was asleep


class Watch:
    """The traces that are not settled. Used by one thread."""

    def __init__(self, senders: Senders, patience: Patience) -> None:
        self._senders = senders
        self._patience = patience
        self.silent: set[str] = set()  # processes whose open traces are stalled
        self._open: defaultdict[str, set[Key]] = defaultdict(set)  # by process
        self._processes: dict[Key, list[str]] = {}
        self._seen_ns: dict[str, int] = {}  # when an open span of the process came last
        self._ended: dict[Key, tuple[int, Word]] = {}  # when it is quiet enough, and what is told
        self._queue: list[tuple[int, Key]] = []
        self._looked_ns = self._awake_ns = 0

    def note(self, standings: Iterable[Standing]) -> None:
        """Where these traces stand now."""
        for standing in standings:
            self._note_processes(standing)
            key = standing.key
            pending = self._ended.pop(key, None)
            if standing.state == "ended":
                word: Word = "updated" if standing.had_finished else "finished"
                due_ns = standing.received_ns + self._patience.quiet_ns
                self._ended[key] = due_ns, pending[1] if pending else word
                heapq.heappush(self._queue, (due_ns, key))

    def due(self, now_ns: int) -> Due:
        """What has come due; each thing once."""
        due = Due()
        if not 0 <= now_ns - self._looked_ns <= _LOOKS_NS:
            self._awake_ns = (
                now_ns  # the machine slept, or its clock was set: nobody can have been heard
            )
        self._looked_ns = now_ns
        while self._queue and self._queue[0][0] <= now_ns:
            due_ns, key = heapq.heappop(self._queue)
            # An older date of the same trace is passed over.
            if key in self._ended and self._ended[key][0] == due_ns:
                due.told[key] = self._ended.pop(key)[1]
        due.living = {
            process: spans
            for process, spans in self._senders.begun_anew().items()
            if process in self._open
        }
        due.dead = {process: set(self._open[process]) for process in due.living}
        self.silent &= self._open.keys()
        for process, keys in self._open.items():
            heard_ns = max(self._senders.heard_ns(process), self._seen_ns[process], self._awake_ns)
            silence_ns = now_ns - heard_ns
            if silence_ns >= self._patience.crashed_ns:
                due.dead[process] = set(keys)
            elif (silence_ns >= self._patience.stalled_ns) != (process in self.silent):
                self.silent ^= {process}
                due.stirred |= keys
        return due

    def settled_ns(self, now_ns: int) -> int:
        """All traces whose last span came before this moment and that have ended were told of."""
        while self._queue and self._queue[0][1] not in self._ended:
            heapq.heappop(self._queue)
        first_ns = self._queue[0][0] if self._queue else now_ns
        return min(first_ns, now_ns) - self._patience.quiet_ns

    def is_empty(self) -> bool:
        """Whether there is nothing that the clock could change."""
        return not (self._open or self._ended)

    def _note_processes(self, standing: Standing) -> None:
        key = standing.key
        for process in self._processes.pop(key, []):
            self._open[process].discard(key)
            if not self._open[process]:
                del self._open[process]
                self._seen_ns.pop(process, None)
        if standing.processes:
            self._processes[key] = standing.processes
        for process in standing.processes:
            self._open[process].add(key)
            seen_ns = self._seen_ns.get(process, 0)
            self._seen_ns[process] = max(seen_ns, standing.received_ns)
