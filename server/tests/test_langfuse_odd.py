"""Odd values at the doors for Langfuse's and xtrace's clients: each is taken, or refused with a reason."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from asking import ask, bearer, make_key
from langfusing import AT, Door, door, event
from running import Server
from sending import post

JSON = {"content-type": "application/json"}
LONE = '"\\ud83d"'  # half of a letter
DEEP = "[" * 300 + "]" * 300  # deeper than the strict writer goes
BOTTOMLESS = "[" * 100_000
HUGE = "9" * 400


@pytest.fixture(scope="module")
def asked(server: Server) -> Door:
    return door(server)


def put(asked: Door, path: str, text: str) -> tuple[int, Any]:
    """Status and JSON of a body that is written by hand."""
    headers = {**JSON, **bearer(asked.key)}
    status, answer = post(asked.server.url, path, text.encode(), headers)
    return status, json.loads(answer)


@pytest.mark.parametrize("value", [LONE, DEEP, "NaN", "-Infinity", "1e999", HUGE])
def test_a_batch_of_xtrace_with_an_odd_value_is_taken(asked: Door, value: str) -> None:
    observation = f'{{"id": "o", "traceId": "t", "name": "n", "input": {value}}}'

    status, answer = put(asked, "/v1/l/batch", f'{{"observations": [{observation}]}}')

    assert (status, answer) == (200, {"message": "Request Successful."})


@pytest.mark.parametrize("value", [LONE, DEEP, "NaN", HUGE])
def test_an_odd_point_of_xtrace_leaves_its_neighbours_alone(asked: Door, value: str) -> None:
    point = (
        '{{"name": "gpu", "value": {}, "timestamp": "2026-11-21T10:00:00Z", "labels": {{"a": {}}}}}'
    )
    sent = f'{{"metrics": [{point.format(1, value)}, {point.format(value, 1)}]}}'

    status, answer = put(asked, "/v1/metrics/batch", sent)

    assert (status, answer["message"]) == (200, "Request Successful.")


@pytest.mark.parametrize("value", [LONE, DEEP, "NaN", HUGE])
def test_a_score_with_odd_metadata_is_taken(asked: Door, value: str) -> None:
    score = f'{{"traceId": "t", "name": "n", "value": 1, "metadata": {{"a": {value}}}}}'

    status, _ = put(asked, "/api/public/scores", f"[{score}]")

    assert status == 202


@pytest.mark.parametrize(
    "path", ["/api/public/scores", "/api/public/ingestion", "/v1/l/batch", "/v1/metrics/batch"]
)
def test_what_is_nested_without_end_is_no_json(asked: Door, path: str) -> None:
    assert put(asked, path, BOTTOMLESS)[0] == 400


def test_odd_values_can_be_read_again(server: Server) -> None:
    asked = door(server)
    odd = {
        "promptName": "p",
        "promptVersion": "9" * 5_000,
        "costDetails": '{"total": 1e999, "input": 1}',
        "usageDetails": '{"input": 5, "output": 1e999}',
        "metadata": {"a": '{"b": 1e999}', "c": "x" * 10},
        "input": '{"b": [1e999, NaN]}',
        "modelParameters": '{"temperature": 1e999}',
    }
    asked.send(event("trace-create", id="t", name="odd", metadata={"a": '{"b": 1e999}'}))
    asked.send(event("generation-create", id="o", traceId="t", startTime=AT, endTime=AT, **odd))

    asked.rows(1, "/observations", traceId="t")

    assert asked.ask("GET", "/traces/t").status == 200
    [one] = asked.get("/v2/observations", traceId="t", fields="core,io,usage,prompt")["data"]
    assert one["promptVersion"] is None
    assert asked.get("/traces")["data"][0]["name"] == "odd"
    assert asked.get("/metrics/daily")["data"][0]["countObservations"] == 1


@pytest.mark.parametrize(
    "query", [f"version={HUGE}", "version=-1", f"version={10**12}", "version=x"]
)
def test_a_version_that_no_prompt_can_have_is_refused(asked: Door, query: str) -> None:
    assert asked.ask("GET", f"/v2/prompts/greet?{query}").status in (400, 404)


def test_prompts_that_name_each_other_very_often_are_refused(asked: Door) -> None:
    many = "@@@langfusePrompt:name=many|label=production@@@" * 100
    asked.ask("POST", "/v2/prompts", {"name": "many", "prompt": many, "labels": ["production"]})
    odd = f"@@@langfusePrompt:name=many|version={HUGE}@@@"
    asked.ask("POST", "/v2/prompts", {"name": "odd", "prompt": odd, "labels": ["production"]})

    refused = asked.ask("GET", "/v2/prompts/many")

    assert (refused.status, "resolve=false" in refused.body["message"]) == (400, True)
    assert asked.get("/v2/prompts/many", resolve="false")["prompt"] == many
    assert asked.get("/v2/prompts/odd")["prompt"] == odd


def test_a_comment_is_redacted_as_everything_is(asked: Door) -> None:
    sent = {"objectType": "TRACE", "objectId": "t", "content": "ask ann.smith@example.com"}

    made = asked.ask("POST", "/comments", sent)

    assert asked.get(f"/comments/{made.body['id']}")["content"] == "ask [redacted:email]"


@pytest.mark.parametrize("depth", [200, 900, 20_000])
def test_values_nested_deep_in_datasets_are_kept_or_refused(asked: Door, depth: int) -> None:
    asked.ask("POST", "/v2/datasets", {"name": "deep"})
    nested = "[" * depth + "]" * depth

    status, _ = put(
        asked, "/api/public/dataset-items", f'{{"datasetName": "deep", "input": {nested}}}'
    )

    assert status in (200, 400)
    assert asked.ask("GET", "/dataset-items?datasetName=deep").status == 200


def test_an_answer_of_a_run_that_is_sent_again_is_one(asked: Door) -> None:
    asked.ask("POST", "/v2/datasets", {"name": "again"})
    item = asked.ask("POST", "/dataset-items", {"datasetName": "again", "input": 1}).body
    sent = {"runName": "r", "datasetItemId": item["id"], "traceId": "t"}

    first, second = (asked.ask("POST", "/dataset-run-items", sent).body for _ in range(2))

    assert first == second
    assert len(asked.get("/datasets/again/runs/r")["datasetRunItems"]) == 1


def test_a_key_hears_of_no_other_keys_slowed_reads(server: Server) -> None:
    busy, other = (make_key(server, name, "read") for name in ("busy", "other"))
    read = "/api/public/metrics/names"
    with ThreadPoolExecutor(8) as several:  # more in a second than one may
        asked = [several.submit(ask, server, "GET", read, bearer(busy)) for _ in range(120)]
        assert 429 in {one.result().status for one in asked}

    def told(key: str) -> list[Any]:
        stats = ask(server, "GET", "/api/internal/rate_limit_stats", bearer(key)).body
        return list(stats["top_rejected_tokens"])

    assert (len(told(busy)), told(other)) == (1, [])
    assert len(told(server.token)) >= 1


def test_a_prompt_that_could_not_be_read_again_is_refused(asked: Door) -> None:
    nested = "[" * 900 + "]" * 900
    sent = f'{{"name": "deep", "template": "x", "prompt": "x", "config": {nested}}}'

    assert put(asked, "/api/v1/prompts", sent.replace('"prompt": "x", ', ""))[0] == 400
    assert put(asked, "/api/public/v2/prompts", sent)[0] == 400


def test_half_a_letter_in_datasets_and_prompts_is_replaced(asked: Door) -> None:
    public, mended = "/api/public", "cut \ufffd"
    cut = f'{{"name": "cut", "metadata": {{"a": "cut {LONE[1:]}}}, "inputSchema": [{LONE}]}}'
    item = f'{{"datasetName": "cut", "id": "cut-1", "input": "cut {LONE[1:]}, "metadata": {{{LONE}: 1}}}}'
    chat = f'{{"name": "cut-chat", "prompt": [{{"role": "user", "content": "cut {LONE[1:]}}}]}}'
    own = f'{{"name": "cut-own", "template": "cut {LONE[1:]}, "config": {LONE}, "message": {LONE}}}'

    sent = [("/v2/datasets", cut), ("/dataset-items", item), ("/v2/prompts", chat)]
    statuses = [put(asked, f"{public}{path}", body)[0] for path, body in sent]
    status, prompt = put(asked, "/api/v1/prompts", own)

    assert (statuses, status) == ([200, 200, 200], 201)
    assert asked.get("/v2/datasets/cut")["metadata"] == {"a": mended}
    [kept] = asked.get("/dataset-items", datasetName="cut")["data"]
    assert (kept["input"], kept["metadata"]) == (mended, {"\ufffd": 1})
    assert asked.get("/v2/prompts/cut-chat", label="latest")["prompt"][0]["content"] == mended
    assert (prompt["template"], prompt["config"]) == (mended, "\ufffd")


def test_half_a_letter_that_an_earlier_version_kept_can_be_read(server: Server) -> None:
    asked = door(server)
    asked.ask("POST", "/v2/datasets", {"name": "old"})
    asked.ask("POST", "/dataset-items", {"datasetName": "old", "id": "old-1", "input": "x"})
    asked.ask("POST", "/v2/prompts", {"name": "old", "prompt": "x", "labels": ["production"]})

    with closing(sqlite3.connect(server.data / "catalog.db", timeout=60)) as catalog, catalog:
        for change in (
            "update dataset_items set input = ? where project = ?",
            "update datasets set metadata = ? where project = ?",
            "update prompt_versions set template = ? where project = ?",
        ):
            catalog.execute(change, (LONE, asked.project))

    assert asked.get("/dataset-items", datasetName="old")["data"][0]["input"] == "\ufffd"
    assert asked.get("/v2/datasets")["data"][0]["metadata"] == "\ufffd"
    assert asked.get("/v2/prompts/old")["prompt"] == "\ufffd"
