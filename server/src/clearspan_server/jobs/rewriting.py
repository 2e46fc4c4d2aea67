"""Rewrites of history: what is stored is read and written again, hour by hour, and goes on after a restart."""

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import pyarrow as pa

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.normalise import VERSION
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.renormalise import Today
from clearspan_server.jobs.normalising import NORMALISING
from clearspan_server.jobs.repricing import REPRICING
from clearspan_server.jobs.surveys import Scope, SpanIds, Way, whole_spans
from clearspan_server.model.rewrite import Rewrite, RewriteKind, Stretch
from clearspan_server.store.agenda import Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key, hour_of
from clearspan_server.store.engine import Engine
from clearspan_server.store.rewrites import Rewrites, Step
from clearspan_server.store.statements import statement

LOG = logging.getLogger(__name__)

WAYS: Mapping[RewriteKind, Way] = {"reprice": REPRICING, "normalise": NORMALISING}

# Traces whose figures have changed, with their hours; done when everything that follows is stored.
Recompute = Callable[[Collection[Key], Collection[Hour]], "Future[None]"]

_SCHEMA = "clearspan_server.store.schema"
_HOUR_NS = 3_600_000_000_000
_WRITTEN_AT_ONCE = 500  # spans with bodies
_RETRY_S = 5.0
_LOOK_S = 0.5


@dataclass(slots=True, frozen=True)
class Means:
    """What the job works with. Nobody else rewrites spans while it holds `rewriting`."""

    engine: Engine
    prices: Prices
    rewrites: Rewrites
    privacy: Privacy
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
            self._wake.clear()
            try:
                found = self._means.rewrites.next()
                if found is None:
                    self._wake.wait()
                elif self._work(found):
                    self._means.rewrites.end(found.id, "done")
            except Exception as error:
                # The engine may be back soon; what was done is noted, so trying again is safe.
                LOG.exception("a rewrite does not go on, trying again")
                self._means.rewrites.note_trouble(f"{type(error).__name__}: {error}"[:300])
                self._stop.wait(_RETRY_S)

    def _work(self, rewrite: Rewrite) -> bool:
        """Do what is left of it; false when it was stopped or cancelled."""
        rewrites = self._means.rewrites
        interrupted = rewrites.step(rewrite)
        stretches = list(stretches_of(self._scope(rewrite), rewrite))
        if not rewrite.spans_total:
            rewrites.plan(rewrite, sum(spans for _, spans in stretches))
        if interrupted is not None:
            first = Stretch(rewrite.project, rewrite.next_ns, interrupted.to_ns)
            stretches.insert(0, (first, 0))
        for stretch, _ in stretches:
            now = rewrites.find(rewrite.kind, rewrite.project, rewrite.id)
            if self._stop.is_set() or now is None or now.state != "running":
                return False
            if stretch.from_ns < rewrite.next_ns:
                continue  # done with the step that was interrupted
            if not self._stretch(rewrite, stretch, interrupted):
                return False
            interrupted = None
        return True

    def _scope(self, rewrite: Rewrite) -> Scope:
        """The means as they are now: prices may change while it goes on."""
        means = self._means
        today = Today(means.prices.of(rewrite.project), means.privacy)
        below = VERSION + rewrite.is_full  # what newer rules have filled stays, whatever happens
        return Scope(means.engine, today, below)

    def _stretch(self, rewrite: Rewrite, stretch: Stretch, interrupted: Step | None) -> bool:
        """One stretch of the window; false when the server stops before all that follows is stored."""
        means = self._means
        found = WAYS[rewrite.kind].survey(self._scope(rewrite), stretch)
        # Of a stretch that was interrupted some spans are written already: what it changes was noted before.
        step = Step(
            stretch.to_ns,
            interrupted.tally if interrupted else found.tally,
            {*(interrupted.trace_ids if interrupted else ()), *(ids[0] for ids in found.changed)},
        )
        if not rewrite.is_dry:
            if step.trace_ids:
                means.rewrites.begin(rewrite, step)
            self._write(rewrite, stretch, found.changed + found.touched)
            if step.trace_ids:
                keys = {(rewrite.project, trace_id) for trace_id in step.trace_ids}
                hours = {hour_of(rewrite.project, stretch.from_ns)}
                if not self._wait(means.recompute(keys, hours)):
                    return False
        means.rewrites.finish(rewrite, step)
        return True

    def _write(self, rewrite: Rewrite, stretch: Stretch, ids: Sequence[SpanIds]) -> None:
        engine = self._means.engine
        for start in range(0, len(ids), _WRITTEN_AT_ONCE):
            some = ids[start : start + _WRITTEN_AT_ONCE]
            with self._means.rewriting:
                scope = self._scope(rewrite)
                spans = WAYS[rewrite.kind].again(scope, whole_spans(scope, stretch, some))
                if spans:
                    table = pa.Table.from_batches([to_batch(spans)])
                    engine.insert("spans", table, token=uuid.uuid4().hex)

    def _wait(self, done: "Future[None]") -> bool:
        while not self._stop.is_set():
            try:
                done.result(_LOOK_S)
            except TimeoutError:
                continue
            return True
        return False


def stretches_of(scope: Scope, rewrite: Rewrite) -> Iterator[tuple[Stretch, int]]:
    """What is left of the window: stretches within one hour each, and about how many spans they have to look at."""
    way = WAYS[rewrite.kind]
    left = Stretch(rewrite.project, rewrite.next_ns, rewrite.to_ns)
    for row in scope.engine.query(statement(_SCHEMA, way.hours), scope.values(left)):
        parts = -(-row["spans"] // way.read_at_once)
        for part in range(parts):
            from_ns = row["hour_ns"] + part * _HOUR_NS // parts
            to_ns = row["hour_ns"] + (part + 1) * _HOUR_NS // parts
            from_ns, to_ns = max(from_ns, left.from_ns), min(to_ns, left.to_ns)
            if from_ns < to_ns:
                yield Stretch(rewrite.project, from_ns, to_ns), row["spans"] // parts
