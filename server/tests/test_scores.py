"""Scores: taken once under an id, for what is here and what is yet to come, and shown beside it."""

import os
import subprocess
import sys
import uuid
from dataclasses import fields
from typing import Any
from urllib.parse import quote

import pytest

from asking import Client
from clearspan_server.model.score import Score
from clearspan_server.query.cursor import Cursor
from clearspan_server.store import columns, score_columns
from clearspan_server.store.engine import Engine
from running import Server, until
from sending import post, request_of, span

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
GOOD = {"name": "helpful", "value": 0.9, "trace_id": TRACE}


@pytest.fixture
def ask(server: Server) -> Client:
    """A project of its own."""
    return Client(server, f"p-{uuid.uuid4().hex}")


def listed(ask: Client, count: int, asked: str = "") -> list[dict[str, Any]]:
    """The scores of the project, once there are so many."""
    rows: list[dict[str, Any]] = []

    def is_all() -> bool:
        rows[:] = ask("GET", f"/scores?{asked}")[1]["scores"]
        return len(rows) == count

    until(is_all)
    return rows


def test_scores_have_the_columns_of_their_table_in_their_order(engine: Engine) -> None:
    rows = engine.query(
        "select name from system.columns where database = currentDatabase()"
        " and table = 'scores' order by position"
    )

    assert [row["name"] for row in rows] == [field.name for field in fields(Score)]
    assert score_columns.SCHEMA.names == [field.name for field in fields(Score)]


def test_scores_that_come_before_their_trace_are_shown_with_it(ask: Client) -> None:
    one = span("answer", {"session.id": "s-1"})
    trace_id, span_id = one.trace_id.hex(), one.span_id.hex()
    sent = [
        {"id": "a", "name": "helpful", "value": 0.9, "trace_id": trace_id, "comment": "to the point"},
        {"id": "b", "name": "tone", "value": "kind", "trace_id": trace_id.upper(), "span_id": span_id},
        {"id": "c", "name": "thumbs", "value": -1, "trace_id": trace_id, "source": "ui"},
        {"id": "d", "name": "safe", "value": True, "trace_id": trace_id, "span_id": span_id},
        {"id": "e", "name": "why", "value": "x" * 300, "trace_id": trace_id},
    ]  # fmt: skip

    answered = ask("POST", "/scores", sent)
    rows = {row["id"]: row for row in listed(ask, 5)}
    post(ask.server.url, f"/v1/traces?project={ask.project}", request_of([one]))
    (row,) = until(lambda: ask("GET", "/traces")[1]["traces"])
    (in_list,) = ask("GET", "/spans")[1]["spans"]
    _, trace = ask("GET", f"/traces/{trace_id}")
    _, detail = ask("GET", f"/traces/{trace_id}/spans/{span_id}")

    assert answered == (200, {"ids": ["a", "b", "c", "d", "e"]})
    assert (rows["a"]["type"], rows["a"]["value"]) == ("numeric", 0.9)
    assert (rows["a"]["comment"], rows["a"]["author"]) == ("to the point", "owner")
    assert (rows["b"]["type"], rows["b"]["value"], rows["b"]["trace_id"]) == (
        *("category", "kind"),
        trace_id,
    )
    assert (rows["c"]["source"], rows["d"]["value"], rows["e"]["type"]) == ("ui", True, "text")
    of_span = {"tone": "kind", "safe": True}
    assert row["scores"] == {"helpful": 0.9, "thumbs": -1, "why": "x" * 200, **of_span}
    assert trace["trace"]["scores"] == row["scores"]
    assert [one["scores"] for one in (in_list, trace["spans"][0], detail)] == [of_span] * 3


