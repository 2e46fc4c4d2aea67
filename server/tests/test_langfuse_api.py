"""Traces, observations, sessions and scores as Langfuse's clients read them: what was sent comes back as it was."""

import json
from typing import Any
from urllib.parse import quote

import pytest

import reading
from clearspan_server.errors import BadInput
from clearspan_server.query.whole import read_whole
from langfusing import AT, Door, door, event
from reading import Reader
from running import Server, until
from sending import post, request_of, span

TRACE = "0f0f6e0e-1c5d-4a44-9f3c-3d8f1b8d0f11"
CALL = "call of Ann/1"
SPAN = "6c0e5f7a-5b0e-4f8e-a7a4-1f0f8f3a4b5c"


@pytest.fixture(scope="module")
def told(server: Server) -> Door:
    """A trace in the way of clients before OpenTelemetry, and scores of every kind."""
    made = door(server)
    made.send(
        event(
            "trace-create",
            id=TRACE,
            name="support",
            userId="ann",
            sessionId="s-1",
            tags=["a", "b"],
            input={"question": "Paris?"},
            metadata={"plan": "pro"},
            timestamp=AT,
            version="1.2",
        ),
        event("span-create", id=SPAN, traceId=TRACE, name="lookup", startTime=AT, level="WARNING"),
        event(
            "generation-create",
            id=CALL,
            traceId=TRACE,
            parentObservationId=SPAN,
            name="answer",
            startTime=AT,
            model="gpt-4o-mini",
            modelParameters={"temperature": 0.2},
            input=[{"role": "user", "content": "Paris?"}],
            metadata={"attempt": {"number": 1}},
        ),
        event("score-create", id="q", traceId=TRACE, name="quality", value=0.9, comment="good"),
    )
    made.send(
        event(
            "generation-update",
            id=CALL,
            traceId=TRACE,
            endTime="2026-11-21T10:00:02.500Z",
            output="Paris.",
            usageDetails={"input": 24, "output": 9},
        ),
        event("span-update", id=SPAN, traceId=TRACE, endTime="2026-11-21T10:00:03Z", output="done"),
        event("trace-create", id=TRACE, output={"answer": "Paris."}),
    )
    several = [
        {"traceId": TRACE, "observationId": CALL, "name": "tone", "value": "kind"},
        {
            "traceId": TRACE,
            "name": "right",
            "value": 1,
            "dataType": "BOOLEAN",
            "metadata": {"by": 7},
        },
        {"sessionId": "s-1", "name": "whole", "value": 0.5, "environment": "staging"},
    ]
    assert made.ask("POST", "/scores", several).status == 202
    until(lambda: len(_whole(made)["scores"]) == 3)
    return made


def _whole(asked: Door) -> Any:
    """The trace, once both spans have ended; before that an empty one."""
    answer = asked.ask("GET", f"/traces/{TRACE}")
    if answer.status != 200:
        return {"scores": []}
    ended = [one for one in answer.body["observations"] if one["endTime"]]
    return answer.body if len(ended) == 2 and answer.body["output"] else {"scores": []}


def test_a_trace_comes_back_as_it_was_sent(told: Door) -> None:
    trace = _whole(told)

    hexadecimal = TRACE.replace("-", "")
    assert trace["htmlPath"] == f"/p/{trace['projectId']}/traces/{hexadecimal}"
    assert {key: trace[key] for key in ("id", "name", "userId", "sessionId", "version")} == {
        "id": TRACE,
        "name": "support",
        "userId": "ann",
        "sessionId": "s-1",
        "version": "1.2",
    }
    assert (trace["input"], trace["output"]) == ({"question": "Paris?"}, {"answer": "Paris."})
    assert (sorted(trace["tags"]), trace["metadata"]) == (["a", "b"], {"plan": "pro"})
    assert trace["latency"] == 3.0


