"""The live feed: which traces changed, finished or were updated after that, as server-sent events.

An event's id is the journal's sequence number, so that it grows over restarts. A client that reconnects gets what it
missed, or one `reset` when that is too long ago.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.errors import BadInput, TooBusy

KEEP_ALIVE_S = 15.0
_HISTORY = 500  # events kept for clients that reconnect
_SEQ_DIGITS = 19
MAX_CLIENTS = 500  # each keeps a connection for as long as it likes
_QUEUE = 500  # events that wait for one slow client before it is told to start over

router = APIRouter(prefix="/api/v1", tags=["live"])


@dataclass(slots=True, frozen=True)
class Change:
    """Traces of a project that were stored or changed, finished, or changed after that, or of which logs came.

    `seq` is the journal's.
    """

    seq: int
    project: str
    trace_ids: list[str]
    what: str  # traces, finished, updated, logs


class Live:
    """The hub between the thread that derives traces and the clients' queues."""

    def __init__(self, seq: int, max_clients: int = MAX_CLIENTS) -> None:
        self._max_clients = max_clients
        self._first_seq = seq  # nothing before this process is known
        self._history: deque[Change] = deque(maxlen=_HISTORY)
        self._clients: set[asyncio.Queue[Change | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    def check_place(self) -> None:
        """Whether one more may listen.

        Raises:
            TooBusy: there are as many as there may be.
        """
        if self.clients >= self._max_clients:
            raise TooBusy(f"{self.clients} clients listen to the feed, which is the most")

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop on which the clients wait."""
        self._loop = loop

    def changed(self, seq: int, project: str, trace_ids: list[str], what: str = "traces") -> None:
        """Tell every client; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish, Change(seq, project, trace_ids, what))

    def forget(self, project: str, trace_ids: Collection[str]) -> None:
        """Tell nobody of these traces any more; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._forget, project, frozenset(trace_ids))

    def _forget(self, project: str, trace_ids: frozenset[str]) -> None:
        for change in self._history:
            if change.project == project:
                change.trace_ids[:] = [one for one in change.trace_ids if one not in trace_ids]

    def close(self) -> None:
        """End every stream; on the loop's own thread."""
        for queue in self._clients:
            queue.put_nowait(None)

    async def events(
        self,
        project: str,
        last_seq: int | None,
        may_read: Callable[[], bool],
        every_s: float = KEEP_ALIVE_S,
    ) -> AsyncGenerator[str, None]:
        """Server-sent events of one project, for as long as the client listens and may read, asked `every_s`."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(_QUEUE + 1)
        self._clients.add(queue)
        try:
            yield ": open\n\n"
            for text in self._missed(project, last_seq):
                yield text
            async for change in _changes(queue, may_read, every_s):
                if change is None:
                    yield ": keep-alive\n\n"
                elif change.project == project:
                    yield _event(change)
        finally:
            self._clients.discard(queue)

    def _publish(self, change: Change) -> None:
        self._history.append(change)
        for queue in list(self._clients):
            if queue.qsize() < _QUEUE:
                queue.put_nowait(change)
            else:
                self._clients.discard(queue)
                queue.put_nowait(None)  # its browser reconnects with the last id it saw

    def _missed(self, project: str, last_seq: int | None) -> list[str]:
        if last_seq is None:
            return []
        full = len(self._history) == _HISTORY
        oldest = self._history[0].seq if full else self._first_seq
        if last_seq < oldest:
            return [f"event: reset\nid: {self._seq()}\ndata: {{}}\n\n"]
        # From the same number on: one entry can change the traces of several projects.
        return [
            _event(one) for one in self._history if one.seq >= last_seq and one.project == project
        ]

    def _seq(self) -> int:
        return self._history[-1].seq if self._history else self._first_seq


async def _changes(
    queue: asyncio.Queue[Change | None], may_read: Callable[[], bool], every_s: float
) -> AsyncIterator[Change | None]:
    """What comes into a queue, None for each silence of `every_s`; ends with the queue, or when reading does."""
    asked_s = time.monotonic()
    while True:
        if time.monotonic() - asked_s >= every_s:
            # A session that was ended, or a key that was revoked, hears nothing more.
            if not await asyncio.to_thread(may_read):
                return
            asked_s = time.monotonic()
        try:
            change = await asyncio.wait_for(queue.get(), every_s)
        except TimeoutError:
            yield None
            continue
        if change is None:
            return
        yield change


def _event(change: Change) -> str:
    data = json.dumps({"project": change.project, "trace_ids": change.trace_ids})
    return f"event: {change.what}\nid: {change.seq}\ndata: {data}\n\n"


@router.get("/live", response_class=StreamingResponse)
async def live(
    request: Request, access: Annotated[ReadAccess, Depends(read_access)]
) -> StreamingResponse:
    """Server-sent events, each with the ids of traces, and `reset` when too much was missed.

    `traces` changed. `finished` were quiet for some seconds after their end; each is told once, and again only where
    the server was killed just then. `updated` had finished before, and are quiet again after something came late.
    `logs` came; the traces are those that they name, if any.
    """
    given = request.headers.get("last-event-id")
    if given is not None and not (given.isdecimal() and len(given) <= _SEQ_DIGITS):
        raise BadInput(f"Last-Event-ID must be a whole number, not {given[:50]!r}")
    hub: Live = request.app.state.server.live
    hub.check_place()
    events = hub.events(access.project, int(given) if given else None, access.holds)
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"cache-control": "no-store"}
    )
