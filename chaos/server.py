"""The server that is killed: the real command, always on the same folder and port."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Failed, answers, last_words

_READY_S = 90.0
_DRAIN_S = 60
_LOOK_S = 0.05


@dataclass(slots=True, frozen=True)
class Place:
    """What stays the same from start to start."""

    data: Path
    port: int
    faults: Path
    max_journal_bytes: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data.with_name("server.log")


class Server:
    """One process of the server."""

    def __init__(self, place: Place) -> None:
        self._place = place
        (place.data / "run.json").unlink(missing_ok=True)
        options = ["--data", str(place.data), "--port", str(place.port), "--grpc-port", "0"]
        with place.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "clearspan_server",
                    "up",
                    "--json",
                    "--no-browser",
                    *options,
                ],
                env={
                    **os.environ,
                    "CLEARSPAN_FAULTS": str(place.faults),
                    "CLEARSPAN_MAX_JOURNAL_BYTES": str(place.max_journal_bytes),
                    "CLEARSPAN_DRAIN_S": str(_DRAIN_S),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def is_ready(self) -> bool:
        """Whether it says that it can store and query."""
        return answers(f"{self._place.url}/readyz")

    def until(self, condition: Callable[[], bool], timeout_s: float = _READY_S) -> None:
        """Wait for it.

        Raises:
            Failed: the server ended, or the time ran out; with the end of its log.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            if self._process.poll() is not None:
                raise Failed(f"the server ended by itself: {last_words(self._place.log)}")
            if time.monotonic() > deadline:
                raise Failed(f"nothing after {timeout_s:.0f} s: {last_words(self._place.log)}")
            time.sleep(_LOOK_S)

    def kill(self) -> None:
        """As a power cut would: no handler runs.

        Raises:
            Failed: it had ended by itself before.
        """
        if self._process.poll() is not None:
            raise Failed(f"the server ended by itself: {last_words(self._place.log)}")
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """As an operator would; its exit code."""
        self._process.terminate()
        return self._process.wait(_DRAIN_S + 60)

    def end(self) -> None:
        """Whatever happened: no process stays."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def is_settled(place: Place) -> bool:
    """Whether all that was acknowledged is stored, derived and rolled up."""
    journal = place.data / "journal"
    newest = max(journal.glob("[0-9]*.db"), default=None)
    derived = _value(journal / "state.db", "select seq from positions where name = 'derived'")
    committed = _value(newest, "select max(seq) from entries") if newest else 0
    due = _value(place.data / "agenda.db", "select count(*) from hours")
    return derived >= committed and due == 0


def _value(path: Path, asked: str) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as file:
        row = file.execute(asked).fetchone()
    return int(row[0] or 0) if row else 0
