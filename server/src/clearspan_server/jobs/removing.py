"""Removals: one thread that works off erasures and retention, one after the other, and begins retention each night."""

import logging
import sqlite3
import threading
import time
from contextlib import suppress

from clearspan_server.jobs.erasure import erase, look
from clearspan_server.jobs.removal_means import Means, Stopped
from clearspan_server.jobs.retention import retain, survey
from clearspan_server.model.removal import Removal
from clearspan_server.store.doomed import Doomed

LOG = logging.getLogger(__name__)

_RETRY_S = 5.0
_CLOCK_S = 300.0  # between two looks whether it is night
_DAY_S = 86_400
_NIGHT_S = 2 * 3_600  # after midnight, UTC; a server that was off has its night when it is on
NIGHTLY = "nightly"


class Remover:
    """One thread that works off the removals."""

    def __init__(self, means: Means, wake: threading.Event) -> None:
        self._means = means
        self._wake = wake  # there is a new one
        self._thread = threading.Thread(target=self._work_forever, name="removing", daemon=True)

    def start(self) -> None:
        """Go on with what the last process did not finish."""
        self._means.removals.is_night_done(_today(), first=True)
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
                found = self._means.removals.next()
                if found is None:
                    self._wake.wait(_CLOCK_S)
                    self._wake.clear()
                else:
                    with self._means.removing:  # a backup would keep what is being erased
                        self._work(found)
            except Stopped:
                return
            except Exception as error:
                # The engine may be back soon; what was removed stays so, and the rest is found again.
                LOG.exception("a removal does not go on, trying again")
                with suppress(sqlite3.Error):  # a full disk: this thread goes on all the same
                    self._means.removals.note_trouble(f"{type(error).__name__}: {error}"[:300])
                stopping.wait(_RETRY_S)

    def _look_at_the_clock(self) -> None:
        """Once a day retention has its turn in every project."""
        removals = self._means.removals
        if time.time() % _DAY_S < _NIGHT_S or removals.is_night_done(_today(), first=False):
            return
        removals.night(_today())
        for project in self._means.projects():
            removals.add("retention", project, NIGHTLY, is_dry=False)

    def _work(self, removal: Removal) -> None:
        means = self._means

        def told(share: float) -> None:
            means.removals.progress(removal, share)

        if removal.kind == "retention":
            if removal.is_dry:
                survey(means, removal, Doomed(means.engine, removal.project))
            else:
                retain(means, removal, told)
        elif removal.is_dry:
            removal.findings = look(means, removal, Doomed(means.engine, removal.project)).findings
        else:
            erase(means, removal, told)
        means.removals.end(removal)


def _today() -> int:
    return int(time.time()) // _DAY_S
