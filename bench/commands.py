"""What a command costs beside its server: `clearspan traces --json` and the same request over HTTP, in turn."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import Failed, Watched, watched
from bench.progress import say
from bench.tables import table

BAR_MS = 200.0
PAIRS = 40
_WARM = 3
_START_S = 60
_ROWS = 20


@dataclass(slots=True, frozen=True)
class CommandFigures:
    """Times in ms, a pair each: the whole command, and the request alone."""

    command_ms: list[float]
    request_ms: list[float]

    @property
    def added_ms(self) -> list[float]:
        """What the command adds to its request, sorted."""
        pairs = zip(self.command_ms, self.request_ms, strict=True)
        return sorted(whole - request for whole, request in pairs)


def run() -> CommandFigures:
    """Start a server with the demo, and measure on what that has recorded.

    Raises:
        Failed: the server did not start, or the command did not answer.
    """
    say(f"commands: {PAIRS} pairs")
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "clearspan_server", "up", "--json", "--no-browser"]
        command += ["--demo", "--port", "0", "--grpc-port", "0", "--data", str(data)]
        with watched(command, Path(folder) / "log") as server:
            server.until((data / "run.json").exists, _START_S)
            return _measured(data, server)


def _measured(data: Path, server: Watched) -> CommandFigures:
    url = json.loads((data / "run.json").read_text(encoding="utf-8"))["http"]
    token = (data / "token").read_text(encoding="utf-8").strip()
    request = urllib.request.Request(
        f"{url}/api/v1/traces?project=demo&limit={_ROWS}&from=-1d",
        headers={"authorization": f"Bearer {token}"},
    )
    server.until(lambda: _listed(request) == _ROWS, _START_S)
    command = [sys.executable, "-m", "clearspan_server", "traces", "--json", "-p", "demo"]
    command += ["-n", str(_ROWS), "--data", str(data)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CLEARSPAN_")}
    commands, requests = [], []
    for number in range(_WARM + PAIRS):
        began_s = time.perf_counter()
        with urllib.request.urlopen(request, timeout=_START_S) as reply:
            reply.read()
        asked_s = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False, env=environment)
        ended_s = time.perf_counter()
        if done.returncode != 0 or not json.loads(done.stdout)["traces"]:
            raise Failed(f"the command ended with {done.returncode}: {done.stderr.decode()[:200]}")
        if number >= _WARM:
            requests.append((asked_s - began_s) * 1000)
            commands.append((ended_s - asked_s) * 1000)
    return CommandFigures(commands, requests)


def _listed(request: urllib.request.Request) -> int:
    with urllib.request.urlopen(request, timeout=_START_S) as reply:
        return len(json.loads(reply.read())["traces"])


def started(found: CommandFigures | str) -> list[str]:
    """The section of the report."""
    if isinstance(found, str):
        return [found]
    columns = (sorted(found.request_ms), sorted(found.command_ms), found.added_ms)
    rows = [
        [name, *(f"{column[int(share * len(column))]:.0f}" for column in columns)]
        for name, share in (("median", 0.5), ("95 %", 0.95))
    ]
    return [
        f"`clearspan traces --json` and its request over HTTP by itself, {PAIRS} times in turn, in ms.",
        "",
        *table(["", "the request", "the command", "the command, without the request"], rows),
    ]
