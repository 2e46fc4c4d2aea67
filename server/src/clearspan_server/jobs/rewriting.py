"""Rewrites of history: what is stored is read and written again, hour by hour, and goes on after a restart."""

import logging
import sqlite3
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow as pa

from clearspan_server.ingest.encode import PrivacyOf
from clearspan_server.ingest.normalise import VERSION
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.renormalise import Today
from clearspan_server.jobs import rescanning_records as records
from clearspan_server.jobs.normalising import NORMALISING
from clearspan_server.jobs.repricing import REPRICING
from clearspan_server.jobs.rescanning import RESCANNING
from clearspan_server.jobs.surveys import Scope, SpanIds, Way, whole_spans
from clearspan_server.model.rewrite import Rewrite, RewriteKind, Stretch, Tally
from clearspan_server.store.agenda import Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key, hour_of
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.notes import Notes
from clearspan_server.store.rewrites import Rewrites, Step
from clearspan_server.store.statements import statement

LOG = logging.getLogger(__name__)

WAYS: Mapping[RewriteKind, Way] = {
    "reprice": REPRICING,
    "normalise": NORMALISING,
    "rescan": RESCANNING,
}

# Traces whose figures have changed, with their hours; done when everything that follows is stored.
Recompute = Callable[[Collection[Key], Collection[Hour]], "Future[None]"]

_SCHEMA = "clearspan_server.store.schema"
_MINUTE_NS = 60_000_000_000
_HOUR_NS = 60 * _MINUTE_NS
_DAY_NS = 24 * _HOUR_NS
_WRITTEN_AT_ONCE = 500  # spans with bodies
_RETRY_S = 5.0
_ANY_VERSION = 65_535
_LOOK_S = 0.5


@dataclass(slots=True, frozen=True)
class Means:
    """What the job works with. Nobody else rewrites spans while it holds `rewriting`."""

    engine: Engine
    journal: Journal
    prices: Prices
    rewrites: Rewrites
    notes: Notes
    privacy_of: PrivacyOf
    rewriting: threading.Lock
    recompute: Recompute


