"""How far it is, on standard error: one line that moves on a terminal, and nothing where nobody looks."""

import sys
import time

_EVERY_S = 0.2
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


class Progress:
    """A line that is written over; not thread-safe."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._width = 0
        self._due_s = 0.0

    def show(self, said: str) -> None:
        """Say where it is, unless that was just said."""
        now_s = time.monotonic()
        if self._is_shown and now_s >= self._due_s:
            self._due_s = now_s + _EVERY_S
            self._write(said)

    def insist(self, said: str) -> None:
        """Say something that somebody has to know, like a wait."""
        if self._is_shown:
            self._write(said)

    def end(self, said: str) -> None:
        """The last word, which stays; it is said to a file or pipe, too."""
        if self._is_shown:
            self._write("")
        sys.stderr.write(f"{said}\n")
        sys.stderr.flush()

    def _write(self, said: str) -> None:
        sys.stderr.write(f"\r{said:<{self._width}}\r" if not said else f"\r{said:<{self._width}}")
        sys.stderr.flush()
        self._width = len(said)


def amount(size_bytes: int) -> str:
    """`812 B`, `4.1 MB`."""
    for unit, name in _UNITS:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.1f} {name}"
    return f"{size_bytes} B"


def counted(count: int, noun: str) -> str:
    """`1 trace`, `12 345 traces`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}".replace(",", " ")
