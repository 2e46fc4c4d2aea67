"""Conversations as they are kept: lists, search, images, bad input, projects, erasure, a server that was killed."""

import base64
import http.client
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from asking import ask, bearer, make_key
from chatting import CHAT_PATH, Script, Talker
from passing import Passing, provider
from running import start, until
from simulated import Json

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NOBODY = "a" * 16


@pytest.fixture
def talker(passing: Passing) -> Talker:
    return Talker(passing)


def send(talker: Talker, content: bytes, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Send an image; status and JSON."""
    parts = urlsplit(talker.server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    where = f"/api/v1/chat-attachments?project={talker.project}"
    connection.request("POST", where, content, talker.headers if headers is None else headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body)


def answered(talker: Talker, text: str, **more: Any) -> tuple[str, Json, Json]:
    """A conversation with a question that is answered."""
    conversation = talker.begin("simulated")
    question, answer = talker.say(conversation, text, **more)
    return conversation, question, talker.answered(conversation, answer)


def test_conversations_are_listed_searched_renamed_archived_restored_and_deleted(
    talker: Talker,
) -> None:
    first, _, _ = answered(
        talker, "Where does the ÜBERFALL happen, and who has seen it so far, I ask?"
    )
    second = talker.begin("simulated", title="Plans", system="x")

    def listed(**query: str) -> list[str]:
        found = talker.ask("GET", "/conversations", **query).body["conversations"]
        return [one["id"] for one in found]

    assert listed() == [second, first]
    assert listed(words="%C3%BCberfall") == [first]
    assert listed(words="plans") == [second]
    assert listed(words="plans%20nothing") == []
    page = talker.ask("GET", "/conversations", limit="1").body
    assert [one["id"] for one in page["conversations"]] == [second]
    rest = talker.ask("GET", "/conversations", limit="1", cursor=page["next"]).body
    assert ([one["id"] for one in rest["conversations"]], rest["next"]) == ([first], None)
    [head] = rest["conversations"]
    assert head["title"] == "Where does the ÜBERFALL happen, and who has seen it so…"
    assert (head["messages"], head["author"]) == (2, "owner")

    changed = talker.ask(
        "PATCH", f"/conversations/{second}", {"title": "Notes", "is_archived": True}
    )
    assert (changed.body["title"], listed(), listed(is_archived="true")) == (
        "Notes",
        [first],
        [second],
    )
    talker.ask("PATCH", f"/conversations/{second}", {"is_archived": False})
    assert set(listed()) == {first, second}
    assert talker.ask("DELETE", f"/conversations/{second}").status == 204
    assert talker.ask("GET", f"/conversations/{second}").status == 404
    assert listed() == [first]


def test_an_image_and_a_text_go_with_a_question_and_later_ones(talker: Talker) -> None:
    status, image = send(talker, PNG)
    conversation = talker.begin("raw")
    talker.scripted("A dot.").all()
    beside = [
        {"media_id": image["media_id"], "name": "dot.png"},
        {"name": "notes.md", "text": "# Notes"},
    ]
    question, answer = talker.say(conversation, "What is this?", attachments=beside)
    answer = talker.answered(conversation, answer)
    talker.scripted("Yes.").all()
    _, last = talker.say(conversation, "Sure?", answer["id"])
    talker.answered(conversation, last)

    assert (status, image["media_type"], image["size_bytes"]) == (201, "image/png", len(PNG))
    assert [one["kind"] for one in question["attachments"]] == ["image", "text"]
    for asked in talker.passing.provider.seen[CHAT_PATH][-2:]:
        content = json.loads(asked.body)["messages"][0]["content"]
        assert (
            content[0]["image_url"]["url"]
            == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
        )
        assert content[1]["text"] == "notes.md:\n\n# Notes"
        assert content[2]["text"] == "What is this?"
    where = f"/api/v1/chat-attachments/{image['media_id']}?project={talker.project}"
    shown = ask(talker.server, "GET", where, talker.headers)
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")

    talker.ask("DELETE", f"/conversations/{conversation}")

    assert ask(talker.server, "GET", where, talker.headers).status == 404


def test_an_image_that_was_sent_again_stays_for_the_question_that_is_to_come(
    talker: Talker,
) -> None:
    _, image = send(talker, PNG)
    beside = [{"media_id": image["media_id"]}]
    conversation, _, _ = answered(talker, "What is this?", attachments=beside)
    send(talker, PNG)  # in another tab, where nobody has asked yet

    talker.ask("DELETE", f"/conversations/{conversation}")

    answered(talker, "And here?", attachments=beside)


def test_what_a_conversation_is_begun_and_changed_with_is_kept_without_personal_data(
    talker: Talker,
) -> None:
    secret: Json = {"title": "For ann@acme.com", "system": "Write to ann@acme.com"}
    secret["parameters"] = {"user": "ann@acme.com", "stop": None}
    begun = talker.read(talker.begin("simulated", **secret))
    changed = talker.begin("simulated", title="Plain", system="Plain")

    told = talker.ask("PATCH", f"/conversations/{changed}", secret)

    for one in (begun, told.body, talker.read(changed)):
        assert one["title"].startswith("For [")
        assert one["system"].startswith("Write to [")
        assert (one["parameters"]["stop"], "acme" in json.dumps(one)) == (None, False)


def test_half_a_character_in_parameters_is_kept_as_a_mark(talker: Talker) -> None:
    conversation = talker.begin("simulated", parameters={"stop": "\ud83d"})

    told = talker.ask("PATCH", f"/conversations/{conversation}", {"parameters": {"stop": "\ud83d"}})

    assert told.status == 200
    assert talker.read(conversation)["parameters"] == {"stop": "\ufffd"}


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"<svg onload=alert(1)>", 400, "begin with b'<svg onl'"),
        (b"", 400, "its 0 bytes"),
        (PNG + b"x" * 10 * 1024 * 1024, 413, "10485760"),
    ],
)
def test_what_is_no_image_is_refused(
    talker: Talker, content: bytes, status: int, says: str
) -> None:
    answer = send(talker, content)

    assert answer[0] == status
    assert says in answer[1]["error"]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"text": " \n"}, "nothing but white space"),
        ({"text": "x", "parent": NOBODY}, NOBODY),
        ({"text": "x", "provider": "nobody", "model": "m"}, "'nobody'"),
        ({"text": "x", "provider": "azure"}, "azure"),
        ({"text": "x", "attachments": [{"media_id": "none"}]}, "'none'"),
        ({"text": "x" * 400_001}, "400000"),
        ({"text": "x", "attachments": [{"name": "n", "text": "t"}] * 11}, "attachments"),
        ({"text": "x", "model": " "}, "model"),
        ({"text": "x", "colour": "red"}, "colour"),
        ({}, "text"),
        ([], "body"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_what_is_wrong(
    talker: Talker, body: Any, says: str
) -> None:
    conversation = talker.begin("simulated")

    answer = talker.ask("POST", f"/conversations/{conversation}/messages", body)

    assert answer.status == 400
    assert says in answer.says
    assert talker.read(conversation)["messages"] == []


def test_a_parent_is_an_answer_that_is_over_of_the_same_conversation(talker: Talker) -> None:
    other, question, answer = answered(talker, "One?")
    conversation = talker.begin("raw")
    path = f"/conversations/{conversation}"
    script = talker.scripted("x")
    mine, waiting = talker.say(conversation, "Two?")

    of_another = talker.ask("POST", f"{path}/messages", {"text": "x", "parent": answer["id"]})
    of_a_question = talker.ask("POST", f"{path}/messages", {"text": "x", "parent": mine["id"]})
    under_way = talker.ask("POST", f"{path}/messages", {"text": "x", "parent": waiting["id"]})
    again = talker.ask("POST", f"{path}/answers", {"parent": question["id"]})
    leaf = talker.ask("PATCH", path, {"leaf": answer["id"]})

    assert [one.status for one in (of_another, of_a_question, under_way, again, leaf)] == [
        *(400, 400, 409, 400, 400),
    ]
    assert answer["id"] in of_another.says
    assert answer["id"] in leaf.says
    script.all()
    talker.answered(conversation, waiting)
    assert talker.ask("GET", f"/conversations/{other}").body["messages"][1] == answer


def test_a_body_that_is_too_large_or_no_json_is_refused(talker: Talker) -> None:
    conversation = talker.begin("simulated")
    where = f"/api/v1/conversations/{conversation}/messages?project={talker.project}"
    parts = urlsplit(talker.server.url)

    def told(body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        headers = {**talker.headers, "content-type": "application/json"}
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
            connection.request("POST", where, body, headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    assert told(b'{"text":')[0] == 400
    status, said = told(b'{"text": "' + b"x" * 9_000_000 + b'"}')
    assert status == 413
    assert b"8388608 bytes" in said


def test_another_projects_conversations_are_not_there(talker: Talker) -> None:
    conversation, question, answer = answered(talker, "Where?")
    _, image = send(talker, PNG)
    other = Talker(talker.passing)
    path = f"/conversations/{conversation}"
    routes: list[tuple[str, str, Any]] = [
        ("GET", path, None),
        ("PATCH", path, {"title": "mine"}),
        ("DELETE", path, None),
        ("POST", f"{path}/messages", {"text": "x"}),
        ("POST", f"{path}/answers", {"parent": question["id"]}),
        ("GET", f"{path}/answers/{answer['id']}/events", None),
        ("POST", f"{path}/answers/{answer['id']}/stop", None),
        ("GET", f"{path}/figures", None),
        ("GET", f"/chat-attachments/{image['media_id']}", None),
    ]

    assert {other.ask(*route).status for route in routes} == {404}
    with_image = {"text": "x", "attachments": [{"media_id": image["media_id"]}]}
    refused = other.ask("POST", f"/conversations/{other.begin('simulated')}/messages", with_image)
    assert (refused.status, other.ask("GET", "/conversations").body["conversations"][1:]) == (
        400,
        [],
    )
    assert talker.read(conversation)["title"] == "Where?"


def test_who_presents_nothing_gets_nothing_and_a_reader_asks_nothing(talker: Talker) -> None:
    conversation, _, answer = answered(talker, "Where?")
    path = f"/conversations/{conversation}"
    routes: list[tuple[str, str, Any]] = [
        ("GET", "/conversations", None),
        ("GET", path, None),
        ("POST", f"{path}/messages", {"text": "x"}),
        ("GET", f"{path}/answers/{answer['id']}/events", None),
    ]
    nobody = Talker(talker.passing, {})
    reader = Talker(talker.passing, bearer(make_key(talker.server, talker.project, "read")))
    nobody.project = reader.project = talker.project

    assert {nobody.ask(*route).status for route in routes} == {401}
    assert [reader.ask(*route).status for route in routes] == [200, 200, 403, 200]
    assert send(talker, PNG, {})[0] == 401


def test_what_is_kept_has_no_secrets_and_the_model_sees_the_question_as_it_was(
    talker: Talker,
) -> None:
    conversation = talker.begin("raw")
    talker.scripted("Dear ", "ann@leaks.example.org", "!").all()
    question, answer = talker.say(
        conversation,
        "I am ann@leaks.example.org",
        attachments=[{"name": "a.txt", "text": "from ann@leaks.example.org"}],
    )

    answer = talker.answered(conversation, answer)

    assert "I am ann@leaks.example.org" in str(talker.asked())
    assert "ann@" not in str(talker.read(conversation))
    assert question["text"].startswith("I am ")
    assert answer["text"].startswith("Dear ")


def test_a_server_that_was_killed_keeps_what_there_was_of_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider() as raw:
        monkeypatch.setitem(os.environ, "CLEARSPAN_GATEWAY_URLS", f"raw={raw.url}")
        server = start(tmp_path / "data")
        talker = Talker(Passing(server, "", "", raw))
        conversation = talker.begin("raw")
        script: Script = talker.scripted("These ", "words ", "came ", "before ")
        _, answer = talker.say(conversation, "Hello?")
        script.let_go(3)
        until(lambda: "words" in talker.read(conversation)["messages"][1]["text"])
        assert talker.read(conversation)["messages"][1]["status"] == "answering"

        server.kill()
        talker.server = server = start(tmp_path / "data")
        found = talker.read(conversation)["messages"][1]
        told = list(talker.heard(conversation, answer))
        script = talker.scripted("More ", "words")
        _, other = talker.say(conversation, "Again?", answer["id"])
        script.let_go(1)
        reader = talker.heard(conversation, other)
        more = [next(reader)]
        stopped = server.stop()
        more += reader

    assert (more[0].data["text"], more[-1].kind) == ("More ", "done")
    assert (more[-1].data["status"], more[-1].data["text"]) == ("interrupted", "More ")
    assert (found["status"], found["text"][:12]) == ("interrupted", "These words ")
    assert [(one.kind, one.data) for one in told] == [("done", found)]
    assert stopped == 0
