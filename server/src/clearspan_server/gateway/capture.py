"""What is kept of one call while it passes: bytes and their times at once, their meaning later, on a thread.

Reading costs far more than passing on, so the event loop only appends. Memory is bounded per call and for all calls
together; what did not fit is told with its size.
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Literal

from clearspan import wire
from clearspan_server.errors import TooBusy
from clearspan_server.gateway.headers import Told
from clearspan_server.gateway.inflating import inflating
from clearspan_server.gateway.providers import Target
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.budget import Budget

MOST_BYTES = (
    16 * 1024 * 1024
)  # of a question, or of an answer before it is read without being counted here
_WAITING_BYTES = 256 * 1024  # of an answer that nobody has read
_WAITING_SLICES = 1_000

Status = Literal["ok", "error", "cancelled"]
_Slice = tuple[bytes, int]  # and its Unix time in ns


@dataclass(slots=True)
class Call:
    """What is known of a call before its answer."""

    target: Target
    method: str
    headers: Mapping[str, str]  # of the request; read, never kept
    told: Told
    access: IngestAccess
    trace_id: str
    span_id: str
    endpoint: wire.Endpoint | None
    is_recorded: bool  # by the caller's own SDK
    start_ns: int = field(default_factory=time.time_ns)


@dataclass(slots=True)
class Outcome:
    """How a call went."""

    status: Status = "ok"
    error_type: str = ""
    error_message: str = ""
    http_status: int = 0
    end_ns: int = 0
    first_token_ns: int = 0
    truncated: dict[str, int] = field(default_factory=dict)  # full sizes; 0 where it is not known


class Capture:
    """One call. The event loop tells it what passes; `conclude` ends it, and `read` is for a thread."""

    def __init__(self, call: Call, budget: Budget, threads: Executor) -> None:
        self.call = call
        self.outcome = Outcome()
        self._budget, self._threads = budget, threads
        self._held_bytes = 0  # of the budget
        self._asked: list[bytes] = []
        self._asked_bytes = 0
        self._is_asked_whole = True
        self._answer: wire.Answer | None = None
        self._inflating = inflating("")
        self._slices: list[_Slice] = []
        self._handed = deque[list[_Slice]]()  # to the threads, in order
        self._waiting_bytes = self._heard_bytes = 0
        self._is_heard_whole = True
        self._reading = threading.Lock()

    def asked(self, data: bytes) -> None:
        """The next bytes of the request's body."""
        self._asked_bytes += len(data)
        if self.call.endpoint is None or not self._is_asked_whole:
            return
        if self._asked_bytes <= MOST_BYTES and self._takes(len(data)):
            self._asked.append(data)
        else:
            self._is_asked_whole, self._asked = False, []

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Status and headers of the answer, their names in lower case."""
        self.outcome.http_status = status
        if self.call.endpoint is not None:
            self._answer = wire.Answer(self.call.endpoint, status, headers)
            self._inflating = inflating(headers.get("content-encoding", ""))

    def heard(self, data: bytes) -> None:
        """The next bytes of the answer's body, as they came."""
        self._heard_bytes += len(data)
        if self._answer is None or not self._is_heard_whole:
            return
        if self._heard_bytes <= MOST_BYTES and not self._takes(len(data)):
            self._is_heard_whole = False
            return
        self._slices.append((data, time.time_ns()))
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= _WAITING_BYTES or len(self._slices) >= _WAITING_SLICES:
            self._hand_over()
            self._threads.submit(self._feed)

    def conclude(self, status: Status, error_type: str = "", error_message: str = "") -> None:
        """The call is over; the first word counts."""
        if self.outcome.end_ns:
            return
        self.outcome.end_ns = time.time_ns()
        self.outcome.status = status
        self.outcome.error_type, self.outcome.error_message = error_type, error_message

    def read(self) -> tuple[wire.Request | None, wire.Reply | None]:
        """What was asked and answered; the outcome is final then."""
        self._hand_over()
        self._feed()
        return self._question(), self._reply()

    def release(self) -> None:
        """Give back the memory that was counted for this call."""
        self._budget.give(self._held_bytes)
        self._held_bytes = 0

    def _takes(self, count: int) -> bool:
        try:
            self._budget.take(count)
        except TooBusy:
            return False
        self._held_bytes += count
        return True

    def _question(self) -> wire.Request | None:
        call = self.call
        if call.endpoint is None:
            return None
        if not self._is_asked_whole:
            self.outcome.truncated["input"] = self._asked_bytes
            return wire.Request(model=call.endpoint.model)
        body = b"".join(self._asked)
        found = wire.question(call.endpoint, body, call.headers.get("content-type", ""))
        return None if found is None else found.read()

    def _hand_over(self) -> None:
        self._handed.append(self._slices)
        self._slices, self._waiting_bytes = [], 0

    def _feed(self) -> None:
        """Read what was handed over, in order: one thread of the pool at a time."""
        with self._reading:
            while self._handed:
                for one in self._handed.popleft():
                    self._feed_one(*one)

    def _feed_one(self, data: bytes, now_ns: int) -> None:
        for piece in self._inflating.feed(data):
            is_first = self._answer is not None and self._answer.feed(piece)
            if is_first and not self.outcome.first_token_ns:
                self.outcome.first_token_ns = now_ns

    def _reply(self) -> wire.Reply | None:
        answer, outcome = self._answer, self.outcome
        if answer is None:
            return None
        with self._reading:
            for piece in self._inflating.rest():
                answer.feed(piece)
            reply = answer.close()
        if not (self._is_heard_whole and self._inflating.is_whole):
            outcome.truncated["output"] = self._heard_bytes
        if answer.error is not None:
            outcome.status = "error"
            outcome.error_type, outcome.error_message = answer.error.type, answer.error.message
        elif answer.is_complete:
            self._came_whole()
        elif outcome.http_status >= 400:
            outcome.status, outcome.error_type = "error", str(outcome.http_status)
        elif outcome.status == "ok" and self._is_heard_whole and self._inflating.is_whole:
            self._was_cut()
        return reply

    def _came_whole(self) -> None:
        """Whoever leaves, or breaks off, after the end marker has had everything."""
        self.outcome.status, self.outcome.error_type, self.outcome.error_message = "ok", "", ""

    def _was_cut(self) -> None:
        has_body = self.outcome.http_status != 204 and self.outcome.http_status // 100 != 3
        if has_body:
            self.outcome.status = "error"
            self.outcome.error_type = "StreamInterrupted"
            self.outcome.error_message = "the answer ended before its end marker"
