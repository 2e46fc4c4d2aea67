"""Ids, names and kinds that hold personal data, beside traces: kept as a hash, and found by what was sent."""

import base64
import hashlib
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from asking import Client
from langfusing import AT, Door, door, event
from removing import done
from running import Server

MAIL = "zaphod.beeble@example.com"
TRACE, SPAN = f"chat-{MAIL}", f"step-{MAIL}"
TABLES = ("dataset_items", "experiments", "experiment_items", "media", "media_uses")


@pytest.fixture
def asked(server: Server) -> Door:
    return door(server)


def item(asked: Door, **more: str) -> Any:
    asked.ask("POST", "/v2/datasets", {"name": "d"})
    answer = asked.ask(
        "POST", "/dataset-items", {"datasetName": "d", "id": "i", "input": "x", **more}
    )
    assert answer.status == 200, answer.body
    return answer.body


def answered(asked: Door, run: str, **more: str) -> Any:
    answer = asked.ask("POST", "/dataset-run-items", {"runName": run, "datasetItemId": "i", **more})
    assert answer.status == 200, answer.body
    return answer.body


def announced(asked: Door, kind: str, field: str) -> str:
    """A file of a trace, put nowhere; its id."""
    sent = {"contentType": kind, "contentLength": 1, "traceId": "t", "field": field}
    sent["sha256Hash"] = base64.b64encode(hashlib.sha256(kind.encode()).digest()).decode()
    answer = asked.ask("POST", "/media", sent)
    assert answer.status == 201, answer.body
    return str(answer.body["mediaId"])


def stored(asked: Door, table: str) -> list[dict[str, Any]]:
    """The rows of the project in a table of the catalog."""
    with closing(sqlite3.connect(asked.server.data / "catalog.db", timeout=60)) as catalog:
        catalog.row_factory = sqlite3.Row
        rows = catalog.execute(f"select * from {table} where project = ?", (asked.project,))  # noqa: S608 - of TABLES
        return [dict(row) for row in rows]


def test_an_item_goes_with_a_trace_whose_own_id_is_redacted(asked: Door) -> None:
    asked.send(
        event("trace-create", id=TRACE, name="n"), event("trace-create", id="other", name="n")
    )
    made = item(asked, sourceTraceId=TRACE, sourceObservationId=SPAN)
    other = item(asked, id="of another", sourceTraceId="other")
    answered(asked, "r", traceId=TRACE, observationId=SPAN)
    asked.rows(2, "/traces")
    [of_trace] = asked.get("/dataset-items", sourceTraceId=TRACE, sourceObservationId=SPAN)["data"]
    assert (of_trace["id"], of_trace["sourceTraceId"]) == ("i", made["sourceTraceId"])
    assert asked.ask("GET", f"/traces/{made['sourceTraceId']}").status == 200

    ask = Client(asked.server, asked.project)
    _, begun = ask("POST", "/erasures", {"by": "trace", "value": made["sourceTraceId"]})
    done(ask, "erasures", begun)

    assert [one["id"] for one in asked.get("/dataset-items")["data"]] == [other["id"]]
    assert asked.get("/datasets/d/runs/r")["datasetRunItems"] == []


def test_a_trace_whose_own_id_is_redacted_is_read_by_the_id_that_stands_for_it(asked: Door) -> None:
    body = {"id": SPAN, "traceId": TRACE, "name": "n", "startTime": AT, "endTime": AT}
    asked.send(event("trace-create", id=TRACE, name="n"), event("span-create", **body))

    [told] = asked.rows(1, "/observations")

    whole = asked.get(f"/traces/{told['traceId']}")
    assert [one["id"] for one in whole["observations"]] == [told["id"]]
    assert asked.get(f"/observations/{told['id']}")["parentObservationId"] is None
    assert asked.get(f"/traces/{TRACE}")["id"] == whole["id"] == told["traceId"]


def test_an_id_that_holds_nothing_comes_back_as_it_was_sent(asked: Door) -> None:
    made = item(asked, sourceTraceId="my trace", sourceObservationId="my step")

    assert (made["sourceTraceId"], made["sourceObservationId"]) == ("my trace", "my step")


def test_runs_are_found_by_the_names_that_were_sent_and_stay_apart(asked: Door) -> None:
    item(asked)

    first = answered(asked, f"run of {MAIL}", traceId="a")
    again = answered(asked, f"run of {MAIL}", traceId="b")
    other = answered(asked, f"run of not.{MAIL}", traceId="c")

    assert first["datasetRunId"] == again["datasetRunId"] != other["datasetRunId"]
    found = asked.get(f"/datasets/d/runs/run%20of%20{MAIL}")
    assert [one["traceId"] for one in found["datasetRunItems"]] == ["b", "a"]
    listed = asked.get("/dataset-run-items", datasetId=found["datasetId"], runName=f"run of {MAIL}")
    assert listed["meta"]["totalItems"] == 2


def test_scores_are_found_and_taken_away_by_the_ids_that_were_sent(asked: Door) -> None:
    own, run = f"s {MAIL}", f"r {MAIL}"
    score = {"id": own, "datasetRunId": run, "name": "n", "value": 1}
    asked.ask("POST", "/scores", score)
    asked.ask("POST", "/scores", score | {"value": 2})
    asked.ask("POST", "/scores", score | {"id": f"s not.{MAIL}", "datasetRunId": "r"})

    asked.rows(2, "/scores")
    [found] = asked.get("/v3/scores", experimentId=run)["data"]

    assert (found["value"], MAIL in json.dumps(found)) == (2, False)
    assert [one["id"] for one in asked.get("/v2/scores", scoreIds=own)["data"]] == [found["id"]]
    assert asked.get(f"/scores/{own.replace(' ', '%20')}")["id"] == found["id"]
    asked.ask("DELETE", f"/scores/{own.replace(' ', '%20')}")

    [left] = asked.rows(1, "/scores")
    assert left["datasetRunId"] == "r"
    assert asked.ask("GET", f"/scores/{own.replace(' ', '%20')}").status == 404


def test_nothing_of_it_is_in_the_catalog(asked: Door) -> None:
    item(asked, sourceTraceId=TRACE, sourceObservationId=SPAN)
    answered(asked, f"run of {MAIL}", traceId=TRACE, observationId=SPAN)
    pdf = announced(asked, f'application/pdf; name="{MAIL}.pdf"', MAIL)
    text = announced(asked, f'text/plain; name={MAIL}; charset="utf-8"', "output")

    rows = {table: stored(asked, table) for table in TABLES}

    assert all(rows.values())
    assert "zaphod" not in json.dumps(rows).lower()
    kinds = {row["id"]: row["content_type"] for row in rows["media"]}
    assert kinds == {pdf: "application/pdf", text: "text/plain;charset=utf-8"}
    assert sorted(row["field"] for row in rows["media_uses"]) == ["", "output"]
