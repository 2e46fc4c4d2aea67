"""Who may call which route: every route of the app, and every kind of caller."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from fastapi.routing import APIRoute
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from asking import Headers, ask, bearer
from clearspan_server.api.otlp_paths import INGESTION, PATHS, XTRACE
from clearspan_server.app import ROUTES
from running import Server
from team import Team

ID = "a" * 32
# A route that is not here is read by GET and changed by everything else: a new one that asks for more, or for less,
# says so here.
NEEDS: dict[tuple[str, str], str] = {
    **{("GET", path): "nothing" for path in ("/healthz", "/readyz", "/api/public/health")},
    ("GET", "/api/v1/me"): "nothing",
    ("POST", "/api/v1/session"): "nothing",
    ("DELETE", "/api/v1/session"): "nothing",
    ("GET", "/api/v1/shared"): "a link",
    ("GET", "/metrics"): "any credential",
    ("GET", "/openapi.json"): "any credential",
    ("GET", "/api/internal/rate_limit_stats"): "any credential",
    ("GET", "/api/public/projects"): "a key",
    **{
        ("POST", path): "ingest"
        for path in (*PATHS, *(f"{path.rstrip('/')}/" for path in PATHS), INGESTION, *XTRACE)
    },
    ("POST", "/api/v1/processes/{process_id}/heartbeat"): "ingest",
    ("POST", "/api/v1/scores"): "ingest or write",
    **{
        ("GET", path): "ingest or read"
        for prompts in ("/api/v1/prompts", "/api/public/v2/prompts")
        for path in (prompts, f"{prompts}/{{name:path}}")
    },
    ("POST", "/api/v1/playground-runs"): "write and gateway",
    **{
        ("POST", f"/api/v1/conversations/{{conversation_id}}/{noun}"): "write and gateway"
        for noun in ("messages", "answers")
    },
    ("DELETE", "/api/public/traces"): "admin",
    ("DELETE", "/api/public/traces/{trace_id:path}"): "admin",
    ("POST", "/api/public/scores"): "ingest or write",
    ("POST", "/api/public/media"): "ingest or write",
    ("PATCH", "/api/public/media/{media_id}"): "ingest or write",
    ("POST", "/v1development/profiles"): "to be no viewer",
    ("POST", "/api/v1/redaction/try"): "read",
    ("POST", "/api/v1/sql"): "read",
    ("POST", "/api/v1/whatif"): "read",
    ("POST", "/api/v1/traces/{trace_id}/whatif"): "read",
    ("GET", "/api/v1/redaction/settings"): "admin",
    ("PUT", "/api/v1/redaction/settings"): "admin",
    ("POST", "/api/v1/redaction/rescans"): "admin",
    ("DELETE", "/api/v1/redaction/rescans/{rescan_id}"): "admin",
    ("GET", "/api/v1/accounts"): "a role",
    ("GET", "/api/v1/storage"): "a role",
    ("GET", "/api/v1/versions"): "a role",
    ("GET", "/api/v1/whereabouts/{trace_id}/projects"): "a role",
    ("GET", "/api/v1/keys"): "a role or admin",
    ("POST", "/api/v1/keys"): "admin",
    ("POST", "/api/v1/keys/{key_id}/rotate"): "admin",
    ("DELETE", "/api/v1/keys/{key_id}"): "admin",
    **{
        (method, f"/api/v1/{path}"): "admin"
        for method, path in (
            *(("GET", "erasures"), ("POST", "erasures")),
            *(("GET", "erasures/{erasure_id}"), ("DELETE", "erasures/{erasure_id}")),
            *(("GET", "retention"), ("PUT", "retention"), ("GET", "retention/cold")),
            ("DELETE", "retention/cold/{month}"),
            *(("GET", "retention/turns"), ("POST", "retention/turns")),
        )
    },
    ("GET", "/api/v1/backups"): "to be an admin",
    ("POST", "/api/v1/backups"): "to be an admin",
    ("GET", "/api/v1/backups/{backup_id}"): "to be an admin",
    ("POST", "/api/v1/accounts"): "to be an admin",
    ("DELETE", "/api/v1/accounts/{account_id}"): "to be an admin",
    ("PUT", "/api/v1/accounts/{account_id}/password"): "to be an admin",
    ("POST", "/api/v1/projects"): "to be an admin",
    ("PUT", "/api/v1/projects/{project}"): "to be an admin",
    ("PUT", "/api/v1/prices/list"): "to be an admin",
    ("POST", "/api/v1/scrapes"): "to be an admin",
    ("PUT", "/api/v1/providers/{name}"): "to be an admin",
    ("DELETE", "/api/v1/providers/{name}"): "to be an admin",
    ("POST", "/api/v1/providers/{name}/test"): "to be an admin",
    ("DELETE", "/api/v1/scrapes/{scrape_id}"): "to be an admin",
    ("DELETE", "/api/v1/prices/list"): "to be an admin",
    ("PUT", "/api/v1/account/password"): "an account",
    ("GET", "/api/v1/account/sessions"): "an account",
    ("DELETE", "/api/v1/account/sessions/{session_id}"): "an account",
}
# Who has what a route needs.
OWNERS = {"admin", "token"}
MAY: dict[str, set[str]] = {
    "nothing": {"nobody", "viewer", *OWNERS, "key ingest", "key read", "key write", "key admin"},
    "a link": set(),
    "any credential": {"viewer", *OWNERS, "key ingest", "key read", "key write", "key admin"},
    "to be no viewer": {*OWNERS, "key ingest", "key read", "key write", "key admin"},
    "a key": {"key ingest", "key read", "key write", "key admin"},
    "ingest": {*OWNERS, "key ingest", "key admin"},
    "ingest or write": {*OWNERS, "key ingest", "key write", "key admin"},
    "ingest or read": {"viewer", *OWNERS, "key ingest", "key read", "key admin"},
    "read": {"viewer", *OWNERS, "key read", "key admin"},
    "write": {*OWNERS, "key write", "key admin"},
    "a role": {"viewer", *OWNERS},
    "a role or admin": {"viewer", *OWNERS, "key admin"},
    "admin": {*OWNERS, "key admin"},
    "to be an admin": OWNERS,
    "an account": {"viewer", "admin"},
}
for those in MAY.values():
    those.update({"key write gateway"} if "key write" in those else ())
MAY["write and gateway"] = {*OWNERS, "key write gateway"}
# What a route reads before it asks who it is; without a right body a refusal could be one of the body.
BODIES: dict[str, Any] = {
    "/api/v1/keys": {"project": "mine"},
    "/api/v1/keys/{key_id}/rotate": {"grace_s": 0},
    "/api/v1/prices": {"model": "m", "provider": "", "since": None, "prices": {"input": "1"}},
    "/api/v1/prices/reprice": {"from": "2026-01-01", "to": "2026-01-02", "preview": True},
    "/api/v1/normalisations": {"from": "2026-01-01", "to": "2026-01-02", "preview": True},
    "/api/v1/erasures": {"by": "user", "value": "nobody", "preview": True},
    "/api/v1/backups": {"path": "relative"},
    "/api/v1/retention/turns": {"preview": True},
    "/api/v1/quarantine/redrive": {"ids": [1]},
    "/api/v1/quarantine/discard": {"ids": [1]},
    "/api/v1/redaction/try": {"text": "x"},
    "/api/v1/sql": {"sql": "select 1"},
    "/api/v1/whatif": {"model": "gpt-4o-mini"},
    "/api/v1/traces/{trace_id}/whatif": {"changes": []},
    "/api/v1/scrapes": {"url": "http://127.0.0.1:9/metrics", "service": "x", "interval_s": 3600},
    "/api/v1/redaction/settings": {"capture": "masked"},
    "/api/v1/redaction/rescans": {"from": "2026-01-01", "to": "2026-01-02", "preview": True},
    "/api/v1/traces/{trace_id}/comments": {"text": "x"},
    "/api/v1/providers/{name}": {"base_url": "http://127.0.0.1:9"},
    "/api/v1/prompts": {"name": "x", "template": "y"},
    "/api/v1/prompt-labels": {"version": 1},
    "/api/v1/playground-runs": {
        "messages": [{"role": "user", "parts": []}],
        "targets": [{"provider": "x", "model": "y"}],
    },
    "/api/v1/conversations": {"provider": "x", "model": "y"},
    "/api/v1/conversations/{conversation_id}/messages": {"text": "x"},
    "/api/v1/conversations/{conversation_id}/answers": {"parent": "a"},
    "/api/public/v2/prompts": {"name": "x", "prompt": "y"},
    "/api/public/v2/prompts/{name:path}/versions/{version}": {"newLabels": ["x"]},
    "/api/public/datasets": {"name": "x"},
    "/api/public/v2/datasets": {"name": "x"},
    "/api/public/dataset-items": {"datasetName": "x"},
    "/api/public/dataset-run-items": {"runName": "x", "datasetItemId": "x", "traceId": "x"},
    "/api/public/traces": {"traceIds": ["x"]},
    "/api/public/comments": {"objectType": "TRACE", "objectId": "x", "content": "x"},
    "/api/public/media": {
        "contentType": "text/plain",
        "contentLength": 1,
        "sha256Hash": "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=",
        "field": "input",
    },
    "/api/v1/views": {"name": "x", "page": "traces"},
    "/api/v1/views/{view_id}": {"name": "x", "page": "traces"},
    "/api/v1/dashboards": {"clearspan_dashboard": 1, "name": "x"},
    "/api/v1/dashboards/order": {"ids": []},
    "/api/v1/dashboards/{dashboard_id}": {
        "version": 1,
        "document": {"clearspan_dashboard": 1, "name": "x"},
    },
}
QUERIES = {
    "/api/v1/playground-request": f"?trace_id={ID}&span_id={ID[:16]}",
    "/api/v1/values": "?field=model",
    "/api/v1/prices/find": "?model=m",
    "/api/v1/prompt-labels": "?name=x&label=x",
    **{f"/api/v1/prompt-{noun}": "?name=x" for noun in ("versions", "use")},
    "/api/v1/compare": f"?a={ID}&b={ID}",
    "/api/v1/traces/{trace_id}/whatif/model": "?model=m",
    "/api/public/metrics/query": "?name=m",
    "/api/v1/logs/counts": f"?trace_id={ID}",
    **{f"/api/v1/metrics/{noun}": "?name=m" for noun in ("labels", "query", "exemplars")},
    "/api/v1/traces/{trace_id}/matches": "?words=x",
    "/api/v1/traces/{trace_id}/spans/{span_id}/text": "?field=input",
    "/api/v1/traces/{trace_id}/spans/{span_id}/text/places": "?field=input&words=x",
    "/api/public/dataset-run-items": "?datasetId=x&runName=x",
    "/api/public/comments": "?objectId=x",
}
# The first begin and end the caller's own session; test_accounts.py has them. The addresses of files are credentials
# themselves; test_langfuse_media.py has them.
LEFT_OUT = {
    ("POST", "/api/v1/session"),
    ("DELETE", "/api/v1/session"),
    ("GET", "/api/public/media/{media_id}/content"),
    ("PUT", "/api/public/media/{media_id}/content"),
}


def every_route() -> Iterator[tuple[str, str]]:
    """Method and pattern of each route."""
    for router in ROUTES:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from ((method, route.path) for method in route.methods or ())


ALL = sorted(set(every_route()) - LEFT_OUT)


def need_of(where: tuple[str, str]) -> str:
    return NEEDS.get(where, "read" if where[0] == "GET" else "write")


def status_of(server: Server, where: tuple[str, str], headers: Headers) -> int:
    """The status of a well-formed call; what stands for an id in the path is one of nothing."""
    method, pattern = where
    path = pattern
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        number = name in (
            *("version", "repricing_id", "normalisation_id", "rescan_id", "row_id"),
            *("erasure_id", "backup_id"),
        )
        path = before + ("1" if number else ID[:16] if name == "span_id" else ID) + after
    body = None if method in ("GET", "DELETE") else BODIES.get(pattern, {})
    return ask(server, method, path + QUERIES.get(pattern, ""), headers, body).status


@pytest.fixture(scope="module")
def callers(team: Team) -> dict[str, Headers]:
    scopes = ("ingest", "read", "write", "admin", "write gateway")
    keys = {f"key {scope}": team.key(*scope.split()) for scope in scopes}
    known = {"viewer": team.viewer, "admin": team.admin, "token": bearer(team.server.token)}
    return {"nobody": {}, **known, **keys}


def test_the_table_names_no_route_that_is_gone() -> None:
    assert set(NEEDS) - set(every_route()) == set()


@pytest.mark.parametrize("who", sorted(MAY["nothing"]))
def test_every_route_answers_those_who_may_and_nobody_else(
    team: Team, callers: dict[str, Headers], who: str
) -> None:
    refusal = 401 if who == "nobody" else 403
    wrong = []

    for where in ALL:
        status = status_of(team.server, where, callers[who])
        is_let_in = status not in (401, 403)
        if is_let_in is not (who in MAY[need_of(where)]) or not (is_let_in or status == refusal):
            wrong.append((*where, need_of(where), status))

    assert wrong == []


def test_in_open_mode_anonymous_callers_send_and_see_health_and_nothing_else(
    server: Server,
) -> None:
    open_to_all = ("nothing", "any credential", "ingest", "ingest or write", "to be no viewer")
    wrong = []

    for where in ALL:
        status = status_of(server, where, {})
        if (status not in (401, 403)) is not (need_of(where) in open_to_all):
            wrong.append((*where, need_of(where), status))

    assert wrong == []


@pytest.mark.parametrize("credential", ["cs_nobody_knows", "wrong"])
def test_an_unknown_credential_is_refused_where_none_would_have_been_needed(
    team: Team, server: Server, credential: str
) -> None:
    for one in (team.server, server):
        assert status_of(one, ("POST", "/v1/traces"), bearer(credential)) == 401
        assert status_of(one, ("GET", "/api/v1/me"), bearer(credential)) == 401


def test_the_token_counts_on_this_machine_alone(team: Team) -> None:
    through_a_proxy = bearer(team.server.token) | {"x-forwarded-for": "192.0.2.7"}

    direct = ask(team.server, "GET", "/api/v1/traces", bearer(team.server.token))
    proxied = ask(team.server, "GET", "/api/v1/traces", through_a_proxy)

    assert (direct.status, proxied.status) == (200, 401)


def test_the_token_signs_no_browser_in_once_there_are_accounts(team: Team) -> None:
    answer = ask(team.server, "POST", "/api/v1/session", body={"token": team.server.token})

    assert answer.status == 403
    assert "name and a password" in answer.says


def test_grpc_takes_nothing_without_a_credential_once_there_are_accounts(team: Team) -> None:
    with grpc.insecure_channel(team.server.grpc.replace("0.0.0.0", "127.0.0.1")) as channel:  # noqa: S104
        export = TraceServiceStub(channel).Export  # type: ignore[no-untyped-call]  # generated code has no types

        with pytest.raises(grpc.RpcError) as refused:
            export(ExportTraceServiceRequest(), timeout=60)
        key = team.key("ingest")["authorization"]
        taken = export(ExportTraceServiceRequest(), timeout=60, metadata=[("authorization", key)])

    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert taken.partial_success.rejected_spans == 0


def test_a_viewer_is_told_why_it_changes_nothing(team: Team) -> None:
    refused = ask(team.server, "DELETE", "/api/v1/prices/abc", team.viewer)

    assert (refused.status, "viewer" in refused.says) == (403, True)


def test_behind_a_proxy_any_name_of_the_server_will_do(team: Team) -> None:
    headers = {
        **team.viewer,
        "host": "traces.example.org",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-proto": "https",
    }

    assert ask(team.server, "GET", "/api/v1/traces", headers).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_session_does_not_count_for_another_sites_page(team: Team, site: str) -> None:
    answer = ask(team.server, "GET", "/api/v1/traces", {**team.viewer, "sec-fetch-site": site})

    assert answer.status == 403


def test_the_gateway_asks_for_a_key_that_may_send_in_a_header_of_its_own(team: Team) -> None:
    keys = {
        scope: {"x-clearspan-key": team.key(scope)["authorization"].removeprefix("Bearer ")}
        for scope in ("ingest", "read", "write", "admin", "gateway")
    }
    callers = {
        **keys,
        "nobody": {},
        "viewer": team.viewer,
        "an admin's session": team.admin,
        "token": {"x-clearspan-key": team.server.token},
        "unknown": {"x-clearspan-key": "cs_nobody_knows"},
    }

    # It has no address there: whoever is let in hears so.
    statuses = {
        who: ask(team.server, "POST", "/gateway/ollama/v1/chat/completions", headers, {}).status
        for who, headers in callers.items()
    }

    assert statuses == {
        **dict.fromkeys(("nobody", "viewer", "an admin's session", "token", "unknown"), 401),
        **dict.fromkeys(("read", "write"), 403),
        **dict.fromkeys(("ingest", "admin", "gateway"), 404),
    }


def test_only_an_admin_makes_and_rotates_a_key_that_spends_the_installs(team: Team) -> None:
    keys = "/api/v1/keys"
    admins_key = team.key("admin")
    wanted = {"project": "mine", "scopes": ["gateway"]}

    refused = ask(team.server, "POST", keys, admins_key, wanted)
    made = ask(team.server, "POST", keys, team.admin, wanted)
    rotate = f"{keys}/{made.body['row']['id']}/rotate"
    rotated = ask(team.server, "POST", rotate, admins_key, {"grace_s": 0})

    assert (refused.status, made.status, rotated.status) == (403, 201, 403)
    assert ask(team.server, "POST", rotate, team.admin, {"grace_s": 0}).status == 200


def test_others_than_admins_see_no_address_and_no_words_of_a_provider(team: Team) -> None:
    where = "/api/v1/providers/seen"
    ask(
        team.server,
        "PUT",
        where,
        team.admin,
        {"base_url": "http://127.0.0.1:9", "key": "sk-seen-by-nobody"},
    )
    ask(team.server, "POST", f"{where}/test", team.admin)

    shown = {
        who: next(
            row
            for row in ask(team.server, "GET", "/api/v1/providers", headers).body["providers"]
            if row["name"] == "seen"
        )
        for who, headers in {
            "admin": team.admin,
            "viewer": team.viewer,
            "key": team.key("read"),
        }.items()
    }

    words = {
        who: ask(team.server, "GET", f"{where}/models", headers)
        for who, headers in {"admin": team.admin, "key": team.key("read")}.items()
    }

    assert [one.status for one in words.values()] == [502, 502]
    assert "127.0.0.1" in words["admin"].says
    assert "127.0.0.1" not in json.dumps(words["key"].body)
    assert shown["admin"]["base_url"] == "http://127.0.0.1:9"
    assert "cannot be reached" in shown["admin"]["tested"]["error"]
    for who in ("viewer", "key"):
        assert shown[who]["base_url"] == ""
        assert (shown[who]["tested"]["ok"], shown[who]["tested"]["error"]) == (False, None)
        assert "sk-seen-by-nobody" not in json.dumps(shown[who])
