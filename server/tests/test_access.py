"""Who gets in: the token, its session, keys and their projects."""

import base64
import json

import pytest

from asking import ask, bearer, browser_of, make_key
from running import Server, until
from sending import PROTOBUF, post, request_of, span

READS = [
    "/api/v1/traces",
    f"/api/v1/traces/{'a' * 32}",
    "/api/v1/spans",
    f"/api/v1/traces/{'a' * 32}/spans/{'b' * 16}",
    "/api/v1/overview",
    "/api/v1/values/model",
    "/api/v1/filter/fields",
    "/api/v1/filter/check?filter=a",
    "/api/v1/live",
    "/api/v1/projects",
    "/api/v1/keys",
    f"/api/v1/whereabouts/{'a' * 32}/projects",
]


@pytest.mark.parametrize("path", READS)
def test_reading_without_the_token_is_401_and_says_how_to_get_it(server: Server, path: str) -> None:
    answer = ask(server, "GET", path)

    assert answer.status == 401
    assert "clearspan open" in answer.says


@pytest.mark.parametrize("path", READS)
def test_an_unknown_token_reads_nothing(server: Server, path: str) -> None:
    assert ask(server, "GET", path, bearer("wrong")).status == 401


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_health_is_open_to_everybody(server: Server, path: str, status: str) -> None:
    answer = ask(server, "GET", path)

    assert (answer.status, answer.body["status"]) == (200, status)


def test_the_token_becomes_a_cookie_that_reads(server: Server) -> None:
    answer = ask(server, "POST", "/api/v1/session", body={"token": server.token})
    cookie = answer.headers["set-cookie"]

    assert answer.status == 204
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert server.token not in cookie
    me = ask(server, "GET", "/api/v1/me", {"cookie": cookie.partition(";")[0]}).body
    assert (me["mode"], me["authenticated"], me["role"]) == ("open", True, "admin")


def test_a_wrong_token_makes_no_session(server: Server) -> None:
    answer = ask(server, "POST", "/api/v1/session", body={"token": "guess"})

    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_a_session_writes_only_with_its_csrf_token(server: Server) -> None:
    right = browser_of(server, {"token": server.token})
    bare = {"cookie": right["cookie"]}
    wanted = {"project": "default", "scopes": ["ingest"]}

    statuses = [
        ask(server, "POST", "/api/v1/keys", headers, wanted).status
        for headers in (bare, {**bare, "x-csrf-token": "0"}, right)
    ]

    assert statuses == [403, 403, 201]


def test_a_forged_cookie_is_nobody(server: Server) -> None:
    cookie = browser_of(server, {"token": server.token})["cookie"]
    forged = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")

    assert ask(server, "GET", "/api/v1/traces", {"cookie": forged}).status == 401


def test_a_key_sends_to_its_own_project_whatever_is_asked(server: Server) -> None:
    key = make_key(server, "mine", "ingest", "read")
    one = span("keyed")

    status, _ = post(
        server.url,
        "/v1/traces?project=other",
        request_of([one]),
        {**PROTOBUF, **bearer(key), "x-clearspan-project": "third"},
    )

    assert status == 200
    path = f"/api/v1/traces/{one.trace_id.hex()}"
    until(lambda: ask(server, "GET", path, bearer(key)).status == 200)
    for project in ("other", "third", "default"):
        assert ask(server, "GET", f"{path}?project={project}", bearer(server.token)).status == 404


def test_another_projects_key_sees_nothing(server: Server) -> None:
    stranger = make_key(server, "strangers", "read")
    one = span("private", {"session.id": "s-1"})
    post(server.url, "/v1/traces?project=owners", request_of([one]))
    path = f"/api/v1/traces/{one.trace_id.hex()}"
    until(lambda: ask(server, "GET", f"{path}?project=owners", bearer(server.token)).status == 200)

    seen = ask(server, "GET", f"{path}?project=owners", bearer(stranger)).status
    listed = ask(server, "GET", "/api/v1/traces?project=owners", bearer(stranger)).body

    assert seen == 404
    assert listed["traces"] == []


def test_a_key_works_as_basic_with_its_id_and_secret(server: Server) -> None:
    whole = make_key(server, "basic", "read")
    key_id, secret = "_".join(whole.split("_", 2)[:2]), whole.split("_", 2)[2]
    encoded = base64.b64encode(f"{key_id}:{secret}".encode()).decode()

    answer = ask(server, "GET", "/api/v1/traces", {"authorization": f"Basic {encoded}"})

    assert answer.status == 200


@pytest.mark.parametrize(
    ("scope", "send", "read", "manage"),
    [("ingest", 200, 403, 403), ("read", 403, 200, 403)],
)
def test_a_key_does_what_its_scope_says(
    server: Server, scope: str, send: int, read: int, manage: int
) -> None:
    key = bearer(make_key(server, "scoped", scope))

    sent, _ = post(server.url, "/v1/traces", request_of([span("x")]), {**PROTOBUF, **key})

    assert sent == send
    assert ask(server, "GET", "/api/v1/traces", key).status == read
    assert ask(server, "GET", "/api/v1/keys", key).status == manage


def test_a_revoked_key_is_unknown_at_once(server: Server) -> None:
    key = make_key(server, "gone", "read")

    answer = ask(server, "DELETE", f"/api/v1/keys/{key.split('_')[1]}", bearer(server.token))

    assert answer.status == 204
    assert ask(server, "GET", "/api/v1/traces", bearer(key)).status == 401


def test_no_list_shows_a_secret(server: Server) -> None:
    key = make_key(server, "listed", "read")

    listed = ask(server, "GET", "/api/v1/keys", bearer(server.token)).body

    assert key.split("_", 2)[2] not in json.dumps(listed)


def test_every_answer_has_a_request_id_and_a_content_security_policy(server: Server) -> None:
    for path in ("/healthz", "/api/v1/traces", "/nothing-here"):
        headers = ask(server, "GET", path).headers

        assert len(headers["x-request-id"]) == 16
        assert "default-src 'self'" in headers["content-security-policy"]
