"""Delivery: the one daemon thread that empties the queues into the exporters."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from time import monotonic, sleep, time_ns
from typing import Protocol
from weakref import ref

from clearspan.errors import counted, report, warn_once
from clearspan.exporters import Exporter
from clearspan.fields import FACT_BYTES, NOTHING
from clearspan.masks import Rules, following
from clearspan.outbox import INTERVAL_S, LAST_PAUSE_S, Bounds, Mark, Outbox
from clearspan.tracer import Span

OPEN_AFTER_NS = 1_000_000_000
EXIT_S = 3.0
# What is left of the time at the end for writing to disk what could not be sent: this much, and up
# to so much more as the queue is full, for masks do 8 MB/s.
SPILL_SHARE, SPILL_S = 0.3, 1.0
FULL_SHARE, FULL_S = 0.4, 8.0
# What is spent on sending what ended processes have left.
OTHERS_S = 1.0
STUCK_S = 0.2  # between two looks at a queue that stays crowded
REPORT_S = 10.0  # between two reports of metrics

FAILURE_BYTES = 16_384  # about what is kept of an exception and its stack
SMALL_FACTS = 16  # a span with no more, all short, counts as one span and no bytes

# By span id. Weak, so that a span nobody ended is ended when it is forgotten.
OpenSpans = dict[str, ref[Span]]


class Reporter(Protocol):
    """Sends what is not spans. Called by the delivery thread alone."""

    def report(self) -> bool:
        """Whether all that has changed was taken."""

    def close(self) -> None:
        """Gives back what it holds."""


class Delivery:
    """The sink of a process: takes finished spans without blocking and delivers them.

    What it takes leaves under its own ``rules``, also when the process has got others meanwhile.
    """

    def __init__(
        self,
        makers: Sequence[Callable[[], Exporter]],
        bounds: Bounds,
        still_open: OpenSpans,
        reporter: Reporter,
        rules: Rules,
    ) -> None:
        self._rules = rules
        self._outboxes = tuple(Outbox(make, bounds) for make in makers)
        self._reporter = reporter
        self._next_report_s = monotonic() + REPORT_S
        self._asked: list[Mark] = []  # by those who wait for a report
        self.open = still_open
        # Done at the end of a child; the recorder has more to close than this.
        self.at_exit: Callable[[], object] = lambda: self.close(EXIT_S)
        self.errand: Callable[[], None] = lambda: None  # done after each look at the queues
        self._counted = NOTHING
        # `put` of a SimpleQueue may interrupt itself, as a finaliser that ends a span does; a
        # condition variable would deadlock there. The lock is reentrant for the same reason.
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._working = threading.Lock()
        self._is_rung = False
        self._alarm: queue.SimpleQueue[None] = queue.SimpleQueue()  # of the thread that relieves
        self._thread: threading.Thread | None = None
        self._is_stopped = False
        self._next_watch_s = 0.0

    def started(self, span: Span, /) -> None:
        """Notes ``span`` as open."""
        self.open[span.span_id] = ref(span)
        if self._thread is None:
            self.start()

    def ended(self, span: Span, /) -> None:
        """Queues ``span``; not a copy that a forked child inherited from its parent."""
        if self.open.pop(span.span_id, None) is not None:
            size_bytes = 0
            try:
                if span.large:
                    size_bytes = sum(span.large.copy().values())
                if span.failure:
                    size_bytes += FAILURE_BYTES
                if len(span.fields) > SMALL_FACTS:
                    size_bytes += FACT_BYTES * len(span.fields)
                # Many spans share what a context gives them; in a row it is counted once.
                if span.carried is not self._counted:
                    self._counted = span.carried
                    size_bytes += span.carried.size_bytes
            except Exception as error:  # noqa: BLE001  # the funnel: the program has replaced a slot
                report(error, "measuring a span")
            span.size_bytes = size_bytes
            for outbox in self._outboxes:
                if outbox.put(span) and not self._is_rung:
                    self._is_rung = True
                    self._bell.put(None)
                    self._alarm.put(None)

    @property
    def is_behind(self) -> bool:
        """Whether a queue was half full and has not been emptied since."""
        return self._is_rung

    def discard(self, count: int) -> None:
        """Counts spans that were thrown away before they came here."""
        for outbox in self._outboxes:
            outbox.discard(count)

    def start(self) -> bool:
        """Starts the thread unless it runs; False when the interpreter allows no more threads."""
        with self._lock:
            if self._thread is not None:
                return True
            thread = threading.Thread(target=self._run, name="clearspan", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is shutting down
                return False
            self._thread = thread
        _deliver_when_child_ends(self)
        return True

    def flush(self, timeout_s: float) -> bool:
        """Delivers what has ended so far.

        Returns:
            Whether all of it was acknowledged in time, and nothing was lost since the last flush.
        """
        marks = [outbox.mark() for outbox in self._outboxes]
        for outbox in self._outboxes:
            outbox.hurry()
        marks.append(Mark())
        self._asked.append(marks[-1])
        return self._reach(marks, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Flushes for the last time, giving up early on an address where nobody answers.

        What cannot be sent is kept on disk; if all was sent, what others have kept is sent, too.
        """
        if self._is_stopped and not any(outbox.waits() for outbox in self._outboxes):
            return True  # a child of multiprocessing may end twice
        deadline_s = monotonic() + timeout_s
        for outbox in self._outboxes:
            outbox.closing = True
        may_spill = any(outbox.may_spill() for outbox in self._outboxes)
        is_complete = self.flush(timeout_s - (self._reserve_s(timeout_s) if may_spill else 0.0))
        left_s = max(0.0, deadline_s - monotonic())
        if is_complete and may_spill:
            marks = [outbox.mark(is_last=True) for outbox in self._outboxes]
            self._reach(marks, min(OTHERS_S, left_s))
        else:
            self.spill(left_s)
        self.tell_undelivered("exit", "recording ended")
        self._is_stopped = True
        self._bell.put(None)
        self._alarm.put(None)
        return is_complete

    def _reserve_s(self, timeout_s: float) -> float:
        """What of the time belongs to the disk."""
        fullness = max((outbox.fullness() for outbox in self._outboxes), default=0.0)
        share = SPILL_SHARE + FULL_SHARE * fullness
        return min(share * timeout_s, SPILL_S + FULL_S * fullness)

    def spill(self, patience_s: float) -> None:
        """Keeps on disk what still waits."""
        with following(self._rules):
            for outbox in self._outboxes:
                outbox.spill(patience_s)

    def _reach(self, marks: Sequence[Mark], timeout_s: float) -> bool:
        """Delivers up to the marks; whether everything before them was acknowledged."""
        deadline_s = monotonic() + timeout_s
        if not self._is_stopped and self.start():
            self._bell.put(None)
        else:
            self._work_here(deadline_s, marks)
        for mark in marks:
            mark.answered.wait(max(0.0, deadline_s - monotonic()))
        for outbox, mark in zip(self._outboxes, marks, strict=False):
            if not mark.answered.is_set():
                outbox.forget(mark)
        return all(mark.is_complete for mark in marks)

    def tell_undelivered(self, topic: str, what: str) -> None:
        """Warns, once a topic, when anything still waits or was given up."""
        if undelivered := sum(outbox.undelivered() for outbox in self._outboxes):
            warn_once(topic, f"{what} with {counted(undelivered, 'span')} undelivered")
        if spilled := sum(outbox.spilled for outbox in self._outboxes):
            kept = counted(spilled, "span")
            warn_once(f"{topic}, spilled", f"{what} with {kept} kept for the next run")

    def _relieve(self) -> None:
        """Keeps spans on disk while the other thread waits for a server that hangs."""
        while not self._is_stopped:
            self._alarm.get()
            while self._is_rung and not self._is_stopped:
                sleep(STUCK_S)
                with following(self._rules):
                    for outbox in self._outboxes:
                        outbox.relieve()

    def _run(self) -> None:
        if any(outbox.may_spill() for outbox in self._outboxes):
            with contextlib.suppress(RuntimeError):  # the interpreter is shutting down
                threading.Thread(target=self._relieve, name="clearspan-spill", daemon=True).start()
        while not self._is_stopped:
            with contextlib.suppress(queue.Empty):
                self._bell.get(timeout=self._wait_s())
            try:
                self._work()
            except Exception as error:  # noqa: BLE001  # the funnel: without this thread all is lost
                report(error, "delivering")
        with self._working:  # a late span may be on its way
            for outbox in self._outboxes:
                outbox.close()
            self._reporter.close()

    def _wait_s(self) -> float:
        return min([INTERVAL_S, *(outbox.wait_s() for outbox in self._outboxes)])

    def _work(self, patience_s: float = -1.0) -> None:
        if not self._working.acquire(timeout=patience_s):
            return
        try:
            with following(self._rules):
                self._do_all()
        finally:
            self._working.release()

    def _do_all(self) -> None:
        for outbox in self._outboxes:
            outbox.deliver()
        # Not before the queues are short: while the server is away the bell stays silent.
        if not any(outbox.is_crowded() for outbox in self._outboxes):
            self._is_rung = False
        self._report()
        self.errand()
        if monotonic() >= self._next_watch_s:
            self._next_watch_s = monotonic() + 1.0
            self._watch()

    def _report(self) -> None:
        asked = [self._asked.pop() for _ in range(len(self._asked))]
        if asked or monotonic() >= self._next_report_s:
            self._next_report_s = monotonic() + REPORT_S
            is_complete = self._reporter.report()
            for mark in asked:
                mark.is_complete = is_complete
                mark.answered.set()

    def _watch(self) -> None:
        before_ns = time_ns() - OPEN_AFTER_NS
        long_open = []
        for span_id, reference in list(self.open.items()):
            span = reference()
            if span is None:
                self.open.pop(span_id, None)
            elif span.start_ns < before_ns:
                long_open.append(span)
        if long_open:
            for outbox in self._outboxes:
                outbox.watch(long_open)

    def _work_here(self, deadline_s: float, marks: Sequence[Mark]) -> None:
        """Does the thread's work when there is no thread and none can be had any more."""
        while monotonic() < deadline_s and not all(mark.answered.is_set() for mark in marks):
            self._work(patience_s=max(0.0, deadline_s - monotonic()))
            sleep(min(LAST_PAUSE_S, self._wait_s()))


def _deliver_when_child_ends(delivery: Delivery) -> None:
    """Children of multiprocessing end without running `atexit` functions, but run these.

    So do those of billiard, Celery's version of it, and by the same registry.
    """
    util = sys.modules.get("multiprocessing.util")
    for name in ("multiprocessing.process", "billiard.process"):
        process = sys.modules.get(name)
        if util and process and type(process.current_process()).__name__ != "_MainProcess":
            util.Finalize(None, delivery.at_exit, exitpriority=0)
