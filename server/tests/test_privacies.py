"""Rules of a project: chosen by admins, told with who and when, and in force for what comes next."""

import json
import os
import uuid
from typing import Any

import pytest

from asking import Client, ask
from running import Server, settle, until
from sending import post
from team import Team

SETTINGS = "/redaction/settings"
JSON = {"content-type": "application/json"}


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server, f"p-{uuid.uuid4().hex}")


def send(client: Client, text: str, **more: Any) -> str:
    """A span that says something; gives its trace."""
    trace_id = os.urandom(16).hex()
    facts = {"note": text, **more}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in facts.items()]
    span = {
        "traceId": trace_id,
        "spanId": os.urandom(8).hex(),
        "name": "said",
        "startTimeUnixNano": "1795000000000000000",
        "endTimeUnixNano": "1795000001000000000",
        "attributes": attributes,
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    path = f"/v1/traces?project={client.project}"
    assert post(client.server.url, path, json.dumps(body).encode(), JSON)[0] == 200
    return trace_id


def stored(client: Client, trace_id: str) -> dict[str, Any]:
    """Its only span, once everything is there."""
    settle(client.server)
    [row] = client("GET", f"/traces/{trace_id}")[1]["spans"]
    return dict(client("GET", f"/traces/{trace_id}/spans/{row['span_id']}")[1])


def test_a_project_begins_masked_and_a_change_is_told_with_who_and_when(client: Client) -> None:
    before = client("GET", SETTINGS)[1]
    status, after = client(
        "PUT", SETTINGS, {"capture": "errors", "off": ["ip"], "words": ["Nightjar"]}
    )

    assert (before["rules"]["capture"], before["changes"]) == ("masked", [])
    assert [before["rules"]["entities"], before["known_entities"]] == [[], []]
    assert before["unknown_entities"] == []
    assert status == 200
    assert after["rules"] == {
        **before["rules"],
        "capture": "errors",
        "off": ["ip"],
        "words": ["Nightjar"],
    }
    [change] = after["changes"]
    assert (change["changed_by"], change["rules"]) == ("owner", after["rules"])
    assert client("GET", SETTINGS)[1] == after


def test_rules_hold_for_what_comes_after_them_and_for_no_other_project(client: Client) -> None:
    pattern = {"name": "order_no", "pattern": r"ORD-\d+"}
    wanted = {"words": ["Nightjar"], "patterns": [pattern], "off": ["email"]}
    text = "Nightjar ORD-77 ann@example.com"

    before = stored(client, send(client, text))
    client("PUT", SETTINGS, wanted)
    after = stored(client, send(client, text))
    other = Client(client.server, f"p-{uuid.uuid4().hex}")
    elsewhere = stored(other, send(other, text))

    assert before["attributes"]["note"] == "Nightjar ORD-77 [redacted:email]"
    assert after["attributes"]["note"] == "[redacted:word] [redacted:order_no] ann@example.com"
    assert after["redactions"] == {"word": 1, "order_no": 1}
    assert elsewhere["attributes"]["note"] == before["attributes"]["note"]


def test_a_try_is_made_with_the_projects_rules(client: Client) -> None:
    client("PUT", SETTINGS, {"words": ["Nightjar"], "capture": "metadata"})

    tried = client("POST", "/redaction/try", {"text": "Nightjar at 4111 1111 1111 1111"})[1]

    assert tried == {
        "text": "[redacted:word] at [redacted:card]",
        "counts": {"word": 1, "card": 1},
        "capture": "metadata",
    }


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"patterns": [{"name": "a", "pattern": "("}]}, "missing )"),
        ({"patterns": [{"name": "email", "pattern": "x"}]}, "name of a type already"),
        ({"words": ["x"]}, "characters"),
        ({"off": ["api_key"]}, "cannot be left alone"),
        ({"capture": "nothing"}, "capture"),
        ({"entities": ["PERSON"]}, "'PERSON' is not known"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_and_those_of_before_hold(
    client: Client, wanted: dict[str, Any], says: str
) -> None:
    client("PUT", SETTINGS, {"words": ["Nightjar"]})

    status, body = client("PUT", SETTINGS, wanted)

    assert status in (400, 422)
    assert says in json.dumps(body)
    assert client("GET", SETTINGS)[1]["rules"]["words"] == ["Nightjar"]


def test_only_admins_see_and_choose_rules(team: Team) -> None:
    key, writer = team.key("admin", project="ruled"), team.key("read", "write", project="ruled")
    path, wanted = f"/api/v1{SETTINGS}", {"words": ["Nightjar"]}

    chosen = ask(team.server, "PUT", path, key, wanted | {"project": "another"})

    assert chosen.status == 200
    assert ask(team.server, "GET", path, key).body["rules"]["words"] == ["Nightjar"]
    for who in (team.viewer, writer):
        assert ask(team.server, "GET", path, who).status == 403
        assert ask(team.server, "PUT", path, who, wanted).status == 403


def rescan(client: Client, **wanted: Any) -> Any:
    """A rescan of all there is, once it is done."""
    status, begun = client("POST", "/redaction/rescans", wanted)
    assert status == 202, begun
    path = f"/redaction/rescans/{begun['id']}"
    return until(lambda: (one := client("GET", path)[1])["state"] == "done" and one, 120)


def test_a_rescan_tells_what_would_change_and_then_changes_it(client: Client) -> None:
    trace_id = send(client, "Nightjar flies", **{"user.id": "nightjar"})
    other = stored(client, send(client, "nothing of it"))
    before = stored(client, trace_id)
    client("PUT", SETTINGS, {"words": ["Nightjar"]})

    preview = rescan(client, preview=True)
    untouched = stored(client, trace_id)
    done = rescan(client)
    after = stored(client, trace_id)

    assert untouched == before
    assert (preview["spans"], preview["changed"], preview["types"]) == (2, 1, {"word": 3})
    assert {one["field"] for one in preview["fields"]} >= {"attributes", "user_id"}
    assert all("ightjar" not in one["old"] + one["new"] for one in preview["examples"])
    assert (done["spans"], done["changed"], done["progress"]) == (2, 1, 1.0)
    assert after["attributes"]["note"] == "[redacted:word] flies"
    assert after["user_id"].startswith("redacted-")
    assert after["redactions"] == {"word": 3}
    assert stored(client, other["trace_id"]) == other
    assert rescan(client)["changed"] == 0


def test_a_rescan_redacts_what_a_span_was_made_of_too(client: Client) -> None:
    trace_id = send(client, "Nightjar opens", **{"clearspan.state": "update"})
    assert "Nightjar" in json.dumps(stored(client, trace_id))
    client("PUT", SETTINGS, {"words": ["Nightjar"]})

    rescan(client)
    span = stored(client, trace_id)
    normalised = client("POST", "/normalisations", {"all": True})[1]["id"]
    path = f"/normalisations/{normalised}"
    until(lambda: client("GET", path)[1]["state"] == "done", 120)

    assert "Nightjar" not in json.dumps(span)
    assert "Nightjar" not in json.dumps(stored(client, trace_id))