class Rewriter:
    """One thread that works off the rewrites, one after the other."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work_forever, name="rewriting", daemon=True)

    def start(self) -> None:
        """Go on with what the last process did not finish."""
        self._thread.start()

    def wake(self) -> None:
        """There is a new one."""
        self._wake.set()

    def stop(self, timeout_s: float) -> None:
        """Stop soon; the rest waits for the next start."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout_s)

    def _work_forever(self) -> None:
        while not self._stop.is_set():
            try:
                found = self._means.rewrites.next()
                if found is None:
                    self._wake.wait()
                    self._wake.clear()
                elif self._work(found):
                    self._means.rewrites.end(found.id, "done")
            except Exception as error:
                # The engine may be back soon; what was done is noted, so trying again is safe.
                LOG.exception("a rewrite does not go on, trying again")
                with suppress(sqlite3.Error):  # a full disk: this thread goes on all the same
                    self._means.rewrites.note_trouble(f"{type(error).__name__}: {error}"[:300])
                self._stop.wait(_RETRY_S)

    def _work(self, rewrite: Rewrite) -> bool:
        """Do what is left of it; false when it was stopped or cancelled."""
        if not self._wait_for_the_journal():
            return False
        interrupted = self._means.rewrites.step(rewrite)
        if interrupted is not None and not self._do(rewrite, interrupted):
            return False
        stretches = list(stretches_of(self._scope(rewrite), rewrite))
        if not rewrite.spans_total:
            self._means.rewrites.plan(rewrite, sum(spans for _, spans in stretches))
        if not all(self._go_on(rewrite, stretch) for stretch, _ in stretches):
            return False
        return rewrite.kind != "rescan" or self._rescan_records(rewrite)

    def _rescan_records(self, rewrite: Rewrite) -> bool:
        """What a rescan looks through beside spans; what was done is found no more when it begins again."""
        means = self._means
        privacy = means.privacy_of(rewrite.project)
        scope = records.Scope(
            means.engine, means.notes, privacy, means.rewriting, lambda: self._is_on(rewrite)
        )
        window = Stretch(rewrite.project, rewrite.from_ns, rewrite.to_ns)
        preview = Tally()
        for tally in records.rescan_records(scope, window, is_dry=rewrite.is_dry):
            if rewrite.is_dry:
                preview.add(tally)
            else:
                means.rewrites.count(rewrite, tally)
        is_whole = self._is_on(rewrite)
        if is_whole and rewrite.is_dry:
            means.rewrites.count(rewrite, preview)
        return is_whole

    def _is_on(self, rewrite: Rewrite) -> bool:
        now = self._means.rewrites.find(rewrite.kind, rewrite.project, rewrite.id)
        return not self._stop.is_set() and now is not None and now.state == "running"

    def _wait_for_the_journal(self) -> bool:
        """What was received until now follows the prices and rules of before: to be found it must be stored."""
        journal = self._means.journal
        received = journal.committed
        while journal.stored < received:
            if self._stop.wait(_LOOK_S):
                return False
        return True

    def _go_on(self, rewrite: Rewrite, stretch: Stretch) -> bool:
        if not self._is_on(rewrite):
            return False
        return self._do(rewrite, Step(stretch.from_ns, stretch.to_ns, Tally(), ()))

    def _scope(self, rewrite: Rewrite) -> Scope:
        """The means as they are now: prices may change while it goes on."""
        means = self._means
        today = Today(means.prices.of(rewrite.project), means.privacy_of(rewrite.project))
        # What newer rules have filled stays, whatever happens; to be redacted it may be of any version.
        below = _ANY_VERSION if rewrite.kind == "rescan" else VERSION + rewrite.is_full
        return Scope(means.engine, today, below)

    def _do(self, rewrite: Rewrite, begun: Step) -> bool:
        """One stretch, begun before or not; false when the server stops before all that follows is stored.

        Of one that was begun some spans may be written already: what it changes was noted before the first.
        """
        means = self._means
        stretch = Stretch(rewrite.project, begun.from_ns, begun.to_ns)
        erasures = means.rewrites.erasures(rewrite.project)
        found = WAYS[rewrite.kind].survey(self._scope(rewrite), stretch)
        is_new = not begun.trace_ids
        trace_ids = {*begun.trace_ids, *(ids[0] for ids in found.changed)}
        tally = found.tally if is_new else begun.tally
        step = Step(begun.from_ns, begun.to_ns, tally, trace_ids, erasures)
        if not rewrite.is_dry:
            if trace_ids:
                means.rewrites.begin(rewrite, step)
            self._write(rewrite, found.changed + found.touched)
            if trace_ids:
                starts = [ids[2] for ids in found.changed] if is_new else _hours_of(stretch)
                keys = {(rewrite.project, trace_id) for trace_id in trace_ids}
                hours = {hour_of(rewrite.project, start_ns) for start_ns in starts}
                if not self._wait(means.recompute(keys, hours)):
                    return False
        means.rewrites.finish(rewrite, step)
        return True

    def _write(self, rewrite: Rewrite, ids: Sequence[SpanIds]) -> None:
        engine = self._means.engine
        for start in range(0, len(ids), _WRITTEN_AT_ONCE):
            some = ids[start : start + _WRITTEN_AT_ONCE]
            with self._means.rewriting:
                scope = self._scope(rewrite)
                held = whole_spans(scope, rewrite.project, some)
                spans = WAYS[rewrite.kind].again(scope, held)
                if spans:
                    table = pa.Table.from_batches([to_batch(spans)])
                    engine.insert("spans", table, token=uuid.uuid4().hex)

    def _wait(self, done: "Future[None]") -> bool:
        while not self._stop.is_set():
            try:
                done.result(_LOOK_S)
            except TimeoutError:
                continue
            except CancelledError:
                return False
            return True
        return False


def stretches_of(scope: Scope, rewrite: Rewrite) -> Iterator[tuple[Stretch, int]]:
    """What is left of the window, oldest first, and about how many spans each has to look at.

    A stretch is as long as its day (UTC) and what may be read at once allow.
    """
    way = WAYS[rewrite.kind]
    left = Stretch(rewrite.project, rewrite.next_ns, rewrite.to_ns)
    held: Stretch | None = None
    count = 0
    for row in scope.engine.query(statement(_SCHEMA, way.minutes), scope.values(left)):
        minute_ns = row["minute_s"] * 1_000_000_000
        from_ns, to_ns = max(minute_ns, left.from_ns), min(minute_ns + _MINUTE_NS, left.to_ns)
        if held is not None:
            is_same_day = held.from_ns // _DAY_NS == minute_ns // _DAY_NS
            if is_same_day and count + row["spans"] <= way.read_at_once:
                held, count = replace(held, to_ns=to_ns), count + row["spans"]
                continue
            yield held, count
        held, count = Stretch(rewrite.project, from_ns, to_ns), row["spans"]
    if held is not None:
        yield held, count


def _hours_of(stretch: Stretch) -> range:
    """The starts of all the hours that it touches."""
    return range(stretch.from_ns // _HOUR_NS * _HOUR_NS, stretch.to_ns, _HOUR_NS)
