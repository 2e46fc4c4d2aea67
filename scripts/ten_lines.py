"""Many ten-line programs in a row, against a server that is slow, restarting, or back within a second."""

import gzip
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.processes import free_port
from typing_extensions import override

from tree import ROOT

PROGRAM = """
import clearspan

with clearspan.agent_span("root"):
    for number in range(8):
        with clearspan.tool_span("child", number=number) as span:
            span.result = {"found": number}
"""
SPANS = 9
ALONE = 10  # programs with no server at all

_SLOW_S = (0.2, 4.0)
_AWAY_S = (0.05, 1.0)
_LIMIT_S = 60.0


@dataclass
class Stand:
    """A server on a fixed port that can be slow or away; remembers the ids of spans."""

    port: int
    chance: random.Random
    slow: bool = False
    received: set[str] = field(default_factory=set)
    repeats: int = 0

    @contextmanager
    def listening(self) -> Generator[None]:
        """It answers inside the block."""
        stand = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                body = self.rfile.read(size)
                if len(body) < size:
                    raise ConnectionAbortedError("the program has ended in the middle of it")
                if stand.slow:
                    time.sleep(stand.chance.uniform(*_SLOW_S))
                stand.take(body)
                self.send_response_only(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            @override
            def handle(self) -> None:
                with suppress(ConnectionError):  # the program has ended
                    super().handle()

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def take(self, body: bytes) -> None:
        document = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
        for resource in document["resourceSpans"]:
            for span in resource["scopeSpans"][0]["spans"]:
                self.repeats += span["spanId"] in self.received
                self.received.add(span["spanId"])


@dataclass(slots=True, frozen=True)
class Row:
    """One state of the server: programs, what arrived of their spans in the end, and how long they took."""

    server: str
    programs: int
    spans: int
    delivered: int
    typical_s: float
    longest_s: float


@dataclass(slots=True)
class Trial:
    """Where the programs run and record to."""

    stand: Stand
    home: Path
    settling: int = 0  # spans of the runs that only settle; no part of the account

    def run(self, **settings: str) -> float:
        """One program; how long it took, in seconds."""
        begun_s = time.monotonic()
        environment = {
            "PYTHONPATH": str(ROOT / "sdk" / "src"),
            "CLEARSPAN_ENDPOINT": f"http://127.0.0.1:{self.stand.port}",
            "CLEARSPAN_SPILL": str(self.home / "spill"),
            **settings,
        }
        command = [sys.executable, "-c", PROGRAM]
        subprocess.run(
            command, env=environment, check=True, stderr=subprocess.DEVNULL, timeout=_LIMIT_S
        )
        return time.monotonic() - begun_s

    def bare_s(self) -> float:
        """How long a program takes that records nothing."""
        return sorted(self.run(CLEARSPAN_DISABLED="1") for _ in range(5))[2]

    def settle(self) -> None:
        """Later runs, until nothing is on disk."""
        self.stand.slow = False
        with self.stand.listening():
            for _ in range(20):
                self.run(CLEARSPAN_EXIT_S="10")
                self.settling += SPANS
                if not list((self.home / "spill").glob("*/*/*.json.gz")):
                    return

    def row(self, server: str, count: int) -> Row:
        """Programs in one state of the server, and a later run."""
        before, self.settling = len(self.stand.received), 0
        times = sorted(self._one(server) for _ in range(count))
        self.settle()
        delivered = len(self.stand.received) - before - self.settling
        return Row(server, count, count * SPANS, delivered, times[len(times) // 2], times[-1])

    def _one(self, server: str) -> float:
        self.stand.slow = server == "slow"
        if server == "away":
            return self.run()
        if server == "slow":
            with self.stand.listening():
                return self.run()
        # Restarting goes away while the program runs; "back" is away when it starts.
        pause_s = self.stand.chance.uniform(*_AWAY_S)
        took: list[float] = []
        program = threading.Thread(target=lambda: took.append(self.run()))
        if server == "restarting":
            with self.stand.listening():
                program.start()
                time.sleep(self.stand.chance.uniform(0.0, 0.3))
        else:
            program.start()
        time.sleep(pause_s)
        with self.stand.listening():
            program.join()
        return took[0]


def trial(count: int, home: Path, seed: int) -> tuple[list[Row], float]:
    """``count`` programs in three states of the server, some with no server; and how long a bare program takes."""
    found = Trial(Stand(free_port(), random.Random(seed)), home)
    bare_s = found.bare_s()
    share = -(-count // 3)
    rows = [found.row(server, share) for server in ("slow", "restarting", "back")]
    rows.append(found.row("away", min(ALONE, share)))
    return rows, bare_s
