"""Metrics for tests: OTLP requests in JSON, sent to a running server, and its answers to questions."""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from asking import Answer, ask, bearer
from clearspan_server.api.window import rfc3339
from reading import HOUR_NS, SECOND_NS
from running import Server, settle

# A whole hour, so that steps of minutes begin where points do.
BASE_NS = time.time_ns() // HOUR_NS * HOUR_NS - 3 * HOUR_NS
JSON = {"content-type": "application/json"}
Json = dict[str, Any]


def number(at_s: float, value: float, *, since_s: float | None = None, **labels: str) -> Json:
    """A point of a gauge or a sum, so many seconds after `BASE_NS`."""
    return {"asDouble": value, **told(at_s, since_s, labels)}


def told(at_s: float, since_s: float | None, labels: Mapping[str, str]) -> Json:
    """Times and labels of a point."""
    start = {} if since_s is None else {"startTimeUnixNano": str(at(since_s))}
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in labels.items()]
    return {"timeUnixNano": str(at(at_s)), "attributes": pairs, **start}


def at(seconds: float) -> int:
    """A moment in ns."""
    return BASE_NS + round(seconds * SECOND_NS)


def gauge(name: str, *points: Json, unit: str = "1") -> Json:
    return {"name": name, "unit": unit, "gauge": {"dataPoints": list(points)}}


def counter(name: str, *points: Json, is_delta: bool = False, is_monotonic: bool = True) -> Json:
    data = {"aggregationTemporality": 1 if is_delta else 2, "isMonotonic": is_monotonic}
    return {"name": name, "unit": "1", "sum": {"dataPoints": list(points), **data}}


def histogram(name: str, *points: Json, is_delta: bool = False, kind: str = "histogram") -> Json:
    temporality = 1 if is_delta else 2
    return {
        "name": name,
        "unit": "s",
        kind: {"dataPoints": list(points), "aggregationTemporality": temporality},
    }


class Metrics:
    """A project of its own on a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.project = f"m-{uuid.uuid4().hex}"

    def send(self, *metrics: Json, **resource: str) -> Json:
        """Send, and wait until it is stored; the answer's JSON. The resource's names have `__` for a dot."""
        pairs = [
            {"key": key.replace("__", "."), "value": {"stringValue": value}}
            for key, value in (resource or {"service__name": "test"}).items()
        ]
        scopes = [{"scope": {"name": "test"}, "metrics": list(metrics)}]
        body = {"resourceMetrics": [{"resource": {"attributes": pairs}, "scopeMetrics": scopes}]}
        headers = {**JSON, "x-clearspan-project": self.project, **bearer(self.server.token)}
        answer = ask(self.server, "POST", "/v1/metrics", headers, body)
        assert answer.status == 200, answer.body
        settle(self.server)
        return dict(answer.body)

    def answer(self, path: str, **asked: object) -> Answer:
        """Whatever a route answers; a parameter that is a list is given several times."""
        given = {name.rstrip("_"): value for name, value in asked.items()}
        query = urlencode({"project": self.project, **given}, doseq=True)
        token = bearer(self.server.token)
        return ask(self.server, "GET", f"/api/v1/metrics/{path}?{query}", token)

    def query(self, name: str, stat: str, seconds: float = 3600, **asked: Any) -> Json:
        """The answer for so many seconds from `BASE_NS` on."""
        window = {"from_": rfc3339(at(0)), "to": rfc3339(at(seconds))}
        answer = self.answer("query", name=name, stat=stat, **(window | asked))
        assert answer.status == 200, answer.body
        return dict(answer.body)

    def values(self, name: str, stat: str, seconds: float = 3600, **asked: Any) -> list[Any]:
        """The values of the only series, without the steps that have none."""
        series = self.query(name, stat, seconds, **asked)["series"]
        assert len(series) <= 1, series
        return [one for line in series for one in line["values"] if one is not None]

    def refusal(self, **asked: object) -> tuple[int, str]:
        """Status and message of a question that is refused."""
        answer = self.answer("query", **asked)
        return answer.status, answer.says


def of_values(bounds: Sequence[float], values: Sequence[float]) -> Json:
    """A histogram of values, as a program counts them."""
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[sum(bound < value for bound in bounds)] += 1
    return {
        "count": str(len(values)),
        "sum": sum(values),
        "explicitBounds": list(bounds),
        "bucketCounts": [str(count) for count in counts],
    }
