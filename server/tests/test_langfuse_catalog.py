"""Prompts, datasets and comments of Langfuse's clients, and the prompts of our own SDK beside them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asking import ask, bearer
from langfusing import Door, door, event
from running import Server

GREET = {"name": "team/greet", "prompt": "Hello {{name}}!", "labels": ["production"]}
BETTER = {**GREET, "prompt": "Good day, {{name}}!", "labels": ["staging"], "config": {"t": 0.1}}


@pytest.fixture
def asked(server: Server) -> Door:
    return door(server)


def test_a_prompt_is_given_by_its_label_or_its_version(asked: Door) -> None:
    asked.ask("POST", "/v2/prompts", GREET)
    second = asked.ask("POST", "/v2/prompts", BETTER | {"tags": ["polite"]}).body

    assert (second["version"], second["labels"]) == (2, ["latest", "staging"])
    assert (second["type"], second["config"], second["tags"]) == ("text", {"t": 0.1}, ["polite"])
    assert asked.get("/v2/prompts/team%2Fgreet")["version"] == 1
    assert asked.get("/v2/prompts/team%2Fgreet", label="latest")["prompt"] == BETTER["prompt"]
    assert asked.get("/v2/prompts/team%2Fgreet", version=1)["labels"] == ["production"]
    [listed] = asked.get("/v2/prompts", tag="polite")["data"]
    assert (listed["versions"], listed["labels"]) == ([1, 2], ["latest", "production", "staging"])


def test_a_label_points_at_one_version(asked: Door) -> None:
    asked.ask("POST", "/v2/prompts", GREET)
    asked.ask("POST", "/v2/prompts", BETTER)

    moved = asked.ask("PATCH", "/v2/prompts/team%2Fgreet/versions/2", {"newLabels": ["production"]})

    assert moved.body["labels"] == ["latest", "production", "staging"]
    assert asked.get("/v2/prompts/team%2Fgreet")["version"] == 2
    assert asked.get("/v2/prompts/team%2Fgreet", version=1)["labels"] == []


def test_a_prompt_in_a_prompt_is_put_in_unless_the_names_are_asked_for(asked: Door) -> None:
    named = "@@@langfusePrompt:name=team/greet|version=1@@@"
    lost = "@@@langfusePrompt:name=lost|label=production@@@"
    circle = "@@@langfusePrompt:name=all|label=production@@@"
    asked.ask("POST", "/v2/prompts", GREET)
    chat = [{"role": "user", "content": f"{named} {lost}"}, {"type": "placeholder", "name": "h"}]
    asked.ask("POST", "/v2/prompts", {"name": "chat", "prompt": chat, "labels": ["production"]})
    asked.ask("POST", "/v2/prompts", {"name": "all", "prompt": circle, "labels": ["production"]})

    resolved = asked.get("/v2/prompts/chat")["prompt"]

    assert [one.get("content") for one in resolved] == [f"Hello {{{{name}}}}! {lost}", None]
    assert asked.get("/v2/prompts/chat", resolve="false")["prompt"] == chat
    assert asked.get("/v2/prompts/all")["prompt"] == circle


def test_a_prompt_that_is_not_there_is_told_in_the_clients_words(asked: Door) -> None:
    answer = asked.ask("GET", "/v2/prompts/nothing")

    assert (answer.status, answer.body["error"]) == (404, "LangfuseNotFoundError")


@pytest.mark.parametrize(
    ("query", "left"), [("", []), ("?version=1", [2]), ("?label=staging", [1])]
)
def test_a_version_or_the_whole_prompt_is_deleted(asked: Door, query: str, left: list[int]) -> None:
    asked.ask("POST", "/v2/prompts", GREET)
    asked.ask("POST", "/v2/prompts", BETTER)

    status = asked.ask("DELETE", f"/v2/prompts/team%2Fgreet{query}").status

    assert status == 204
    assert [one["versions"] for one in asked.get("/v2/prompts")["data"]] == ([left] if left else [])


def test_a_prompt_whose_type_is_not_that_of_its_template_is_refused(asked: Door) -> None:
    answer = asked.ask("POST", "/v2/prompts", {**GREET, "type": "chat"})

    assert (answer.status, "list of messages" in answer.body["message"]) == (400, True)


def test_our_own_sdk_gets_a_prompt_that_a_client_of_langfuse_made(
    asked: Door, tmp_path: Path
) -> None:
    asked.ask("POST", "/v2/prompts", GREET)
    program = "import clearspan; p = clearspan.prompt('team/greet'); print(p.version, p.compile(name='Ann'))"
    given = {"CLEARSPAN_ENDPOINT": asked.server.url, "CLEARSPAN_KEY": asked.key}

    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **given, "XDG_CACHE_HOME": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (ended.stdout.strip(), ended.stderr) == ("1 Hello Ann!", "")


def test_our_own_api_keeps_and_lists_prompts(asked: Door) -> None:
    sent = {"name": "help", "template": [{"role": "system", "content": "Help."}], "labels": ["a"]}

    made = ask(asked.server, "POST", "/api/v1/prompts", bearer(asked.key), sent)
    got = ask(asked.server, "GET", "/api/v1/prompts/help?label=a", bearer(asked.key))
    listed = ask(asked.server, "GET", "/api/v1/prompts", bearer(asked.key)).body
    missing = ask(asked.server, "GET", "/api/v1/prompts/help", bearer(asked.key))

    assert (made.status, got.body["kind"], got.body["template"]) == (201, "chat", sent["template"])
    assert (listed["total"], listed["prompts"][0]["versions"]) == (1, [1])
    assert (missing.status, "production" in missing.says) == (404, True)


def test_a_dataset_has_its_items_and_runs(asked: Door) -> None:
    asked.ask("POST", "/v2/datasets", {"name": "capitals", "description": "of Europe"})
    item = {"datasetName": "capitals", "id": "fr", "input": {"of": "France"}}
    asked.ask("POST", "/dataset-items", item)
    kept = asked.ask("POST", "/dataset-items", {**item, "expectedOutput": "Paris"}).body
    link = {"runName": "first run", "datasetItemId": "fr", "traceId": "t-1", "metadata": {"n": 1}}

    linked = asked.ask("POST", "/dataset-run-items", link).body

    assert (kept["input"], kept["expectedOutput"], kept["status"]) == (
        {"of": "France"},
        "Paris",
        "ACTIVE",
    )
    assert asked.get("/v2/datasets/capitals")["description"] == "of Europe"
    assert asked.get("/dataset-items", datasetName="capitals")["meta"]["totalItems"] == 1
    assert asked.get("/dataset-items/fr")["datasetName"] == "capitals"
    run = asked.get("/datasets/capitals/runs/first%20run")
    assert (run["id"], run["metadata"]) == (linked["datasetRunId"], {"n": 1})
    assert [one["traceId"] for one in run["datasetRunItems"]] == ["t-1"]
    assert [one["name"] for one in asked.get("/datasets/capitals/runs")["data"]] == ["first run"]


def test_what_is_deleted_of_a_dataset_is_gone(asked: Door) -> None:
    asked.ask("POST", "/v2/datasets", {"name": "d"})
    asked.ask("POST", "/dataset-items", {"datasetName": "d", "id": "a/b"})
    asked.ask(
        "POST", "/dataset-run-items", {"runName": "r", "datasetItemId": "a/b", "traceId": "t"}
    )

    gone = [
        asked.ask("DELETE", path).status for path in ("/datasets/d/runs/r", "/dataset-items/a/b")
    ]

    assert gone == [200, 200]
    assert asked.get("/datasets/d/runs")["data"] == []
    assert asked.ask("GET", "/dataset-items/a/b").status == 404


def test_items_of_datasets_are_redacted(asked: Door) -> None:
    asked.ask("POST", "/v2/datasets", {"name": "d"})

    kept = asked.ask("POST", "/dataset-items", {"datasetName": "d", "input": "ann@example.org"})

    assert kept.body["input"] == "[redacted:email]"


def test_datasets_and_prompts_of_another_project_are_not_there(asked: Door, server: Server) -> None:
    asked.ask("POST", "/v2/datasets", {"name": "d"})
    asked.ask("POST", "/dataset-items", {"datasetName": "d", "id": "i"})
    asked.ask("POST", "/v2/prompts", GREET)
    stranger = door(server)

    paths = ("/v2/datasets/d", "/dataset-items/i", "/v2/prompts/team%2Fgreet", "/datasets/d/runs")
    found = [stranger.ask("GET", path).status for path in paths]
    same_id = stranger.ask("POST", "/dataset-items", {"datasetName": "d", "id": "i"}).status

    assert (found, same_id) == ([404] * 4, 404)


def test_a_comment_on_a_trace_comes_back(asked: Door) -> None:
    on = {"objectType": "TRACE", "objectId": "my trace", "projectId": "x"}

    made = asked.ask("POST", "/comments", {**on, "content": "look"}).body
    [listed] = asked.get("/comments", objectType="TRACE", objectId="my trace")["data"]

    assert (listed["id"], listed["content"], listed["objectId"]) == (made["id"], "look", "my trace")
    assert asked.get(f"/comments/{made['id']}")["content"] == "look"
    assert (
        asked.ask("POST", "/comments", {**on, "objectType": "PROMPT", "content": "x"}).status == 400
    )


def test_what_answered_an_item_may_be_told_among_spans(asked: Door) -> None:
    for name in ("told", "other"):
        asked.ask("POST", "/datasets", {"name": name})
    item, stranger = (
        asked.ask("POST", "/dataset-items", {"datasetName": name, "input": 1}).body["id"]
        for name in ("told", "other")
    )
    first = {"runName": "r", "datasetItemId": item, "traceId": "t-1"}
    run = asked.ask("POST", "/dataset-run-items", first).body["datasetRunId"]
    kind = "dataset-run-item-create"
    good = event(kind, id="i", runId=run, datasetItemId=item, traceId="t-2", observationId="o")
    bad = [
        event(kind, runId="nothing", datasetItemId=item, traceId="t"),
        event(kind, runId=run, datasetItemId=stranger, traceId="t"),
        event(kind, runId=run, datasetItemId=item),
        event(kind, datasetItemId=item, traceId="t"),
    ]

    said = asked.send(good, *bad)
    asked.send(good)

    assert said["successes"] == [{"id": good["id"], "status": 201}]
    assert sorted(one["id"] for one in said["errors"]) == sorted(one["id"] for one in bad)
    items = asked.get("/datasets/told/runs/r")["datasetRunItems"]
    assert [(one["traceId"], one["observationId"]) for one in items] == [
        ("t-2", "o"),
        ("t-1", None),
    ]


def test_a_key_that_only_sends_changes_no_run(server: Server) -> None:
    sent = event("dataset-run-item-create", runId="r", datasetItemId="i", traceId="t")

    said = door(server, "ingest").send(sent)

    assert (said["successes"], said["errors"][0]["error"]) == ([], "not_allowed")
