"""Re-pricing: what is stored gets the costs that the prices of now give, hour by hour, and goes on after a restart."""

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from clearspan_server.ingest.price import Cost, price, set_cost
from clearspan_server.ingest.prices import Book, Prices
from clearspan_server.model.repricing import Difference, Repricing, Tally, biggest
from clearspan_server.model.span import Span
from clearspan_server.store.agenda import Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key, hour_of
from clearspan_server.store.engine import Engine
from clearspan_server.store.repricings import Repricings, Step
from clearspan_server.store.statements import statement

LOG = logging.getLogger(__name__)

# Traces whose figures have changed, with their hours; done when everything that follows is stored.
Recompute = Callable[[Collection[Key], Collection[Hour]], "Future[None]"]

_SCHEMA = "clearspan_server.store.schema"
_HOUR_NS = 3_600_000_000_000
_READ_AT_ONCE = 50_000  # spans without bodies; a fuller hour is done in parts
_WRITTEN_AT_ONCE = 500  # spans with bodies
_RETRY_S = 5.0
_LOOK_S = 0.5
_OWN = "own/"


@dataclass(slots=True, frozen=True)
class Means:
    """What the job works with. Nobody else rewrites spans while it holds `rewriting`."""

    engine: Engine
    prices: Prices
    repricings: Repricings
    rewriting: threading.Lock
    recompute: Recompute