def test_an_observation_comes_back_with_its_own_ids_and_values(told: Door) -> None:
    call = next(one for one in _whole(told)["observations"] if one["id"] == CALL)

    assert (call["traceId"], call["parentObservationId"], call["type"]) == (
        TRACE,
        SPAN,
        "GENERATION",
    )
    assert (call["model"], call["modelParameters"]) == ("gpt-4o-mini", {"temperature": 0.2})
    assert (call["input"], call["output"]) == ([{"role": "user", "content": "Paris?"}], "Paris.")
    assert (call["usageDetails"], call["usage"]["input"]) == ({"input": 24, "output": 9}, 24)
    assert (call["metadata"], call["latency"]) == ({"attempt": {"number": 1}}, 2.5)


def test_what_stands_for_a_trace_is_no_observation(told: Door) -> None:
    observations = told.get("/observations", traceId=TRACE)

    assert {one["id"]: one["parentObservationId"] for one in observations["data"]} == {
        SPAN: None,
        CALL: SPAN,
    }
    assert observations["meta"] == {"page": 1, "limit": 50, "totalItems": 2, "totalPages": 1}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"type": "GENERATION"}, [CALL]),
        ({"type": "SPAN"}, [SPAN]),
        ({"level": "WARNING"}, [SPAN]),
        ({"level": "DEFAULT"}, [CALL]),
        ({"parentObservationId": SPAN}, [CALL]),
        ({"name": "answer", "userId": "ann", "sessionId": "s-1"}, [CALL]),
        ({"traceId": "another"}, []),
        ({"toStartTime": "2026-11-21T09:00:00Z"}, []),
    ],
    ids=str,
)
def test_observations_are_narrowed(told: Door, asked: dict[str, str], found: list[str]) -> None:
    assert [one["id"] for one in told.get("/observations", **asked)["data"]] == found


def test_the_second_version_has_a_cursor_and_groups_of_fields(told: Door) -> None:
    first = told.get("/v2/observations", limit=1, fields="core,io")
    second = told.get("/v2/observations", limit=1, cursor=first["meta"]["cursor"], fields="basic")

    assert {first["data"][0]["id"], second["data"][0]["id"]} == {SPAN, CALL}
    assert "input" in first["data"][0]
    assert "name" not in first["data"][0]
    assert ("name" in second["data"][0], second["meta"]) == (True, {})


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"userId": "ann", "tags": ["a", "b"], "name": "support"}, 1),
        ({"tags": ["a", "c"]}, 0),
        ({"sessionId": "s-1", "version": "1.2", "orderBy": "timestamp.asc"}, 1),
        ({"fromTimestamp": "2026-11-21T11:00:00Z"}, 0),
        ({"page": 2, "limit": 1}, 0),
    ],
    ids=str,
)
def test_traces_are_listed_by_what_is_asked(told: Door, asked: dict[str, Any], count: int) -> None:
    page = told.get("/traces", **asked)

    assert [one["id"] for one in page["data"]] == [TRACE] * count
    if count:
        assert sorted(page["data"][0]["observations"]) == sorted([SPAN, CALL])
        assert len(page["data"][0]["scores"]) == 3


def test_a_session_has_its_traces(told: Door) -> None:
    session = told.get("/sessions/s-1")

    assert (session["id"], session["projectId"]) == ("s-1", told.project)
    assert [one["id"] for one in session["traces"]] == [TRACE]
    assert [one["id"] for one in told.get("/sessions")["data"]] == ["s-1"]


def test_scores_come_back_in_each_version_of_the_api(told: Door) -> None:
    old = {one["name"]: one for one in told.get("/v2/scores", limit=10)["data"]}
    new = {one["name"]: one for one in told.get("/v3/scores", limit=10)["data"]}

    assert (old["quality"]["value"], old["quality"]["traceId"]) == (0.9, TRACE)
    assert (old["tone"]["stringValue"], old["tone"]["observationId"]) == ("kind", CALL)
    assert (old["right"]["value"], old["right"]["stringValue"]) == (1, "True")
    assert (old["whole"]["sessionId"], old["whole"]["environment"]) == ("s-1", "staging")
    assert (new["right"]["value"], new["right"]["metadata"]) == (True, {"by": 7})
    assert new["tone"]["subject"] == {"kind": "observation", "id": CALL, "traceId": TRACE}
    assert told.get("/v2/scores/q")["comment"] == "good"
    assert [one["id"] for one in told.get("/v3/scores", id="q,nothing")["data"]] == ["q"]


