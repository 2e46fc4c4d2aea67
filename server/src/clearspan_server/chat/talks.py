"""What is being said to models now, and the runs that are remembered: an erasure must reach it, from its own thread."""

import asyncio
import time
from collections.abc import Callable

from clearspan_server.chat.answers import Answers
from clearspan_server.chat.asking import Talk
from clearspan_server.chat.runs import Runs

_WITHIN_S = 30.0
_LOOK_S = 0.02


class Talks:
    """Answers under way and runs, seen from the thread of removals; `unrecorded` counts calls that are over."""

    def __init__(self, answers: Answers, runs: Runs, unrecorded: Callable[[], int]) -> None:
        self._answers = answers
        self._runs = runs
        self._unrecorded = unrecorded

    def silence(self, project: str, is_doomed: Callable[[Talk], bool]) -> None:
        """End the answers and runs of a project of which it is so: their calls are in the journal then, runs forgotten.

        Raises:
            TimeoutError: they do not end, or are not recorded.
        """
        loop = self._answers.loop or self._runs.loop
        if loop is None:
            return  # nothing was said since the start
        said = asyncio.run_coroutine_threadsafe(self._of(project), loop).result(_WITHIN_S)
        if doomed := {one.id for one in said if is_doomed(one)}:
            asyncio.run_coroutine_threadsafe(self._end(doomed), loop).result(_WITHIN_S)
            last_s = time.monotonic() + _WITHIN_S
            while self._unrecorded():
                if time.monotonic() > last_s:
                    raise TimeoutError("calls of models that were broken off are not recorded yet")
                time.sleep(_LOOK_S)

    async def _of(self, project: str) -> list[Talk]:
        return [*self._answers.talks(project), *self._runs.talks(project)]

    async def _end(self, ids: set[str]) -> None:
        await self._answers.end(ids)
        await self._runs.forget(ids)
