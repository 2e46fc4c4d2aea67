"""Erasure: what is stored of a person is counted, removed from every store, and gone from the disk."""

import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from asking import Client
from clearspan_server.model.span import Span
from clearspan_server.store.columns import SCHEMA_VERSION, to_batch, to_bytes
from clearspan_server.store.journal import Journal, Rows
from clearspan_server.store.quarantine import Quarantine, Refused
from removing import done, files_with, gauge, held, log, send
from running import Server, serving, settle, until
from sending import request_of, span

PERSON, CUSTOMER, SESSION = "person-Zaphod-42", "customer-Magrathea", "session-Heartofgold"
SECRET = "the-tale-of-the-two-headed-president"
OTHER = "person-Trillian-7"


def refused(data: Path, project: str) -> None:
    """A row of the person that the engine refused."""
    row = Span(
        project=project,
        trace_id="c" * 32,
        span_id="d" * 16,
        parent_id="",
        name="refused",
        start_ns=time.time_ns(),
        end_ns=time.time_ns(),
        user_id=PERSON,
        input=f'"{SECRET}"',
        received_ns=1,
        version=1,
    )
    data.mkdir(parents=True)
    quarantine = Quarantine(data / "quarantine.db")
    quarantine.add(
        [
            Refused(
                seq=1,
                place=0,
                kind="spans",
                project=project,
                trace_id=row.trace_id,
                span_id=row.span_id,
                name=row.name,
                process="",
                service="",
                received_ns=1,
                quarantined_ns=1,
                reason="a test",
                schema_version=SCHEMA_VERSION,
                data=to_bytes(to_batch([row])),
            )
        ]
    )
    quarantine.close()


def tell_all(ask: Client) -> tuple[list[str], str]:
    """Records of the person in every place, and of somebody else; the ids of the person's traces, and of the other."""
    mine = [called(PERSON, SECRET), called(PERSON, "something else")]
    other = called(OTHER, "harmless")
    for one in (*mine, mine[0], other):  # one comes twice
        send(ask, "/v1/traces", request_of([one]))
    child = span(
        "child", {"input.value": SECRET}, trace_id=mine[0].trace_id, parent=mine[0].span_id
    )
    send(ask, "/v1/traces", request_of([child]))
    opened = span("open", {"clearspan.state": "open", "user.id": PERSON})
    opened.end_time_unix_nano = 0
    send(ask, "/v1/traces", request_of([opened]))
    ids = [one.trace_id.hex() for one in (*mine, opened)]
    send(ask, "/v1/logs", log(f"{SECRET} was told", ids[0]))
    send(ask, "/v1/logs", log("signed in", user__id=PERSON))
    send(ask, "/v1/logs", log("nobody's"))
    send(ask, "/v1/metrics", gauge("clicks", user=PERSON))
    send(ask, "/v1/metrics", gauge("clicks", user=OTHER))
    for trace_id in (ids[0], other.trace_id.hex()):
        judged = {"name": "thumbs", "value": 1, "trace_id": trace_id, "comment": "by a colleague"}
        assert ask("POST", "/scores", judged)[0] in (200, 201, 202)
    assert ask("POST", f"/traces/{ids[0]}/comments", {"text": f"ask {PERSON}"})[0] == 201
    assert ask("PUT", f"/traces/{ids[1]}/bookmark")[0] in (200, 204)
    for name, user in (("hers", PERSON), ("his", OTHER)):
        view = {"name": name, "page": "traces", "filter": f"user:{user}"}
        assert ask("POST", "/views", view)[0] == 201
        panel = {"title": "Traces", "source": {"of": "traces", "filter": f"user:{user}"}}
        board = {"clearspan_dashboard": 1, "name": name, "panels": [panel]}
        assert ask("POST", "/dashboards", board)[0] == 201
    settle(ask.server)
    assert {*ids, other.trace_id.hex()} <= listed(ask)
    assert len(ask("GET", f"/scores?trace_id={ids[0]}")[1]["scores"]) == 1
    return ids, other.trace_id.hex()


def called(user: str, text: str) -> Any:
    told: dict[str, object] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    told |= {"gen_ai.usage.input_tokens": 10, "gen_ai.response.id": f"r-{user}-{text}"}
    told |= {"user.id": user, "input.value": text}
    if user == PERSON:
        told |= {"session.id": SESSION, "customer.id": CUSTOMER}
    return span("chat", told)


