"""The server under load: the real command on an empty folder, spans over HTTP, answers from its API."""

import json
import re
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from bench.loads import Load
from bench.loads.reference import one_trace
from bench.processes import Failed, Watched, answers, measure, watched
from bench.progress import say
from bench.sender import Orders, Sent, send

PACED_S = 6.0
IDLE_S = 3.0
VISIBLE_ROUNDS = 10

_START_LIMIT_S = 60.0
_QUERYABLE_LIMIT_S = 120.0
_VISIBLE_LIMIT_S = 20.0
_POLL_S = (
    0.2  # an overview costs the server some 20 ms, which the rest of the work would like to have
)
_QUIET_SHARE = 0.05  # of one core; below it merges and derived tables are done
_SETTLE_LIMIT_S = 30.0
_MONTH_MS = 30 * 86_400_000
_HOUR_MS = 3_600_000
_THREAD_CPU = re.compile(
    r'^clearspan_thread_cpu_seconds_total\{thread="([^"]+)"\} (\S+)$', re.MULTILINE
)


@dataclass(slots=True, frozen=True)
class Ingest:
    """One load at full speed, and at half the bar; rates in spans a second."""

    acknowledged_per_s: float
    queryable_per_s: float
    cpu_us_per_span: float
    threads_us_per_span: dict[str, float]
    full_speed: Sent
    half_bar: Sent
    half_bar_per_s: float


@dataclass(slots=True, frozen=True)
class Idle:
    """A server that was started on the data and has nothing to do."""

    start_s: float
    memory_bytes: int
    cpu_share: float  # of one core


@dataclass(slots=True, frozen=True)
class Disk:
    """What the folder holds at the end, and what had been received."""

    received_bytes: int
    engine_bytes: int
    journal_bytes: int


@dataclass(slots=True, frozen=True)
class Figures:
    """All that is measured with one load."""

    load: str
    span_count: int
    load_bytes: int
    empty_start_s: float
    visible_s: list[float]
    ingest: Ingest
    peak_bytes: int
    idle: Idle
    disk: Disk


