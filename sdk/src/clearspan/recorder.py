"""The recorder of this process: set up once, also after a fork, and emptied at the end."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Protocol

from clearspan.api import credentials
from clearspan.capturing import deliver_to, is_capturing
from clearspan.delivery import Delivery, OpenSpans
from clearspan.errors import SettingError, counted, report, warn_once
from clearspan.exporters import Exporter
from clearspan.importing import importing
from clearspan.masks import choose
from clearspan.metrics import registry
from clearspan.outbox import Bounds
from clearspan.sampling import Delivers, Limit, Sampling
from clearspan.score_queue import Score, ScoreQueue
from clearspan.settings import Settings, resolve
from clearspan.tracer import NoSink, Sink, Span, send_to
from clearspan.version import __version__

REINIT_S = 1.0
MOST_S = 86_400.0  # of a wait; locks cannot wait for ever
SCORES_SHARE = 0.3  # of the time at the end


class FirstUse:
    """Until `init` is called; the first span calls it."""

    def started(self, span: Span, /) -> None:
        """Starts with the settings of the environment."""
        try:
            _recorder.start_lazily().started(span)
        except Exception as error:  # noqa: BLE001  # the funnel: the program goes on without us
            send_to(NoSink())
            report(error, "starting")

    def ended(self, span: Span, /) -> None:
        """Not for a span that started before: it was taken by the recorder of that time."""


class Late:
    """After the end: spans of exit functions that were registered before this library was imported.

    There is no thread any more, so that each is delivered at once, in what is left of the time.
    """

    def __init__(self, delivery: Delivery, deadline_s: float) -> None:
        self._delivery = delivery
        self._deadline_s = deadline_s

    def started(self, span: Span, /) -> None:
        """Notes ``span`` as open."""
        self._delivery.started(span)

    def ended(self, span: Span, /) -> None:
        """Delivers ``span``; warns when it cannot be."""
        self._delivery.ended(span)
        if not self._delivery.flush(max(0.0, self._deadline_s - monotonic())):
            self._delivery.spill(max(0.0, self._deadline_s - monotonic()))
            self._delivery.tell_undelivered("late", "spans end too late, so far")


class Recorder:
    """The settings and the delivery of this process."""

    def __init__(self) -> None:
        # Reentrant: what is told meanwhile may reach a log handler that records a span.
        self._lock = threading.RLock()
        self._settings: Settings | None = None
        self._delivery: Delivery | None = None
        self._sampling: Sampling | None = None
        self._sink: Sink = NoSink()
        self._scores = ScoreQueue()
        self._is_over = False
        self._deadline_s = 0.0  # of the end
        self._exporting: Exporting | None = None
        self._has_left_some = False  # not acknowledged when other settings came, and not told yet

    def start(self, settings: Settings) -> None:
        """Records with ``settings`` from now on; what was recorded before is delivered first."""
        with self._lock:
            if settings == self._settings:
                return
            former, self._settings = self._delivery, settings
            sampling = self._sampling
            self._install()
            if sampling is not None:  # not before: what starts meanwhile would be held for ever
                sampling.release()
        if former is not None and not former.close(REINIT_S):
            self._has_left_some = True

    def start_lazily(self) -> Sink:
        """Starts with the settings of the environment, unless a recorder has been started."""
        if self._settings is None:
            found = resolve({})
            with self._lock:
                if self._settings is None:
                    self._settings = found
                    self._install()
        with self._lock:
            return self._sink

    def wake(self) -> None:
        """Starts the delivery thread, for metrics of a program without spans."""
        self.start_lazily()
        if self._delivery is not None:
            self._delivery.start()

    @property
    def settings(self) -> Settings:
        """Those of `init`, or of the environment."""
        self.start_lazily()
        return self._settings or resolve({})

    def score(self, score: Score) -> None:
        """Sends a score with the next look at the queues, if spans go to a server."""
        if is_capturing():
            return
        if "otlp" in self.settings.exporters and self._delivery is not None:
            self._scores.put(score, self.settings)
            if self._is_over:
                self.flush(max(0.0, self._deadline_s - monotonic()))
                self._tell_unsent("late")
            else:
                self._delivery.start()

    @property
    def is_behind(self) -> bool:
        """Whether more waits for delivery than the end of the program should find unread."""
        return self._delivery is not None and self._delivery.is_behind

    def flush(self, timeout_s: float) -> bool:
        """Whether everything was acknowledged."""
        has_left_some, self._has_left_some = self._has_left_some, False
        if self._delivery is None:
            return not has_left_some
        timeout_s = min(timeout_s, MOST_S)
        deadline_s = monotonic() + timeout_s
        self._scores.hurry()
        is_complete = self._delivery.flush(timeout_s) and not has_left_some
        return self._scores.wait(max(0.0, deadline_s - monotonic())) and is_complete

    def close(self) -> None:
        """Delivers at the end of the program."""
        self._is_over = True
        self._abandon_open()
        if self._sampling is not None:
            self._sampling.release()
        if self._delivery is not None and self._settings is not None:
            self._deadline_s = monotonic() + self._settings.exit_s
            if self._scores.waits():  # spans are sent on the way
                self.flush(self._settings.exit_s * SCORES_SHARE)
            self._delivery.close(self._deadline_s - monotonic())
            self._tell_unsent("exit")
            send_to(Late(self._delivery, self._deadline_s))

    def _abandon_open(self) -> None:
        """Ends what nobody has ended, such as a stream that the program has left but not let go."""
        open_spans = [*self._delivery.open.values()] if self._delivery is not None else []
        open_spans += self._sampling.still_open() if self._sampling is not None else []
        for reference in open_spans:
            try:
                if (span := reference()) is not None:
                    span.abandon()
            except Exception as error:  # noqa: BLE001  # the funnel: the program has replaced a slot
                report(error, "ending an open span")

    def _tell_unsent(self, topic: str) -> None:
        """Warns, once a topic, when scores or metrics have not been taken."""
        has_metrics = self._exporting is not None and self._exporting.has_place_for_metrics
        counts = {"score": self._scores.unsent(), "metric": registry.unsent() * has_metrics}
        if unsent := " and ".join(counted(count, noun) for noun, count in counts.items() if count):
            warn_once(f"{topic}, unsent", f"recording ended with {unsent} unsent")

    def restart(self) -> None:
        """In a forked child: with new locks, an empty queue, and a connection of its own."""
        self._lock = threading.RLock()
        self._delivery = None  # what it held belongs to the parent, which delivers it
        registry.restart()
        self._scores = ScoreQueue()
        if self._settings is not None:
            self._install()

    def _install(self) -> None:
        settings = self._settings
        self._sampling = None
        if settings is None or settings.disabled:
            self._delivery = None
            self._sink = NoSink()
            deliver_to(self._sink)
            return
        rules = choose(settings.capture, settings.masks, settings.redact)
        still_open = self._delivery.open if self._delivery else {}
        bounds = Bounds(settings.queue_spans, settings.queue_bytes)
        self._exporting = exporting = Exporting(settings, still_open)
        makers = [partial(exporting.exporter, given) for given in settings.exporters]
        self._delivery = Delivery(makers, bounds, still_open, exporting, rules)
        self._delivery.at_exit = self.close
        self._delivery.errand = self._scores.send
        self._sink = self._stages(settings, self._delivery)
        deliver_to(self._sink)
        if self._is_over:  # started by an exit function
            self.close()

    def _stages(self, settings: Settings, delivery: Delivery) -> Sink:
        """What spans pass before they are queued."""
        sink: Delivers = delivery
        if settings.max_spans_per_s:
            sink = Limit(sink, settings.max_spans_per_s)
        if settings.sample < 1:
            # Half of what the queue takes, because it may have to take all of it at once.
            bounds = Bounds(settings.queue_spans // 2, settings.queue_bytes // 2)
            self._sampling = Sampling(sink, settings.sample, bounds)
        return self._sampling or sink


_recorder = Recorder()
send_to(FirstUse())
registry.wake = _recorder.wake
atexit.register(_recorder.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_recorder.restart)


def init(  # noqa: PLR0913  # the settings are the arguments, all by name
    *,
    endpoint: str | None = None,
    key: str | None = None,
    project: str | None = None,
    service: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    capture: str | None = None,
    exporters: Sequence[str | Exporter] | None = None,
    masks: Sequence[str] | None = None,
    redact: Callable[[str, object], object] | None = None,
    sample: float | None = None,
    max_spans_per_s: float | None = None,
) -> None:
    """Sets up recording; optional, because the first span does it with the environment's settings.

    An argument that is not given is taken from ``CLEARSPAN_<NAME>``, then from OpenTelemetry's
    variable for the same thing, then from the default.

    Args:
        endpoint: the server, ``http://127.0.0.1:4318`` unless given.
        key: API key.
        project: where to write on a server that accepts spans without a key.
        service: name of this program; else its file name.
        environment: where it runs: production, staging, …
        release: what runs: a version or a commit.
        capture: ``full``; ``masked``; ``metadata`` to leave out all texts; ``errors`` to keep only
            those of failed spans.
        exporters: where spans go, several at once: ``otlp``, ``console``, ``jsonl``, ``datadog``,
            exporter objects.
        masks: regular expressions; what they match is masked in all texts.
        redact: is called with the name and value of each field, and returns what is sent instead.
        sample: the share of the traces without errors that is kept.
        max_spans_per_s: more are dropped, and counted.

    Example:
        >>> import clearspan
        >>> clearspan.init(service="shop", environment="production", exporters=["console"])
    """
    try:
        _recorder.start(resolve(locals()))
    except Exception as error:  # noqa: BLE001  # the funnel: a wrong setting must not stop a program
        report(error, "starting")


def flush(timeout_s: float = 10.0) -> bool:
    """Delivers everything that has ended so far.

    Returns:
        True only if all of it was acknowledged and nothing was lost since the last flush.
    """
    try:
        return _recorder.flush(timeout_s)
    except Exception as error:  # noqa: BLE001  # the funnel
        report(error, "flushing")
        return False


class MetricsSender(Protocol):
    """What `exporters/metrics.py` is, which is imported when there are metrics."""

    def send(self) -> bool: ...
    def close(self) -> None: ...


class Exporting:
    """Makes the exporters of one recording, on the thread that uses them.

    Imported there as well, when needed: an HTTP client takes 20 ms.
    """

    def __init__(self, settings: Settings, still_open: OpenSpans) -> None:
        self._settings = settings
        self._still_open = still_open
        self._process = ""
        self._metrics: MetricsSender | None = None

    def exporter(self, given: object) -> Exporter:
        """The exporter of a name, or the given one."""
        if not isinstance(given, str):
            return given  # type: ignore[return-value]  # an exporter object, by the type of `init`
        make = {
            "otlp": self._otlp,
            "console": self._console,
            "jsonl": self._json_lines,
            "datadog": self._datadog,
        }
        with importing():
            return make[given]()

    @property
    def has_place_for_metrics(self) -> bool:
        """Whether there is a server, and an address for them."""
        return "otlp" in self._settings.exporters and bool(self._settings.metrics_url)

    def report(self) -> bool:
        """Sends metrics, if there are any and a place for them; whether nothing was left."""
        if not self.has_place_for_metrics or not registry.is_used or is_capturing():
            return True
        try:
            if self._metrics is None:
                with importing():
                    self._metrics = self._made_metrics()
            return self._metrics.send()
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, "sending metrics")
            return False

    def close(self) -> None:
        """Closes what sends metrics."""
        if self._metrics is not None:
            self._metrics.close()

    def _made_metrics(self) -> MetricsSender:
        from clearspan.exporters.metrics import MetricsExporter  # noqa: PLC0415  # as above

        settings = self._settings
        to = settings.metrics_url, credentials(settings), _resource(settings), self._process_id()
        return MetricsExporter(registry, *to)

    def _process_id(self) -> str:
        import uuid  # noqa: PLC0415  # as above

        self._process = self._process or str(uuid.uuid4())
        return self._process

    def _otlp(self) -> Exporter:
        from clearspan.exporters.otlp import OtlpExporter, SpillingOtlpExporter  # noqa: PLC0415  # as above

        settings, process = self._settings, self._process_id()
        url, headers, resource = settings.traces_url, credentials(settings), _resource(settings)
        otlp = OtlpExporter(url, headers, resource, __version__, self._still_open, process)
        if not (folder := settings.spill_folder):
            return otlp
        from pathlib import Path  # noqa: PLC0415  # slow, too

        from clearspan.spill import Spill  # noqa: PLC0415  # as above

        return SpillingOtlpExporter(otlp, Spill(Path(folder), url, headers, process))

    def _console(self) -> Exporter:
        from clearspan.exporters.console import ConsoleExporter  # noqa: PLC0415  # as above

        return ConsoleExporter()

    def _json_lines(self) -> Exporter:
        from pathlib import Path  # noqa: PLC0415  # slow, too

        from clearspan.exporters.json_lines import JsonLinesExporter  # noqa: PLC0415  # as above

        settings = self._settings
        sizes = settings.file_bytes, settings.file_count
        return JsonLinesExporter(Path(settings.file), _resource(settings), *sizes)

    def _datadog(self) -> Exporter:
        from clearspan.exporters.datadog import DatadogExporter  # noqa: PLC0415  # as above

        settings = self._settings
        if not settings.datadog_key:
            raise SettingError("the exporter datadog needs datadog_key")
        return DatadogExporter(settings.datadog_url, settings.datadog_key, _resource(settings))


def _program() -> str:
    """The name of the script, or of the package that was started with -m."""
    from pathlib import PurePath  # noqa: PLC0415  # slow, and not needed to start

    path = PurePath(sys.argv[0])
    return (path.parent.name if path.stem == "__main__" else path.stem) or "python"


def _resource(settings: Settings) -> dict[str, object]:
    import socket  # noqa: PLC0415  # slow, and needed by no program that exports to the console

    own = {
        "service.name": settings.service,
        "service.version": settings.release,
        "deployment.environment.name": settings.environment,
    }
    return {
        "service.name": _program(),
        **settings.resource,
        **{key: value for key, value in own.items() if value},
        "clearspan.release": settings.release or None,
        "host.name": socket.gethostname(),
        "process.pid": os.getpid(),
        "telemetry.sdk.name": "clearspan",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": __version__,
    }


def settings() -> Settings:
    """The settings of this process."""
    return _recorder.settings


def is_behind() -> bool:
    """Whether the delivery thread has enough to do, so that nothing should be left to it."""
    return _recorder.is_behind


def send_score(score: Score) -> None:
    """Queues a score for the delivery thread."""
    _recorder.score(score)