def test_a_score_of_the_same_id_replaces_it_and_a_repeated_request_changes_nothing(
    ask: Client,
) -> None:
    first = {**GOOD, "id": "ticket-7"}

    for one in (first, first, {**first, "value": 0.1, "trace_id": TRACE.replace("4", "5")}):
        assert ask("POST", "/scores", one) == (200, {"ids": ["ticket-7"]})
    rows = until(lambda: [one for one in listed(ask, 1) if one["value"] == 0.1])

    assert rows[0]["trace_id"] == TRACE.replace("4", "5")
    assert listed(ask, 0, f"trace_id={TRACE}") == []


def test_a_trace_shows_its_own_score_before_a_newer_one_of_its_span(ask: Client) -> None:
    one = span("answer")
    trace_id, span_id = one.trace_id.hex(), one.span_id.hex()
    post(ask.server.url, f"/v1/traces?project={ask.project}", request_of([one]))
    ask("POST", "/scores", {**GOOD, "value": 1, "trace_id": trace_id})
    ask("POST", "/scores", {**GOOD, "value": 0, "trace_id": trace_id, "span_id": span_id})

    listed(ask, 2)
    (row,) = until(lambda: ask("GET", "/traces")[1]["traces"])

    assert row["scores"] == {"helpful": 1}


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"name": ""}, "name", "name '' is not a name"),
        ({"name": "two\nlines"}, "name", "is not a name"),
        ({"name": "n" * 201}, "name", "has 201 characters; at most 200"),
        ({"name": 7}, "name", "name '7' is not a text"),
        ({"value": None}, "value", "value 'None' is not a number"),
        ({"value": ""}, "value", "value '' is not a number"),
        ({"value": [1]}, "value", "value '[1]' is not a number"),
        ({"value": "good", "type": "numeric"}, "value", "'good' is not a finite number"),
        ({"value": True, "type": "numeric"}, "value", "'True' is not a finite number"),
        ({"value": 2, "type": "boolean"}, "value", "'2' is not true or false"),
        ({"value": 2, "type": "category"}, "value", "'2' is not a word"),
        ({"value": "w" * 201, "type": "category"}, "value", "at most 200"),
        ({"value": "w" * 10_001}, "value", "at most 10000"),
        ({"type": "stars"}, "type", "type 'stars' is not one of numeric"),
        ({"source": "me"}, "source", "source 'me' is not one of api"),
        ({"trace_id": "abc"}, "trace_id", "'abc' is not 32 hexadecimal digits"),
        ({"trace_id": "0" * 32}, "trace_id", "not all zero"),
        ({"span_id": "xyz"}, "span_id", "is not 16 hexadecimal digits"),
        ({"trace_id": None}, "trace_id", "trace_id or session_id is missing"),
        ({"trace_id": None, "span_id": "b" * 16}, "trace_id", "a span is named with its trace"),
        ({"id": "a b"}, "id", "id 'a b' is not 1 to 100 letters"),
        ({"comment": "c" * 10_001}, "comment", "at most 10000"),
        ({"skore": 1}, "skore", "'1' is not a field of a score: id, name"),
    ],
)
def test_a_wrong_score_is_refused_with_its_field_and_value_and_so_are_its_neighbours(
    ask: Client, wrong: dict[str, Any], field: str, told: str
) -> None:
    status, answer = ask("POST", "/scores", [GOOD, {**GOOD, **wrong}])

    assert status == 400
    assert told in answer["error"]["message"]
    assert answer["error"]["message"].isprintable()
    assert (answer["error"]["details"]["field"], answer["error"]["details"]["index"]) == (field, 1)
    assert ask("GET", "/scores")[1]["scores"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ('"good"', 400),
        ("[7]", 400),
        ('{"name": "n", "session_id": "s", "value": 1e999}', 400),
        ('{"name": "n", "session_id": "s", "value": NaN}', 400),
        ("[]", 200),
    ],
)
def test_what_is_no_score_is_told(ask: Client, body: str, status: int) -> None:
    headers = {"authorization": f"Bearer {ask.server.token}", "content-type": "application/json"}

    assert post(ask.server.url, "/api/v1/scores", body.encode(), headers)[0] == status


