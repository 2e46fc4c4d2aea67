"""Accounts over HTTP: signing in and out, passwords, other browsers, keys and projects, what Settings show."""

import pytest

from asking import Headers, ask, bearer, signed_in
from clearspan_server.api.attempts import LIMITS
from team import ADMIN, PASSWORD, VIEWER, Team


def make_account(team: Team, name: str, role: str = "viewer") -> tuple[str, Headers]:
    """The id of a new account, and what its browser sends."""
    wanted = {"name": name, "password": PASSWORD, "role": role}
    made = ask(team.server, "POST", "/api/v1/accounts", team.admin, wanted)
    assert made.status == 201, made.body
    return str(made.body["id"]), signed_in(team.server, name, PASSWORD)


def test_signing_in_tells_who_one_is(team: Team) -> None:
    me = ask(team.server, "GET", "/api/v1/me", team.viewer).body

    assert (me["mode"], me["authenticated"], me["name"], me["role"]) == (
        *("accounts", True, VIEWER, "viewer"),
    )


def test_nobody_is_told_to_sign_in_and_nothing_else(team: Team) -> None:
    me = ask(team.server, "GET", "/api/v1/me").body

    assert me == {
        "mode": "accounts",
        "authenticated": False,
        **dict.fromkeys(("name", "role", "csrf", "version", "engine"), ""),
    }


def test_the_cookie_is_secure_behind_https_and_never_for_scripts(team: Team) -> None:
    credentials = {"name": ADMIN, "password": PASSWORD}

    plain = ask(team.server, "POST", "/api/v1/session", body=credentials)
    https = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
    behind = ask(team.server, "POST", "/api/v1/session", https, credentials)

    cookies = [one.headers["set-cookie"] for one in (plain, behind)]
    assert [("HttpOnly" in one, "SameSite=lax" in one) for one in cookies] == [(True, True)] * 2
    assert ["Secure" in one for one in cookies] == [False, True]


def test_an_unknown_name_is_answered_like_a_wrong_password(team: Team) -> None:
    answers = [
        ask(team.server, "POST", "/api/v1/session", body={"name": name, "password": "wrong"})
        for name in (ADMIN, "nobody@example.org")
    ]

    assert [one.status for one in answers] == [401, 401]
    assert answers[0].says == answers[1].says


def test_who_guesses_too_often_is_put_off_whatever_is_guessed_next(team: Team) -> None:
    make_account(team, "guessed")
    wrong = {"name": "guessed", "password": "wrong"}

    for _ in range(LIMITS["name and address"]):
        assert ask(team.server, "POST", "/api/v1/session", body=wrong).status == 401
    right = ask(
        team.server, "POST", "/api/v1/session", body={"name": "guessed", "password": PASSWORD}
    )

    assert (right.status, right.body["error"]["code"]) == (429, "too_many_attempts")
    assert int(right.headers["retry-after"]) > 0


def test_after_signing_out_the_cookie_is_worth_nothing(team: Team) -> None:
    browser = signed_in(team.server, VIEWER, PASSWORD)

    out = ask(team.server, "DELETE", "/api/v1/session", browser)

    assert out.status == 204
    assert ask(team.server, "GET", "/api/v1/traces", browser).status == 401


def test_a_changed_password_ends_every_other_session(team: Team) -> None:
    _, first = make_account(team, "changing")
    second = signed_in(team.server, "changing", PASSWORD)
    new = {"old": PASSWORD, "new": "quite another password"}

    wrong = ask(
        team.server, "PUT", "/api/v1/account/password", second, {**new, "old": "not it at all"}
    )
    changed = ask(team.server, "PUT", "/api/v1/account/password", second, new)

    assert (wrong.status, changed.status) == (403, 204)
    statuses = [ask(team.server, "GET", "/api/v1/traces", one).status for one in (first, second)]
    assert statuses == [401, 200]
    assert signed_in(team.server, "changing", "quite another password")


def test_an_admin_resets_a_password_and_everybody_signs_in_anew(team: Team) -> None:
    account, browser = make_account(team, "reset")

    answer = ask(
        team.server,
        "PUT",
        f"/api/v1/accounts/{account}/password",
        team.admin,
        {"password": "set by an admin"},
    )

    assert answer.status == 204
    assert ask(team.server, "GET", "/api/v1/traces", browser).status == 401
    assert signed_in(team.server, "reset", "set by an admin")


def test_one_sees_and_ends_ones_own_browsers(team: Team) -> None:
    _, here = make_account(team, "two-browsers")
    there = signed_in(team.server, "two-browsers", PASSWORD)

    listed = ask(team.server, "GET", "/api/v1/account/sessions", here).body["sessions"]
    [other] = [one["id"] for one in listed if not one["current"]]
    foreign = ask(team.server, "DELETE", f"/api/v1/account/sessions/{other}", team.viewer)
    ended = ask(team.server, "DELETE", f"/api/v1/account/sessions/{other}", here)

    assert (len(listed), foreign.status, ended.status) == (2, 404, 204)
    statuses = [ask(team.server, "GET", "/api/v1/traces", one).status for one in (here, there)]
    assert statuses == [200, 401]


def test_a_deleted_account_is_out_at_once(team: Team) -> None:
    account, browser = make_account(team, "leaving")

    gone = ask(team.server, "DELETE", f"/api/v1/accounts/{account}", team.admin)

    assert gone.status == 204
    assert ask(team.server, "GET", "/api/v1/traces", browser).status == 401


