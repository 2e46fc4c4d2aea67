"""Reading Prometheus endpoints that an admin named: each in its interval, bounded in time and in size."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from clearspan_server.errors import ClearspanError
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.exposition import Before, read_exposition
from clearspan_server.ingest.receive import Receiver, Request
from clearspan_server.jobs.fetching import fetch
from clearspan_server.model.scrape import Scrape
from clearspan_server.store.targets import Target, Targets

LOG = logging.getLogger(__name__)

_LOOK_S = 1.0
_AT_ONCE = 16  # mostly they wait; one that nobody answers at must not keep the others waiting


class Scraper:
    """One thread that sees which targets are due, and a few that read them. Does nothing until there is a target."""

    def __init__(
        self, targets: Targets, receiver: Receiver, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._targets = targets
        self._receiver = receiver
        self._clock = clock
        self._before: dict[str, Before] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="scrape")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work_forever, name="scraper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is being read is let go."""
        self._stop.set()
        self._targets.changed.set()
        self._thread.join(2 * _LOOK_S)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work_forever(self) -> None:
        targets = self._listed()
        while not self._stop.is_set():
            self._round(targets)
            # With nothing to read, nothing happens.
            if self._targets.changed.wait(_LOOK_S if targets else None):
                targets = self._listed()

    def _listed(self) -> list[Target]:
        self._targets.changed.clear()
        while not self._stop.is_set():
            try:
                targets = self._targets.all()
            except SQLAlchemyError:
                LOG.exception("the targets could not be listed, trying again")
                self._stop.wait(_LOOK_S)
                continue
            for gone in self._before.keys() - {target.id for target in targets}:
                del self._before[gone]
            return targets
        return []

    def _round(self, targets: list[Target]) -> None:
        now_ns = self._clock()
        for target in targets:
            held = self._targets.scrape(target.id)
            is_due = now_ns - held.tried_ns >= target.interval_s * 10**9
            if is_due and not held.is_under_way:
                held.is_under_way, held.tried_ns = True, now_ns
                self._pool.submit(self._scrape, target, held)

    def _scrape(self, target: Target, held: Scrape) -> None:
        try:
            text = fetch(target.url)
            now_ns = self._clock()
            before = self._before.get(target.id, Before())
            place = urlsplit(target.url).netloc.rpartition("@")[2]
            resource = {"service.name": target.service, "service.instance.id": place}
            reading = read_exposition(text, before, now_ns, resource)
            access = IngestAccess(target.project, "", "clearspan scraper")
            request = Request("metrics", "http/protobuf", "", access, place)
            self._receiver.receive(request, reading.body)
            # Not before it is taken: what was not must begin at zero with the next one.
            self._before[target.id] = reading.after
            held.points, held.read_ns, held.error = reading.points, now_ns, ""
        except ClearspanError as error:
            held.error = error.message[:300]
        except (
            Exception
        ) as error:  # another's server may answer anything; the next interval tries again
            LOG.exception("a target could not be read")
            held.error = f"{type(error).__name__}: {error}"[:300]
        finally:
            held.is_under_way = False
