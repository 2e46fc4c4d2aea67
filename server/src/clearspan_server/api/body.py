"""Request bodies, read in pieces and stopped at their limits: of size, of time, and of all that are under way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from clearspan_server.errors import TooLarge, TooSlow
from clearspan_server.ingest.budget import Budget


@asynccontextmanager
async def body_of(
    request: Request, budget: Budget, *, max_bytes: int, wait_s: float
) -> AsyncIterator[bytes]:
    """The whole body; it counts against the budget until the block ends.

    Raises:
        TooLarge: it is larger than `max_bytes`.
        TooBusy: other requests fill the budget.
        TooSlow: no byte came for `wait_s`.
        ClientDisconnect: the sender went away.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise TooLarge(f"the body has {declared} bytes; the limit is {max_bytes}")
    held = bytearray()
    try:
        async for piece in _pieces(request, wait_s):
            if len(held) + len(piece) > max_bytes:
                raise TooLarge(f"the body has more than {max_bytes} bytes, which is the limit")
            budget.take(len(piece))
            held += piece
        yield bytes(held)
    finally:
        budget.give(len(held))


async def _pieces(request: Request, wait_s: float) -> AsyncIterator[bytes]:
    pieces = request.stream()
    while True:
        try:
            async with asyncio.timeout(wait_s):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            raise TooSlow(f"no byte of the body came for {wait_s:g} s") from error
        if piece is None:
            return
        yield piece
