"""Calls on their way into the journal: read and written on threads, behind the callers' backs.

What the journal does not take for now waits, up to a bound, and is offered again; what is lost is counted, in
`/metrics` and, as by our SDK, in the ledger.
"""

import asyncio
import logging
import uuid
from collections import Counter, OrderedDict, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock

from clearspan_server.errors import ClearspanError, TooBusy, Unavailable
from clearspan_server.gateway.call_span import as_export
from clearspan_server.gateway.capture import Capture
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.budget import Budget
from clearspan_server.ingest.receive import Receiver, Request

LOG = logging.getLogger(__name__)

_THREADS = 2
_MOST_HELD_BYTES = 256 * 1024 * 1024  # of questions and answers, of all calls together
_MOST_WAITING_BYTES = 64 * 1024 * 1024  # of spans that the journal has not taken
_AGAIN_S = 1.0
_CLOSE_S = 10.0
_MOST_SENDERS = 10_000


@dataclass(slots=True)
class Figures:
    """What happened since the start; counted on one thread each, read by anybody."""

    calls: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # by provider and how they ended
    open: int = 0
    waiting: int = 0  # that are over, and not in the journal yet
    lost: int = 0


@dataclass(slots=True)
class _Sender:
    """How the ledger counts the calls of one project, as it counts those of a process with our SDK."""

    process: str = field(default_factory=lambda: str(uuid.uuid4()))
    seq: int = 0
    sent: int = 0
    dropped: int = 0


@dataclass(slots=True, frozen=True)
class _Record:
    access: IngestAccess
    address: str
    body: bytes


class Recorder:
    """Takes captures that are over. `record` is for the event loop; all else happens on a few threads."""

    def __init__(self, receiver: Receiver, figures: Figures) -> None:
        self.figures = figures
        self.budget = Budget(_MOST_HELD_BYTES)
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="gateway")
        self._receiver = receiver
        self._senders = OrderedDict[str, _Sender]()
        self._lock = Lock()
        self._waiting = deque[_Record]()
        self._waiting_bytes = 0
        self._under_way = set[asyncio.Future[None]]()
        self._again: asyncio.Task[None] | None = None

    def record(self, capture: Capture, address: str) -> None:
        """Keep a call that is over; its caller waits for nothing of this."""
        self._count(waiting=1)
        job = asyncio.wrap_future(self.threads.submit(self._record, capture, address))
        self._under_way.add(job)
        job.add_done_callback(self._under_way.discard)
        if self._again is None:
            self._again = asyncio.create_task(self._offer_again())

    async def close(self, within_s: float = _CLOSE_S) -> None:
        """Wait until everything is in the journal; what is not in time is lost, and counted."""
        try:
            async with asyncio.timeout(within_s):
                while self._under_way or self._waiting:
                    await asyncio.gather(*self._under_way)
                    await asyncio.to_thread(self._offer)
                    await asyncio.sleep(_AGAIN_S if self._waiting else 0)
        except TimeoutError:
            self._lose(len(self._waiting), "the server stops")
        if self._again is not None:
            self._again.cancel()
        self.threads.shutdown(wait=True)

    async def _offer_again(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN_S)
            if self._waiting:
                await asyncio.get_running_loop().run_in_executor(self.threads, self._offer)

    def _record(self, capture: Capture, address: str) -> None:
        call = capture.call
        try:
            body = _read(capture)
            outcome = capture.outcome
            self.figures.calls[call.target.provider.name, outcome.status] += 1
            self._take(_Record(call.access, address, body))
        except Exception:
            # The funnel: whatever is wrong with a record, its call went well, and the loss is told.
            LOG.exception("a call through the gateway could not be recorded")
            self._lose(1, "it cannot be written down", call.access.project)
        finally:
            capture.release()

    def _take(self, record: _Record) -> None:
        try:
            durable = self._receive(record)
        except (TooBusy, Unavailable) as error:
            self._keep(record, error)
            return

        def written(done: "Future[int]") -> None:
            error = done.exception()
            if error is None:
                self._count(waiting=-1)
            else:
                self._keep(record, error)

        durable.add_done_callback(written)

    def _receive(self, record: _Record) -> "Future[int]":
        project = record.access.project
        with self._lock:
            sender = self._sender(project)
            sender.seq += 1
            sender.sent += 1
            counts = replace(
                record.access,
                process=sender.process,
                seq=sender.seq,
                sent=sender.sent,
                dropped=sender.dropped,
            )
        request = Request("traces", "gateway", "", counts, record.address)
        try:
            return self._receiver.receive(request, record.body).durable
        except ClearspanError:
            with self._lock:
                sender.sent -= 1
            raise

    def _count(self, *, waiting: int) -> None:
        with self._lock:
            self.figures.waiting += waiting

    def _sender(self, project: str) -> _Sender:
        sender = self._senders.setdefault(project, _Sender())
        self._senders.move_to_end(project)
        if len(self._senders) > _MOST_SENDERS:
            self._senders.popitem(last=False)
        return sender

    def _keep(self, record: _Record, reason: BaseException) -> None:
        """The journal did not take it: it waits, unless too much does."""
        with self._lock:
            fits = self._waiting_bytes + len(record.body) <= _MOST_WAITING_BYTES
            if fits:
                self._waiting.append(record)
                self._waiting_bytes += len(record.body)
        if not fits:
            self._lose(1, str(reason), record.access.project)

    def _offer(self) -> None:
        """Offer what waits once more, the oldest first, until one is not taken."""
        for _ in range(len(self._waiting)):
            with self._lock:
                if not self._waiting:
                    return
                record = self._waiting.popleft()
                self._waiting_bytes -= len(record.body)
            before = len(self._waiting)
            self._take(record)
            if len(self._waiting) > before:
                return

    def _lose(self, count: int, reason: str, project: str = "") -> None:
        if not count:
            return
        with self._lock:
            self.figures.lost += count
            self.figures.waiting -= count
            if project:
                self._sender(project).dropped += count
        LOG.warning("%d calls through the gateway are not recorded: %s", count, reason)


def _read(capture: Capture) -> bytes:
    """The span of a call; where its bytes cannot be read, all that is known without them."""
    call = capture.call
    try:
        asked, reply = capture.read()
        return as_export(call, capture.outcome, asked, reply)
    except Exception:
        # A provider's bytes may be anything: that there was a call is recorded all the same.
        LOG.exception("what a call through the gateway says cannot be read")
        capture.outcome.truncated |= {"input": 0, "output": 0}
        return as_export(call, capture.outcome, None, None)
