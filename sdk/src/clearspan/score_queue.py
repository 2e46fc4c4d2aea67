"""Scores on their way: a bounded queue that the delivery thread empties."""

from __future__ import annotations

import os
import threading
from collections import deque
from time import monotonic

from clearspan.api import ask
from clearspan.errors import report, warn_once
from clearspan.masks import cleaned
from clearspan.settings import Settings

PATH = "/api/v1/scores"
MAX_WAITING = 1_000
TIMEOUT_S = 3.0
PAUSE_S = 5.0  # after an attempt that failed
RETRYABLE = frozenset({429, 502, 503, 504})

Score = dict[str, object]


class ScoreQueue:
    """What waits to be sent; the oldest is dropped when there is no room."""

    def __init__(self) -> None:
        self._waiting: deque[Score] = deque()
        self._not_before_s = 0.0
        self._sending = threading.Lock()  # a delivery that is being replaced may still be at work
        self._settled = threading.Event()  # nothing waits, or the server does not take it now
        self._settled.set()

    def put(self, score: Score) -> None:
        """Queues a score; repeated requests repeat its id, by which the server knows it."""
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            warn_once("scores", "too many scores wait, the oldest are dropped")
        self._settled.clear()
        self._waiting.append({"id": os.urandom(16).hex(), **score})

    def hurry(self) -> None:
        """Makes the next `send` try, even if the last attempt has failed."""
        self._not_before_s = 0.0
        if self._waiting:
            self._settled.clear()

    def send(self, settings: Settings) -> None:
        """Sends what waits until the server does not take it."""
        if not self._sending.acquire(blocking=False):
            return
        try:
            self._send(settings)
        finally:
            self._sending.release()

    def wait(self, timeout_s: float) -> bool:
        """Whether all was sent, once that is known."""
        self._settled.wait(timeout_s)
        return not self._waiting

    def _send(self, settings: Settings) -> None:
        while self._waiting and monotonic() >= self._not_before_s:
            score = self._waiting[0]
            if self._is_settled(settings, score):
                if self._waiting and self._waiting[0] is score:
                    self._waiting.popleft()
            else:
                self._not_before_s = monotonic() + PAUSE_S
                self._settled.set()
        if not self._waiting:
            self._settled.set()

    def _is_settled(self, settings: Settings, score: Score) -> bool:
        try:
            status, said = ask(settings, PATH, cleaned(score), TIMEOUT_S)
        except OSError as error:
            warn_once("away, scores", f"the server takes no scores ({error}); they are kept")
            return False
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, "sending a score")
            return True
        if status == 404:
            warn_once("no scores", f"the server has no {PATH} (404), scores are dropped")
        elif status not in range(200, 300) and status not in RETRYABLE:
            warn_once("bad score", f"the server refused a score: {status} {said!r:.300}")
        return status not in RETRYABLE
