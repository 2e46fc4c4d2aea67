"""A terminal for a test: the real command on a pseudo-terminal, and what it has drawn there."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyte

from running import PATIENCE_S, until

_END_S = 60.0


class Terminal:
    """`clearspan ARGS` on a screen of so many rows and columns; `with terminal(...)` ends it."""

    def __init__(self, *args: str, rows: int = 24, columns: int = 80) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._drawing = threading.Lock()
        self.sent = b""  # all that the command has written
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        foreign = {"NO_COLOR", "COLUMNS", "LINES"}  # of the terminal that the test itself runs on
        plain = {name: value for name, value in os.environ.items() if name not in foreign}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clearspan_server", *args],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=plain | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def screen(self) -> str:
        """The lines as they stand on the screen."""
        with self._drawing:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def colours_of(self, text: str) -> set[str]:
        """The colours of a text's characters, where it stands first."""
        with self._drawing:
            for row, line in enumerate(self._screen.display):
                if (at := line.find(text)) >= 0:
                    cells = self._screen.buffer[row]
                    return {cells[column].fg for column in range(at, at + len(text))}
        raise AssertionError(f"{text!r} is not on the screen:\n{self.screen()}")

    def press(self, keys: str) -> None:
        """Type, as a keyboard sends it."""
        os.write(self._master, keys.encode())

    def until(self, condition: Callable[[str], object], timeout_s: float = PATIENCE_S) -> str:
        """Wait for a screen of which something holds, and give it."""
        try:
            until(lambda: condition(self.screen()), timeout_s)
        except AssertionError:
            raise AssertionError(f"not seen within {timeout_s} s:\n{self.screen()}") from None
        return self.screen()

    def shows(self, *texts: str) -> str:
        """Wait until all of these stand on the screen."""
        return self.until(lambda screen: all(text in screen for text in texts))

    def wait(self) -> int:
        """Wait until the command has ended by itself; its exit code."""
        code = self.process.wait(_END_S)
        self._reader.join(_END_S)
        return code

    def end(self) -> None:
        """End the command, and forget the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(_END_S)
        os.close(self._master)

    def _read(self) -> None:
        # Reading fails when the last program has left the terminal.
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                with self._drawing:
                    self.sent += data
                    self._stream.feed(data)


@contextmanager
def terminal(*args: str, rows: int = 24, columns: int = 80) -> Iterator[Terminal]:
    """A command on a terminal for the length of a block."""
    opened = Terminal(*args, rows=rows, columns=columns)
    try:
        yield opened
    finally:
        opened.end()