def test_the_days_have_their_calls(told: Door) -> None:
    page = told.get("/metrics/daily")

    [day] = page["data"]
    assert (day["date"], day["countTraces"], day["countObservations"]) == ("2026-11-21", 1, 2)
    assert [(one["model"], one["inputUsage"]) for one in day["usage"]] == [("gpt-4o-mini", 24)]


def test_a_cost_that_the_client_told_is_the_cost(server: Server) -> None:
    """Where it told none, or zero, the computed one is."""
    asked = door(server)
    shared = {"traceId": "t", "startTime": AT, "endTime": AT}
    priced = {"model": "gpt-4o-mini", "usageDetails": {"input": 1_000_000, "output": 0}}
    asked.send(
        event("trace-create", id="t", timestamp=AT),
        event("generation-create", id="own", **shared, costDetails={"input": 0.2, "output": 0.3}),
        event("generation-create", id="ours", **shared, **priced, costDetails={"total": 0}),
        event("generation-create", id="none", **shared, model="unheard-of"),
    )
    asked.rows(3, "/observations")
    question = {
        "view": "observations",
        "metrics": [{"measure": "totalCost", "aggregation": "sum"}],
        "fromTimestamp": "2026-11-20T00:00:00Z",
        "toTimestamp": "2026-11-22T00:00:00Z",
    }

    [listed] = asked.rows(1, "/traces")
    [day] = asked.get("/metrics/daily")["data"]
    [measured] = asked.get("/metrics", query=json.dumps(question))["data"]

    found = (listed, asked.get("/traces/t"), day)
    assert [one["totalCost"] for one in found] == [pytest.approx(0.65)] * 3
    assert measured["sum_totalCost"] == pytest.approx(0.65)


def test_the_ledger_counts_scores_that_come_among_spans(told: Door) -> None:
    def counts() -> dict[str, int]:
        found: dict[str, int] = told.server.get(f"/api/v1/deliveries?project={told.project}")[
            "totals"
        ]
        return found

    totals = until(lambda: counts() if not counts()["waiting"] else None)

    where = ("stored", "duplicates", "rejected", "quarantined", "waiting")
    assert totals["received"] == sum(totals[name] for name in where)


def test_a_list_of_scores_is_told_which_of_it_was_not_taken(server: Server) -> None:
    asked = door(server, "ingest", "read")
    bad = {"traceId": "t", "name": "no value"}

    mixed = asked.ask("POST", "/scores", [{"traceId": "t", "name": "ok", "value": 1}, bad])
    single = asked.ask("POST", "/scores", bad)
    one = asked.ask("POST", "/scores", {"id": "mine", "traceId": "t", "name": "ok", "value": 2})

    assert (mixed.status, mixed.body["accepted"], mixed.body["rejected"]) == (207, 1, 1)
    assert "score 1" in mixed.body["errors"][0]["message"]
    assert (single.status, "value" in single.body["message"]) == (400, True)
    assert (one.status, one.body) == (200, {"id": "mine"})


def test_a_deleted_score_is_gone(server: Server) -> None:
    asked = door(server)
    asked.ask("POST", "/scores", {"id": "a/b c", "traceId": "t", "name": "ok", "value": 2})
    asked.rows(1, "/v2/scores")

    status = asked.ask("DELETE", "/scores/a%2Fb%20c").status

    assert status == 204
    until(lambda: asked.get("/v2/scores")["data"] == [])
    assert asked.ask("GET", "/v2/scores/a%2Fb%20c").status == 404


