"""A server for a test: the real command in a process of its own, found by its `run.json` alone."""

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from ready_made import Forked, forked

START_S = 180.0
# For a machine that is four times slower, and busy with something else.
PATIENCE_S = 60.0
# Of the time that it has waited: a question costs the server as much as many spans, and a wait this much at the most.
PAUSE_SHARE = 0.2
PAUSE_S = (0.05, 1.0)  # the shortest and the longest


@dataclass(slots=True)
class Server:
    """A running server and the token of its data folder."""

    process: "subprocess.Popen[str] | Forked"
    url: str
    data: Path
    grpc: str  # "127.0.0.1:PORT"

    @property
    def token(self) -> str:
        return (self.data / "token").read_text(encoding="utf-8").strip()

    def get(self, path: str) -> Any:
        """The JSON of a route, read with the install's token."""
        headers = {"authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            return json.loads(reply.read())

    def kill(self) -> None:
        """End it as a power cut would: no handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        self.process.terminate()
        return self.process.wait(START_S)


def start(data: Path, *options: str) -> Server:
    """Start a server on a folder and wait until it serves."""
    (data / "run.json").unlink(missing_ok=True)  # one that was killed leaves its own behind
    asked = ["up", "--json", "--port", "0", "--grpc-port", "0", "--data", str(data), *options]
    log = data.parent / f"{data.name}.log"
    process = forked(asked, log)
    try:
        until(lambda: (data / "run.json").exists() or process.poll() is not None, START_S)
    except BaseException:
        process.kill()
        raise
    if process.poll() is not None:
        said = log.read_text(encoding="utf-8")
        raise AssertionError(f"the server ended with {process.returncode}:\n{said}")
    announced = json.loads((data / "run.json").read_text(encoding="utf-8"))
    return Server(process, announced["http"], data, announced["grpc"])


def is_stored(server: Server) -> bool:
    """Whether everything that was sent is in the engine."""
    return _health(server)["lag_s"] is None


def is_at_rest(server: Server) -> bool:
    """Whether everything that was sent is stored, folded and derived."""
    health = _health(server)
    return health["lag_s"] is None and health["underived"] == 0


def _health(server: Server) -> Any:
    """What `/readyz` says, also while it is not."""
    try:
        return server.get("/readyz")
    except HTTPError as error:
        with error:
            return json.loads(error.read())


def settle(server: Server) -> None:
    """Wait until everything that was sent so far has its final form in every list.

    A span can be read before its parts are folded into it, a trace before all its requests have come, and one record
    before its neighbour in the same request: a look at one of them does not tell that the others are there.
    """
    until(lambda: is_at_rest(server), 4 * PATIENCE_S)


@contextmanager
def serving(data: Path, *options: str) -> Iterator[Server]:
    """A server for the length of a block; afterwards it must end by itself, cleanly."""
    server = start(data, *options)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    assert server.stop() == 0


def until(condition: Callable[[], Any], timeout_s: float = PATIENCE_S) -> Any:
    """Wait for a true value and give it; fails when the time runs out."""
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < timeout_s:
        found = condition()
        if found:
            return found
        shortest, longest = PAUSE_S
        time.sleep(min(max(shortest, PAUSE_SHARE * waited), longest))
    raise AssertionError(f"did not happen within {timeout_s} s")
