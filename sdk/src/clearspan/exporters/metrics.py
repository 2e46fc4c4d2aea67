"""Sends metrics as OTLP/JSON: what has changed since the last time."""

from __future__ import annotations

import json
from collections.abc import Mapping

from clearspan.errors import warn_once
from clearspan.exporters.connection import ACCEPTED, Connection
from clearspan.metrics import Registry
from clearspan.otlp_json import key_values

NO_METRICS = frozenset({404, 405, 501})


class MetricsExporter:
    """One server.

    Args:
        registry: the instruments.
        url: such as ``http://127.0.0.1:4318/v1/metrics``.
        headers: sent with every request.
        resource: attributes of this process.
        process: its id, the same that sends its spans.
    """

    def __init__(
        self,
        registry: Registry,
        url: str,
        headers: Mapping[str, str],
        resource: Mapping[str, object],
        process: str,
    ) -> None:
        self._registry = registry
        self._connection = Connection(url, {**headers, "clearspan-process": process})
        self._resource = {**resource, "service.instance.id": process}
        self._takes_metrics = True

    def send(self) -> bool:
        """Sends what has changed; whether it was taken. What was not is sent the next time."""
        if not self._takes_metrics:
            return not self._registry.unsent()
        taken = self._registry.take()
        if not taken:
            return True
        document = {
            "resourceMetrics": [
                {
                    "resource": {"attributes": key_values(self._resource)},
                    "scopeMetrics": [
                        {"scope": {"name": "clearspan"}, "metrics": self._registry.encoded(taken)}
                    ],
                }
            ]
        }
        content = json.dumps(document, separators=(",", ":")).encode("utf-8", "replace")
        answer = self._connection.post(content, {})
        if answer.status in NO_METRICS:
            self._takes_metrics = False
            warn_once("metrics", f"the server takes no metrics: {answer.status}")
        if answer.status in ACCEPTED:
            self._registry.settle()
            return True
        self._registry.give_back(taken)
        return False

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
