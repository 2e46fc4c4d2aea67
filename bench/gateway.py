"""What the gateway adds to a call, and 200 streams through it at once.

Calls go straight to a provider and through the gateway in turn, so that both see the same machine.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import uvloop
from bench.gateway_provider import END, PAUSE_S, PIECES
from bench.processes import Failed, Watched, answers, free_port, watched
from bench.progress import say
from bench.tables import table

CALLS = 500
STREAMS = 200
BAR_P50_MS, BAR_P99_MS = 5.0, 30.0
_PROVIDER = Path(__file__).with_name("gateway_provider.py")
_WARM = 50
_START_S = 60
_PATIENCE_S = 120
_BODY = (
    b'{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Where is my order?"}]}'
)
_SHORT, _LONG = "/short/v1/chat/completions", "/long/v1/chat/completions"


@dataclass(slots=True, frozen=True)
class Way:
    """Straight to the provider, or through the gateway."""

    port: int
    prefix: str = ""


@dataclass(slots=True, frozen=True)
class GatewayFigures:
    """Times to the first byte in ms, sorted; and of the streams what it took."""

    direct_ms: list[float]
    passed_ms: list[float]
    whole: int  # streams that came to their end
    streams_s: float
    cpu_us: float  # of the server, for a piece of a stream
    grown_mb: float

    def added_ms(self, share: float) -> float:
        """What the gateway adds to the time at this share of all calls."""
        return _at(self.passed_ms, share) - _at(self.direct_ms, share)


async def call(way: Way, path: str) -> tuple[float, bytes]:
    """Ask over a connection of its own: seconds to the first byte, and everything that came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
    head = (
        f"POST {way.prefix}{path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    )
    began_s = time.perf_counter()
    writer.write(head.encode() + b"content-length: %d\r\n\r\n%b" % (len(_BODY), _BODY))
    came = await reader.read(65_536)
    first_s = time.perf_counter() - began_s
    while not came.endswith(END) and (data := await reader.read(65_536)):
        came += data
    writer.close()
    return first_s, came


async def measured(server: Watched, direct: Way, passed: Way) -> GatewayFigures:
    """Calls one after the other, then streams together."""
    firsts: dict[Way, list[float]] = {direct: [], passed: []}
    for number in range(_WARM + CALLS):
        for way, told in firsts.items():
            first_s, _ = await call(way, _SHORT)
            if number >= _WARM:
                told.append(first_s * 1000)
    say(f"{STREAMS} streams of {1 / PAUSE_S:.0f} pieces a second")
    cpu_s, memory, began_s = server.cpu_s(), server.memory_bytes(), time.perf_counter()
    async with asyncio.timeout(_PATIENCE_S):
        streams = await asyncio.gather(*(call(passed, _LONG) for _ in range(STREAMS)))
    took_s = time.perf_counter() - began_s
    first = streams[0][1].partition(b"\r\n\r\n")[2]
    whole = sum(
        came.endswith(END) and came.count(b"data: ") == PIECES for _, came in streams if first
    )
    return GatewayFigures(
        sorted(firsts[direct]),
        sorted(firsts[passed]),
        whole,
        took_s,
        (server.cpu_s() - cpu_s) / (STREAMS * PIECES) * 1e6,
        (server.memory_bytes() - memory) / 1e6,
    )


def run() -> GatewayFigures:
    """Start both sides and measure.

    Raises:
        Failed: one of them did not start, or a stream did not come whole.
    """
    say(f"gateway: {CALLS} calls each way")
    with TemporaryDirectory() as folder:
        port, data = free_port(), Path(folder) / "data"
        provider = [sys.executable, str(_PROVIDER), str(port)]
        command = [sys.executable, "-m", "clearspan_server", "up", "--json", "--no-browser"]
        command += ["--port", "0", "--grpc-port", "0", "--data", str(data)]
        with watched(provider, Path(folder) / "provider.log") as asked:
            asked.until(lambda: answers(f"http://127.0.0.1:{port}/"), _START_S)
            known = {"CLEARSPAN_GATEWAY_URLS": f"raw=http://127.0.0.1:{port}"}
            with watched(command, Path(folder) / "log", known) as server:
                server.until((data / "run.json").exists, _START_S)
                url = json.loads((data / "run.json").read_text(encoding="utf-8"))["http"]
                passed = Way(int(urlsplit(url).port or 0), "/gateway/raw")
                found = uvloop.run(measured(server, Way(port), passed))
    if found.whole != STREAMS:
        raise Failed(f"{STREAMS - found.whole} streams did not come whole")
    return found


def passed_on(found: GatewayFigures | str) -> list[str]:
    """The section of the report."""
    if isinstance(found, str):
        return [found]
    rows = [
        [name, *(f"{ms:.2f}" for ms in (_at(found.direct_ms, at), _at(found.passed_ms, at)))]
        for name, at in (("median", 0.5), ("99 %", 0.99))
    ]
    streams = (
        f"{STREAMS} streams of {1 / PAUSE_S:.0f} pieces a second at once: {found.whole} came whole in"
        f" {found.streams_s:.1f} s, of which {PIECES * PAUSE_S:.0f} s are the provider's;"
        f" {found.cpu_us:.0f} µs of the server's processor a piece, {found.grown_mb:.0f} MB more memory."
    )
    return [
        f"The first byte of {CALLS} streamed calls each way, in turn, every one over a connection of its own, in ms.",
        "",
        *table(["", "straight", "through the gateway"], rows),
        "",
        streams,
    ]


def _at(times_ms: list[float], share: float) -> float:
    return times_ms[int(share * len(times_ms))]
