"""The door for xtrace's clients: batches of traces and metrics in, and reads that are counted by key."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from asking import Answer, ask, bearer, make_key
from clearspan_server.api.read_rates import ReadRates
from clearspan_server.errors import TooManyReads
from clearspan_server.ingest.decode_xtrace import xtrace_slices
from running import Server, settle

TRACE, SPAN = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-8999-aaaaaaaaaaaa"
START = "2026-11-21T10:00:00Z"
# The example of xtrace's documents, with the ids of its sessions.
BATCH: dict[str, Any] = {
    "trace": {
        "id": TRACE,
        "timestamp": START,
        "name": "chat",
        "userId": "alice",
        "session_id": "sess-001",
        "release": "v1.0",
        "tags": ["prod"],
        "metadata": {"turn_id": "turn-7", "run_id": "run-1"},
    },
    "observations": [
        {
            "id": SPAN,
            "traceId": TRACE,
            "type": "GENERATION",
            "name": "llm-call",
            "startTime": START,
            "endTime": "2026-11-21T10:00:01Z",
            "model": "gpt-4o-mini",
            "input": {"role": "user", "content": "Hello"},
            "output": {"role": "assistant", "content": "Hi!"},
            "promptTokens": 5,
            "completionTokens": 12,
            "totalTokens": 17,
            "metadata": {"step_id": "s-1", "step_type": "llm_call", "agent_role": "Planner"},
        }
    ],
}


def send(server: Server, path: str, body: Any, key: str) -> Answer:
    return ask(server, "POST", path, bearer(key), body)


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    """A key that sends and reads, as xtrace's one token does."""
    return make_key(server, "xtrace", "ingest", "read")


def test_a_batch_is_a_trace_whose_steps_are_known(server: Server, key: str) -> None:
    answer = send(server, "/v1/l/batch", BATCH, key)

    assert (answer.status, answer.body) == (200, {"message": "Request Successful."})
    path = f"/api/v1/traces?project=xtrace&from={START}&to=2026-11-21T11:00:00Z"
    settle(server)
    [trace] = [one for one in server.get(path)["traces"] if one["span_count"] == 2]
    assert (trace["name"], trace["session_id"], trace["user_id"]) == ("chat", "sess-001", "alice")
    spans = server.get(f"/api/v1/traces/{trace['trace_id']}?project=xtrace")["spans"]
    root, call = (
        server.get(f"/api/v1/traces/{trace['trace_id']}/spans/{one['span_id']}?project=xtrace")
        for one in sorted(spans, key=lambda one: one["parent_id"])
    )
    assert (root["turn_id"], root["run_id"], root["release"]) == ("turn-7", "run-1", "v1.0")
    assert call["step_id"] == "s-1"
    steps = path.replace("/traces", "/spans") + "&filter=step_type:llm_call"
    assert [one["span_id"] for one in server.get(steps)["spans"]] == [call["span_id"]]
    assert (call["kind"], call["request_model"]) == ("llm", "gpt-4o-mini")
    assert (call["input_tokens"], call["output_tokens"], call["total_tokens"]) == (5, 12, 17)


def test_an_observation_may_say_how_long_it_took_instead_of_when_it_ended() -> None:
    said = {"id": SPAN, "traceId": TRACE, "startTime": START, "latency": 1.5}
    said |= {"timeToFirstToken": 0.25, "calculatedTotalCost": 0.02}

    [decoded] = xtrace_slices(json.dumps({"observations": [said]}).encode(), "p", 100)

    span = decoded.drafts[0].span
    assert span.end_ns is not None
    assert span.end_ns - span.start_ns == 1_500_000_000
    assert decoded.drafts[0].attributes["langfuse.observation.type"] == "generation"


def test_points_of_metrics_are_kept_with_their_labels(server: Server, key: str) -> None:
    point = {"name": "gpu_utilization", "labels": {"node_id": "n-1"}, "value": 85.0}
    sent = {"metrics": [point | {"timestamp": START}, point]}

    answer = send(server, "/v1/metrics/batch", sent, key)

    assert (answer.status, answer.body["message"]) == (200, "Request Successful.")
    assert answer.body["data"]["rejected"] == 1


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/v1/l/batch", [], "no batch"),
        ("/v1/l/batch", {"trace": 3}, "`trace` is no object"),
        ("/v1/l/batch", {"observations": [{"traceId": TRACE}]}, "id"),
        ("/v1/metrics/batch", {"metrics": {}}, "no list `metrics`"),
        ("/v1/metrics/batch", {"metrics": [{"name": "m", "timestamp": START}]}, "value"),
    ],
)
def test_what_cannot_be_read_is_told_in_their_form(
    server: Server, key: str, path: str, body: Any, says: str
) -> None:
    answer = send(server, path, body, key)

    assert (answer.status, answer.body["code"], answer.body["data"]) == (400, "BAD_REQUEST", None)
    assert says in answer.body["message"]


def test_an_unknown_token_is_told_in_their_form(server: Server) -> None:
    answer = send(server, "/v1/l/batch", BATCH, "cs_nobody_knows")

    assert (answer.status, answer.body["code"]) == (401, "UNAUTHORIZED")