def test_scores_come_as_json_and_not_too_many(ask: Client) -> None:
    plain = {"authorization": f"Bearer {ask.server.token}", "content-type": "text/plain"}

    as_text = post(ask.server.url, "/api/v1/scores", b"{}", plain)[0]
    too_many = ask("POST", "/scores", [{"name": "n"}] * 1_001)

    assert as_text == 415
    assert too_many[0] == 413


@pytest.mark.parametrize(
    ("scope", "score", "read", "delete"),
    [("ingest", 200, 403, 403), ("write", 200, 403, 204), ("read", 403, 200, 403)],
)
def test_a_key_that_sends_spans_scores_and_one_that_writes_takes_scores_away(
    ask: Client, scope: str, score: int, read: int, delete: int
) -> None:
    by_key = ask.with_key(scope, name="judge")

    assert by_key("POST", "/scores", {**GOOD, "id": "one"})[0] == score
    assert by_key("GET", "/scores")[0] == read
    assert by_key("DELETE", "/scores/one")[0] == delete


def test_scores_stay_in_their_project_under_the_name_of_their_key(ask: Client) -> None:
    other = Client(ask.server, f"{ask.project}-other")
    ask.with_key("ingest", name="judge")("POST", "/scores", {**GOOD, "id": "same"})
    other("POST", "/scores", {**GOOD, "id": "same", "value": 0.1, "author": "ann"})

    (mine,) = listed(ask, 1)
    (theirs,) = listed(other, 1)
    other("DELETE", "/scores/same")
    listed(other, 0)

    assert (mine["value"], mine["author"]) == (0.9, "judge")
    assert (theirs["value"], theirs["author"]) == (0.1, "ann")
    assert listed(ask, 1) == [mine]


def test_a_deleted_score_is_gone_and_its_id_may_come_again(ask: Client) -> None:
    ask("POST", "/scores", {**GOOD, "id": "one"})
    listed(ask, 1)

    assert ask("DELETE", "/scores/one") == (204, None)
    assert ask("DELETE", "/scores/never-there") == (204, None)
    listed(ask, 0)
    ask("POST", "/scores", {**GOOD, "id": "one", "value": 0.2})

    assert listed(ask, 1)[0]["value"] == 0.2


def test_scores_are_listed_newest_first_page_by_page_and_by_what_they_judge(ask: Client) -> None:
    sent = [{**GOOD, "id": f"no-{number}", "value": number} for number in range(5)]
    of_session = {"id": "s", "name": "angry", "value": True, "session_id": "mail ann@example.com"}
    ask("POST", "/scores", [*sent, of_session])
    listed(ask, 6)

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        _, page = ask("GET", f"/scores?name=helpful&limit=2&cursor={cursor}")
        pages.append([row["id"] for row in page["scores"]])
        cursor = page["next_cursor"]
    (session,) = listed(ask, 1, "name=angry")
    _, named = ask("GET", "/scores/names")

    assert pages == [["no-4", "no-3"], ["no-2", "no-1"], ["no-0"]]
    assert session["session_id"].startswith("redacted-")
    assert listed(ask, 1, f"session_id={session['session_id']}") == [session]
    assert listed(ask, 5, f"trace_id={TRACE}")[0]["id"] == "no-4"
    assert listed(ask, 0, "to=2001-01-01") == []
    rows = [(one["name"], one["type"], one["count"], one["average"]) for one in named["names"]]
    assert rows == [("helpful", "numeric", 5, 2.0), ("angry", "boolean", 1, 1.0)]
    assert ask("GET", "/scores?cursor=made-up")[0] == 400
    assert ask("GET", f"/scores?cursor={Cursor('-created', None, ('a',)).encode()}")[0] == 400
    assert ask("GET", "/scores?from=2026-01-02&to=2026-01-01")[0] == 400


