"""Sends the events of a stream when their tokens are due."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from clearspan_server.simulator.brain import Pace

# Sleeping for less than this costs more than it shows.
_SHORTEST_SLEEP_S = 0.005


async def paced(events: Sequence[tuple[bytes, int]], pace: Pace) -> AsyncIterator[bytes]:
    """Each event, given with the tokens that it stands for, at its time; those without at once."""
    began, due_s, waited = time.monotonic(), 0.0, False
    for event, count in events:
        if count and not waited:
            due_s, waited = due_s + pace.first_token_s, True
        due_s += pace.token_s * count
        wait_s = began + due_s - time.monotonic()
        if wait_s > _SHORTEST_SLEEP_S:
            await asyncio.sleep(wait_s)
        yield event
