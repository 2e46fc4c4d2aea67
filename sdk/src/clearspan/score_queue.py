"""Scores on their way: a bounded queue that the delivery thread empties."""

from __future__ import annotations

import os
import threading
from collections import deque
from time import monotonic
from typing import NamedTuple

from clearspan.api import ask
from clearspan.errors import report, warn_once
from clearspan.masks import Rules, cleaned, following, rules
from clearspan.settings import Settings

PATH = "/api/v1/scores"
MAX_WAITING = 1_000
TIMEOUT_S = 3.0
PAUSE_S = 5.0  # after an attempt that failed
RETRYABLE = frozenset({429, 502, 503, 504})
NO_SCORES = frozenset({404, 405, 501})
NOT_ALLOWED = frozenset({401, 403})

Score = dict[str, object]


class Waiting(NamedTuple):
    """A score, to be sent where and as it was to be when it was given."""

    score: Score
    settings: Settings
    rules: Rules


class ScoreQueue:
    """What waits to be sent; the oldest is dropped when there is no room."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._lost = 0  # refused by the server, or dropped because too many wait
        self._reported = 0  # of the lost ones, those that a `wait` has told
        self._not_before_s = 0.0
        self._sending = threading.Lock()  # a delivery that is being replaced may still be at work
        self._settled = threading.Event()  # nothing waits, or the server does not take it now
        self._settled.set()

    def put(self, score: Score, settings: Settings) -> None:
        """Queues a score; repeated requests repeat its id, by which the server knows it."""
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._lost += 1
            warn_once("scores", "too many scores wait, the oldest are dropped")
        self._settled.clear()
        identified = {"id": os.urandom(16).hex(), **score}
        self._waiting.append(Waiting(identified, settings, rules()))

    def hurry(self) -> None:
        """Makes the next `send` try, even if the last attempt has failed."""
        self._not_before_s = 0.0
        if self._waiting:
            self._settled.clear()

    def send(self) -> None:
        """Sends what waits until the server does not take it."""
        if not self._sending.acquire(blocking=False):
            return
        try:
            self._send()
        finally:
            self._sending.release()

    def wait(self, timeout_s: float) -> bool:
        """Whether all was taken since the last time, once that is known."""
        self._settled.wait(timeout_s)
        is_complete = not self._waiting and self._lost == self._reported
        self._reported = self._lost
        return is_complete

    def waits(self) -> bool:
        """Whether anything is still to be sent."""
        return bool(self._waiting)

    def unsent(self) -> int:
        """How many were lost or still wait."""
        return self._lost + len(self._waiting)

    def _send(self) -> None:
        while self._waiting and monotonic() >= self._not_before_s:
            waiting = self._waiting[0]
            if self._is_settled(waiting):
                if self._waiting and self._waiting[0] is waiting:
                    self._waiting.popleft()
            elif waiting.settings is not self._waiting[-1].settings:
                self._give_up(waiting.settings)  # newer ones go elsewhere, and must not wait for it
            else:
                self._not_before_s = monotonic() + PAUSE_S
                self._settled.set()
        if not self._waiting:
            self._settled.set()

    def _give_up(self, settings: Settings) -> None:
        while self._waiting and self._waiting[0].settings is settings:
            self._waiting.popleft()
            self._lost += 1

    def _is_settled(self, waiting: Waiting) -> bool:
        try:
            with following(waiting.rules):
                content = cleaned(waiting.score)
            status, said = ask(waiting.settings, PATH, content, TIMEOUT_S)
        except OSError as error:
            warn_once("away, scores", f"scores wait, for the server does not answer ({error})")
            return False
        except Exception as error:  # noqa: BLE001  # the funnel
            self._lost += 1
            report(error, "sending a score")
            return True
        if status in RETRYABLE:
            return False
        if status not in range(200, 300):
            self._lost += 1
            topic, meaning = _refusal(status, said)
            warn_once(topic, f"a score was refused ({status}): {meaning}")
        return True


def _refusal(status: int, said: object) -> tuple[str, str]:
    """What the answer means, and the topic under which it is told once."""
    if status in NO_SCORES:
        return "no scores", "this server takes no scores, they are dropped"
    if status in NOT_ALLOWED:
        return "key, scores", "the key may not write scores, they are dropped"
    error = said.get("error") if isinstance(said, dict) else None
    reason = error.get("message") if isinstance(error, dict) else None
    return "bad score", str(reason or "the server does not say why")[:300]
