"""Imports on threads of our own: a fork waits for them.

A child that is forked while another thread imports a module waits for that module for ever.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

FORK_WAIT_S = 1.0

_lock = threading.RLock()


@contextmanager
def importing() -> Iterator[None]:
    """A block that imports; nothing in it may wait for anything else."""
    with _lock:
        yield


def _before() -> None:
    _lock.acquire(timeout=FORK_WAIT_S)


def _in_parent() -> None:
    with suppress(RuntimeError):  # the time was over
        _lock.release()


def _in_child() -> None:
    global _lock  # noqa: PLW0603  # one per process
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
