"""Dashboards: kept, changed, ordered, exported and imported over the API, each project's for itself."""

import uuid
from typing import Any

import pytest

from asking import ask, bearer, make_key
from clearspan_server.api.dashboards import MAX_BYTES, SHIPPED, shipped
from clearspan_server.api.shapes_dashboards import MAX_PANELS
from running import Server

LINE: dict[str, Any] = {
    "title": "p95 by model",
    "kind": "line",
    "width": "half",
    "source": {
        "of": "spans",
        "filter": "kind:llm",
        "measure": "latency_p95",
        "split": "model",
        "top": 5,
    },
}
TABLE: dict[str, Any] = {
    "title": "Dearest",
    "kind": "table",
    "width": "full",
    "source": {"of": "sql", "sql": "select name, total_cost from traces limit 5"},
}
MODELS: dict[str, Any] = {
    "clearspan_dashboard": 1,
    "name": "Models",
    "description": "How quick they are",
    "range": "7d",
    "filter": "env:production",
    "panels": [LINE, TABLE],
}


class Owner:
    """The install's owner, in a project of its own."""

    def __init__(self, server: Server) -> None:
        self.server, self.project = server, f"boards-{uuid.uuid4().hex}"

    def ask(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        where = f"/api/v1/dashboards{path}?project={self.project}"
        answer = ask(self.server, method, where, bearer(self.server.token), body)
        return answer.status, answer.body

    def names(self) -> list[str]:
        return [one["name"] for one in self.ask("GET")[1]["dashboards"]]


@pytest.fixture
def owner(server: Server) -> Owner:
    return Owner(server)


def changed(panel: dict[str, Any], **source: object) -> dict[str, Any]:
    """The dashboard with one panel, whose source says something else."""
    return MODELS | {"panels": [LINE, panel | {"source": panel["source"] | source}]}


def test_a_dashboard_is_kept_as_the_document_that_it_is(owner: Owner) -> None:
    status, made = owner.ask("POST", body=MODELS)

    assert status == 201
    assert made["document"] == MODELS
    assert (made["version"], made["author"], made["changed_by"]) == (1, "owner", "owner")
    assert owner.ask("GET", f"/{made['id']}") == (200, made)
    [row] = owner.ask("GET")[1]["dashboards"]
    assert (row["name"], row["panels"], row["version"]) == ("Models", 2, 1)


def test_what_was_exported_is_imported_into_another_project_the_same(
    server: Server, owner: Owner
) -> None:
    _, made = owner.ask("POST", body=MODELS)
    other = Owner(server)

    status, copy = other.ask("POST", body=owner.ask("GET", f"/{made['id']}")[1]["document"])

    assert (status, copy["document"]) == (201, made["document"])


def test_a_change_is_kept_and_one_of_an_older_version_is_told_who_was_first(owner: Owner) -> None:
    _, made = owner.ask("POST", body=MODELS)
    path = f"/{made['id']}"
    first = MODELS | {"name": "Quick models"}

    status, kept = owner.ask("PUT", path, {"version": 1, "document": first})
    refused, reply = owner.ask("PUT", path, {"version": 1, "document": MODELS})

    assert (status, kept["version"], kept["document"]) == (200, 2, first)
    assert (refused, reply["error"]["code"]) == (409, "conflict")
    assert "owner changed this dashboard at" in reply["error"]["message"]
    assert reply["error"]["details"]["version"] == 2
    assert owner.ask("GET", path)[1]["document"] == first
    assert owner.ask("PUT", path, {"version": 2, "document": MODELS})[0] == 200


def test_dashboards_have_an_order(owner: Owner) -> None:
    made = {
        name: owner.ask("POST", body=MODELS | {"name": name})[1]["id"] for name in ("a", "b", "c")
    }

    assert owner.ask("PUT", "/order", {"ids": [made["c"]]})[0] == 204
    assert owner.names() == ["c", "a", "b"]
    assert owner.ask("PUT", "/order", {"ids": [made["b"], made["a"], made["c"]]})[0] == 204
    assert owner.names() == ["b", "a", "c"]
    for ids in (["nobody"], [made["a"], made["a"]]):
        assert owner.ask("PUT", "/order", {"ids": ids})[0] == 400
    assert owner.names() == ["b", "a", "c"]


def test_a_dashboard_is_deleted_by_its_id(owner: Owner) -> None:
    _, made = owner.ask("POST", body=MODELS)
    path = f"/{made['id']}"

    assert owner.ask("DELETE", path)[0] == 204
    assert owner.names() == []
    assert owner.ask("DELETE", path)[0] == 404
    assert owner.ask("GET", path)[0] == 404
    assert owner.ask("PUT", path, {"version": 1, "document": MODELS})[0] == 404


def test_another_project_neither_sees_nor_changes_a_dashboard(server: Server, owner: Owner) -> None:
    _, made = owner.ask("POST", body=MODELS)
    path, other = f"/{made['id']}", Owner(server)

    answers = [
        other.ask("GET", path)[0],
        other.ask("PUT", path, {"version": 1, "document": MODELS})[0],
        other.ask("DELETE", path)[0],
        other.ask("PUT", "/order", {"ids": [made["id"]]})[0],
    ]

    assert answers == [404, 404, 404, 400]
    assert other.names() == []
    assert owner.ask("GET", path) == (200, made)


def test_a_key_that_may_only_read_sees_dashboards_and_saves_none(
    server: Server, owner: Owner
) -> None:
    _, made = owner.ask("POST", body=MODELS)
    key = bearer(make_key(server, owner.project, "read"))

    seen = ask(server, "GET", f"/api/v1/dashboards/{made['id']}", key)
    saved = ask(server, "POST", "/api/v1/dashboards", key, MODELS)
    put = {"version": 1, "document": MODELS}
    replaced = ask(server, "PUT", f"/api/v1/dashboards/{made['id']}", key, put)

    assert seen.body == made
    assert (saved.status, replaced.status) == (403, 403)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (MODELS | {"clearspan_dashboard": 2}, "clearspan_dashboard"),
        ({"name": "x"}, "clearspan_dashboard"),
        (MODELS | {"name": " "}, "name"),
        (MODELS | {"name": "x" * 201}, "name"),
        (MODELS | {"colour": "red"}, "colour"),
        (MODELS | {"filter": "modle:x"}, "filter of 'modle:x': column 1"),
        (MODELS | {"panels": [LINE] * (MAX_PANELS + 1)}, "panels"),
        (MODELS | {"panels": [LINE, TABLE | {"kind": "pie"}]}, "panels.1.kind"),
        (MODELS | {"panels": [LINE | {"title": ""}]}, "panels.0.title"),
        (MODELS | {"panels": [LINE | {"width": "7"}]}, "panels.0.width"),
        (changed(LINE, of="rollups"), "panels.1.source"),
        (changed(LINE, measure="speed"), "panels.1.source.spans.measure"),
        (changed(LINE, of="traces", measure="ttft_p95"), "panels.1.source of 'p95 by model'"),
        (changed(LINE, split="colour"), "panels.1.source of 'p95 by model': there is no field"),
        (changed(LINE, of="traces", measure="count", split="tool"), "cannot be split by 'tool'"),
        (changed(LINE, top=21), "panels.1.source.spans.top"),
        (changed(LINE, filter="kind:"), "panels.1.source.filter of 'p95 by model': column"),
        (changed(LINE, filter="x" * 4_001), "panels.1.source.spans.filter"),
        (changed(TABLE, sql="select 1; drop table spans"), "panels.1.source.sql of 'Dearest'"),
        (changed(TABLE, sql="select * from system.tables"), "line 1, column"),
        (changed(TABLE, sql="select file('/etc/passwd')"), "file"),
        (changed(TABLE, sql=""), "panels.1.source.sql.sql"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_place(
    owner: Owner, document: dict[str, Any], named: str
) -> None:
    status, reply = owner.ask("POST", body=document)

    assert status == 400
    assert named in reply["error"]["message"]
    assert owner.names() == []


def test_a_replaced_document_is_checked_as_a_new_one(owner: Owner) -> None:
    _, made = owner.ask("POST", body=MODELS)

    bad = {"version": 1, "document": changed(LINE, filter="modle:x")}
    status, reply = owner.ask("PUT", f"/{made['id']}", bad)

    assert (status, reply["error"]["code"]) == (400, "bad_filter")
    assert reply["error"]["details"]["path"] == "panels.1.source.filter"
    assert owner.ask("GET", f"/{made['id']}")[1] == made


def test_a_document_has_a_size_that_it_may_not_exceed(owner: Owner) -> None:
    text = "select name from traces -- " + "x" * 19_000
    panel = TABLE | {"source": {"of": "sql", "sql": text}}
    status, reply = owner.ask("POST", body=MODELS | {"panels": [panel] * 20})

    assert status == 400
    assert str(MAX_BYTES) in reply["error"]["message"]


def test_every_dashboard_that_is_shipped_can_be_imported_and_asked(owner: Owner) -> None:
    status, answer = owner.ask("GET", "/shipped")

    assert (status, [one["id"] for one in answer["dashboards"]]) == (200, list(SHIPPED))
    for one in answer["dashboards"]:
        made, copy = owner.ask("POST", body=one["document"])
        assert (made, copy["document"]) == (201, one["document"])
        assert all(asked(owner, panel["source"]) == 200 for panel in one["document"]["panels"])
    assert owner.names() == [one.document.name for one in shipped().dashboards]


def asked(owner: Owner, source: dict[str, Any]) -> int:
    """The status of what a panel asks for."""
    headers = bearer(owner.server.token) | {"x-clearspan-project": owner.project}
    if source["of"] == "sql":
        body = {"sql": source["sql"], "from": "-1h"}
        return ask(owner.server, "POST", "/api/v1/sql", headers, body).status
    query = "&".join(f"{name}={str(value).replace(' ', '%20')}" for name, value in source.items())
    return ask(owner.server, "GET", f"/api/v1/series?{query}", headers).status
