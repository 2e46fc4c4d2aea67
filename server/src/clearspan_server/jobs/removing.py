"""Removals: one thread that works off erasures and retention, one after the other, and begins retention each night."""

import logging
import sqlite3
import threading
import time
from contextlib import suppress

from clearspan_server.jobs.erasure import erase, look
from clearspan_server.jobs.removal_means import Cancelled, Means, Stopped
from clearspan_server.jobs.retention import retain, survey
from clearspan_server.model.removal import Removal
from clearspan_server.store.doomed import Doomed

LOG = logging.getLogger(__name__)

_RETRY_S = 5.0
_LONGEST_REST_S = 300.0  # of one that fails again and again; the others have their turn meanwhile
_CLOCK_S = 300.0  # between two looks whether it is night
_DAY_S = 86_400
_NIGHT_S = 2 * 3_600  # after midnight, UTC; a server that was off has its night when it is on
NIGHTLY = "nightly"


class Remover:
    """One thread that works off the removals."""

    def __init__(self, means: Means, wake: threading.Event) -> None:
        self._means = means
        self._wake = wake  # there is a new one
        self._rests: dict[
            int, tuple[float, float]
        ] = {}  # how long one rests that failed, and until when
        self._thread = threading.Thread(target=self._work_forever, name="removing", daemon=True)

    def start(self) -> None:
        """Go on with what the last process did not finish."""
        self._means.removals.is_night_done(self._today(), first=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop soon; the rest waits for the next start."""
        self._means.stopping.set()
        self._wake.set()
        self._thread.join(timeout_s)

    def _work_forever(self) -> None:
        stopping = self._means.stopping
        while not stopping.is_set():
            try:
                self._look_at_the_clock()
                found = self._next()
                if found is None:
                    self._wake.wait(_RETRY_S if self._rests else _CLOCK_S)
                    self._wake.clear()
                else:
                    self._try(found)
            except Stopped:
                return
            except Exception:
                # Whatever it was, this thread goes on: without it nothing would ever be removed.
                LOG.exception("removals do not go on, trying again")
                stopping.wait(_RETRY_S)

    def _next(self) -> Removal | None:
        """The oldest that did not fail a moment ago."""
        now_s = time.monotonic()
        return next(
            (
                one
                for one in self._means.removals.waiting()
                if self._rests.get(one.id, (0.0, 0.0))[1] <= now_s
            ),
            None,
        )

    def _try(self, removal: Removal) -> None:
        """Work one off. One that fails is tried again later, when the engine may be back, and keeps no other waiting.

        What was removed stays so, and the rest is found again.
        """
        try:
            with self._means.removing:  # a backup would keep what is being erased
                self._work(removal)
        except Stopped:
            raise
        except Cancelled:
            self._rests.pop(removal.id, None)
        except Exception as error:
            LOG.exception("the removal %d does not go on, trying again", removal.id)
            rest_s = min(2 * self._rests.get(removal.id, (_RETRY_S / 2, 0))[0], _LONGEST_REST_S)
            self._rests[removal.id] = rest_s, time.monotonic() + rest_s
            with suppress(sqlite3.Error):  # a full disk: this thread goes on all the same
                said = f"{type(error).__name__}: {error}"[:300]
                self._means.removals.note_trouble(removal, said)
        else:
            self._rests.pop(removal.id, None)

    def _look_at_the_clock(self) -> None:
        """Once a day retention has its turn in every project."""
        removals, today = self._means.removals, self._today()
        if self._means.clock() % _DAY_S < _NIGHT_S or removals.is_night_done(today, first=False):
            return
        removals.night(today, self._means.projects(), NIGHTLY)

    def _today(self) -> int:
        return int(self._means.clock()) // _DAY_S

    def _work(self, removal: Removal) -> None:
        means = self._means

        def told(share: float) -> None:
            means.removals.progress(removal, share)

        if removal.kind == "retention":
            if removal.is_dry:
                survey(means, removal, Doomed(means.engine, removal.project), means.clock())
            else:
                retain(means, removal, told)
        elif removal.is_dry:
            removal.findings = look(means, removal, Doomed(means.engine, removal.project)).findings
        else:
            erase(means, removal, told)
        means.removals.end(removal)
