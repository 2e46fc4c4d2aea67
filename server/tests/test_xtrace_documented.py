"""Every call that xtrace's documents show is given the answer that they show.

Source: lipish/xtrace: README, `www/guide`, `www/api`, `www/sdk/python-sdk.md`, and what its Python client sends.
"""

import base64
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest

from asking import Answer, ask, bearer, make_key
from running import Server, settle

DONE = {"message": "Request Successful."}
# getting-started.md
FIRST: dict[str, Any] = {
    "trace": {
        "id": "00000000-0000-0000-0000-000000000001",
        "timestamp": "2026-01-01T00:00:00Z",
        "name": "chat",
        "userId": "alice",
        "tags": ["prod"],
    },
    "observations": [
        {
            "id": "00000000-0000-0000-0000-000000000002",
            "traceId": "00000000-0000-0000-0000-000000000001",
            "type": "GENERATION",
            "name": "llm-call",
            "startTime": "2026-01-01T00:00:00Z",
            "endTime": "2026-01-01T00:00:01Z",
            "model": "gpt-4o-mini",
            "input": {"role": "user", "content": "Hello"},
            "output": {"role": "assistant", "content": "Hi there!"},
            "promptTokens": 5,
            "completionTokens": 12,
            "totalTokens": 17,
        }
    ],
}
# README.md: ids of nothing but zeros
ZEROS: dict[str, Any] = {
    "trace": {**FIRST["trace"], "id": "00000000-0000-0000-0000-000000000000"},
    "observations": [
        {
            "id": "00000000-0000-0000-0000-000000000003",
            "traceId": "00000000-0000-0000-0000-000000000000",
            "type": "GENERATION",
            "name": "llm",
            "startTime": "2026-01-01T00:00:00Z",
            "endTime": "2026-01-01T00:00:01Z",
            "model": "gpt-4o-mini",
            "input": {"role": "user", "content": "hi"},
            "output": {"role": "assistant", "content": "hello"},
        }
    ],
}
# rest-api.md
LONG_ID, STEP_ID = str(uuid.UUID(int=2**100)), str(uuid.UUID(int=2**101))
LONG: dict[str, Any] = {
    "trace": {
        "id": LONG_ID,
        "timestamp": "2026-01-15T00:00:00Z",
        "name": "chat",
        "userId": "alice",
        "session_id": "sess-001",
        "release": "v1.0",
        "version": "v2.1",
        "tags": ["prod", "gpt-4"],
        "metadata": {"custom_key": "value"},
        "environment": "default",
    },
    "observations": [
        {
            "id": STEP_ID,
            "traceId": LONG_ID,
            "type": "GENERATION",
            "name": "llm-call",
            "startTime": "2026-01-15T00:00:00Z",
            "endTime": "2026-01-15T00:00:01.234Z",
            "model": "gpt-4o-mini",
            "input": {"role": "user", "content": "Hello"},
            "output": {"role": "assistant", "content": "Hi!"},
            "promptTokens": 5,
            "completionTokens": 12,
            "totalTokens": 17,
            "parentObservationId": None,
            "metadata": {"agent_role": "Planner"},
        }
    ],
}
AT = "2026-02-14T10:00:00Z"
# metrics-api.md, with what its answers add up
METRICS: list[dict[str, Any]] = [
    {
        "name": "gpu_utilization",
        "labels": {"node_id": "node-1", "gpu_index": "0"},
        "value": 85.0,
        "timestamp": AT,
    },
    *(
        {
            "name": "token_usage",
            "labels": {"session_id": f"sess-{value}", "model_name": "gpt-4", "agent_role": role},
            "value": value,
            "timestamp": AT,
        }
        for role, value in (("Planner", 1523), ("Planner", 2977), ("Executor", 2100))
    ),
    *(
        {"name": "latency", "labels": {}, "value": float(number), "timestamp": AT}
        for number in range(1, 12)
    ),
]
METRICS = [
    {**one, "timestamp": f"2026-02-14T10:00:{number:02}Z"} for number, one in enumerate(METRICS)
]


