"""What waits for one exporter: a bounded queue, taken from in batches, tried again, kept on disk."""

from __future__ import annotations

import contextlib
import threading
from _random import Random
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple

from clearspan.errors import report, warn_once
from clearspan.exporters import Exporter, Outcome, Spilling, pace
from clearspan.tracer import Span

INTERVAL_S = 0.5  # between two looks at the queues; a span is seen by the server soon after
BATCH_SPANS = 256
BATCH_BYTES = 4_000_000
LAST_BYTES = 250_000  # at once to disk at the end, where the time is short and masks are slow
TURN_BATCHES = 16  # for one exporter, before the next has its turn
SPILL_SPANS = 2_000  # in one file at most
BACKOFF_S = 0.5
MAX_BACKOFF_S = 30.0
MAX_RETRY_AFTER_S = 120.0
# At the end of the program: how often an address where nobody answers is tried, and how far apart.
LAST_TRIES = 2
LAST_PAUSE_S = 0.2


class Mark:
    """A place in a queue; answered when everything before it has been settled.

    The last one waits for what ended processes have left as well.
    """

    __slots__ = ("answered", "is_complete", "is_last")

    def __init__(self, *, is_last: bool = False) -> None:
        self.is_last = is_last
        self.answered = threading.Event()
        self.is_complete = False


class Bounds(NamedTuple):
    """How much may wait for one exporter."""

    spans: int
    bytes: int


