"""What a stopping server still has to store, on the terminal."""

import sys
import threading
import time
from types import TracebackType
from typing import Self

from clearspan_server.cli import printing
from clearspan_server.store.journal import Journal

_LOOK_S = 0.1
_SHOWN_AFTER_S = 0.5  # what takes longer has a bar


class Draining:
    """Shows how far the journal is, for the length of a block; afterwards it says what was stored, and what waits."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._show, name="draining", daemon=True)
        self._most = 0

    def __enter__(self) -> Self:
        self._most = self._left()
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._watch.join()
        left = self._left()
        if self._most > left:
            _say(f"▸ stored {self._most - left} entries of the journal")
        if left:
            _say(f"▸ {left} entries wait in the journal for the next start; nothing is lost")

    def _left(self) -> int:
        entries, _ = self._journal.backlog()
        self._most = max(self._most, entries)
        return entries

    def _show(self) -> None:
        until = time.monotonic() + _SHOWN_AFTER_S
        while time.monotonic() < until:
            if self._ended.wait(_LOOK_S):
                return
            self._left()
        if sys.stderr.isatty():
            self._draw()

    def _draw(self) -> None:
        # As much as a second of a stop that most servers never have.
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415 - see above

        columns = TextColumn("▸ storing what waits"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=printing.console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=self._most or 1)
            while not self._ended.wait(_LOOK_S):
                left = self._left()
                bar.update(task, total=self._most or 1, completed=self._most - left)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command's own output