def test_the_last_admin_stays(team: Team) -> None:
    path = f"/api/v1/accounts/{team.account_ids[ADMIN]}"

    refused = ask(team.server, "DELETE", path, team.admin)

    assert (refused.status, "last admin" in refused.says) == (403, True)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"name": "", "password": PASSWORD}, "no account's name"),
        ({"name": "two words", "password": PASSWORD}, "'two words'"),
        ({"name": "bell\x07", "password": PASSWORD}, "no account's name"),
        ({"name": ADMIN.upper(), "password": PASSWORD}, "already"),
        ({"name": "short", "password": "123456789"}, "10 to 200 characters, not 9"),
        ({"name": "long", "password": "x" * 201}, "not 201"),
        ({"name": "same-as-name", "password": "Same-As-Name"}, "must not be the name"),
        ({"name": "role", "password": PASSWORD, "role": "king"}, "'king'"),
    ],
)
def test_what_cannot_be_an_account_is_refused_in_words(
    team: Team, wanted: dict[str, str], says: str
) -> None:
    answer = ask(team.server, "POST", "/api/v1/accounts", team.admin, wanted)

    assert (answer.status, says in answer.says) == (400, True), answer.says


def test_a_rotated_keys_old_secret_works_for_the_grace_time_alone(team: Team) -> None:
    made = ask(
        team.server, "POST", "/api/v1/keys", team.admin, {"project": "mine", "scopes": ["read"]}
    ).body
    path = f"/api/v1/keys/{made['row']['id']}/rotate"

    rotated = ask(team.server, "POST", path, team.admin, {"grace_s": 3600}).body
    during = [
        ask(team.server, "GET", "/api/v1/traces", bearer(one["key"])).status
        for one in (made, rotated)
    ]
    at_once = ask(team.server, "POST", path, team.admin, {"grace_s": 0}).body
    after = [
        ask(team.server, "GET", "/api/v1/traces", bearer(one["key"])).status
        for one in (made, rotated, at_once)
    ]

    assert during == [200, 200]
    assert after == [401, 401, 200]


def test_a_list_of_keys_tells_when_each_was_used(team: Team) -> None:
    key = team.key("read", project="used")

    def last_used() -> object:
        keys = ask(team.server, "GET", "/api/v1/keys", team.viewer).body["keys"]
        return next(one["last_used"] for one in keys if one["project"] == "used")

    before = last_used()
    ask(team.server, "GET", "/api/v1/traces", key)

    assert before is None
    assert last_used() is not None


def test_a_key_that_may_admin_makes_keys_of_its_own_project_alone(team: Team) -> None:
    key = team.key("admin", project="own")

    own = ask(team.server, "POST", "/api/v1/keys", key, {"project": "own"})
    other = ask(team.server, "POST", "/api/v1/keys", key, {"project": "other"})
    listed = ask(team.server, "GET", "/api/v1/keys", key).body["keys"]

    assert (own.status, other.status) == (201, 403)
    assert {one["project"] for one in listed} == {"own"}


def test_a_project_is_made_and_called_something_else(team: Team) -> None:
    made = ask(team.server, "POST", "/api/v1/projects", team.admin, {"id": "shop"})
    again = ask(team.server, "POST", "/api/v1/projects", team.admin, {"id": "shop"})
    called = ask(team.server, "PUT", "/api/v1/projects/shop", team.admin, {"label": "The shop"})

    assert (made.status, again.status, called.status) == (201, 400, 200)
    listed = ask(team.server, "GET", "/api/v1/projects", team.viewer).body["projects"]
    assert [one["label"] for one in listed if one["id"] == "shop"] == ["The shop"]


def test_a_key_sees_no_other_project_in_the_list(team: Team) -> None:
    listed = ask(team.server, "GET", "/api/v1/projects", team.key("read")).body["projects"]

    assert [one["id"] for one in listed] == ["mine"]


def test_a_text_is_redacted_for_whoever_tries_it_up_to_a_bound(team: Team) -> None:
    text = {"text": "write to ann@example.org or bob@example.org"}

    tried = ask(team.server, "POST", "/api/v1/redaction/try", team.viewer, text)
    large = ask(team.server, "POST", "/api/v1/redaction/try", team.viewer, {"text": "é" * 40_000})

    assert tried.body["counts"] == {"email": 2}
    assert "example.org" not in tried.body["text"]
    assert (large.status, "80000 bytes" in large.says) == (413, True)


def test_a_text_that_cannot_be_written_is_refused(team: Team) -> None:
    answer = ask(team.server, "POST", "/api/v1/redaction/try", team.viewer, {"text": "\ud800"})

    assert answer.status == 400
    assert answer.says.startswith("body.text: ")


def test_storage_and_versions_tell_what_is_here(team: Team) -> None:
    storage = ask(team.server, "GET", "/api/v1/storage", team.viewer).body
    versions = ask(team.server, "GET", "/api/v1/versions", team.viewer).body

    assert storage["catalog_bytes"] > 0
    assert 0 < storage["disk_free_bytes"] <= storage["disk_total_bytes"]
    assert (versions["catalog_revision"] >= "0003", versions["senders"]) == (True, [])


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/session", {"name": "ann", "password": f"secret{'!' * 1_000}"}),
        ("PUT", "/account/password", {"old": "secret of mine"}),
        ("PUT", "/account/password", {"old": "secret of mine", "new": ["secret of yours"]}),
    ],
)
def test_a_password_that_is_refused_is_not_repeated(
    team: Team, method: str, path: str, sent: dict[str, object]
) -> None:
    answer = ask(team.server, method, f"/api/v1{path}", team.viewer, sent)

    assert answer.status == 400
    assert answer.says.startswith("body.")
    assert "secret" not in answer.says
