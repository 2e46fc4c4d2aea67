"""The lifecycle of traces: what was stored is worked into the derived tables and told to the live feed."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Literal

from clickhouse_connect.driver.exceptions import DatabaseError

from clearspan_server.errors import ColdAway, Unavailable
from clearspan_server.ingest.agent_events import SessionKey
from clearspan_server.ingest.batches import contents
from clearspan_server.ingest.encode import PrivacyOf
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.refusals import is_refusal
from clearspan_server.ingest.renormalise import Today
from clearspan_server.ingest.writer import StoredBatch
from clearspan_server.jobs.agents import stitch
from clearspan_server.jobs.derive import bring_up_to_date, crash
from clearspan_server.jobs.states import Watch, Word
from clearspan_server.model.deriving import Deriving
from clearspan_server.store.agenda import Agenda, Hour
from clearspan_server.store.cold import Cold
from clearspan_server.store.counting import Key
from clearspan_server.store.derived import Bounds, Derived, Stretch, unsettled, widen
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.watermark import Watermark

LOG = logging.getLogger(__name__)

# Journal sequence, project, trace ids, what happened to them.
Tell = Callable[[int, str, list[str], Literal["traces", "logs"] | Word], None]
_CHUNK = 4_000  # traces derived by one statement
_GIVE_UP_FROM = 16  # traces that fail before any is derived: then it is not the traces
_RETRY_S = 1.0
_AWAY_S = 3.0  # between two tries to read cold storage that is not there
_TICK_S = 1.0  # how often the clock is looked at while a trace is not settled
# Between two rounds: a trace whose spans come one by one is derived for several at once. After a long round it is
# longer, so that a busy server does not spend itself on traces that go on; with the writer's wait it stays below
# the two seconds in which a span is to be visible.
_PAUSE_S = (0.3, 1.0)
_WEEK_NS = 7 * 86_400 * 1_000_000_000


@dataclass(slots=True, frozen=True)
class Stores:
    """What the job reads and writes."""

    journal: Journal
    engine: Engine
    agenda: Agenda
    told: Watermark
    prices: Prices
    privacy_of: PrivacyOf
    rewriting: threading.Lock  # held by whoever reads spans to write them again
    cold: Cold


@dataclass(slots=True)
class _Work:
    """Traces to derive, hours to mark, and the journal entry up to which that is all."""

    seq: int
    dirty: set[Key] = field(default_factory=set)
    starts: dict[Key, Stretch] = field(default_factory=dict)  # of their new spans
    hours: set[Hour] = field(default_factory=set)
    # Derived too, but nothing happened that is to be told; `waiting` hear of it.
    figures: set[Key] = field(default_factory=set)
    waiting: list["Future[None]"] = field(default_factory=list)
    logs: dict[str, set[str]] = field(default_factory=dict)  # only told; they derive nothing
    # Sessions of coding agents whose turns are made of log events, from when to when.
    agents: dict[SessionKey, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: "_Work") -> None:
        self.seq = max(self.seq, other.seq)
        self.dirty |= other.dirty
        widen(self.starts, other.starts)
        self.hours |= other.hours
        self.figures |= other.figures
        self.waiting += other.waiting
        for project, trace_ids in other.logs.items():
            self.logs.setdefault(project, set()).update(trace_ids)
        for session, (first_ns, last_ns) in other.agents.items():
            known = self.agents.get(session, (first_ns, last_ns))
            self.agents[session] = min(known[0], first_ns), max(known[1], last_ns)


class Lifecycle:
    """One thread that derives the traces whose spans were stored, watches the clock, and tells of both."""

    def __init__(
        self, stores: Stores, watch: Watch, tell: Tell, figures: Deriving, *, quiet_ns: int
    ) -> None:
        self._stores = stores
        self._watch = watch
        self._tell = tell
        self._quiet_ns = quiet_ns
        self._work = _Work(stores.journal.derived)
        self._settled_ns = 0
        self._figures = figures
        self._left_out, self._gone_on = 0, False  # of the round under way
        self._away, self._away_until_s = _Work(0), 0.0  # traces whose cold spans cannot be read
        self._condition = threading.Condition()
        self._stopping = self._stopped = False
        self._thread = threading.Thread(
            target=self._work_until_stopped, name="lifecycle", daemon=True
        )

    def start(self) -> None:
        """Take up what was not settled, and what was stored and not yet derived, when the last process ended."""
        journal = self._stores.journal
        now_ns = time.time_ns()
        self._settled_ns = self._stores.told.read(otherwise=now_ns)
        standings = unsettled(self._stores.engine, self._settled_ns, now_ns - _WEEK_NS)
        self._watch.note(standings)
        held = contents(journal.read(journal.derived, up_to=journal.stored))
        # Log records were told when they were stored.
        self.stored(replace(StoredBatch.of(journal.stored, held), logs={}))
        self._thread.start()

    def stored(self, batch: StoredBatch) -> None:
        """A batch is in the engine."""
        with self._condition:
            logs = {project: set(ids) for project, ids in batch.logs.items()}
            starts, agents = dict(batch.starts), dict(batch.agents)
            hours = set(batch.hours)
            work = _Work(batch.seq, set(batch.keys), starts, hours, logs=logs, agents=agents)
            self._work.add(work)
            self._condition.notify()

    def recompute(self, keys: Collection[Key], hours: Collection[Hour]) -> "Future[None]":
        """Derive traces of which only figures were rewritten, and mark their hours; done when it is stored.

        It is cancelled when the server stops before.
        """
        done: Future[None] = Future()
        with self._condition:
            if self._stopped:
                done.cancel()
                return done
            work = _Work(self._work.seq, hours=set(hours), figures=set(keys), waiting=[done])
            self._work.add(work)
            self._condition.notify()
        return done

    def stop(self, timeout_s: float) -> None:
        """Derive what is left and stop."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join(timeout_s)

    def _work_until_stopped(self) -> None:
        self._derive_forever()
        with self._condition:
            self._stopped = True
            for done in self._work.waiting:
                done.cancel()

    def _derive_forever(self) -> None:
        while True:
            work = self._next()
            if work is None:
                return
            try:
                begin_s = time.monotonic()
                self._look_at_the_clock(work)
                self._do(work)
                self._figures.trouble = ""
                self._pause(time.monotonic() - begin_s if work.dirty else 0.0)
            except Exception as error:
                # Whatever it was, this thread goes on: without it no trace would be listed any more.
                LOG.exception("traces could not be derived, trying again")
                self._figures.trouble = f"{type(error).__name__}: {error}"[:300]
                with self._condition:
                    self._work.add(work)
                    if self._stopping:
                        return
                    self._condition.wait(_RETRY_S)

    def _next(self) -> _Work | None:
        """The next work, empty when only the clock went on; None when there is none and the server stops."""
        with self._condition:
            wait_s = None if self._watch.is_empty() and not self._away.dirty else _TICK_S
            self._condition.wait_for(lambda: self._is_due() or self._stopping, wait_s)
            if self._stopping and not self._is_due():
                return None
            work, self._work = self._work, _Work(self._work.seq)
            return work

    def _is_due(self) -> bool:
        return (
            bool(self._work.dirty or self._work.waiting)
            or self._work.seq > self._stores.journal.derived
        )

    def _pause(self, round_s: float) -> None:
        least_s, most_s = _PAUSE_S
        if round_s:
            with self._condition:
                self._condition.wait_for(
                    lambda: self._stopping, min(most_s, max(least_s, 2 * round_s))
                )

    def _look_at_the_clock(self, work: _Work) -> None:
        """Tell what has come due; traces of processes that fell silent or died become work."""
        if self._away.dirty and time.monotonic() > self._away_until_s:
            work.add(self._away)
            self._away = _Work(0)
        due = self._watch.due(time.time_ns())
        for process, keys in due.dead.items():
            living = due.living.get(process, frozenset())
            work.dirty |= keys
            with self._stores.rewriting:
                engine, mark = self._stores.engine, self._stores.agenda.mark
                work.hours |= crash(engine, keys, process, living, mark)
        work.dirty |= due.stirred
        for word in ("finished", "updated"):
            self._report([key for key, told in due.told.items() if told == word], word)
        settled_ns = self._watch.settled_ns(time.time_ns())
        if due.told:
            self._settled_ns = settled_ns
            self._stores.told.write(settled_ns)

    def _do(self, work: _Work) -> None:
        self._stitch(work)
        silent, mark = frozenset(self._watch.silent), self._stores.agenda.mark
        bounds = Bounds(work.starts, silent, self._quiet_ns, mark)
        self._left_out, self._gone_on = 0, False
        for keys in _chunks(sorted(work.dirty)):
            for derived in self._derive(keys, bounds):
                work.hours |= derived.hours
                self._watch.note(derived.standings)
                self._report([one.key for one in derived.standings], "traces", work.seq)
        for project, trace_ids in work.logs.items():
            self._tell(work.seq, project, sorted(trace_ids), "logs")
        work.logs.clear()  # told once, also where the rest has to be tried again
        for keys in _chunks(sorted(work.figures - work.dirty)):
            for derived in self._derive(keys, bounds):
                work.hours |= derived.hours
        self._figures.left_out += self._left_out
        if work.hours:
            self._stores.agenda.mark(work.hours)
        if work.seq > self._stores.journal.derived:
            self._stores.journal.derive(work.seq)
        for done in work.waiting:
            done.set_result(None)

    def _stitch(self, work: _Work) -> None:
        """The turns of coding agents, where log events tell of them; one session that fails stops no other."""
        for session, reach_ns in list(work.agents.items()):
            try:
                with self._stores.rewriting:
                    mark = self._stores.agenda.mark
                    changed = stitch(self._stores.engine, self._today, session, reach_ns, mark)
            except Exception as error:
                if isinstance(error, Unavailable) or (
                    isinstance(error, DatabaseError) and not is_refusal(error)
                ):
                    raise
                LOG.exception("session %s of project %s has no turns", session[2], session[0])
            else:
                work.dirty |= changed.keys
                work.hours |= changed.hours
                widen(work.starts, changed.starts)
            del work.agents[session]

    def _derive(self, keys: Sequence[Key], bounds: Bounds) -> Iterator[Derived]:
        """Derive the traces; one that cannot be derived, while others can, is left out alone.

        Whether the engine refuses its row or our own code fails over it: its neighbours go on.
        """
        try:
            with self._stores.rewriting:
                warm = self._warm(keys, bounds)
                derived = Derived()
                if warm:
                    derived = bring_up_to_date(self._stores.engine, self._today, warm, bounds)
            yield derived
        except Unavailable:
            raise
        except Exception as error:
            if isinstance(error, DatabaseError) and not is_refusal(error):
                raise
            self._stores.engine.query("select 1")
            if len(keys) == 1:
                self._left_out += 1
                if self._left_out >= _GIVE_UP_FROM and not self._gone_on:
                    raise
                LOG.exception("trace %s of project %s is not listed", keys[0][1], keys[0][0])
                return
            middle = len(keys) // 2
            yield from self._derive(keys[:middle], bounds)
            yield from self._derive(keys[middle:], bounds)
        else:
            self._gone_on = True

    def _warm(self, keys: Sequence[Key], bounds: Bounds) -> Sequence[Key]:
        """The traces of which all spans are in the engine now; the others wait until cold storage can be read."""
        away: set[Key] = set()
        for project in {project for project, _ in keys}:
            of_project = [trace_id for one, trace_id in keys if one == project]
            try:
                self._stores.cold.bring_back(project, of_project)
            except ColdAway as trouble:
                LOG.warning("%d traces wait for cold storage: %s", len(trouble.trace_ids), trouble)
                away |= {(project, one) for one in trouble.trace_ids}
        if not away:
            return keys
        starts = {key: at for key, at in (bounds.starts or {}).items() if key in away}
        self._away.add(_Work(0, away, starts))
        self._away_until_s = time.monotonic() + _AWAY_S
        return [key for key in keys if key not in away]

    def _today(self, project: str) -> Today:
        return Today(self._stores.prices.of(project), self._stores.privacy_of(project))

    def _report(
        self, keys: Collection[Key], what: Literal["traces"] | Word, seq: int | None = None
    ) -> None:
        projects: defaultdict[str, list[str]] = defaultdict(list)
        for project, trace_id in keys:
            projects[project].append(trace_id)
        for project, trace_ids in projects.items():
            self._tell(
                self._stores.journal.derived if seq is None else seq, project, trace_ids, what
            )


def _chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