def test_spans_of_other_libraries_are_observations_too(server: Server) -> None:
    asked = door(server)
    sent = span("chat", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"})
    headers = {"content-type": "application/x-protobuf", "authorization": f"Bearer {asked.key}"}
    post(server.url, "/v1/traces", request_of([sent]), headers)

    [found] = asked.rows(1, "/observations", type="GENERATION")

    assert (found["id"], found["traceId"]) == (sent.span_id.hex(), sent.trace_id.hex())
    assert found["metadata"]["attributes"]["gen_ai.operation.name"] == "chat"
    assert asked.get(f"/observations/{sent.span_id.hex()}")["name"] == "chat"


def test_another_project_sees_nothing(told: Door) -> None:
    stranger = door(told.server)

    for path in ("/traces", "/observations", "/v2/observations", "/sessions", "/v2/scores"):
        assert stranger.get(path)["data"] == []
    for path in (f"/traces/{TRACE}", "/sessions/s-1", "/v2/scores/q", "/observations/x"):
        answer = stranger.ask("GET", path)
        assert (answer.status, answer.body["error"]) == (404, "LangfuseNotFoundError")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/traces?filter=%5B%5D", "filter"),
        ("/traces?orderBy=cost", "orderBy 'cost'"),
        ("/traces?page=300&limit=50", "page 300"),
        ("/observations?type=THING", "type 'THING'"),
        ("/v2/observations?fields=all", "fields 'all'"),
        ("/v2/scores?dataType=X", "dataType 'X'"),
    ],
)
def test_what_is_not_answered_is_named(told: Door, path: str, names: str) -> None:
    answer = told.ask("GET", path)

    assert (answer.status, names in answer.body["message"]) == (400, True)


def test_measures_are_grouped_by_dimensions_and_time(told: Door) -> None:
    question = {
        "view": "observations",
        "dimensions": [{"field": "type"}],
        "metrics": [
            {"measure": "count", "aggregation": "count"},
            {"measure": "latency", "aggregation": "p95"},
            {"measure": "inputTokens", "aggregation": "sum"},
        ],
        "timeDimension": {"granularity": "day"},
        "filters": [{"column": "userId", "operator": "=", "value": "ann", "type": "string"}],
        "fromTimestamp": "2026-11-20T00:00:00Z",
        "toTimestamp": "2026-11-22T00:00:00Z",
        "orderBy": [{"field": "type", "direction": "asc"}],
    }

    rows = told.get("/v2/metrics", query=json.dumps(question))["data"]

    assert [(one["type"], one["count_count"], one["p95_latency"]) for one in rows] == [
        ("GENERATION", 1, 2500),
        ("SPAN", 1, 3000),
    ]
    assert [one["sum_inputTokens"] for one in rows] == [24, None]
    assert {one["time_dimension"] for one in rows} == {"2026-11-21T00:00:00.000000Z"}


def test_scores_are_measured_by_what_they_judge(told: Door) -> None:
    def ask(view: str, by: str, *metrics: tuple[str, str], **more: object) -> list[dict[str, Any]]:
        question = {
            "view": view,
            "dimensions": [{"field": by}],
            "metrics": [{"measure": what, "aggregation": how} for what, how in metrics],
            "fromTimestamp": "2026-11-20T00:00:00Z",
            "toTimestamp": "2036-11-22T00:00:00Z",
            "orderBy": [{"field": by, "direction": "asc"}],
            **more,
        }
        return list(told.get("/v2/metrics", query=json.dumps(question))["data"])

    numeric = ask("scores-numeric", "name", ("value", "avg"), ("count", "count"))
    assert [tuple(one.values()) for one in numeric] == [
        ("quality", 0.9, 1),
        ("right", 1.0, 1),
        ("whole", 0.5, 1),
    ]
    assert ask("scores-numeric", "dataType", ("value", "max")) == [
        {"dataType": "BOOLEAN", "max_value": 1.0},
        {"dataType": "NUMERIC", "max_value": 0.9},
    ]
    assert ask("scores-categorical", "stringValue", ("count", "count")) == [
        {"stringValue": "kind", "count_count": 1}
    ]
    assert ask("scores-categorical", "observationModelName", ("count", "count")) == [
        {"observationModelName": "gpt-4o-mini", "count_count": 1}
    ]
    of_ann = {"column": "userId", "operator": "any of", "value": ["ann"], "type": "stringOptions"}
    assert ask("scores-numeric", "traceName", ("value", "sum"), filters=[of_ann]) == [
        {"traceName": "support", "sum_value": 1.9}
    ]
    tagged = {"column": "tags", "operator": "none of", "value": ["a"], "type": "arrayOptions"}
    by_day = {"timeDimension": {"granularity": "day"}, "filters": [tagged]}
    [whole] = ask("scores-numeric", "source", ("value", "p50"), **by_day)
    assert (whole["source"], whole["p50_value"]) == ("API", 0.5)


