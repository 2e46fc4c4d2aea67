"""The events of a feed as server-sent events, for as long as somebody reads and may."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from clearspan_server.api.access import ReadAccess
from clearspan_server.chat.feed import Event, Feed
from clearspan_server.errors import BadInput

KEEP_ALIVE_S = 15.0
_DIGITS = 15

Shaped = Callable[[Event], BaseModel]


def place_of(request: Request, after: int) -> int:
    """The number of the last event that a reader has seen: what it asks for, or its browser's header.

    Raises:
        BadInput: the header is no number.
    """
    given = request.headers.get("last-event-id")
    if given is None:
        return after
    if not (given.isdecimal() and given.isascii() and len(given) <= _DIGITS):
        raise BadInput(f"Last-Event-ID must be a whole number, not {given[:50]!r}")
    return max(after, int(given))


def stream_of(feed: Feed, after: int, access: ReadAccess, shaped: Shaped) -> StreamingResponse:
    """What a feed tells after the event of a number, each as `shaped` says."""
    return StreamingResponse(
        _lines(feed, after, access, shaped),
        media_type="text/event-stream",
        headers={"cache-control": "no-store"},
    )


async def _lines(feed: Feed, after: int, access: ReadAccess, shaped: Shaped) -> AsyncIterator[str]:
    yield ": open\n\n"
    asked_s = time.monotonic()
    async for event in feed.after(after, KEEP_ALIVE_S):
        if time.monotonic() - asked_s >= KEEP_ALIVE_S:
            # A session that was ended, or a key that was revoked, hears nothing more.
            if not await asyncio.to_thread(access.holds):
                return
            asked_s = time.monotonic()
        if event is None:
            yield ": keep-alive\n\n"
        else:
            data = shaped(event).model_dump_json()
            yield f"event: {event.kind}\nid: {event.number}\ndata: {data}\n\n"
