"""Sends bodies over HTTP from a process of its own, so that it takes no time from the interpreter that it measures.

The process reads a folder, sends, and prints what became of the requests as JSON:

    python -m bench.sender FOLDER http://127.0.0.1:4318/v1/traces

With --renewed it begins again at the end, with other ids and the times of now, until its time is up.
"""

import argparse
import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from bench.loads.renewed import Renewed
from bench.processes import Failed, measure

CONNECTIONS = 4
LIMIT_S = 120.0

_PAUSE_S = 0.2  # after a refusal, where the server names no other time


@dataclass(slots=True)
class Sent:
    """What became of the requests; times of the wall clock in nanoseconds."""

    started_ns: int = 0
    finished_ns: int = 0
    refused: int = 0  # answers of 429 and 503, after which the request was sent again
    errors: list[str] = field(default_factory=list)
    # One for each acknowledged request, from the moment it was due: at full speed when it was sent, at a given
    # rate when its turn came, whether or not a connection was free.
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return (self.finished_ns - self.started_ns) / 1e9

    def percentile_ms(self, share: float) -> float:
        """The latency that `share` of the acknowledged requests did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True, frozen=True)
class Orders:
    """Where to send, with which headers, at which rate (0: as fast as answers come), and when to give up."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    requests_per_s: float = 0.0
    limit_s: float = LIMIT_S


def send(bodies: Sequence[bytes], orders: Orders, folder: Path) -> Sent:
    """Send the bodies, by way of files in `folder`, over four connections that are kept alive.

    Raises:
        Failed: not one request was acknowledged.
    """
    folder.mkdir()
    for number, body in enumerate(bodies):
        (folder / f"{number:05d}.bin").write_bytes(body)
    headers = [f"--header={name}={value}" for name, value in orders.headers.items()]
    rate = f"--requests-per-s={orders.requests_per_s}"
    limit = f"--limit-s={orders.limit_s}"
    sent = Sent(**measure("sender", folder, orders.url, rate, limit, *headers))
    if not sent.latencies_ms:
        raise Failed("; ".join(sent.errors[:3]) or "no answer within the time limit")
    return sent


class _Sending:
    """Bodies shared out to connections, each of which waits for an answer before it sends the next."""

    def __init__(self, orders: Orders, bodies: Sequence[bytes]) -> None:
        self._orders = orders
        self._bodies = bodies
        self._numbers = count()
        self._lock = threading.Lock()
        self._begin_s = 0.0
        self.sent = Sent()

    def run(self) -> None:
        """Send everything, or as much as the time allows."""
        threads = [threading.Thread(target=self._send_all) for _ in range(CONNECTIONS)]
        self.sent.started_ns = time.time_ns()
        self._begin_s = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.sent.finished_ns = time.time_ns()

    def _left_s(self) -> float:
        return self._begin_s + self._orders.limit_s - time.perf_counter()

    def _send_all(self) -> None:
        parts = urlsplit(self._orders.url)
        limit_s = self._orders.limit_s
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=limit_s)
        while (number := next(self._numbers)) < len(self._bodies) and self._left_s() > 0:
            due_s = self._wait_for_turn(number)
            try:
                error = self._post(connection, parts.path, self._bodies[number])
            except (OSError, http.client.HTTPException) as failure:
                error = f"{type(failure).__name__}: {failure}"
                connection.close()
            with self._lock:
                if error:
                    self.sent.errors.append(error)
                else:
                    self.sent.latencies_ms.append((time.perf_counter() - due_s) * 1e3)
        connection.close()

    def _wait_for_turn(self, number: int) -> float:
        """The moment from which the request's latency counts."""
        now_s = time.perf_counter()
        if not self._orders.requests_per_s:
            return now_s
        due_s = self._begin_s + number / self._orders.requests_per_s
        time.sleep(max(0.0, due_s - now_s))
        return due_s

    def _post(self, connection: http.client.HTTPConnection, path: str, body: bytes) -> str:
        """Empty once acknowledged, else what went wrong; after a refusal the request is sent again."""
        while (left_s := self._left_s()) > 0:
            if connection.sock is not None:
                connection.sock.settimeout(left_s)
            connection.request("POST", path, body, dict(self._orders.headers))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (429, 503):
                return "" if answer.status == 200 else f"HTTP {answer.status}: {text[:200]!r}"
            with self._lock:
                self.sent.refused += 1
            time.sleep(float(answer.headers.get("retry-after") or _PAUSE_S))
        return "refused until the time was up"


def main() -> None:
    """Reads the folder first, so that only sending is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("--requests-per-s", type=float, default=0.0)
    parser.add_argument("--limit-s", type=float, default=LIMIT_S)
    parser.add_argument("--renewed", action="store_true")
    parser.add_argument("--header", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args()
    headers = {"content-type": "application/x-protobuf", "user-agent": "bench"}
    headers |= dict(header.split("=", 1) for header in given.header)
    orders = Orders(given.url, headers, given.requests_per_s, given.limit_s)
    bodies: Sequence[bytes] = [path.read_bytes() for path in sorted(given.folder.glob("*.bin"))]
    if given.renewed:
        bodies = Renewed(bodies, int(given.limit_s * given.requests_per_s))
    sending = _Sending(orders, bodies)
    sending.run()
    print(json.dumps(asdict(sending.sent)))


if __name__ == "__main__":
    main()
