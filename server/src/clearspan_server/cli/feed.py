"""The live feed as it is followed from a terminal: for ever, from the last event on, with longer and longer waits."""

import json
import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clearspan_server.cli.client import Server
from clearspan_server.errors import (
    BadGateway,
    ClearspanError,
    GatewayTimeout,
    NoServer,
    TooBusy,
    TooSlow,
    Unavailable,
)

_PASSING = (NoServer, TooBusy, TooSlow, Unavailable, BadGateway, GatewayTimeout)
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0
_GATHER_S = (
    0.25  # a server under load tells of many batches a second, and each look costs a question
)


@dataclass(slots=True, frozen=True)
class Change:
    """Traces that changed, finished or were updated after that: `what` is the event's name."""

    what: str
    trace_ids: tuple[str, ...]


@dataclass(slots=True, frozen=True)
class Connected:
    """The server is heard. `missed` says that it cannot tell what happened before."""

    missed: bool = False


@dataclass(slots=True, frozen=True)
class Away:
    """The server is not heard, and asked again after some seconds."""

    wait_s: float
    why: str


@dataclass(slots=True, frozen=True)
class Over:
    """There is nothing to wait for: the server has refused."""

    error: ClearspanError


News = Change | Connected | Away | Over


class Feed:
    """The news of a project, read by a thread that ends with the process or with `close`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._failures = 0
        self._last_id = ""
        threading.Thread(target=self._follow, daemon=True, name="live feed").start()

    def close(self) -> None:
        self._closed.set()

    def next(self) -> list[News]:
        """Wait for something, and give it with what comes right after it."""
        found = [self._news.get()]
        self._closed.wait(_GATHER_S)
        while not self._news.empty():
            found.append(self._news.get())
        return found

    def _follow(self) -> None:
        while not self._closed.is_set():
            why = "it has ended the feed"
            try:
                self._listen()
            except _PASSING as error:
                why = error.message
            except ClearspanError as error:
                self._news.put(Over(error))
                return
            wait_s = min(_FIRST_WAIT_S * 2**self._failures, _LONGEST_WAIT_S)
            self._failures += 1
            self._news.put(Away(wait_s, why))
            self._closed.wait(wait_s)

    def _listen(self) -> None:
        headers = {"last-event-id": self._last_id} if self._last_id else {}
        with self._server.streamed("/api/v1/live", headers=headers) as reply:
            # Without an event before the break the server cannot tell what came during it.
            self._news.put(Connected(missed=self._failures > 0 and not self._last_id))
            self._failures = 0
            for name, event_id, data in read_events(reply):
                if self._closed.is_set():
                    return
                self._last_id = event_id or self._last_id
                self._news.put(_news(name, data))


def read_events(lines: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    """Name, id and data of each server-sent event."""
    fields: dict[str, str] = {}
    for raw in lines:
        name, _, value = raw.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif raw.strip() == b"" and fields:
            if "data" in fields:
                yield fields.get("event", "message"), fields.get("id", ""), fields["data"]
            fields = {}


def trace_ids(news: Iterable[News]) -> list[str]:
    """The traces that the news tell of, each once, in the order of their last change; logs are another list's."""
    told: dict[str, None] = {}
    for one in news:
        for trace_id in one.trace_ids if isinstance(one, Change) and one.what != "logs" else ():
            told.pop(trace_id, None)
            told[trace_id] = None
    return list(told)


def _news(name: str, data: str) -> News:
    if name == "reset":
        return Connected(missed=True)
    return Change(name, tuple(json.loads(data).get("trace_ids", ())))