class Repricer:
    """One thread that works off the re-pricings, one after the other."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work_forever, name="repricing", daemon=True)

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
                found = self._means.repricings.next()
                if found is None:
                    self._wake.wait()
                elif self._work(found):
                    self._means.repricings.end(found.id, "done")
            except Exception as error:
                # The engine may be back soon; what was done is noted, so trying again is safe.
                LOG.exception("a re-pricing does not go on, trying again")
                self._means.repricings.note_trouble(f"{type(error).__name__}: {error}"[:300])
                self._stop.wait(_RETRY_S)

    def _work(self, repricing: Repricing) -> bool:
        """Do what is left of it; false when it was stopped or cancelled."""
        repricings = self._means.repricings
        interrupted = repricings.step(repricing)
        stretches = list(stretches_of(self._means.engine, repricing))
        if not repricing.spans_total:
            repricings.plan(repricing, sum(spans for _, _, spans in stretches))
        if interrupted is not None:
            stretches.insert(0, (repricing.next_ns, interrupted.to_ns, 0))
        for from_ns, to_ns, _ in stretches:
            now = repricings.find(repricing.project, repricing.id)
            if self._stop.is_set() or now is None or now.state != "running":
                return False
            if from_ns < repricing.next_ns:
                continue  # done with the step that was interrupted
            if not self._stretch(repricing, from_ns, to_ns, interrupted):
                return False
            interrupted = None
        return True

    def _stretch(
        self, repricing: Repricing, from_ns: int, to_ns: int, interrupted: Step | None
    ) -> bool:
        """One stretch of the window; false when the server stops before all that follows is stored."""
        means = self._means
        book = means.prices.of(repricing.project)
        found = survey(means.engine, repricing.project, from_ns, to_ns, book)
        # Of a stretch that was interrupted some spans are written already: what it changes was noted before.
        step = Step(
            to_ns,
            interrupted.tally if interrupted else found.tally,
            {*(interrupted.trace_ids if interrupted else ()), *(key[0] for key in found.changed)},
        )
        if step.trace_ids and not repricing.is_dry:
            means.repricings.begin(repricing, step)
            self._write(repricing.project, from_ns, to_ns, found.changed)
            keys = {(repricing.project, trace_id) for trace_id in step.trace_ids}
            hours = {hour_of(repricing.project, from_ns)}
            if not self._wait(means.recompute(keys, hours)):
                return False
        means.repricings.finish(repricing, step)
        return True

    def _write(
        self, project: str, from_ns: int, to_ns: int, changed: Sequence[tuple[str, str]]
    ) -> None:
        means = self._means
        for start in range(0, len(changed), _WRITTEN_AT_ONCE):
            some = set(changed[start : start + _WRITTEN_AT_ONCE])
            values = {
                "project": project,
                "from_ns": from_ns,
                "to_ns": to_ns,
                "trace_ids": sorted({trace_id for trace_id, _ in some}),
                "span_ids": sorted({span_id for _, span_id in some}),
            }
            with means.rewriting:
                book = means.prices.of(project)
                rows = means.engine.query(statement(_SCHEMA, "spans_whole"), values)
                spans = [
                    repriced(Span(**row | {"is_deleted": False}), book)
                    for row in rows
                    if (row["trace_id"], row["span_id"]) in some
                ]
                if spans:
                    table = pa.Table.from_batches([to_batch(spans)])
                    means.engine.insert("spans", table, token=uuid.uuid4().hex)

    def _wait(self, done: "Future[None]") -> bool:
        while not self._stop.is_set():
            try:
                done.result(_LOOK_S)
            except TimeoutError:
                continue
            return True
        return False


def stretches_of(engine: Engine, repricing: Repricing) -> Iterator[tuple[int, int, int]]:
    """What is left of the window: starts and ends within one hour each, and about how many spans with usage."""
    window = {
        "project": repricing.project,
        "from_ns": repricing.next_ns,
        "to_ns": repricing.to_ns,
    }
    for row in engine.query(statement(_SCHEMA, "spans_usage_hours"), window):
        parts = -(-row["spans"] // _READ_AT_ONCE)
        for part in range(parts):
            from_ns = row["hour_ns"] + part * _HOUR_NS // parts
            to_ns = row["hour_ns"] + (part + 1) * _HOUR_NS // parts
            from_ns, to_ns = max(from_ns, repricing.next_ns), min(to_ns, repricing.to_ns)
            if from_ns < to_ns:
                yield from_ns, to_ns, row["spans"] // parts


@dataclass(slots=True, frozen=True)
class Survey:
    """What the prices of now would change in a stretch: the (trace id, span id)s, and their tally."""

    tally: Tally
    changed: list[tuple[str, str]]


def survey(engine: Engine, project: str, from_ns: int, to_ns: int, book: Book) -> Survey:
    """Price every span with usage in a stretch; nothing is written."""
    tally = Tally()
    changed: list[Difference] = []
    window = {"project": project, "from_ns": from_ns, "to_ns": to_ns}
    for row in engine.query(statement(_SCHEMA, "spans_usage"), window):
        span = Span(**row)
        cost = price(span, book)
        new = cost.total if cost else None
        tally.spans += 1
        if cost is None and _is_kept(span):
            tally.kept += 1
            new = span.total_cost
        elif _differs(span, cost):
            changed.append(_difference(span, new))
        if span.counted:
            tally.old_total += span.total_cost or 0
            tally.new_total += new or 0
    tally.changed = len(changed)
    tally.biggest = biggest(changed)
    return Survey(tally, [(one.trace_id, one.span_id) for one in changed])


def repriced(span: Span, book: Book) -> Span:
    """The span with the cost that the prices of now give, one version on."""
    cost = price(span, book)
    if cost is not None or not _is_kept(span):
        set_cost(span, cost)
        span.version += 1
    return span


def _is_kept(span: Span) -> bool:
    """A cost from the list stays where the list knows no price any more; one of an own entry goes with its entry."""
    return span.price_version != "" and not span.price_version.startswith(_OWN)


def _differs(span: Span, cost: Cost | None) -> bool:
    if cost is None:
        return span.price_version != ""
    stored = (span.input_cost, span.output_cost, span.total_cost, span.cost_by_class)
    return stored != (cost.input, cost.output, cost.total, cost.by_class)


def _difference(span: Span, new: Decimal | None) -> Difference:
    return Difference(
        trace_id=span.trace_id,
        span_id=span.span_id,
        name=span.name,
        model=span.response_model or span.request_model,
        start_ns=span.start_ns,
        old=span.total_cost,
        new=new,
    )
