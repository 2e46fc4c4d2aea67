"""What the demo's programs tell beside traces, over OTLP: log records of its loggers, metrics of its model server.

An application of yours would use OpenTelemetry's libraries for this; the demo does with the standard one.
"""

import json
import logging
import os
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Mapping
from typing import Self

from typing_extensions import override

import clearspan
from clearspan_server.demo.fleet import SLOT_S, Json, attributes, metrics

LOGGER = logging.getLogger("support")

_SEVERITIES = {logging.DEBUG: 5, logging.INFO: 9, logging.WARNING: 13, logging.ERROR: 17}
_EVERY_S = 1.0
_MOST_WAITING = 2_000  # log records; of more, the newest
_BEFORE_S = 3_600  # of the model server, which runs longer than the demo
_TIMEOUT_S = 10.0


class Telemetry(logging.Handler):
    """Sends log records every second, and readings of the model server slot by slot, until it is closed.

    What a server does not take at once it is sent again, until the process ends: that waits for `exit_s` at most.
    """

    def __init__(
        self, endpoint: str, project: str, service: str, environment: str, exit_s: float
    ) -> None:
        super().__init__()
        self._endpoint = endpoint.rstrip("/")
        self._headers = {"content-type": "application/json", "x-clearspan-project": project}
        if key := os.environ.get("CLEARSPAN_KEY"):
            self._headers["authorization"] = f"Bearer {key}"
        named = {"service.name": service, "deployment.environment.name": environment}
        self._resource = {"attributes": attributes(named)}
        self._waiting: deque[tuple[str, Json]] = deque(maxlen=_MOST_WAITING)
        self._told_s = int(time.time()) - _BEFORE_S
        self._exit_s = exit_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send_until_over, name="telemetry", daemon=True)

    def __enter__(self) -> Self:
        LOGGER.setLevel(logging.INFO)
        LOGGER.propagate = False
        LOGGER.addHandler(self)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        LOGGER.removeHandler(self)
        self._over.set()
        self._thread.join(self._exit_s)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        given = getattr(record, "attributes", {})
        told: Json = {
            "timeUnixNano": str(round(record.created * 1e9)),
            "severityNumber": _SEVERITIES.get(record.levelno, 9),
            "severityText": record.levelname,
            "body": {"stringValue": record.getMessage()},
            "attributes": attributes({"code.function.name": record.funcName, **given}),
        }
        if (trace_id := clearspan.current_trace_id()) is not None:
            told |= {"traceId": trace_id, "spanId": clearspan.current_span_id()}
        self._waiting.append((record.name, told))

    def _send_until_over(self) -> None:
        is_over = False
        while not is_over:
            is_over = self._over.wait(_EVERY_S)
            self._send_logs()
            self._send_metrics()

    def _send_logs(self) -> None:
        records = [self._waiting.popleft() for _ in range(len(self._waiting))]
        groups: dict[str, list[Json]] = {}
        for name, told in records:
            groups.setdefault(name, []).append(told)
        scopes = [{"scope": {"name": name}, "logRecords": told} for name, told in groups.items()]
        group = {"resource": self._resource, "scopeLogs": scopes}
        if scopes and not self._is_taken("/v1/logs", {"resourceLogs": [group]}):
            self._waiting.extendleft(reversed(records))

    def _send_metrics(self) -> None:
        now_s = int(time.time())
        if now_s - self._told_s >= SLOT_S and self._is_taken(
            "/v1/metrics", metrics(max(self._told_s, now_s - _BEFORE_S), now_s)
        ):
            self._told_s = now_s

    def _is_taken(self, path: str, body: Mapping[str, object]) -> bool:
        request = urllib.request.Request(  # noqa: S310 - the server's own address
            self._endpoint + path, json.dumps(body).encode(), self._headers
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - as above
                reply.read()
        except OSError:  # refusals, too
            return False
        return True
