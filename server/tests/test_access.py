"""Who gets in: open mode's rules, the token, the session, keys and their projects."""

import base64
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from running import Server, until
from sending import PROTOBUF, post, request_of, span


def ask(
    server: Server, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of a request without any credential but the given headers."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    given = {"content-type": "application/json", **(headers or {})}
    connection.request(method, path, json.dumps(body) if body is not None else None, given)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    kind = answer.headers.get("content-type", "")
    parsed = json.loads(text) if kind.startswith("application/json") and text else None
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, parsed


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def make_key(server: Server, project: str, *scopes: str) -> str:
    wanted = {"project": project, "scopes": list(scopes)}
    _, _, created = ask(server, "POST", "/api/v1/keys", bearer(server.token), wanted)
    return str(created["key"])


READS = [
    "/api/v1/traces",
    f"/api/v1/traces/{'a' * 32}",
    "/api/v1/spans",
    f"/api/v1/traces/{'a' * 32}/spans/{'b' * 16}",
    "/api/v1/overview",
    "/api/v1/values?field=model",
    "/api/v1/live",
    "/api/v1/projects",
    "/api/v1/keys",
    f"/api/v1/whereabouts/{'a' * 32}/projects",
]


@pytest.mark.parametrize("path", READS)
def test_reading_without_the_token_is_401_and_says_how_to_get_it(server: Server, path: str) -> None:
    status, _, body = ask(server, "GET", path)

    assert status == 401
    assert "clearspan open" in body["error"]["message"]


@pytest.mark.parametrize("path", READS)
def test_an_unknown_token_reads_nothing(server: Server, path: str) -> None:
    status, _, _ = ask(server, "GET", path, bearer("wrong"))

    assert status == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_open_to_everybody(server: Server, path: str) -> None:
    status, _, body = ask(server, "GET", path)

    assert (status, body["status"]) == (200, "ok")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("host", "evil.example"),
        ("host", "127.0.0.1.evil.example:4318"),
        ("host", ""),
        ("forwarded", "for=1.2.3.4"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "1.2.3.4"),
        ("via", "1.1 proxy"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/traces", "/healthz", "/", "/v1/traces"])
def test_open_mode_refuses_what_cannot_come_from_this_machine(
    server: Server, path: str, header: str, value: str
) -> None:
    status, _, body = ask(server, "GET", path, {**bearer(server.token), header: value})

    assert status == 403
    assert "open mode" in body["error"]["message"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:4318", "[::1]:4318"])
def test_open_mode_answers_every_name_of_loopback(server: Server, host: str) -> None:
    status, _, _ = ask(server, "GET", "/api/v1/traces", {**bearer(server.token), "host": host})

    assert status == 200


def test_the_token_becomes_a_cookie_that_reads(server: Server) -> None:
    status, headers, _ = ask(server, "POST", "/api/v1/session", body={"token": server.token})
    cookie = headers["set-cookie"]

    assert status == 204
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert server.token not in cookie
    status, _, body = ask(server, "GET", "/api/v1/me", {"cookie": cookie.partition(";")[0]})
    assert (status, body["authenticated"]) == (200, True)


def test_a_wrong_token_makes_no_session(server: Server) -> None:
    status, headers, _ = ask(server, "POST", "/api/v1/session", body={"token": "guess"})

    assert status == 401
    assert "set-cookie" not in headers


def test_a_session_writes_only_with_its_csrf_token(server: Server) -> None:
    _, headers, _ = ask(server, "POST", "/api/v1/session", body={"token": server.token})
    session = {"cookie": headers["set-cookie"].partition(";")[0]}
    _, _, me = ask(server, "GET", "/api/v1/me", session)
    wanted = {"project": "default", "scopes": ["ingest"]}

    bare, _, _ = ask(server, "POST", "/api/v1/keys", session, wanted)
    forged, _, _ = ask(server, "POST", "/api/v1/keys", {**session, "x-csrf-token": "0"}, wanted)
    right = {**session, "x-csrf-token": me["csrf"]}
    allowed, _, _ = ask(server, "POST", "/api/v1/keys", right, wanted)

    assert (bare, forged, allowed) == (403, 403, 201)


def test_a_forged_cookie_is_nobody(server: Server) -> None:
    _, headers, _ = ask(server, "POST", "/api/v1/session", body={"token": server.token})
    name, _, value = headers["set-cookie"].partition(";")[0].partition("=")
    forged = f"{name}={value[:-1]}{'0' if value[-1] != '0' else '1'}"

    status, _, _ = ask(server, "GET", "/api/v1/traces", {"cookie": forged})

    assert status == 401


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
    until(lambda: ask(server, "GET", path, bearer(key))[0] == 200)
    for project in ("other", "third", "default"):
        assert ask(server, "GET", f"{path}?project={project}", bearer(server.token))[0] == 404


def test_another_projects_key_sees_nothing(server: Server) -> None:
    stranger = make_key(server, "strangers", "read")
    one = span("private", {"session.id": "s-1"})
    post(server.url, "/v1/traces?project=owners", request_of([one]))
    path = f"/api/v1/traces/{one.trace_id.hex()}"
    until(lambda: ask(server, "GET", f"{path}?project=owners", bearer(server.token))[0] == 200)

    seen = ask(server, "GET", f"{path}?project=owners", bearer(stranger))[0]
    listed = ask(server, "GET", "/api/v1/traces?project=owners", bearer(stranger))[2]

    assert seen == 404
    assert listed["traces"] == []


def test_a_key_works_as_basic_with_its_id_and_secret(server: Server) -> None:
    whole = make_key(server, "basic", "read")
    key_id, secret = "_".join(whole.split("_", 2)[:2]), whole.split("_", 2)[2]
    encoded = base64.b64encode(f"{key_id}:{secret}".encode()).decode()

    status, _, _ = ask(server, "GET", "/api/v1/traces", {"authorization": f"Basic {encoded}"})

    assert status == 200


@pytest.mark.parametrize(
    ("scope", "send", "read", "manage"),
    [("ingest", 200, 403, 401), ("read", 403, 200, 401)],
)
def test_a_key_does_what_its_scope_says(
    server: Server, scope: str, send: int, read: int, manage: int
) -> None:
    key = bearer(make_key(server, "scoped", scope))

    sent, _ = post(server.url, "/v1/traces", request_of([span("x")]), {**PROTOBUF, **key})

    assert sent == send
    assert ask(server, "GET", "/api/v1/traces", key)[0] == read
    assert ask(server, "GET", "/api/v1/keys", key)[0] == manage


def test_a_revoked_key_is_unknown_at_once(server: Server) -> None:
    key = make_key(server, "gone", "read")

    status, _, _ = ask(server, "DELETE", f"/api/v1/keys/{key.split('_')[1]}", bearer(server.token))

    assert status == 204
    assert ask(server, "GET", "/api/v1/traces", bearer(key))[0] == 401


def test_no_list_shows_a_secret(server: Server) -> None:
    key = make_key(server, "listed", "read")

    _, _, body = ask(server, "GET", "/api/v1/keys", bearer(server.token))

    assert key.split("_", 2)[2] not in json.dumps(body)


def test_every_answer_has_a_request_id_and_a_content_security_policy(server: Server) -> None:
    for path in ("/healthz", "/api/v1/traces", "/nothing-here"):
        _, headers, _ = ask(server, "GET", path)

        assert len(headers["x-request-id"]) == 16
        assert "default-src 'self'" in headers["content-security-policy"]
