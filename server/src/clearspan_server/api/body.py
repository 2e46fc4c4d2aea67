"""Request bodies, read in pieces and stopped at their limits: of one request, and of all that are under way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from clearspan_server.errors import TooBusy, TooLarge


class BodyBudget:
    """The bytes of bodies that may be in memory at once; used on the event loop's thread alone."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0

    @asynccontextmanager
    async def body(self, request: Request, max_bytes: int) -> AsyncIterator[bytes]:
        """The whole body; it counts against the budget until the block ends.

        Raises:
            TooLarge: it is larger than `max_bytes`.
            TooBusy: the bodies of other requests fill the budget.
        """
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > max_bytes:
            raise TooLarge(f"the body has {declared} bytes; the limit is {max_bytes}")
        taken = 0
        pieces: list[bytes] = []
        try:
            async for piece in request.stream():
                taken += len(piece)
                self._bytes += len(piece)
                if taken > max_bytes:
                    raise TooLarge(f"the body has more than {max_bytes} bytes, which is the limit")
                if self._bytes > self._max_bytes:
                    raise TooBusy(f"{self._bytes} bytes of bodies are under way")
                pieces.append(piece)
            yield b"".join(pieces)
        finally:
            self._bytes -= taken
