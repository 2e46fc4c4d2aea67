"""A sender in a process of its own: it sends the reference load until standard input ends, and remembers what was said.

A request is sent again, whole, until it is acknowledged. Some requests are sent once more after that, and some hold
spans of hours ago. At the end the process writes which spans it sent, which were acknowledged, and prints its count:

    python -m chaos.sender http://127.0.0.1:4318 --seed 1 --number 0 --folder FOLDER
"""

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.loads import make
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

REQUESTS_PER_S = 2.0
ID_BYTES = 24  # trace id and span id

_TEMPLATES = 16  # requests of which all others are made
_AGAIN_SHARE = 0.05
_LATE_SHARE = 0.05
_HOUR_NS = 3_600_000_000_000
_TIMEOUT_S = 15.0
_LAST_TRIES_S = 90.0  # for the request under way when the end comes
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0


@dataclass(slots=True)
class Account:
    """What one sender did, counted in requests, and what it was told."""

    requests: int = 0  # different ones
    acknowledged: int = 0  # of them
    repeats: int = 0  # sent again although acknowledged
    repeats_acknowledged: int = 0
    attempts: int = 0
    lost_answers: int = 0  # no answer: not connected, cut off, or too late
    refused_429: int = 0
    refused_503: int = 0
    unexpected: list[str] = field(default_factory=list)


class Sender:
    """One connection, one request at a time."""

    def __init__(self, url: str, seed: int, number: int) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            str(parts.hostname), parts.port, timeout=_TIMEOUT_S
        )
        self._chance = random.Random(f"{seed}/{number}")
        self._service = f"chaos-{number}"
        self._templates = [
            ExportTraceServiceRequest.FromString(body)
            for body in make("reference", _TEMPLATES * 256).bodies
        ]
        self._old: deque[bytes] = deque(maxlen=8)
        self._stop_s = float("inf")
        self.stopping = threading.Event()
        self.account = Account()
        self.sent = bytearray()
        self.acknowledged = bytearray()

    def run(self) -> None:
        """Send until `stopping`, at a steady pace while the server keeps up."""
        while not self.stopping.is_set():
            begun_s = time.monotonic()
            if self._old and self._chance.random() < _AGAIN_SHARE:
                self.account.repeats += 1
                self.account.repeats_acknowledged += self._deliver(self._chance.choice(self._old))
            else:
                self._send_new()
            self.stopping.wait(max(0.0, begun_s + 1 / REQUESTS_PER_S - time.monotonic()))

    def _send_new(self) -> None:
        body, ids = self._next()
        self.account.requests += 1
        self.sent += ids
        if self._deliver(body):
            self.account.acknowledged += 1
            self.acknowledged += ids
            self._old.append(body)

    def _next(self) -> tuple[bytes, bytes]:
        """A request of new traces that begin now, or some hours ago, and the ids of its spans."""
        request = ExportTraceServiceRequest()
        request.CopyFrom(self._chance.choice(self._templates))
        (group,) = request.resource_spans
        for pair in group.resource.attributes:
            if pair.key == "service.name":
                pair.value.string_value = self._service
        spans = group.scope_spans[0].spans
        late_ns = (
            self._chance.randrange(1, 4) * _HOUR_NS if self._chance.random() < _LATE_SHARE else 0
        )
        shift_ns = time.time_ns() - late_ns - spans[0].start_time_unix_nano
        trace_mask, span_mask = self._chance.randbytes(16), self._chance.randbytes(8)
        for span in spans:
            _renew(span, trace_mask, span_mask, shift_ns)
        ids = b"".join(span.trace_id + span.span_id for span in spans)
        return request.SerializeToString(), ids

    def _deliver(self, body: bytes) -> bool:
        """Send until it is acknowledged; false when the end came first."""
        pause_s = _FIRST_PAUSE_S
        while True:
            self.account.attempts += 1
            try:
                status, wait_s = self._post(body)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self.account.lost_answers += 1
                status, wait_s = 0, 0.0
            if status == http.HTTPStatus.OK:
                return True
            if self._is_over():
                return False
            time.sleep(max(wait_s, pause_s * self._chance.uniform(0.5, 1.0)))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _post(self, body: bytes) -> tuple[int, float]:
        """The status, and how long the server asks to wait."""
        headers = {"content-type": "application/x-protobuf", "user-agent": self._service}
        self._connection.request("POST", "/v1/traces", body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        account = self.account
        if answer.status == http.HTTPStatus.OK:
            partial = ExportTraceServiceResponse.FromString(said).partial_success
            if partial.rejected_spans:
                account.unexpected.append(partial.error_message)
        elif answer.status == http.HTTPStatus.TOO_MANY_REQUESTS:
            account.refused_429 += 1
        elif answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            account.refused_503 += 1
        else:
            account.unexpected.append(f"HTTP {answer.status}: {said[:200]!r}")
        return answer.status, float(answer.headers.get("retry-after") or 0.0)

    def _is_over(self) -> bool:
        if self.stopping.is_set() and self._stop_s == float("inf"):
            self._stop_s = time.monotonic() + _LAST_TRIES_S
        return time.monotonic() > self._stop_s


def _renew(span: Span, trace_mask: bytes, span_mask: bytes, shift_ns: int) -> None:
    """Another span of the same shape: other ids, that hang together as before, and other times."""
    span.trace_id = _masked(span.trace_id, trace_mask)
    span.span_id = _masked(span.span_id, span_mask)
    if span.parent_span_id:
        span.parent_span_id = _masked(span.parent_span_id, span_mask)
    span.start_time_unix_nano += shift_ns
    span.end_time_unix_nano += shift_ns


def _masked(value: bytes, mask: bytes) -> bytes:
    number = int.from_bytes(value, "big") ^ int.from_bytes(mask, "big")
    return number.to_bytes(len(value), "big")


def main() -> None:
    """Send until standard input ends; the account as JSON on standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    sender = Sender(given.url, given.seed, given.number)

    def wait_for_end() -> None:
        sys.stdin.read()
        sender.stopping.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    sender.run()
    (given.folder / f"sent-{given.number}.bin").write_bytes(sender.sent)
    (given.folder / f"acknowledged-{given.number}.bin").write_bytes(sender.acknowledged)
    print(json.dumps(asdict(sender.account)))


if __name__ == "__main__":
    main()
