"""Sampling: which traces are kept, decided at their end, and how many spans a second."""

from __future__ import annotations

import threading
import weakref
from time import monotonic
from typing import Protocol

from clearspan.errors import report, warn_once
from clearspan.fields import FACT_BYTES
from clearspan.outbox import Bounds
from clearspan.tracer import Sink, Span

SPAN_BYTES = 1_000  # about what a small span takes
MAX_KEPT = 1_000
RANDOM_DIGITS = 14  # of a trace id: the bits that OpenTelemetry samples by


class Delivers(Sink, Protocol):
    """A sink that counts what was thrown away before it came."""

    def discard(self, count: int) -> None: ...


class Limit:
    """Lets no more than ``per_s`` spans a second start, in bursts of a second at most."""

    def __init__(self, sink: Delivers, per_s: float) -> None:
        self._sink = sink
        self._per_s = per_s
        self._tokens = max(1.0, per_s)
        self._filled_s = monotonic()
        self._lock = threading.RLock()  # reentrant, because a finaliser may end a span in between

    def started(self, span: Span, /) -> None:
        """Passes ``span`` on, or counts it as dropped."""
        with self._lock:
            now_s = monotonic()
            gained = (now_s - self._filled_s) * self._per_s
            self._tokens = min(max(1.0, self._per_s), self._tokens + gained)
            self._filled_s = now_s
            has_room = self._tokens >= 1.0
            self._tokens -= has_room
        if has_room:
            self._sink.started(span)
        else:
            self.discard(1)
            warn_once("limit", f"more than {self._per_s:g} spans a second; the others are dropped")

    def ended(self, span: Span, /) -> None:
        """Passes ``span`` on; the next sink does not know one that was dropped."""
        self._sink.ended(span)

    def discard(self, count: int) -> None:
        """Passes the number on."""
        self._sink.discard(count)


class _Held:
    """A trace in flight: its open spans, and those that wait for its verdict."""

    __slots__ = ("open", "size_bytes", "spans")

    def __init__(self, still_open: dict[str, weakref.ref[Span]]) -> None:
        self.open = still_open
        self.spans: list[Span] = []
        self.size_bytes = 0


class Sampling:
    """Holds the spans of a trace until its last open span has ended in this process.

    A trace with an error or a cancelled span is kept whole, with weight 1; of all others the
    ``share``, by trace id, so that all processes agree, each with weight 1/share. When more is held
    than the bounds allow, what is held of the oldest traces is decided by the share alone; what
    comes later is decided anew, with the same verdict unless it fails.
    """

    def __init__(self, sink: Delivers, share: float, bounds: Bounds) -> None:
        self._sink = sink
        self._share = share
        self._bounds = bounds
        self._held: dict[str, _Held] = {}
        self._kept: dict[str, None] = {}  # traces kept whole from now on
        self._spans = 0
        self._size_bytes = 0
        self._lock = threading.RLock()  # reentrant, for the same reason

    def started(self, span: Span, /) -> None:
        """Notes ``span`` as open, or passes it on when its trace has been kept already."""
        with self._lock:
            if span.trace_id in self._kept:
                self._sink.started(span)
            else:
                held = self._held.setdefault(span.trace_id, _Held({}))
                held.open[span.span_id] = weakref.ref(span)

    def ended(self, span: Span, /) -> None:
        """Holds ``span``, decides its trace, or follows what was decided."""
        with self._lock:
            held = self._held.get(span.trace_id)
            if held is None or held.open.pop(span.span_id, None) is None:
                self._sink.ended(span)
                return
            self._hold(held, span)
            if span.status != "ok":
                self._decide(span.trace_id, 1.0)
            elif not held.open:
                self._decide(span.trace_id, self._by_share(span.trace_id))
            while self._spans > self._bounds.spans or self._size_bytes > self._bounds.bytes:
                oldest = next(trace_id for trace_id, other in self._held.items() if other.spans)
                self._decide(oldest, self._by_share(oldest))

    def still_open(self) -> list[weakref.ref[Span]]:
        """The spans that wait for their end here."""
        with self._lock:
            return [span for held in self._held.values() for span in held.open.values()]

    def release(self) -> None:
        """Decides all that is held, by the share: the program ends or has other settings now."""
        with self._lock:
            for trace_id in list(self._held):
                self._decide(trace_id, self._by_share(trace_id), is_last=True)

    def _hold(self, held: _Held, span: Span) -> None:
        size_bytes = SPAN_BYTES
        try:
            size_bytes += FACT_BYTES * len(span.fields)
            size_bytes += sum(span.large.copy().values()) if span.large else 0
        except Exception as error:  # noqa: BLE001  # the funnel: the program has replaced a slot
            report(error, "measuring a span")
        held.spans.append(span)
        held.size_bytes += size_bytes
        self._spans += 1
        self._size_bytes += size_bytes

    def _by_share(self, trace_id: str) -> float:
        number = int(trace_id[-RANDOM_DIGITS:], 16)
        is_kept = number >= (1.0 - self._share) * 16**RANDOM_DIGITS
        return 1.0 / self._share if is_kept else 0.0

    def _decide(self, trace_id: str, weight: float, *, is_last: bool = False) -> None:
        held = self._held.pop(trace_id)
        self._spans -= len(held.spans)
        self._size_bytes -= held.size_bytes
        starting = list(held.spans)
        if weight == 1.0 or is_last:
            starting += [span for reference in held.open.values() if (span := reference())]
        elif held.open:  # one of them may still fail, and is then kept with weight 1
            self._held[trace_id] = _Held(held.open)
        if weight == 0.0:
            return
        if weight == 1.0:
            self._kept[trace_id] = None
            if len(self._kept) > MAX_KEPT:
                del self._kept[next(iter(self._kept))]
        # Parents start before their children, as everywhere.
        for span in sorted(starting, key=lambda span: span.start_ns):
            if weight != 1.0:
                _weigh(span, weight)
            self._sink.started(span)
        for span in held.spans:
            self._sink.ended(span)


def _weigh(span: Span, weight: float) -> None:
    try:
        span.fields["sample_weight"] = weight
    except Exception as error:  # noqa: BLE001  # the funnel: the program has replaced a slot
        report(error, "weighing a span")