def test_a_key_reads_so_often_and_a_little_in_advance() -> None:
    now = [0.0]
    rates = ReadRates(20, 40, lambda: now[0])

    for _ in range(40):
        rates.check("a")
    with pytest.raises(TooManyReads) as caught:
        rates.check("a")
    rates.check("b")
    now[0] = 1.0
    for _ in range(20):
        rates.check("a")

    assert caught.value.retry_after_s == 1
    counts = rates.counts()
    assert (counts.allowed, counts.rejected, counts.most_rejected) == (61, 1, [("a", 1)])


def test_what_was_sent_is_read_by_session_and_by_id(server: Server, key: str) -> None:
    assert send(server, "/v1/l/batch", BATCH, key).status == 200

    def read(path: str) -> Any:
        return ask(server, "GET", f"/api/public/{path}", bearer(key)).body

    settle(server)
    listed = read(f"traces?sessionId=sess-001&fromTimestamp={START}")["data"]
    found = read(f"traces/{TRACE}")
    assert [(one["id"], one["userId"], one["tags"]) for one in listed] == [
        (TRACE, "alice", ["prod"])
    ]
    [observation] = found["observations"]
    assert (observation["id"], observation["usage"]["total"]) == (SPAN, 17)
    assert observation["metadata"]["step_id"] == "s-1"
    days = read(f"metrics/daily?fromTimestamp={START}&release=v1.0")["data"]
    assert [(day["date"], day["countTraces"]) for day in days] == [("2026-11-21", 1)]
    missing = read("traces/nothing")
    assert (missing["code"], missing["data"]) == ("NOT_FOUND", None)


def test_metrics_are_read_by_step_label_and_group(server: Server) -> None:
    key = make_key(server, "xtrace-metrics", "ingest", "read")
    sent = [
        {
            "name": "token_usage",
            "labels": {"agent_role": role, "session_id": f"s-{number % 2}"},
            "value": float(number),
            "timestamp": f"2026-11-21T10:{number:02}:00Z",
        }
        for number in range(20)
        for role in ("Planner", "Executor")
    ]
    assert send(server, "/v1/metrics/batch", {"metrics": sent}, key).status == 200

    def read(query: str) -> Any:
        return ask(server, "GET", f"/api/public/metrics/{query}", bearer(key)).body

    frame = "query?name=token_usage&from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z&step=1h"
    settle(server)
    assert read("names") == {"data": ["token_usage"]}
    summed = read(f"{frame}&agg=sum&group_by=agent_role")
    assert summed == {
        "data": [
            {
                "labels": {"agent_role": role},
                "values": [{"timestamp": "2026-11-21T10:00:00+00:00", "value": 190.0}],
            }
            for role in ("Executor", "Planner")
        ],
        "meta": {
            "series_count": 2,
            "truncated": False,
            "latest_ts": "2026-11-21T10:00:00+00:00",
        },
    }
    planner = "&labels=%7B%22agent_role%22%3A%22Planner%22%7D"
    both = read(f"{frame}&agg=max{planner}")["data"]
    assert [(one["labels"]["session_id"], one["values"][0]["value"]) for one in both] == [
        ("s-0", 18.0),
        ("s-1", 19.0),
    ]
    [without] = read(f"{frame}&group_by=gpu")["data"]
    assert without["labels"] == {"gpu": None}
    assert read("query?name=nothing")["data"] == []
    assert read(f"{frame}&step=2h")["code"] == "BAD_REQUEST"


def test_a_step_is_as_long_as_it_is_asked_for(server: Server) -> None:
    """Also in a long window: its first points come, and that there are more is told."""
    key = make_key(server, "xtrace-steps", "ingest", "read")
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    moments = [(begun + timedelta(minutes=9 * number)).isoformat() for number in range(1_100)]
    sent = [{"name": "load", "value": 1.0, "timestamp": moment} for moment in moments]
    assert send(server, "/v1/metrics/batch", {"metrics": sent}, key).status == 200

    def read(query: str) -> Any:
        path = f"/api/public/metrics/query?name=load&agg=sum&{query}"
        return ask(server, "GET", path, bearer(key)).body

    window = "from=2026-11-01T00:00:00Z&to=2026-11-20T00:00:00Z"
    settle(server)
    assert read(f"{window}&step=1d")["data"]
    [line] = (minutes := read(f"{window}&step=1m"))["data"]
    assert [one["timestamp"] for one in line["values"]] == moments[:1_000]
    assert {one["value"] for one in line["values"]} == {1.0}
    assert minutes["meta"]["truncated"]
    refused = read("from=2026-01-01T00:00:00Z&to=2026-11-20T00:00:00Z&step=1m")
    assert (refused["code"], "longer step" in refused["message"]) == ("BAD_REQUEST", True)


def test_the_counts_of_slowed_reads_are_told(server: Server, key: str) -> None:
    stats = ask(server, "GET", "/api/internal/rate_limit_stats", bearer(key)).body

    assert (stats["rate_limit_qps"], stats["rate_limit_burst"]) == (20, 40)
    assert stats["top_rejected_tokens"] == []
    assert stats["total_allowed"] >= 4
