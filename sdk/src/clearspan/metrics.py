"""Metrics: counters, gauges and histograms, added up here and sent now and then as OTLP."""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import time_ns

from clearspan.capture import ATOMS, plain
from clearspan.errors import report, warn_once
from clearspan.masks import masked_text

MOST_SERIES = 2_000  # of all instruments
MOST_LABELS = 16
MOST_LABEL_CHARS = 256
CUMULATIVE = 2
# Wide enough for seconds, milliseconds and tokens alike.
BOUNDS = tuple(digit * 10.0**exponent for exponent in range(-3, 6) for digit in (1, 2.5, 5))

Key = frozenset[tuple[str, object]]


class Series:
    """One combination of labels; ``total`` is a counter's sum or a gauge's last value."""

    __slots__ = ("buckets", "count", "is_fresh", "labels", "least", "most", "total")

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = labels
        self.total: float = 0
        self.count = 0
        self.least, self.most = math.inf, -math.inf
        self.buckets: list[int] = []
        self.is_fresh = True  # changed since it was sent


class Instrument:
    """What can be measured under one name. Never raises; threads may share it."""

    kind = ""

    def __init__(self, registry: Registry, name: str, unit: str, description: str) -> None:
        self.name, self.unit, self.description = name, unit, description
        self.series: dict[Key, Series] = {}
        self._registry = registry
        # Reentrant: a signal or a finaliser may interrupt its own thread inside.
        self._lock = threading.RLock()

    def _of(self, labels: dict[str, object]) -> Series | None:
        """The series of ``labels``; None when there are too many. Called with the lock."""
        try:
            found = self.series.get(frozenset(labels.items()))
        except TypeError:  # a label that has no hash, such as a list
            found = None
        if found is None:
            # Not before, because of the time. A key keeps nothing that is long or the program's own.
            key = frozenset(_short(labels).items())
            found = self.series.get(key) or self._registry.made(self, key)
        return found


def _short(labels: Mapping[str, object]) -> dict[str, object]:
    return {
        str(name)[:MOST_LABEL_CHARS]: value
        if type(value) in ATOMS
        else masked_text(str(plain(value).value))[:MOST_LABEL_CHARS]
        for name, value in sorted(labels.items())[:MOST_LABELS]
    }


def _finite(value: float) -> float | None:
    """A number as JSON takes it, also of another library's type; None for one that is not finite."""
    number = value if type(value) in {int, float} else float(value)
    return number if math.isfinite(number) else None


class Counter(Instrument):
    """A sum that only grows: calls, tokens, hits."""

    kind = "sum"

    def add(self, value: float = 1, /, **labels: object) -> None:
        """Adds ``value``, which is not negative, to the series of these labels."""
        try:
            with self._lock:
                number = _finite(value)
                series = None if number is None or number < 0 else self._of(labels)
                if number is not None and series is not None:
                    series.total += number
                    series.is_fresh = True
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, "counting")


class Gauge(Instrument):
    """A value as it is now: the length of a queue, a temperature."""

    kind = "gauge"

    def set(self, value: float, /, **labels: object) -> None:
        """Makes ``value`` the last one of the series of these labels."""
        try:
            with self._lock:
                number = _finite(value)
                series = None if number is None else self._of(labels)
                if number is not None and series is not None:
                    series.total = number
                    series.is_fresh = True
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, "setting a gauge")


class Histogram(Instrument):
    """How values are spread: durations, sizes.

    Args:
        bounds: upper ends of the buckets, rising; beyond the last there is one more.
    """

    kind = "histogram"

    def __init__(
        self,
        registry: Registry,
        name: str,
        unit: str,
        description: str,
        bounds: Sequence[float] = BOUNDS,
    ) -> None:
        super().__init__(registry, name, unit, description)
        self.bounds = sorted(bound for bound in bounds if math.isfinite(bound))

    def record(self, value: float, /, **labels: object) -> None:
        """Adds ``value`` to the series of these labels."""
        try:
            with self._lock:
                number = _finite(value)
                series = None if number is None else self._of(labels)
                if number is None or series is None:
                    return
                if not series.buckets:
                    series.buckets = [0] * (len(self.bounds) + 1)
                series.buckets[bisect_left(self.bounds, number)] += 1
                series.total += number
                series.count += 1
                series.least = min(series.least, number)
                series.most = max(series.most, number)
                series.is_fresh = True
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, "recording a value")


# Instruments, each with the series that have changed.
Taken = Sequence[tuple[Instrument, Sequence[Series]]]


