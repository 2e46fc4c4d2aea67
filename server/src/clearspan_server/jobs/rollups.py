"""Roll-ups: hours whose spans have changed are computed again, with so much rest that spans come first."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Sequence

from clearspan_server.store.agenda import Agenda, Due, Hour
from clearspan_server.store.engine import Engine
from clearspan_server.store.rollups import (
    compute_hours,
    newest_generation,
    next_generation,
    outdated_hours,
    sweep,
)

LOG = logging.getLogger(__name__)

_LOOK_S = 2.0  # between two rounds: an hour that was quiet is right again within about so long
_SHARE = 20  # after a long round it is so many times as long as that took, so that spans come first
_AT_ONCE = 24  # hours that are computed by one statement
_SWEEP_S = 600.0
_RETRY_S = 5.0
_LONGEST_REST_S = 30.0
_FAILED_REST_S = 30.0  # an hour that fails by itself must not keep the others waiting


class Rollups:
    """One thread that works off the agenda."""

    def __init__(self, engine: Engine, agenda: Agenda) -> None:
        self._engine = engine
        self._agenda = agenda
        self._rests: dict[Hour, float] = {}  # of hours that failed: when they may go again
        self._generation = 0
        self._swept_s = float("-inf")
        self._written = True  # since the last sweep; what a crash left counts
        self.computing = threading.Lock()  # a sweep would take what is being written
        self.computed = 0  # hours, since the start
        self.trouble = ""  # why the last round failed; empty when it did not
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._work_forever, name="rollups", daemon=True)

    def start(self) -> None:
        """Take up the agenda, and hours of an earlier version's form: until they are done, their spans are read."""
        self._agenda.mark(outdated_hours(self._engine))
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop after the hour under way; what is still due waits in the agenda."""
        self._stop.set()
        self._hurry.set()
        self._thread.join(timeout_s)

    def hasten(self) -> None:
        """Somebody waits for sums: the next round comes soon, however long the last one took. From any thread."""
        self._hurry.set()

    def lag_s(self) -> float:
        """For how long the roll-ups have been behind the spans; 0 when they are not."""
        due = self._agenda.due()
        return max(0.0, time.time() - due[0].since_s) if due else 0.0

    def waiting(self) -> int:
        """How many hours are due."""
        return len(self._agenda.due())

    def _work_forever(self) -> None:
        while not self._stop.is_set():
            try:
                self._generation = self._generation or newest_generation(self._engine)
                begun_s = time.monotonic()
                self._round()
                rest_s = _SHARE * (time.monotonic() - begun_s)
                self._sweep()
                self.trouble = ""
                self._rest(min(max(_LOOK_S, rest_s), _LONGEST_REST_S))
            except Exception as error:
                # The agenda still holds what was not done; this thread goes on, whatever it was.
                LOG.exception("roll-ups were not computed, trying again")
                self.trouble = f"{type(error).__name__}: {error}"[:300]
                self._stop.wait(_RETRY_S)

    def _rest(self, seconds: float) -> None:
        self._stop.wait(_LOOK_S)
        self._hurry.wait(seconds - _LOOK_S)
        self._hurry.clear()

    def _round(self) -> None:
        """Compute every hour that is due and did not fail a moment ago."""
        now_s = time.monotonic()
        self._rests = {hour: until for hour, until in self._rests.items() if until > now_s}
        projects: defaultdict[str, list[Due]] = defaultdict(list)
        for one in self._agenda.due():
            if one.hour not in self._rests:
                projects[one.hour[0]].append(one)
        for due in projects.values():
            for start in range(0, len(due), _AT_ONCE):
                if self._stop.is_set():
                    return
                self._compute(due[start : start + _AT_ONCE])

    def _compute(self, due: Sequence[Due]) -> None:
        """Compute hours of one project together; each alone when that fails, so that one does not keep the others."""
        hours = [one.hour for one in due]
        self._generation = next_generation(self._generation)
        (project, _) = hours[0]
        try:
            hours_s = [hour_s for _, hour_s in hours]
            with self.computing:
                compute_hours(self._engine, project, hours_s, self._generation)
        except Exception:
            if len(due) == 1:
                self._rests[hours[0]] = time.monotonic() + _FAILED_REST_S
                raise
            LOG.exception("%d hours were not computed together, trying each alone", len(due))
            for one in due:
                self._compute([one])
            return
        self._written = True
        self.computed += len(due)
        for one in due:
            self._agenda.done(one.hour, one.mark)

    def _sweep(self) -> None:
        """Now and then, for a delete in the engine costs more than a few rows that nobody reads."""
        if self._written and time.monotonic() - self._swept_s >= _SWEEP_S:
            self.sweep()
            self._swept_s, self._written = time.monotonic(), False

    def sweep(self) -> None:
        """Remove the generations that do not hold, now; from any thread."""
        with self.computing:
            sweep(self._engine)
