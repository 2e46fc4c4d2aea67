"""Servers for tests, forked from a process that has imported everything: nine tenths of a start are imports.

What starting itself is like is tested with processes of their own, in `test_start.py`.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_START_S = 180.0
_LINE = 1 << 20


class Forked:
    """A process as `subprocess.Popen` has it, as far as tests ask."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when it has ended.

        Raises:
            subprocess.TimeoutExpired: it runs still.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["clearspan", "up"], timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._connection], [], [], timeout)[0]:
            self.returncode = int(self._connection.recv(_LINE))
            self._connection.close()
        return self.returncode


class _Maker:
    """The process that forks, started with the first server of a test process and ended with that."""

    def __init__(self) -> None:
        self._at = Path(tempfile.mkdtemp(prefix="made")) / "socket"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self._at))
        listening.listen(64)
        command = [
            sys.executable,
            str(Path(__file__).with_name("ready_server.py")),
            str(listening.fileno()),
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, pass_fds=[listening.fileno()]
        )
        listening.close()
        atexit.register(self._end)

    def fork(self, arguments: Sequence[str], errors: Path) -> Forked:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._at))
        asked = {
            "arguments": list(arguments),
            "environment": dict(os.environ),
            "folder": str(Path.cwd()),
            "errors": str(errors),
        }
        connection.sendall(json.dumps(asked).encode() + b"\n")
        connection.settimeout(_START_S)
        return Forked(connection, int(connection.recv(_LINE)))

    def _end(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(_START_S)


_made: dict[int, _Maker] = {}


def forked(arguments: Sequence[str], errors: Path) -> Forked:
    """Run the command with arguments; its standard output is nowhere, its errors go to the end of a file."""
    maker = _made.get(os.getpid())
    if maker is None:
        maker = _made[os.getpid()] = _Maker()
    return maker.fork(arguments, errors)
