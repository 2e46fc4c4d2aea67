"""Links that show one trace: what they open, and for how long."""

import sqlite3
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from asking import Headers, ask, bearer
from running import Server, settle, until
from sending import PROTOBUF, post, request_of, span
from team import Team

PROJECT = "shared"


def sent(team: Team, *, said: str = "my door number is on the roof") -> str:
    """A stored trace that failed; its id."""
    key = team.key("ingest", project=PROJECT)
    told: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "input.value": said,
        "user.id": "mei",
        "app.ticket": "kumquat" * 200_000,
    }
    root = span("ask", told)
    root.status.code, root.status.message = Status.STATUS_CODE_ERROR, f"cannot answer: {said}"
    status, _ = post(team.server.url, "/v1/traces", request_of([root]), PROTOBUF | key)
    assert status == 200
    trace_id = root.trace_id.hex()
    settle(team.server)
    return trace_id


def made(team: Team, trace_id: str, **wanted: Any) -> Any:
    """A new link to a trace."""
    path = f"/api/v1/traces/{trace_id}/shares?project={PROJECT}"
    answer = ask(team.server, "POST", path, team.admin, wanted)
    assert answer.status == 201, answer.body
    return answer.body


def listed(team: Team) -> list[Any]:
    found = ask(team.server, "GET", f"/api/v1/shares?project={PROJECT}", team.viewer)
    rows: list[Any] = found.body["shares"]
    return rows


def opened(server: Server, token: str, path: str) -> int:
    return ask(server, "GET", path, bearer(token)).status


@pytest.fixture(scope="module")
def trace_id(team: Team) -> str:
    return sent(team)


def test_a_link_with_texts_opens_its_trace_and_nothing_else(team: Team, trace_id: str) -> None:
    token = made(team, trace_id, has_texts=True)["token"]
    other = sent(team)
    at = f"/api/v1/traces/{trace_id}"

    shared = ask(team.server, "GET", "/api/v1/shared", bearer(token)).body
    outline = ask(team.server, "GET", f"{at}/outline", bearer(token)).body
    [span_id] = outline["spans"]["span_id"]
    contents = ask(team.server, "GET", f"{at}/contents?span={span_id}", bearer(token))

    assert (shared["trace_id"], shared["has_texts"]) == (trace_id, True)
    text = ask(team.server, "GET", f"{at}/spans/{span_id}/text?field=input", bearer(token))
    elsewhere = f"/api/v1/traces/{other}/spans/{span_id}/text?field=input"
    assert (text.status, opened(team.server, token, elsewhere)) == (200, 403)
    for field in ("attributes.app.ticket", "parameters", "events"):
        for path in (f"text?field={field}", f"text/places?field={field}&words=kumquat"):
            assert opened(team.server, token, f"{at}/spans/{span_id}/{path}") == 403, path
    matches = {
        words: ask(team.server, "GET", f"{at}/matches?words={words}", bearer(token)).body
        for words in ("DOOR", "kumquat")
    }
    assert matches == {"DOOR": {"span_ids": [span_id]}, "kumquat": {"span_ids": []}}
    assert outline["trace"]["user_id"] == "mei"
    assert (contents.body["spans"][0]["truncated"], contents.body["spans"][0]["whole"]) == ([], [])
    assert contents.body["spans"][0]["input"] == "my door number is on the roof"
    for path in (
        *(f"/api/v1/traces/{other}/outline", f"/api/v1/traces/{other}/contents?span={span_id}"),
        *(at, f"{at}/spans/{span_id}", f"{at}/comments", f"{at}/whatif/model?model=m"),
        *("/api/v1/traces", "/api/v1/shares", "/api/v1/live", "/api/v1/me", "/metrics"),
    ):
        assert opened(team.server, token, path) == 403, path
    writes = ask(team.server, "PUT", f"{at}/bookmark", bearer(token), {})
    sends, _ = post(team.server.url, "/v1/traces", b"", PROTOBUF | bearer(token))
    assert (writes.status, sends) == (403, 403)


def test_another_project_in_the_address_changes_nothing(team: Team, trace_id: str) -> None:
    token = made(team, trace_id)["token"]

    found = ask(
        team.server, "GET", f"/api/v1/traces/{trace_id}/outline?project=mine", bearer(token)
    )

    assert found.body["trace"]["trace_id"] == trace_id