def listed(ask: Client) -> set[str]:
    return {
        row["trace_id"] for row in ask("GET", "/traces?from=1000000000000&limit=100")[1]["traces"]
    }


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A server that was told of a person, that erased the person, and that was stopped."""
    data = tmp_path_factory.mktemp("erasure") / "data"
    told: dict[str, Any] = {"data": data}
    refused(data, "p")
    with serving(data) as server:
        ask = Client(server, "p")
        told["ids"], told["other"] = tell_all(ask)
        asked = {"by": "user", "value": PERSON}
        told["preview"] = done(
            ask, "erasures", ask("POST", "/erasures", asked | {"preview": True})[1]
        )
        told["after preview"] = listed(ask)
        status, begun = ask("POST", "/erasures", asked)
        assert status == 202, begun
        told["erasure"] = done(ask, "erasures", begun)
        told["listed"] = listed(ask)
        told["one"] = ask("GET", f"/traces/{told['ids'][0]}")[0]
        told["users"] = ask("GET", "/users?from=1000000000000")[1]["users"]
        told["cost"] = ask("GET", "/cost?by=user&from=1000000000000")[1]["rows"]
        told["again"] = done(
            ask, "erasures", ask("POST", "/erasures", asked | {"preview": True})[1]
        )
        told["comments"] = ask("GET", f"/traces/{told['ids'][0]}/comments")[1]["comments"]
        told["scores"] = ask("GET", f"/scores?trace_id={told['other']}")[1]["scores"]
        told["quarantine"] = ask("GET", "/quarantine")[1]["total"]
        told["dashboards"] = [one["name"] for one in ask("GET", "/dashboards")[1]["dashboards"]]
        told["views"] = [one["name"] for one in ask("GET", "/views")[1]["views"]]
    return told


COUNTS = {
    "conversations": 0,
    "messages": 0,
    "traces": 3,
    "spans": 4,
    "long_texts": 0,
    "span_parts": 1,
    "responses": 2,
    "logs": 2,
    "metrics": 1,
    "scores": 1,
    "quarantined": 1,
    "comments": 1,
    "bookmarks": 1,
    "shares": 0,
    "media": 0,
    "cold_spans": 0,
    "items": 0,
    "experiment_items": 0,
    "datasets": 0,
    "experiments": 0,
    "prompts": 0,
    "prompt_labels": 0,
    "prompt_tags": 0,
    "views": 1,
    "dashboards": 1,
    "scrape_targets": 0,
    "bookmark_authors": 0,
    "share_authors": 0,
}


def test_a_preview_counts_everything_and_removes_nothing(story: dict[str, Any]) -> None:
    found = story["preview"]

    assert found["counts"] == COUNTS
    assert {one["trace_id"] for one in found["examples"]} == set(story["ids"])
    assert story["after preview"] == {*story["ids"], story["other"]}
    assert found["receipt"] == ""


def test_the_receipt_counts_what_went_and_does_not_name_the_person(story: dict[str, Any]) -> None:
    found = story["erasure"]

    assert found["counts"] == COUNTS
    assert (found["state"], found["rules"], found["unreadable"]) == ("done", 0, 0)
    assert len(found["receipt"]) == 64
    assert found["subject"] == story["preview"]["subject"]
    assert PERSON not in str(found)
    assert found["asked_by"] == "owner"


def test_the_api_knows_nothing_of_the_person_and_all_of_the_others(story: dict[str, Any]) -> None:
    assert story["listed"] == {story["other"]}
    assert story["one"] == 404
    assert [row["user_id"] for row in story["users"]] == [OTHER]
    assert [row["value"] for row in story["cost"]] == [OTHER]
    assert (story["views"], story["dashboards"]) == (["his"], ["his"])
    assert (story["comments"], len(story["scores"]), story["quarantine"]) == ([], 1, 0)
    assert not any(story["again"]["counts"].values())


def test_no_byte_of_the_person_is_left_in_the_folder(story: dict[str, Any]) -> None:
    texts = [PERSON, CUSTOMER, SESSION, SECRET, *story["ids"]]

    rows = held(story["data"])

    assert [text for text in texts if text in rows] == []
    assert files_with(story["data"], texts) == []
    assert OTHER in rows


def test_a_trace_that_goes_on_while_it_is_erased_is_gone_with_what_names_nobody(
    server: Server,
) -> None:
    ask = Client(server, f"erased-{uuid.uuid4().hex}")
    root = called(PERSON, SECRET)
    trace_id = root.trace_id.hex()
    send(ask, "/v1/traces", request_of([root]))
    settle(server)
    assert ask("GET", f"/traces/{trace_id}")[0] == 200
    _, begun = ask("POST", "/erasures", {"by": "user", "value": PERSON})

    def goes_on() -> bool:
        child = span("child", {}, trace_id=root.trace_id, parent=root.span_id)
        send(ask, "/v1/traces", request_of([child]))
        send(ask, "/v1/logs", log(SECRET, trace_id))
        [found] = ask("GET", "/erasures")[1]["erasures"]
        return bool(found["progress"] >= 0.6)

    until(goes_on, 90)
    done(ask, "erasures", begun)
    settle(server)

    assert ask("GET", f"/traces/{trace_id}")[0] == 404
    assert ask("GET", f"/logs?trace_id={trace_id}")[1]["logs"] == []


def test_a_journal_that_is_rolled_keeps_nothing_that_is_derived(tmp_path: Path) -> None:
    journal = Journal(tmp_path, max_bytes=1_000_000)
    last = journal.append([Rows("spans", 1, 1, b"x")]).result(60)
    kept = journal.append([Rows("spans", 1, 1, b"y")]).result(60)

    journal.roll()
    until(lambda: journal.holds(last))
    journal.derive(last)
    still = journal.holds(last)
    journal.derive(kept)
    gone = not journal.holds(kept)
    after = journal.append([Rows("spans", 1, 1, b"z")]).result(60)
    left = [entry.data for entry in journal.read(0)]
    journal.close()

    assert (still, gone, after, left) == (True, True, kept + 1, [b"z"])
