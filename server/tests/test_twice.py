"""Real requests in any order, their spans torn apart, and everything twice: the results are those of one sending."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from conforming import is_json
from running import Server, serving, settle
from sampling import is_taken, some
from sending import PROTOBUF, post

CAPTURES = Path(__file__).parent / "captures"
WINDOW = "from=2026-01-01T00:00:00Z"
# What follows from when a record came and how long ago that is, and no more.
VOLATILE = ("received", "project", "state")
SEED = 2
JSON = {"content-type": "application/json"}

Record = tuple[str, bytes]  # the signal, and the request


def scenarios() -> dict[str, list[Record]]:
    """The requests of some scenarios of each client, traces and logs."""
    found: dict[str, list[Record]] = {}
    for signal in ("traces", "logs"):
        for body in sorted(CAPTURES.glob(f"*/*.{signal}*.bin")):
            name = f"{body.parent.name}--{body.name.partition('.')[0]}"
            if is_taken(body):
                found.setdefault(name, []).append((signal, body.read_bytes()))
    return {name: found[name] for name in some(sorted(found))}


def torn(record: Record) -> list[Record]:
    """A request for each span or log record of a request."""
    signal, body = record
    if is_json(body):
        return [(signal, one) for one in _of_json(json.loads(body))]
    if signal == "logs":
        return [(signal, one) for one in _of_logs(ExportLogsServiceRequest.FromString(body))]
    return [(signal, one) for one in _of_traces(ExportTraceServiceRequest.FromString(body))]


def _of_traces(request: ExportTraceServiceRequest) -> Iterator[bytes]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                made = ExportTraceServiceRequest()
                group = made.resource_spans.add(resource=resource.resource)
                group.schema_url = resource.schema_url
                held = group.scope_spans.add(scope=scope.scope, spans=[span])
                held.schema_url = scope.schema_url
                yield made.SerializeToString()


def _of_json(request: dict[str, Any]) -> Iterator[bytes]:
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                alone = resource | {"scopeSpans": [scope | {"spans": [span]}]}
                yield json.dumps({"resourceSpans": [alone]}).encode()


def _of_logs(request: ExportLogsServiceRequest) -> Iterator[bytes]:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                made = ExportLogsServiceRequest()
                group = made.resource_logs.add(resource=resource.resource)
                group.schema_url = resource.schema_url
                held = group.scope_logs.add(scope=scope.scope, log_records=[record])
                held.schema_url = scope.schema_url
                yield made.SerializeToString()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, whose pending work is this module's alone."""
    with serving(tmp_path_factory.mktemp("twice") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def once(server: Server) -> dict[str, Any]:
    """What each scenario gives that is sent once and in its order."""
    return results(server, "once", scenarios())


def results(server: Server, way: str, sent: dict[str, list[Record]]) -> dict[str, Any]:
    """What the API gives for each scenario, in a project of its own."""
    for name, records in sent.items():
        for signal, body in records:
            path = f"/v1/{signal}?project={way}--{name}"
            assert post(server.url, path, body, JSON if is_json(body) else PROTOBUF)[0] == 200
    settle(server)
    return {name: shown(server, f"{way}--{name}") for name in sent}


def shown(server: Server, project: str) -> dict[str, Any]:
    traces = server.get(f"/api/v1/traces?project={project}&{WINDOW}&limit=500")["traces"]
    spans = server.get(f"/api/v1/spans?project={project}&{WINDOW}&limit=500")["spans"]
    details = [
        server.get(f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}?project={project}")
        for row in spans
    ]
    totals = server.get(f"/api/v1/overview?project={project}&{WINDOW}")["totals"]
    return {
        "traces": sorted(map(steady, traces), key=str),
        "spans": sorted(map(steady, details), key=lambda one: str(one["span_id"])),
        "totals": totals,
    }


def steady(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in VOLATILE}


def test_shuffled_captures_sent_twice_give_what_they_gave_once(
    server: Server, once: dict[str, Any]
) -> None:
    chance = random.Random(SEED)
    mixed = {}
    for name, records in scenarios().items():
        pieces = [piece for record in records for piece in torn(record)] * 2
        chance.shuffle(pieces)
        mixed[name] = pieces

    found = results(server, "mixed", mixed)

    assert len(found) >= 50
    for name, expected in once.items():
        assert found[name] == expected, name
