"""How often somebody may guess: failed sign-ins by name and address, and how many are checked at the same time."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from clearspan_server.errors import TooBusy, TooManyAttempts
from clearspan_server.store.accounts import folded

WINDOW_S = 15 * 60
# Of failures within the window. A person errs a few times; an office behind one address more often; and a name that is
# guessed at from many addresses is slowed down without letting one address lock its owner out.
LIMITS: Mapping[str, int] = {"name and address": 5, "address": 30, "name": 100}
_MAX_REMEMBERED = 10_000  # names and addresses; the oldest is forgotten
_WAITING = 8  # a check takes a tenth of a second and 32 MiB
_PATIENCE_S = 5.0


class Attempts:
    """The failed sign-ins of the last minutes; thread-safe. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[tuple[str, str], deque[float]] = {}
        self._places = threading.BoundedSemaphore(_WAITING)
        self._checking = threading.Lock()

    @contextmanager
    def one(self, name: str, address: str) -> Iterator[Callable[[], None]]:
        """An attempt for the length of the block, in which no other one is checked; gives what is called on success.

        Raises:
            TooManyAttempts: this name or this address failed too often.
            TooBusy: too many others are being checked.
        """
        keys = _keys(name, address)
        self._refuse(keys)
        if not self._places.acquire(blocking=False):
            raise TooBusy("too many people sign in at this moment")
        try:
            if not self._checking.acquire(timeout=_PATIENCE_S):
                raise TooBusy("too many people sign in at this moment")
            try:
                self._refuse(keys)  # those before this one may have failed meanwhile
                self._count(keys)  # beforehand, so that whoever goes away in the middle has failed
                yield lambda: self._forget(keys)
            finally:
                self._checking.release()
        finally:
            self._places.release()

    def _refuse(self, keys: Mapping[tuple[str, str], int]) -> None:
        with self._lock:
            now_s = self._clock()
            for key, limit in keys.items():
                failed = self._failures.get(key, deque())
                while failed and now_s - failed[0] >= WINDOW_S:
                    failed.popleft()
                if len(failed) >= limit:
                    wait_s = int(failed[0] + WINDOW_S - now_s) + 1
                    error = TooManyAttempts(
                        f"too many failed sign-ins of this {key[0]}; the next is looked at in {wait_s} s"
                    )
                    error.retry_after_s = wait_s
                    raise error

    def _count(self, keys: Mapping[tuple[str, str], int]) -> None:
        with self._lock:
            for key, limit in keys.items():
                failed = self._failures.pop(key, deque(maxlen=limit))
                failed.append(self._clock())
                self._failures[key] = failed  # now the newest
            while len(self._failures) > _MAX_REMEMBERED:
                del self._failures[next(iter(self._failures))]

    def _forget(self, keys: Mapping[tuple[str, str], int]) -> None:
        """Somebody who knows the password is not guessing; the others at the address may still be."""
        with self._lock:
            for key in keys:
                failed = self._failures.get(key)
                if failed:
                    failed.pop()
                if key[0] == "name and address":
                    self._failures.pop(key, None)


def _keys(name: str, address: str) -> dict[tuple[str, str], int]:
    """What is counted, with its limit."""
    guessed = folded(name)  # as it is looked up: no other spelling is a name of its own
    said = {"name and address": f"{guessed}\0{address}", "address": address, "name": guessed}
    return {(kind, said[kind]): limit for kind, limit in LIMITS.items()}