class Outbox:
    """What waits for one exporter. The program's threads put, the delivery thread takes."""

    __slots__ = (
        *("_asked_until_s", "_batch", "_bounds", "_exporter", "_failures", "_has_more"),
        *("_is_through", "_lock", "_many_bytes", "_many_spans", "_spill_from_s", "_to_disk"),
        *("_make", "_not_before_s", "_queue", "_reported", "_size_bytes", "_spilling"),
        *("closing", "dropped", "given_up", "lost", "spilled"),
    )

    def __init__(self, make: Callable[[], Exporter], bounds: Bounds) -> None:
        self._make = make
        self._bounds = bounds
        self._many_spans, self._many_bytes = (bounds.spans + 1) // 2, (bounds.bytes + 1) // 2
        self._exporter: Exporter | None = None
        self._queue: deque[Span | Mark] = deque()
        self._size_bytes = 0  # of the spans in the queue that are not small
        # For the size, and for taking; reentrant, because a finaliser that ends a span may
        # interrupt its own thread here.
        self._lock = threading.RLock()
        self._spilling = threading.Lock()
        self.dropped = 0  # thrown away because the queue was full
        self.lost = 0  # refused by the other side
        self.given_up = 0  # of the lost ones, those for which there was no more time
        self.spilled = 0  # on disk, for later
        self.closing = False
        self._batch: list[Span] = []
        self._failures = 0
        self._has_more = False
        self._is_through = False  # ended processes have left nothing more
        self._spill_from_s = 0.0
        self._to_disk = 0  # spans that are being written
        self._not_before_s = 0.0
        self._asked_until_s = 0.0
        self._reported = 0

    def put(self, span: Span) -> bool:
        """Queues ``span``, dropping the oldest when there is no room; whether it is half full."""
        self._queue.append(span)
        # A small span needs no lock, which would cost it as much as all the rest of its end.
        if not span.size_bytes and len(self._queue) < self._many_spans:
            return False
        with self._lock:
            self._size_bytes += span.size_bytes
        if not self.is_crowded():
            return False
        with self._lock:
            dropped = self._make_room()
        # Outside the lock: a handler of the program may be recording, too.
        if dropped:
            warn_once("drop", "the queue is full, the oldest spans are dropped")
        return True

    def mark(self, *, is_last: bool = False) -> Mark:
        """A mark at the end of the queue."""
        mark = Mark(is_last=is_last)
        with self._lock:
            self._queue.append(mark)
        return mark

    def forget(self, mark: Mark) -> None:
        """Takes back a mark that nobody waits for any more: it would take the place of a span."""
        with self._lock, contextlib.suppress(ValueError):
            self._queue.remove(mark)

    def discard(self, count: int) -> None:
        """Counts spans that were thrown away before they came here."""
        with self._lock:
            self.dropped += count

    def is_crowded(self) -> bool:
        """Whether the queue is half full."""
        return len(self._queue) >= self._many_spans or self._size_bytes >= self._many_bytes

    def relieve(self) -> None:
        """Keeps on disk what waits when little room is left. For another thread than `deliver`'s."""
        if self.fullness() > 0.7:
            self.spill(with_batch=False)

    def hurry(self) -> None:
        """Makes the next `deliver` try at once, or when the other side has asked to be tried."""
        self._failures = 0
        self._not_before_s = self._asked_until_s

    def deliver(self) -> None:
        """Exports until the queue is empty, the exporter wants a pause, or others had to wait."""
        self._has_more = False
        for _ in range(TURN_BATCHES):
            is_behind = self.is_crowded() and (self._failures or self.spilled)
            if is_behind or (self.spilled and self._batch):  # what is on disk goes first
                self.spill()
            if monotonic() < self._not_before_s:
                break
            outcome = self._resend(others=False) or self._send() or self._resend(others=True)
            if outcome is None:
                self._is_through = True
                self._fill()
                break
            if outcome.settled and not self._batch:
                self._failures = 0
                continue
            self._failures += 1
            if self.closing and outcome.is_away and self._failures >= LAST_TRIES:
                self._give_up()
            else:
                asked_s = min(outcome.retry_after_s, MAX_RETRY_AFTER_S)
                self._asked_until_s = monotonic() + asked_s
                self._not_before_s = monotonic() + max(asked_s, self._pause_s())
        else:
            self._has_more = True

    def may_spill(self) -> bool:
        """Whether the exporter keeps on disk what cannot be sent, as far as is known by now."""
        return self._exporter is None or isinstance(self._exporter, Spilling)

    def spill(self, patience_s: float = 60.0, *, with_batch: bool = True) -> None:
        """Keeps on disk what waits, as far as that is possible; also what is being sent."""
        exporter, until_s = self._exporter, monotonic() + patience_s
        if not isinstance(exporter, Spilling) or monotonic() < self._spill_from_s:
            return
        if not self._spilling.acquire(timeout=patience_s):
            return
        took_s = 0.0
        try:
            # At the end whoever closes does it, who has to know what is left.
            while (now_s := monotonic()) + took_s < until_s and (with_batch or not self.closing):
                spans = self._take(with_batch=with_batch)
                if not spans:
                    break
                self._to_disk = len(spans)
                outcome = self._spilled_by(exporter, spans)
                took_s = monotonic() - now_s
                self.lost += outcome.lost
                self.spilled += max(0, outcome.settled - outcome.lost)
                if left := spans[outcome.settled :]:
                    self._spill_from_s = monotonic() + MAX_BACKOFF_S
                    self._put_back(left)
                    break
        finally:
            self._to_disk = 0
            self._spilling.release()

    def wait_s(self) -> float:
        """How long nothing needs to be done for this exporter."""
        if self._batch or self._not_before_s > monotonic():
            return max(0.0, self._not_before_s - monotonic())
        return 0.0 if self._has_more else INTERVAL_S

    def undelivered(self) -> int:
        """How many spans were given up or still wait."""
        return self.given_up + self.waits()

    def waits(self) -> int:
        """How many spans still wait, in memory."""
        queued = sum(isinstance(item, Span) for item in self._queue.copy())
        return len(self._batch) + queued + self._to_disk

    def fullness(self) -> float:
        """The share of the queue that is taken, from 0 to 1."""
        bounds = self._bounds
        return min(1.0, max(len(self._queue) / bounds.spans, self._size_bytes / bounds.bytes))

    def watch(self, open_spans: Sequence[Span]) -> None:
        """Tells the exporter what has been open for long."""
        try:
            if not self.closing:
                self._made().watch(open_spans)
        except Exception as error:  # noqa: BLE001  # the funnel: an exporter failed
            report(error, "reporting open spans")

    def close(self) -> None:
        """Closes the exporter, if it was ever needed."""
        try:
            if self._exporter is not None:
                self._exporter.close()
        except Exception as error:  # noqa: BLE001  # the funnel: an exporter failed
            report(error, "closing an exporter")

    def _made(self) -> Exporter:
        # Made by the thread that uses it: importing an HTTP client takes 20 ms.
        if self._exporter is None:
            self._exporter = self._make()
        return self._exporter

    def _send(self) -> Outcome | None:
        """Exports the next batch; None when nothing waits."""
        if not self._fill():
            return None
        pace.is_hurried = self.closing or len(self._queue) > BATCH_SPANS
        try:
            for span in self._batch:  # what was postponed is read here, on this thread
                span.settle()
                pace.give_way()
            outcome = self._made().export(self._batch, self.dropped)
            lost = self.lost + outcome.lost
            del self._batch[: outcome.settled]
        except Exception as error:  # noqa: BLE001  # the funnel: an exporter failed
            report(error, "exporting spans")
            outcome = Outcome(settled=len(self._batch), lost=len(self._batch))
            lost = self.lost + outcome.lost
            self._batch.clear()
        self.lost = lost
        return outcome

    def _resend(self, *, others: bool) -> Outcome | None:
        """Sends something that was kept on disk; None when there is nothing."""
        exporter = self._exporter
        if not isinstance(exporter, Spilling):
            return None
        try:
            outcome = exporter.resend(others=others)
        except Exception as error:  # noqa: BLE001  # the funnel: an exporter failed
            report(error, "sending what was kept on disk")
            return None
        if outcome is not None and not others:
            self.lost += outcome.lost
            self.spilled = max(0, self.spilled - outcome.settled)
        return outcome

    def _spilled_by(self, exporter: Spilling, spans: Sequence[Span]) -> Outcome:
        try:
            return exporter.spill(spans, self.dropped)
        except Exception as error:  # noqa: BLE001  # the funnel: an exporter failed
            report(error, "keeping spans on disk")
            return Outcome(settled=0)

    def _pause_s(self) -> float:
        if self.closing:
            return LAST_PAUSE_S
        backoff_s = min(MAX_BACKOFF_S, BACKOFF_S * (1 << min(self._failures - 1, 10)))
        # Jitter, so that many processes do not come back together.
        return backoff_s * (0.5 + Random().random() / 2)

    def _fill(self) -> bool:
        """Moves spans from the queue to the batch, up to the next mark; answers marks reached."""
        while (mark := self._moved()) and not self._batch and not self._must_wait(mark):
            self.forget(mark)
            self._answer(mark)
        return bool(self._batch)

    def _moved(self) -> Mark | None:
        """Moves spans to the batch while there is room; the mark that stands in the way."""
        room_bytes = BATCH_BYTES - sum(span.size_bytes for span in self._batch)
        with self._lock:
            while len(self._batch) < BATCH_SPANS and room_bytes > 0 and self._queue:
                item = self._queue[0]
                if isinstance(item, Mark):
                    return item
                self._batch.append(item)
                self._size_bytes -= item.size_bytes
                room_bytes -= item.size_bytes
                self._queue.popleft()
        return None

    def _must_wait(self, mark: Mark) -> bool:
        exporter = self._exporter
        if not isinstance(exporter, Spilling):
            return False
        return exporter.spilled() or (mark.is_last and not self._is_through)

    def _take(self, *, with_batch: bool) -> list[Span]:
        """What is oldest in the batch and the queue; marks are passed over and stay."""
        marks: list[Mark] = []
        spans: list[Span] = []
        with self._lock:
            if with_batch:
                self._put_back(self._batch)
                self._batch.clear()
            room_bytes = LAST_BYTES if self.closing else BATCH_BYTES
            while len(spans) < SPILL_SPANS and room_bytes > 0 and self._queue:
                item = self._queue.popleft()
                if isinstance(item, Mark):
                    marks.append(item)
                else:
                    spans.append(item)
                    self._size_bytes -= item.size_bytes
                    room_bytes -= item.size_bytes
            self._queue.extendleft(reversed(marks))
        return spans

    def _put_back(self, spans: Sequence[Span]) -> None:
        with self._lock:
            self._queue.extendleft(reversed(spans))
            self._size_bytes += sum(span.size_bytes for span in spans)

    def _make_room(self) -> int:
        before = self.dropped
        while len(self._queue) > self._bounds.spans or self._size_bytes > self._bounds.bytes:
            oldest = self._queue.popleft()
            if isinstance(oldest, Mark):
                oldest.answered.set()
            else:
                self._size_bytes -= oldest.size_bytes
                self.dropped += 1
        return self.dropped - before

    def _answer(self, mark: Mark) -> None:
        gone = self.dropped + self.lost
        mark.is_complete = gone == self._reported
        self._reported = gone
        mark.answered.set()

    def _give_up(self) -> None:
        self._spill_from_s = 0.0
        self.spill()
        while self._fill():
            self.given_up += len(self._batch)
            self.lost += len(self._batch)
            self._batch.clear()
        with self._lock:
            while self._queue and isinstance(mark := self._queue[0], Mark):
                self._queue.popleft()
                mark.answered.set()
        self._not_before_s = monotonic() + MAX_BACKOFF_S