class Client:
    """One token that sends and reads, as Bearer or as the two halves of a key."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.key = make_key(server, f"x-{uuid.uuid4().hex[:8]}", "ingest", "read")

    def ask(self, method: str, path: str, body: Any = None, *, basic: bool = False) -> Answer:
        headers = bearer(self.key)
        if basic:
            kind, public, secret = self.key.split("_", 2)
            pair = base64.b64encode(f"{kind}_{public}:{secret}".encode()).decode()
            headers = {"authorization": f"Basic {pair}"}
        return ask(self.server, method, path, headers, body)

    def get(self, path: str, **asked: object) -> Any:
        answer = self.ask("GET", f"{path}?{urlencode(asked, doseq=True)}")
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    """A project with all that the documents send."""
    made = Client(server)
    for body in (FIRST, ZEROS, LONG):
        assert made.ask("POST", "/v1/l/batch", body).body == DONE
    sent = made.ask("POST", "/v1/metrics/batch", {"metrics": METRICS})
    assert (sent.status, sent.body) == (200, DONE)
    settle(server)
    return made


def test_health_is_told_without_a_credential(server: Server) -> None:
    alive, ready = (ask(server, "GET", path) for path in ("/healthz", "/readyz"))

    assert (alive.status, ready.status, ready.body["status"]) == (200, 200, "ready")


def test_traces_are_listed_as_the_reference_shows(client: Client) -> None:
    page = client.get("/api/public/traces", page=1, limit=10)
    own = next(one for one in page["data"] if one["id"] == LONG_ID)

    assert page["meta"] == {"page": 1, "limit": 10, "totalItems": 3, "totalPages": 1}
    assert own["timestamp"] == "2026-01-15T00:00:00.000000Z"
    assert {name: own[name] for name in ("name", "sessionId", "version", "release", "userId")} == {
        "name": "chat",
        "sessionId": "sess-001",
        "version": "v2.1",
        "release": "v1.0",
        "userId": "alice",
    }
    assert (sorted(own["tags"]), own["latency"], own["scores"]) == (["gpt-4", "prod"], 1.234, [])
    assert own["observations"] == [STEP_ID]
    assert own["totalCost"] > 0
    assert {one["id"] for one in page["data"]} == {
        *(body["trace"]["id"] for body in (FIRST, ZEROS, LONG))
    }


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"userId": "alice"}, 3),
        ({"name": "chat"}, 3),
        ({"sessionId": "sess-001"}, 1),
        ({"fromTimestamp": "2026-01-10T00:00:00Z"}, 1),
        ({"toTimestamp": "2026-01-10T00:00:00Z"}, 2),
        ({"tags": ["prod", "gpt-4"]}, 1),
        ({"version": "v2.1"}, 1),
        ({"release": "v2.1"}, 0),
        ({"environment": ["default", "other"]}, 1),
        ({"fields": "io,scores,observations,metrics"}, 3),
    ],
    ids=str,
)
def test_every_parameter_of_the_list_narrows_it(
    client: Client, asked: dict[str, Any], count: int
) -> None:
    assert client.get("/api/public/traces", **asked)["meta"]["totalItems"] == count


@pytest.mark.parametrize("order", ["timestamp.desc", "latency.desc", "totalCost.asc"])
def test_traces_are_put_into_the_order_that_is_asked_for(client: Client, order: str) -> None:
    field, direction = order.split(".")

    found = [one[field] for one in client.get("/api/public/traces", orderBy=order)["data"]]

    known = [one for one in found if one]
    assert known == sorted(known, reverse=direction == "desc")


def test_a_trace_has_its_observations_as_the_reference_shows(client: Client) -> None:
    trace = client.get(f"/api/public/traces/{LONG_ID}")
    [one] = trace["observations"]

    assert (trace["id"], trace["name"], trace["metadata"]) == (
        LONG_ID,
        "chat",
        {"custom_key": "value"},
    )
    assert {name: one[name] for name in ("id", "traceId", "type", "name", "model")} == {
        "id": STEP_ID,
        "traceId": LONG_ID,
        "type": "GENERATION",
        "name": "llm-call",
        "model": "gpt-4o-mini",
    }
    assert (one["startTime"], one["endTime"]) == (
        "2026-01-15T00:00:00.000000Z",
        "2026-01-15T00:00:01.234000Z",
    )
    assert {name: one["usage"][name] for name in ("input", "output", "total", "unit")} == {
        "input": 5,
        "output": 12,
        "total": 17,
        "unit": "TOKENS",
    }
    assert (one["promptTokens"], one["completionTokens"], one["totalTokens"]) == (5, 12, 17)
    assert (one["latency"], one["parentObservationId"]) == (1.234, None)
    assert (one["metadata"], one["level"]) == ({"agent_role": "Planner"}, "DEFAULT")
    assert one["output"] == {"role": "assistant", "content": "Hi!"}


def test_days_have_usage_by_model(client: Client) -> None:
    days = client.get("/api/public/metrics/daily", fromTimestamp="2026-01-10T00:00:00Z")

    [day] = days["data"]
    [usage] = day["usage"]
    assert days["meta"] == {"page": 1, "limit": 50, "totalItems": 1, "totalPages": 1}
    assert {name: day[name] for name in ("date", "countTraces", "countObservations")} == {
        "date": "2026-01-15",
        "countTraces": 1,
        "countObservations": 1,
    }
    assert usage == {
        "model": "gpt-4o-mini",
        "inputUsage": 5,
        "outputUsage": 12,
        "totalUsage": 17,
        "countTraces": 1,
        "countObservations": 1,
        "totalCost": day["totalCost"],
    }


def test_names_of_metrics_are_listed(client: Client) -> None:
    assert client.get("/api/public/metrics/names") == {
        "data": ["gpu_utilization", "latency", "token_usage"]
    }


def test_metrics_are_grouped_as_the_reference_shows(client: Client) -> None:
    window = {"from": "2026-02-14T10:00:00Z", "to": "2026-02-14T11:00:00Z", "step": "1h"}
    moment = "2026-02-14T10:00:00+00:00"

    found = client.get(
        "/api/public/metrics/query", name="token_usage", group_by="agent_role", agg="sum", **window
    )

    assert found == {
        "data": [
            {
                "labels": {"agent_role": "Executor"},
                "values": [{"timestamp": moment, "value": 2100}],
            },
            {"labels": {"agent_role": "Planner"}, "values": [{"timestamp": moment, "value": 4500}]},
        ],
        "meta": {"latest_ts": moment, "series_count": 2, "truncated": False},
    }


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"name": "gpu_utilization", "step": "5m", "agg": "avg"}, 85),
        ({"name": "token_usage", "labels": '{"agent_role":"Executor"}', "agg": "sum"}, 2100),
        *(
            ({"name": "latency", "step": "1h", "agg": agg}, value)
            for agg, value in (("avg", 6), ("max", 11), ("min", 1), ("sum", 66), ("last", 11))
        ),
        *(
            ({"name": "latency", "step": "1h", "agg": agg}, value)
            for agg, value in (("p50", 6), ("p90", 10), ("p99", 10.9))
        ),
    ],
    ids=str,
)
def test_each_function_of_metrics_gives_its_value(
    client: Client, asked: dict[str, str], value: float
) -> None:
    window = {"from": "2026-02-14T09:00:00Z", "to": "2026-02-14T11:00:00Z"}

    [line] = client.get("/api/public/metrics/query", **window, **asked)["data"]

    assert [one["value"] for one in line["values"]] == [pytest.approx(value)]


def test_a_window_without_points_has_no_newest_moment(client: Client) -> None:
    """Without `from` it is the last hour."""
    assert client.get("/api/public/metrics/query", name="gpu_utilization", step="5m") == {
        "data": [],
        "meta": {"series_count": 0, "truncated": False},
    }


def test_both_ways_to_present_a_key_read(client: Client) -> None:
    for path in ("projects", "traces?page=1&limit=10", "metrics/daily"):
        assert client.ask("GET", f"/api/public/{path}", basic=True).status == 200
    [project] = client.get("/api/public/projects")["data"]
    assert project["id"] == project["name"]


@pytest.mark.parametrize("basic", [False, True])
def test_otlp_comes_in_by_both_ways(server: Server, *, basic: bool) -> None:
    client = Client(server)
    trace_id = uuid.uuid4()
    pairs = {
        "langfuse.observation.type": "generation",
        "gen_ai.request.model": "gpt-4o-mini",
        "langfuse.trace.name": "cycle",
        "user.id": "alice",
        "session.id": "s",
    }
    span = {
        "traceId": trace_id.hex,
        "spanId": "1" * 16,
        "name": "Plan",
        "startTimeUnixNano": "1767225600000000000",
        "endTimeUnixNano": "1767225601000000000",
        "attributes": [{"key": key, "value": {"stringValue": one}} for key, one in pairs.items()],
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}

    sent = client.ask("POST", "/api/public/otel/v1/traces", body, basic=basic)

    assert (sent.status, sent.body) == (200, {})
    settle(client.server)
    [trace] = client.get("/api/public/traces", sessionId="s")["data"]
    assert (trace["name"], trace["userId"]) == ("cycle", "alice")
    [one] = client.get(f"/api/public/traces/{trace_id}")["observations"]
    assert (one["type"], one["model"], one["name"]) == ("GENERATION", "gpt-4o-mini", "Plan")


@pytest.mark.parametrize(
    ("status", "code", "method", "path", "body"),
    [
        (400, "BAD_REQUEST", "POST", "/v1/l/batch", {"observations": "x"}),
        (400, "BAD_REQUEST", "GET", "/api/public/metrics/query?name=m&step=2m", None),
        (400, "BAD_REQUEST", "GET", "/api/public/metrics/query?name=m&agg=p75", None),
        (400, "BAD_REQUEST", "GET", "/api/public/metrics/query?name=m&labels=x", None),
        (404, "NOT_FOUND", "GET", f"/api/public/traces/{uuid.UUID(int=7)}", None),
    ],
)
def test_errors_have_the_form_of_the_reference(
    client: Client, status: int, code: str, method: str, path: str, body: Any
) -> None:
    answer = client.ask(method, path, body)

    assert (answer.status, answer.body["code"], answer.body["data"]) == (status, code, None)
    assert answer.body["message"]


def test_what_its_python_client_records_is_found_by_session_turn_run_and_step(
    server: Server,
) -> None:
    """One turn of a chat, and a step of an agent, each a batch as `observe_openai` makes it."""
    client = Client(server)
    turn, run = {"turn_id": "turn-1"}, {"turn_id": "turn-2", "run_id": "run-1"}
    step = {**run, "step_id": "step-1", "step_type": "tool_call", "tool_name": "search"}

    for metadata in (turn, step):
        sent = client.ask("POST", "/v1/l/batch", recorded(metadata))
        assert sent.body == DONE

    settle(server)
    traces = client.get("/api/public/traces", sessionId="s-1")["data"]
    assert len(traces) == 2
    assert {one["metadata"].get("turn_id") for one in traces} == {"turn-1", "turn-2"}
    [of_run] = [one for one in traces if one["metadata"].get("run_id") == "run-1"]
    [observation] = client.get(f"/api/public/traces/{of_run['id']}")["observations"]
    assert observation["metadata"] == step
    assert (observation["latency"], observation["timeToFirstToken"]) == (0.5, 0.1)
    assert (observation["input"], observation["output"]) == (
        [{"role": "user", "content": "hi"}],
        "hello",
    )
    filter_ = "session:s-1 turn:turn-2 run:run-1 step_type:tool_call name:chat"
    path = f"/api/v1/spans?{urlencode({'from': '2026-01-01T00:00:00Z', 'filter': filter_})}"
    assert len(client.ask("GET", path).body["spans"]) == 1


def recorded(metadata: dict[str, str]) -> dict[str, Any]:
    """A call as its client records it: what it does not know is null."""
    trace_id, at = str(uuid.uuid4()), "2026-01-02T03:04:05.000000Z"
    unknown = (
        *("modelParameters", "statusMessage", "parentObservationId", "promptId", "promptName"),
        *("promptVersion", "modelId", "inputPrice", "outputPrice", "totalPrice"),
        *("calculatedInputCost", "calculatedOutputCost", "calculatedTotalCost"),
    )
    observation = {
        "id": str(uuid.uuid4()),
        "traceId": trace_id,
        "type": "GENERATION",
        "name": "chat",
        "startTime": at,
        "endTime": "2026-01-02T03:04:05.500000Z",
        "completionStartTime": "2026-01-02T03:04:05.100000Z",
        "model": "gpt-4",
        "input": [{"role": "user", "content": "hi"}],
        "output": "hello",
        "usage": {"input": 3, "output": 2, "total": 5, "unit": "TOKENS"},
        "level": "DEFAULT",
        "latency": 0.5,
        "timeToFirstToken": 0.1,
        "completionTokens": 2,
        "promptTokens": 3,
        "totalTokens": 5,
        "unit": "TOKENS",
        "metadata": metadata,
        "projectId": "default",
        **dict.fromkeys(unknown),
    }
    trace: dict[str, Any] = {
        "id": trace_id,
        "timestamp": at,
        "name": None,
        "userId": None,
        "session_id": "s-1",
        "tags": [],
        "metadata": metadata,
        "projectId": "default",
        "latency": 0.5,
        "totalCost": None,
    }
    return {"trace": trace, "observations": [observation]}
