"""What the gateway adds to a call, and 200 streams through it at once.

Calls go straight to a provider and through the gateway in turn, so that both see the same machine. Prints a table and
writes it to the file that is named.
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
from bench.machine import facts
from bench.processes import Failed, Watched, answers, free_port, watched
from bench.progress import say

CALLS = 500
STREAMS = 200
BAR_P50_MS, BAR_P99_MS = 5.0, 30.0
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
class Found:
    """Times to the first byte in ms, sorted; and of the streams what it took."""

    direct_ms: list[float]
    passed_ms: list[float]
    whole: int  # streams that came to their end
    streams_s: float
    cpu_us: float  # of the server, for a piece of a stream
    grown_mb: float


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


async def measured(server: Watched, direct: Way, passed: Way) -> Found:
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
    return Found(
        sorted(firsts[direct]),
        sorted(firsts[passed]),
        whole,
        took_s,
        (server.cpu_s() - cpu_s) / (STREAMS * PIECES) * 1e6,
        (server.memory_bytes() - memory) / 1e6,
    )


def main(results: Path | None) -> int:
    """Start both sides, measure and print; 1 when a bar is not kept."""
    with TemporaryDirectory() as folder:
        port, data = free_port(), Path(folder) / "data"
        provider = [sys.executable, "-m", "bench.gateway_provider", str(port)]
        command = [sys.executable, "-m", "clearspan_server", "up", "--json", "--no-open"]
        command += ["--port", "0", "--grpc-port", "0", "--data", str(data)]
        with watched(provider, Path(folder) / "provider.log") as asked:
            asked.until(lambda: answers(f"http://127.0.0.1:{port}/"), _START_S)
            known = {"CLEARSPAN_GATEWAY_URLS": f"raw=http://127.0.0.1:{port}"}
            with watched(command, Path(folder) / "log", known) as server:
                server.until((data / "run.json").exists, _START_S)
                url = json.loads((data / "run.json").read_text(encoding="utf-8"))["http"]
                passed = Way(int(urlsplit(url).port or 0), "/gateway/raw")
                say(f"{CALLS} calls each way")
                found = uvloop.run(measured(server, Way(port), passed))
    if found.whole != STREAMS:
        raise Failed(f"{STREAMS - found.whole} streams did not come whole")
    text = _table(found)
    print(text)
    if results:
        results.write_text(text, encoding="utf-8")
    is_kept = _added(found, 0.5) <= BAR_P50_MS and _added(found, 0.99) <= BAR_P99_MS
    return int(not is_kept)


def _added(found: Found, share: float) -> float:
    return _at(found.passed_ms, share) - _at(found.direct_ms, share)


def _at(times_ms: list[float], share: float) -> float:
    return times_ms[int(share * len(times_ms))]


def _table(found: Found) -> str:
    rows = [
        f"| first byte, {name} | {_at(found.direct_ms, share):.2f} | {_at(found.passed_ms, share):.2f}"
        f" | {_added(found, share):.2f} | {bar:.0f} |"
        for name, share, bar in (("median", 0.5, BAR_P50_MS), ("99 %", 0.99, BAR_P99_MS))
    ]
    streams = (
        f"{STREAMS} streams of {1 / PAUSE_S:.0f} pieces a second at once: {found.whole} came whole in"
        f" {found.streams_s:.1f} s, of which {PIECES * PAUSE_S:.0f} s are the provider's;"
        f" {found.cpu_us:.0f} µs of the server's processor a piece, {found.grown_mb:.0f} MB more memory."
    )
    return "\n".join(
        [
            "# What the gateway adds",
            "",
            f"{CALLS} streamed calls each way, in turn, every one over a connection of its own; times in ms.",
            f"Made by `make bench-gateway` on {time.strftime('%Y-%m-%d', time.gmtime())}.",
            "",
            *(f"- {name}: {value}" for name, value in facts().items()),
            "",
            "| | straight | through the gateway | added | at most |",
            "|---|---|---|---|---|",
            *rows,
            "",
            streams,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
