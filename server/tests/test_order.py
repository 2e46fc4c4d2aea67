"""One span in six records over HTTP, in any order: one row with all fields, counted once everywhere."""

import os
import time
from collections.abc import Iterator
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from running import Server, is_stored, serving, until
from sending import post, put, request_of

Record = tuple[str, bytes]  # the signal, and the request

HOUR_NS = 3_600_000_000_000
SECOND_NS = 1_000_000_000
NOW_NS = time.time_ns()
TRACE_ID, SPAN_ID = os.urandom(16), os.urandom(8)
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 100,
}


def traces(start_ns: int, end_ns: int, attributes: dict[str, Any]) -> Record:
    """A record of the span."""
    made = Span(trace_id=TRACE_ID, span_id=SPAN_ID, name="chat gpt-4o-mini")
    made.start_time_unix_nano, made.end_time_unix_nano = start_ns, end_ns
    for key, value in attributes.items():
        put(made, key, value)
    return "traces", request_of([made])


def logs(start_ns: int) -> Record:
    """The log event with the messages of its call."""
    sent = ExportLogsServiceRequest()
    event = sent.resource_logs.add().scope_logs.add().log_records.add()
    event.trace_id, event.span_id, event.time_unix_nano = TRACE_ID, SPAN_ID, start_ns
    event.event_name = "gen_ai.client.inference.operation.details"
    for side, role, content in (("input", "user", "Capital?"), ("output", "assistant", "Paris.")):
        pair = event.attributes.add(key=f"gen_ai.{side}.messages")
        pair.value.string_value = (
            f'[{{"role":"{role}","parts":[{{"type":"text","content":"{content}"}}]}}]'
        )
    return "logs", sent.SerializeToString()


# The start that was corrected lies in an hour of its own.
FIRST_NS, CORRECTED_NS = NOW_NS - HOUR_NS - 90 * SECOND_NS, NOW_NS - 60 * SECOND_NS
END_NS = NOW_NS - 50 * SECOND_NS
FINISHED = traces(FIRST_NS, END_NS, CALL)
LIFE: dict[str, Record] = {
    "open": traces(FIRST_NS, 0, {"clearspan.state": "open", "session.id": "s-1"}),
    "finished": FINISHED,
    "retried": FINISHED,
    "corrected": traces(CORRECTED_NS, END_NS, CALL | {"gen_ai.usage.output_tokens": 200}),
    "updated": traces(FIRST_NS, 0, {"clearspan.state": "update", "user.id": "u-1"}),
    "completed": logs(FIRST_NS),
}
# Of finished records the newest is right, so these keep their order.
ORDERS = [
    order
    for order in permutations(LIFE)
    if order.index("corrected") > order.index("retried") > order.index("finished")
]
CHOSEN = ORDERS[:: len(ORDERS) // 11]
WINDOW = "from=2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[str]]]:
    """A project for each order; every record is stored before the next one is sent."""
    with serving(tmp_path_factory.mktemp("order") / "data") as server:
        names = [f"order-{number}" for number in range(len(CHOSEN))]
        for step in zip(*CHOSEN, strict=True):
            for project, record in zip(names, step, strict=True):
                signal, body = LIFE[record]
                assert post(server.url, f"/v1/{signal}?project={project}", body)[0] == 200
            until(lambda: is_stored(server))
        for project in names:
            until(partial(is_complete, server, project), 120)
        yield server, names


def is_complete(server: Server, project: str) -> bool:
    """Whether all that was sent has been folded, derived and summed up."""
    rows = server.get(f"/api/v1/traces?project={project}&{WINDOW}")["traces"]
    sums = server.get(f"/api/v1/rollups?project={project}&{WINDOW}")["rows"]
    return (
        [row["user_id"] for row in rows] == ["u-1"]
        and [row["output_tokens"] for row in rows] == [200]
        and bool(rows[0]["input_preview"])
        and [(row["spans"], row["output_tokens"]) for row in sums if row["spans"]] == [(1, 200)]
    )


def shown(server: Server, project: str) -> dict[str, Any]:
    """The span as the API gives it, without when it came."""
    path = f"/api/v1/traces/{TRACE_ID.hex()}/spans/{SPAN_ID.hex()}?project={project}"
    found: dict[str, Any] = server.get(path)
    return {key: value for key, value in found.items() if key not in ("received", "project")}


def test_one_span_in_six_records_has_every_field(projects: tuple[Server, list[str]]) -> None:
    server, names = projects

    for project in names:
        one = shown(server, project)

        assert one["start"].startswith(
            time.strftime("%Y-%m-%dT%H:%M", time.gmtime(CORRECTED_NS / 1e9))
        )
        assert (one["status"], one["request_model"]) == ("ok", "gpt-4o-mini")
        assert (one["session_id"], one["user_id"]) == ("s-1", "u-1")
        assert (one["input_tokens"], one["output_tokens"]) == (1_000, 200)
        assert one["cost"]["total"] == "0.00027"
        assert (one["input_preview"], one["output_preview"]) == ("Capital?", "Paris.")


def test_every_order_gives_the_same_span(projects: tuple[Server, list[str]]) -> None:
    server, names = projects

    first, *others = [shown(server, project) for project in names]

    assert len(others) >= 10
    for other in others:
        assert other == first


def test_the_span_counts_once_in_trace_overview_and_sums(
    projects: tuple[Server, list[str]],
) -> None:
    server, names = projects

    for project in names:
        (trace,) = server.get(f"/api/v1/traces?project={project}&{WINDOW}")["traces"]
        totals = server.get(f"/api/v1/overview?project={project}&{WINDOW}")["totals"]
        sums = [
            row
            for row in server.get(f"/api/v1/rollups?project={project}&{WINDOW}")["rows"]
            if row["spans"]
        ]
        spans = server.get(f"/api/v1/spans?project={project}&{WINDOW}")["spans"]

        assert [span["span_id"] for span in spans] == [SPAN_ID.hex()]
        assert (trace["span_count"], trace["llm_count"], trace["input_tokens"]) == (1, 1, 1_000)
        assert (totals["spans"], totals["calls"], totals["input_tokens"]) == (1, 1, 1_000)
        assert [(row["spans"], row["input_tokens"]) for row in sums] == [(1, 1_000)]
        assert {trace["total_cost"], totals["cost"], sums[0]["cost"]} == {"0.00027"}
