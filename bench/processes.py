"""Processes under measurement: started on loopback, watched, and always ended."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil  # type: ignore[import-untyped]  # ships no types

ROOT = Path(__file__).resolve().parent.parent

T = TypeVar("T")

_SAMPLE_S = 0.1
_END_S = 60.0


class Failed(Exception):
    """Something under measurement did not do what it was started for; the message says what it said."""


class Watched:
    """A process and its children, with the memory they took together at most."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self._log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                cwd=log.parent,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.started_s = time.monotonic()
        self.peak_bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="memory", daemon=True)
        self._thread.start()

    def tree(self) -> list[psutil.Process]:
        """The process and everything that it started and still lives."""
        try:
            root = psutil.Process(self._popen.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def memory_bytes(self) -> int:
        """Resident memory now, children included; what they share is counted in each."""
        return int(_total(self.tree(), lambda process: process.memory_info().rss))

    def cpu_s(self) -> float:
        """Processor time so far, of user and system, of all that still lives."""
        return _total(self.tree(), lambda process: sum(process.cpu_times()[:2]))

    def is_alive(self) -> bool:
        return self._popen.poll() is None

    def until(self, condition: Callable[[], T | None], timeout_s: float) -> T:
        """Wait for something true.

        Raises:
            Failed: the process ended, or the time ran out; with the end of its log.
        """
        deadline = time.monotonic() + timeout_s
        while self.is_alive() and time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.02)
        what = f"nothing after {timeout_s:.0f} s" if self.is_alive() else "it ended"
        raise Failed(f"{what}: {last_words(self._log)}")

    def end(self) -> None:
        """SIGTERM, and SIGKILL for what is still there after a minute."""
        processes = self.tree()
        if self.is_alive():
            self._popen.terminate()
        _, left = psutil.wait_procs(processes, timeout=_END_S)
        for process in left:
            process.kill()
        self._popen.wait()
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            self.peak_bytes = max(self.peak_bytes, self.memory_bytes())


@contextmanager
def watched(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Generator[Watched]:
    """A running command; ended when the block ends, however it ends."""
    process = Watched(command, log, environment or {})
    try:
        yield process
    finally:
        process.end()


def measure(
    module: str,
    *arguments: object,
    python: str | Path = sys.executable,
    environment: Mapping[str, str] | None = None,
) -> Any:  # noqa: ANN401 - the JSON that the module prints
    """Run `python -m bench.<module>` in a process of its own and give what it found.

    Another interpreter than ours has the SDK from this folder.

    Raises:
        Failed: it ended with an error.
    """
    command = [str(python), "-m", f"bench.{module}", *map(str, arguments)]
    known = {**os.environ, "PYTHONPATH": str(ROOT / "sdk" / "src"), **(environment or {})}
    done = subprocess.run(command, cwd=ROOT, env=known, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"bench.{module}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def answers(url: str) -> bool:
    """Whether an address answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def free_port() -> int:
    """A port on loopback that was free a moment ago, for programs that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_words(log: Path) -> str:
    """The end of a log, on one line."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in lines[-3:])[-400:] or "it said nothing"


def _total(processes: Sequence[psutil.Process], figure: Callable[[psutil.Process], float]) -> float:
    """The sum over those that still live when they are asked."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            total += figure(process)
    return total