class Registry:
    """All instruments of this process."""

    def __init__(self) -> None:
        self.wake: Callable[[], object] = bool  # called when there is something new to be sent
        self.is_used = False
        self._names: dict[str, Instrument] = {}
        self._lock = threading.RLock()
        self._count = 0
        self._on_the_way: Taken = []
        self._dropped = Counter(self, "clearspan.metrics.dropped", "1", "values without a series")
        self._start_ns = time_ns()

    def get(self, instrument: Instrument) -> Instrument:
        """The instrument that has this name already, if it is of the same kind, else this one."""
        with self._lock:
            known = self._names.get(instrument.name, instrument)
            if known is instrument and len(self._names) < MOST_SERIES:
                self._names[instrument.name] = instrument
            if known.kind == instrument.kind:
                return known
        warn_once("kind", f"{instrument.name} is a {known.kind} and a {instrument.kind}")
        return instrument

    def made(self, instrument: Instrument, key: Key) -> Series | None:
        """A new series; None when there are too many, which is counted and told once."""
        with self._lock:
            is_known = self._names.get(instrument.name) is instrument
            is_full = not (is_known and self._count < MOST_SERIES)
            if instrument is self._dropped or not is_full:
                is_full = False
                self._count += 1
                self.is_used = True
                labels = [(name, str(value)) for name, value in key]
                instrument.series[key] = Series(dict(sorted(labels)))
        if is_full:
            self._dropped.add(1)
            if is_known or len(self._names) >= MOST_SERIES:
                warn_once("series", f"there are {MOST_SERIES} series of metrics; no more are kept")
            return None
        self.wake()
        return instrument.series[key]

    def take(self) -> Taken:
        """Every instrument with the series that changed since they were taken last."""
        taken: list[tuple[Instrument, list[Series]]] = []
        with self._lock:
            instruments = [*self._names.values(), self._dropped]
        for instrument in instruments:
            with instrument._lock:  # noqa: SLF001  # one unit
                fresh = [series for series in instrument.series.values() if series.is_fresh]
                for series in fresh:
                    series.is_fresh = False
            if fresh:
                taken.append((instrument, fresh))
        self._on_the_way = taken
        return taken

    def settle(self) -> None:
        """What was taken has arrived."""
        self._on_the_way = []

    def give_back(self, taken: Taken) -> None:
        """What was taken has not arrived, and is to be sent again."""
        self.settle()
        for _, changed in taken:
            for series in changed:
                series.is_fresh = True

    def unsent(self) -> int:
        """How many instruments have changed since they arrived last."""
        unsent = {instrument.name for instrument, _ in self._on_the_way}
        for instrument in [*self._names.copy().values(), self._dropped]:
            if any(series.is_fresh for series in instrument.series.copy().values()):
                unsent.add(instrument.name)
        return len(unsent)

    def restart(self) -> None:
        """In a forked child: what was counted belongs to the parent, and a lock may be held."""
        self._lock = threading.RLock()
        self._count = 0
        self._on_the_way = []
        self._start_ns = time_ns()
        for instrument in (*self._names.values(), self._dropped):
            instrument.series = {}
            instrument._lock = threading.RLock()  # noqa: SLF001  # one unit

    def encoded(self, taken: Taken) -> list[dict[str, object]]:
        """OTLP's metrics, cumulative since the start: what was lost once is in the next."""
        now_ns = str(time_ns())
        return [
            {
                "name": instrument.name,
                "unit": instrument.unit,
                "description": instrument.description,
                instrument.kind: {
                    "dataPoints": list(self._points(instrument, changed, now_ns)),
                    **(
                        {} if instrument.kind == "gauge" else {"aggregationTemporality": CUMULATIVE}
                    ),
                    **({"isMonotonic": True} if instrument.kind == "sum" else {}),
                },
            }
            for instrument, changed in taken
        ]

    def _points(
        self, instrument: Instrument, changed: Sequence[Series], now_ns: str
    ) -> Iterator[dict[str, object]]:
        for series in changed:
            if not math.isfinite(series.total):  # it has grown beyond what a number can be
                continue
            with instrument._lock:  # noqa: SLF001  # one unit
                point = _point(instrument, series)
            labels = [
                # Masked once more, for series that are older than the masks.
                {"key": name, "value": {"stringValue": masked_text(value)}}
                for name, value in series.labels.items()
            ]
            times = {"startTimeUnixNano": str(self._start_ns), "timeUnixNano": now_ns}
            yield {"attributes": labels, **times, **point}


def _point(instrument: Instrument, series: Series) -> dict[str, object]:
    if isinstance(instrument, Histogram):
        return {
            "count": str(series.count),
            "sum": series.total,
            "min": series.least,
            "max": series.most,
            "explicitBounds": instrument.bounds,
            "bucketCounts": [str(count) for count in series.buckets],
        }
    if isinstance(series.total, int) and abs(series.total) < 2**63:
        return {"asInt": str(series.total)}
    return {"asDouble": series.total}


registry = Registry()


def counter(name: str, *, unit: str = "1", description: str = "") -> Counter:
    """A counter of this name, the same at every call.

    Args:
        name: such as ``cache.hits``.
        unit: in UCUM: ``1``, ``s``, ``By``, ``{token}``.
        description: for people.

    Example:
        >>> import clearspan
        >>> hits = clearspan.counter("cache.hits")
        >>> hits.add(1, cache="prompts")
    """
    found = registry.get(Counter(registry, name, unit, description))
    return found if isinstance(found, Counter) else Counter(registry, name, unit, description)


def gauge(name: str, *, unit: str = "1", description: str = "") -> Gauge:
    """A gauge of this name, the same at every call; arguments as in `counter`.

    Example:
        >>> import clearspan
        >>> clearspan.gauge("jobs.waiting").set(17, queue="mails")
    """
    found = registry.get(Gauge(registry, name, unit, description))
    return found if isinstance(found, Gauge) else Gauge(registry, name, unit, description)


def histogram(
    name: str, *, unit: str = "1", description: str = "", bounds: Sequence[float] = BOUNDS
) -> Histogram:
    """A histogram of this name, the same at every call; arguments as in `counter` and `Histogram`.

    Example:
        >>> import clearspan
        >>> clearspan.histogram("rerank.duration", unit="s").record(0.31, model="small")
    """
    made = Histogram(registry, name, unit, description, bounds)
    found = registry.get(made)
    return found if isinstance(found, Histogram) else made
