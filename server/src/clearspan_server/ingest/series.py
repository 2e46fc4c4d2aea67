"""How many series of metrics a project may have in a day: a label with ever new values must not fill the disk."""

import threading
import time
from collections.abc import Callable, Sequence

from clearspan_server.ingest.draft import Rejected
from clearspan_server.ingest.wire_ids import shown
from clearspan_server.model.metric import MetricPoint

MOST_SERIES = 20_000  # of a project and a day in UTC, counted since the server started
_DAY_S = 86_400


class SeriesCap:
    """The series that came today, by project; thread-safe. Those that are known may send on, new ones may not."""

    def __init__(self, most: int = MOST_SERIES, clock: Callable[[], float] = time.time) -> None:
        self.most = most
        self._clock = clock
        self._day = 0
        self._known: dict[str, set[int]] = {}
        self._lock = threading.Lock()

    def count(self, project: str) -> int:
        """How many series of a project came today."""
        with self._lock:
            return len(self._today().get(project, ()))

    def admitted(
        self, points: Sequence[MetricPoint], rejected: list[Rejected]
    ) -> list[MetricPoint]:
        """The points whose series may come; the others are rejected, each with its metric's name."""
        kept = []
        with self._lock:
            today = self._today()
            for point in points:
                known = today.setdefault(point.project, set())
                key = hash((point.name, point.series))
                if key not in known and len(known) >= self.most:
                    reason = (
                        f"metric {shown(point.name)}: the project has {self.most} series today;"
                        " is one of its labels an id?"
                    )
                    rejected.append(Rejected(reason, "too_many_series"))
                    continue
                known.add(key)
                kept.append(point)
        return kept

    def _today(self) -> dict[str, set[int]]:
        day = int(self._clock() // _DAY_S)
        if day != self._day:
            self._day, self._known = day, {}
        return self._known
