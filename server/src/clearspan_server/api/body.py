"""Request bodies, read in pieces and stopped at their limits: of size, of time, and of all that are under way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from clearspan_server.errors import TooLarge, TooSlow
from clearspan_server.ingest.budget import Budget

# Half a megabit: slower than any line that carries traces. What came holds its part of the budget until the rest is
# there, so that a body which merely does not stop coming would keep out everybody else's.
_LEAST_BYTES_PER_S = 64_000


@asynccontextmanager
async def body_of(
    request: Request, budget: Budget, *, max_bytes: int, wait_s: float
) -> AsyncIterator[bytes]:
    """The whole body; it counts against the budget until the block ends.

    Raises:
        TooLarge: it is larger than `max_bytes`.
        TooBusy: other requests fill the budget.
        TooSlow: for `wait_s` it came slower than a body may.
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
    """The pieces as they come, as long as every stretch of `wait_s` brings enough of them, or the last one."""
    loop = asyncio.get_running_loop()
    pieces = request.stream()
    enough = wait_s * _LEAST_BYTES_PER_S
    came, due_s = 0, loop.time() + wait_s
    while True:
        try:
            async with asyncio.timeout_at(due_s):
                piece = await anext(pieces, None)
        except TimeoutError as error:
            raise TooSlow(
                f"{came} bytes of the body came within {wait_s:g} s; at least {enough:.0f} must, or its end"
            ) from error
        if piece is None:
            return
        came += len(piece)
        if came >= enough:
            came, due_s = 0, loop.time() + wait_s
        yield piece