def test_the_sdk_scores_with_the_key_that_it_sends_spans_with(ask: Client) -> None:
    program = (
        "import clearspan\n"
        "with clearspan.span('answer'):\n"
        "    clearspan.score('helpful', 0.9, comment='cites its source')\n"
        "clearspan.score('solved', True, session='s-1')\n"
        "assert clearspan.flush()\n"
    )
    key = ask.with_key("ingest").key
    environment = {**os.environ, "CLEARSPAN_ENDPOINT": ask.server.url, "CLEARSPAN_KEY": key}

    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    rows = {row["name"]: row for row in listed(ask, 2)}
    (trace,) = until(lambda: ask("GET", "/traces")[1]["traces"])
    assert rows["helpful"]["trace_id"] == trace["trace_id"]
    assert (rows["helpful"]["comment"], rows["helpful"]["source"]) == ("cites its source", "sdk")
    assert (rows["solved"]["value"], rows["solved"]["session_id"]) == (True, "s-1")
    assert trace["scores"] == {"helpful": 0.9}


def test_lists_are_filtered_by_scores(ask: Client) -> None:
    liked, disliked, unjudged = (span(name) for name in ("liked", "disliked", "unjudged"))
    body = request_of([liked, disliked, unjudged])
    post(ask.server.url, f"/v1/traces?project={ask.project}", body)
    of_liked = {"trace_id": liked.trace_id.hex(), "span_id": liked.span_id.hex()}
    of_disliked = {"trace_id": disliked.trace_id.hex()}
    sent: list[dict[str, Any]] = [
        {**of_liked, "name": "thumbs", "value": 1},
        {**of_liked, "name": "The tone", "value": "kind"},
        {**of_liked, "name": "solved", "value": True},
        {**of_disliked, "name": "thumbs", "value": -1},
        {**of_disliked, "name": "solved", "value": False},
    ]
    ask("POST", "/scores", sent)
    Client(ask.server, f"{ask.project}-other")("POST", "/scores", {**sent[3], **of_liked})
    listed(ask, 5)
    until(lambda: len(ask("GET", "/traces")[1]["traces"]) == 3)

    def found(noun: str, asked: str) -> str:
        _, answer = ask("GET", f"/{noun}?sort=start&filter={quote(asked)}")
        return " ".join(sorted(row["name"] for row in answer[noun]))

    assert found("traces", "score.thumbs<0") == "disliked"
    assert found("traces", "score.thumbs>=-1") == "disliked liked"
    assert found("traces", "-score.thumbs<0") == "liked unjudged"
    assert found("traces", "score.solved:true OR score.thumbs:-1") == "disliked liked"
    assert found("traces", "score.solved=0") == "disliked"
    assert found("traces", 'score["The tone"]:k*') == "liked"
    assert found("traces", "score.thumbs:*") == "disliked liked"
    assert found("traces", 'has:score["thumbs"] -has:score.solved') == ""
    assert found("traces", "span.score.thumbs>0 name:liked") == "liked"
    assert found("spans", "score.thumbs:*") == "liked"
    assert found("spans", "trace.score.thumbs:*") == "disliked liked"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("score<0", "column 1: score needs a key, as in score.thumbs<0"),
        ("score.<0", "there is no field score."),
        ("score.thumbs<good", "column 14: good is not a number"),
    ],
)
def test_a_filter_by_scores_that_cannot_be_read_says_where(
    ask: Client, asked: str, told: str
) -> None:
    status, answer = ask("GET", f"/traces?filter={quote(asked)}")

    assert status == 400
    assert told in answer["error"]["message"]


def test_a_score_that_an_earlier_version_left_in_the_journal_is_read() -> None:
    score = Score(project="p", score_id="a", name="helpful", value=0.5, comment="good")
    batch = score_columns.to_batch([score])
    fewer = batch.drop_columns(["environment", "metadata", "experiment_id"])

    table = score_columns.from_bytes(columns.to_bytes(fewer), 1)

    assert table.to_pylist() == batch.to_pylist()