def test_a_link_without_texts_tells_what_happened_and_not_what_was_said(
    team: Team, trace_id: str
) -> None:
    token = made(team, trace_id)["token"]
    at = f"/api/v1/traces/{trace_id}"

    found = ask(team.server, "GET", f"{at}/outline", bearer(token))

    assert found.body["trace"]["status"] == "error"
    assert found.body["trace"]["span_count"] == 1
    assert not any(word in str(found.body) for word in ("door number", "mei"))
    assert opened(team.server, token, f"{at}/contents?span={'a' * 16}") == 403


def test_a_link_ends_when_it_is_revoked(team: Team, trace_id: str) -> None:
    share = made(team, trace_id)
    token, share_id = share["token"], share["row"]["id"]
    assert opened(team.server, token, "/api/v1/shared") == 200
    path = f"/api/v1/shares/{share_id}?project={PROJECT}"

    refused = ask(team.server, "DELETE", path, team.viewer).status
    elsewhere = ask(team.server, "DELETE", f"/api/v1/shares/{share_id}?project=mine", team.admin)
    done = ask(team.server, "DELETE", path, team.admin).status

    assert (refused, elsewhere.status, done) == (403, 404, 204)
    assert opened(team.server, token, "/api/v1/shared") == 401
    assert share_id not in [row["id"] for row in listed(team)]


def test_the_list_and_the_disk_hold_no_secret(team: Team, trace_id: str) -> None:
    share = made(team, trace_id, expires_s=3600)
    _, share_id, secret = share["token"].split("_", 2)

    [row] = [row for row in listed(team) if row["id"] == share_id]

    assert (row["author"], row["opened"], row["has_texts"]) == ("ann@example.org", None, False)
    assert secret not in str(listed(team))
    assert len(secret) == 22  # 128 bits in base64
    with sqlite3.connect(team.server.data / "catalog.db") as catalog:
        held = str(catalog.execute("select * from shares").fetchall())
    assert share_id in held
    assert secret not in held


@pytest.mark.parametrize("token", ["sh_", "sh_x_y", "sh_" + "a" * 12, "sh__x", "sh_é_é"])
def test_no_other_token_opens_anything(team: Team, token: str) -> None:
    given: Headers = {"authorization": f"Bearer {token}".encode().decode("latin-1")}

    assert ask(team.server, "GET", "/api/v1/shared", given).status == 401
    assert ask(team.server, "GET", "/api/v1/traces", given).status == 401


@pytest.mark.parametrize("life_s", [0, 3599, 90 * 86_400 + 1])
def test_a_link_lasts_from_an_hour_to_ninety_days(team: Team, trace_id: str, life_s: int) -> None:
    path = f"/api/v1/traces/{trace_id}/shares?project={PROJECT}"

    assert ask(team.server, "POST", path, team.admin, {"expires_s": life_s}).status in (400, 422)


def test_there_are_no_links_to_nothing_by_viewers_or_in_open_mode(
    team: Team, server: Server, trace_id: str
) -> None:
    path = "/api/v1/traces/{}/shares?project=" + PROJECT

    nothing = ask(team.server, "POST", path.format("b" * 32), team.admin, {})
    viewer = ask(team.server, "POST", path.format(trace_id), team.viewer, {})
    in_open = ask(server, "POST", path.format(trace_id), bearer(server.token), {})

    assert (nothing.status, viewer.status, in_open.status) == (404, 403, 403)


def test_a_link_goes_with_its_trace(team: Team) -> None:
    trace_id = sent(team)
    token = made(team, trace_id)["token"]
    path, wanted = f"/api/v1/erasures?project={PROJECT}", {"by": "trace", "value": trace_id}

    begun = ask(team.server, "POST", path, team.admin, wanted)
    at = f"/api/v1/erasures/{begun.body['id']}?project={PROJECT}"
    until(lambda: ask(team.server, "GET", at, team.admin).body["state"] == "done", 120)

    assert ask(team.server, "GET", at, team.admin).body["counts"]["shares"] == 1
    assert opened(team.server, token, "/api/v1/shared") == 401