def test_a_question_that_cannot_be_read_is_refused_with_its_place(told: Door) -> None:
    answer = told.ask("GET", "/metrics?query=%7B%22view%22%3A%22scores%22%7D")

    assert (answer.status, "query.view" in answer.body["message"]) == (400, True)
    query = {
        "view": "traces",
        "metrics": [{"measure": "count", "aggregation": "count"}],
        "fromTimestamp": AT,
        "toTimestamp": AT,
        "orderBy": [{"field": "time_dimension", "direction": "asc"}],
    }
    answer = told.ask("GET", f"/metrics?query={quote(json.dumps(query))}")
    assert (answer.status, "time_dimension" in answer.body["message"]) == (400, True)


def test_an_answer_that_would_be_huge_is_refused(reader: Reader) -> None:
    reader.store(reading.span(1, 1, input="x" * 1_000), reading.span(1, 2, output="y" * 1_000))
    keys = [(reading.trace_id(1), reading.span_id(number)) for number in (2, 1)]

    found = list(read_whole(reader.engine, reader.project, keys))

    assert [row["span_id"] for row in found] == [key[1] for key in keys]
    with pytest.raises(BadInput, match="fewer rows"):
        list(read_whole(reader.engine, reader.project, keys, max_bytes=1_500))


def test_traces_that_are_deleted_are_erased_with_what_was_made_of_them(server: Server) -> None:
    asked = door(server, "ingest", "read", "write", "admin")
    gone, kept = ["call of Ann/2", "0f0f6e0e-1c5d-4a44-9f3c-3d8f1b8d0f12"], "another"
    for one in (*gone, kept):
        asked.send(
            event("trace-create", id=one, timestamp=AT),
            event("span-create", id=f"s {one}", traceId=one, startTime=AT, endTime=AT),
            event("score-create", traceId=one, name="quality", value=1),
        )
    asked.ask("POST", "/datasets", {"name": "d"})
    for one in (*gone, kept):
        item = {"datasetName": "d", "id": one, "input": "x", "sourceTraceId": one}
        assert asked.ask("POST", "/dataset-items", item).status == 200
    asked.rows(3, "/traces")

    several = asked.ask("DELETE", "/traces", {"traceIds": [gone[0], "never heard of"]})
    single = asked.ask("DELETE", f"/traces/{gone[1]}")

    assert (several.status, single.status) == (200, 200)
    assert "/api/v1/erasures/" in single.body["message"]
    until(lambda: _states(asked) == ["done", "done"], 90)
    for path in ("/traces", "/observations", "/v2/scores", "/dataset-items"):
        assert len(asked.get(path)["data"]) == 1
    assert asked.get(f"/traces/{kept}")["id"] == kept
    assert asked.ask("GET", f"/traces/{gone[1]}").status == 404


def _states(asked: Door) -> list[str]:
    path = f"/api/v1/erasures?project={asked.project}"
    return [one["state"] for one in asked.server.get(path)["erasures"]]


def test_traces_are_deleted_by_ids_that_can_be(server: Server) -> None:
    asked = door(server, "admin")

    for ids in ([], ["x"] * 1_001, [""], ["y" * 900]):
        assert asked.ask("DELETE", "/traces", {"traceIds": ids}).status == 400


def test_a_key_that_may_not_administer_deletes_nothing(told: Door) -> None:
    answer = told.ask("DELETE", f"/traces/{TRACE}")

    assert (answer.status, "scope admin" in answer.body["message"]) == (403, True)