@dataclass(slots=True)
class Server:
    """A running server, seen from outside."""

    process: Watched
    data: Path
    url: str
    token: str
    ready_s: float

    def get(self, path: str, query: Mapping[str, object]) -> Any:  # noqa: ANN401 - the API's JSON
        headers = {"authorization": f"Bearer {self.token}"}
        address = f"{self.url}{path}?{urlencode(query)}"
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.loads(reply.read())

    def count(self, project: str) -> int:
        """The spans of a project in the overview of the last month."""
        now_ms = time.time_ns() // 1_000_000
        asked = {"project": project, "from": now_ms - _MONTH_MS, "to": now_ms + _HOUR_MS}
        return int(self.get("/api/v1/overview", asked)["totals"]["spans"])

    def thread_cpu_s(self) -> dict[str, float]:
        """Processor time by what its threads do, from its own metrics."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as reply:
            text = reply.read().decode()
        return {name: float(seconds) for name, seconds in _THREAD_CPU.findall(text)}

    def orders(self, project: str, requests_per_s: float = 0.0) -> Orders:
        return Orders(f"{self.url}/v1/traces", {"x-clearspan-project": project}, requests_per_s)


@contextmanager
def serving(data: Path, log: Path) -> Generator[Server]:
    """A server on a folder, ready to store and to answer."""
    command = [sys.executable, "-m", "clearspan_server", "up"]
    options = ["--data", str(data), "--port", "0", "--grpc-port", "0", "--json", "--no-browser"]
    run_file = data / "run.json"
    with watched([*command, *options], log) as process:
        process.until(run_file.exists, _START_LIMIT_S)
        url = json.loads(run_file.read_text(encoding="utf-8"))["http"]
        process.until(lambda: answers(f"{url}/readyz"), _START_LIMIT_S)
        ready_s = time.monotonic() - process.started_s
        token = (data / "token").read_text(encoding="utf-8").strip()
        yield Server(process, data, url, token, ready_s)


def run(load: Load, bar_per_s: int) -> Figures:
    """All figures of one load; acknowledgements also at half of `bar_per_s` spans a second.

    Raises:
        Failed: the server did not start, refused spans for good, or lost some.
    """
    with TemporaryDirectory(prefix="clearspan-bench-") as folder:
        home = Path(folder)
        data, log = home / "data", home / "server.log"
        few = _first(load, PACED_S * bar_per_s / 2)
        say(f"{load.name}: the server on an empty folder, then single traces")
        with serving(data, log) as server:
            empty_start_s = server.ready_s
            visible_s = [
                _visible_s(server, home / f"one{seed}", seed) for seed in range(VISIBLE_ROUNDS)
            ]
            ingest = _ingest(server, load, few, bar_per_s / 2)
            _settle(server.process)
            peak_bytes = server.process.peak_bytes
        say(f"{load.name}: starting again with the data, then idle")
        with serving(data, log) as server:
            idle = _idle(server)
        found = measure("disk", data)
        disk = Disk(load.size_bytes + few.size_bytes, found["engine"], found["journal"])
        return Figures(
            load=load.name,
            span_count=load.span_count,
            load_bytes=load.size_bytes,
            empty_start_s=empty_start_s,
            visible_s=visible_s,
            ingest=ingest,
            peak_bytes=peak_bytes,
            idle=idle,
            disk=disk,
        )


def _first(load: Load, span_count: float) -> Load:
    """The first requests of a load, at least one, with about so many spans."""
    share = min(1.0, span_count / load.span_count)
    bodies = load.bodies[: max(1, round(share * len(load.bodies)))]
    return Load(load.name, bodies, load.span_count * len(bodies) // len(load.bodies), 0)


def _ingest(server: Server, load: Load, few: Load, half_bar_per_s: float) -> Ingest:
    folder = server.data.parent
    megabytes = load.size_bytes / 1e6
    say(f"{load.name}: {load.span_count} spans, {megabytes:.0f} MB, at full speed")
    before_s, threads_before_s = server.process.cpu_s(), server.thread_cpu_s()
    full_speed = _complete(send(load.bodies, server.orders("full"), folder / "full"), load)
    queryable_ns = _queryable_ns(server, load)
    cpu_s = server.process.cpu_s() - before_s
    threads_s = {
        name: seconds - threads_before_s.get(name, 0.0)
        for name, seconds in server.thread_cpu_s().items()
    }
    say(f"{load.name}: {few.span_count} spans at {half_bar_per_s:.0f} spans/s")
    per_request = load.span_count / len(load.bodies)
    paced = server.orders("paced", half_bar_per_s / per_request)
    half_bar = _complete(send(few.bodies, paced, folder / "paced"), few)
    return Ingest(
        acknowledged_per_s=load.span_count / full_speed.seconds,
        queryable_per_s=load.span_count / (queryable_ns - full_speed.started_ns) * 1e9,
        cpu_us_per_span=cpu_s / load.span_count * 1e6,
        threads_us_per_span={
            name: seconds / load.span_count * 1e6 for name, seconds in threads_s.items()
        },
        full_speed=full_speed,
        half_bar=half_bar,
        half_bar_per_s=half_bar_per_s,
    )


def _complete(sent: Sent, load: Load) -> Sent:
    """A rate of which a part was lost means nothing."""
    if len(sent.latencies_ms) != len(load.bodies):
        lost = len(load.bodies) - len(sent.latencies_ms)
        raise Failed(f"{lost} of {len(load.bodies)} requests failed: {sent.errors[:3]}")
    return sent


def _queryable_ns(server: Server, load: Load) -> int:
    """The wall clock when the API counts every span; asked only now, for sooner it cannot be complete."""
    deadline = time.monotonic() + _QUERYABLE_LIMIT_S
    while (counted := server.count("full")) != load.unique_count:
        if time.monotonic() > deadline:
            raise Failed(f"{counted} of {load.unique_count} spans can be found")
        time.sleep(_POLL_S)
    return time.time_ns()


def _visible_s(server: Server, folder: Path, seed: int) -> float:
    """From sending one trace to an idle server until the list shows it."""
    body, trace_id = one_trace(time.time_ns(), seed)
    project = "visible"

    def shown() -> bool:
        rows = server.get("/api/v1/traces", {"project": project, "limit": 1})["traces"]
        return any(row["trace_id"] == trace_id for row in rows)

    sent = send([body], server.orders(project), folder)
    server.process.until(shown, _VISIBLE_LIMIT_S)
    return (time.time_ns() - sent.started_ns) / 1e9


def _settle(process: Watched) -> None:
    """Wait until the processor is quiet, or the time is up."""
    deadline = time.monotonic() + _SETTLE_LIMIT_S
    while time.monotonic() < deadline and _cpu_share(process, 1.0) > _QUIET_SHARE:
        pass


def _idle(server: Server) -> Idle:
    _settle(server.process)
    share = _cpu_share(server.process, IDLE_S)
    return Idle(server.ready_s, server.process.memory_bytes(), share)


def _cpu_share(process: Watched, seconds: float) -> float:
    before_s = process.cpu_s()
    time.sleep(seconds)
    return (process.cpu_s() - before_s) / seconds
