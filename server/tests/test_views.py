"""Saved views: kept, changed and deleted over the API, each project's for itself."""

import uuid
from typing import Any

import pytest

from asking import ask, bearer, make_key
from running import Server

DEAR = {
    "name": "Dear failures",
    "page": "traces",
    "filter": "status:error cost>0.05",
    "range": "7d",
    "sort": "-cost",
    "columns": ["start", "name", "total_cost"],
}


class Owner:
    """The install's owner, in a project of its own."""

    def __init__(self, server: Server) -> None:
        self.server, self.project = server, f"views-{uuid.uuid4().hex}"

    def ask(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        where = f"/api/v1/views{path}?project={self.project}"
        answer = ask(self.server, method, where, bearer(self.server.token), body)
        return answer.status, answer.body

    def views(self) -> Any:
        return self.ask("GET")[1]["views"]


@pytest.fixture
def owner(server: Server) -> Owner:
    return Owner(server)


def test_a_view_is_kept_with_all_that_it_says(owner: Owner) -> None:
    status, made = owner.ask("POST", body=DEAR)

    assert status == 201
    assert owner.views() == [made]
    assert {name: made[name] for name in DEAR} == DEAR
    assert made["created"].endswith("Z")


def test_a_view_is_changed_and_deleted_by_its_id(owner: Owner) -> None:
    _, made = owner.ask("POST", body=DEAR)

    changed = owner.ask("PUT", f"/{made['id']}", DEAR | {"name": "Slow", "filter": "latency>2s"})

    assert changed == (200, made | {"name": "Slow", "filter": "latency>2s"})
    assert owner.ask("DELETE", f"/{made['id']}")[0] == 204
    assert owner.views() == []
    assert owner.ask("DELETE", f"/{made['id']}")[0] == 404
    assert owner.ask("PUT", f"/{made['id']}", DEAR)[0] == 404


def test_a_page_has_each_name_once(owner: Owner) -> None:
    owner.ask("POST", body=DEAR)
    _, other = owner.ask("POST", body=DEAR | {"page": "spans"})

    status, reply = owner.ask("POST", body=DEAR)
    onto, _ = owner.ask("PUT", f"/{other['id']}", DEAR)

    assert (status, onto) == (400, 400)
    assert "Dear failures" in reply["error"]["message"]
    assert len(owner.views()) == 2


def test_another_project_neither_sees_nor_changes_a_view(server: Server, owner: Owner) -> None:
    _, made = owner.ask("POST", body=DEAR)
    other = Owner(server)

    answers = [
        other.ask("PUT", f"/{made['id']}", DEAR)[0],
        other.ask("DELETE", f"/{made['id']}")[0],
    ]

    assert answers == [404, 404]
    assert other.views() == []
    assert owner.views() == [made]


def test_a_key_that_may_only_read_sees_views_and_saves_none(server: Server, owner: Owner) -> None:
    _, made = owner.ask("POST", body=DEAR)
    key = bearer(make_key(server, owner.project, "read"))

    seen = ask(server, "GET", "/api/v1/views", key)
    saved = ask(server, "POST", "/api/v1/views", key, DEAR | {"name": "Mine"})

    assert seen.body["views"] == [made]
    assert saved.status == 403


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"page": "colours"}, "colours"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"columns": ["x"] * 101}, "columns"),
        ({"colour": "red"}, "colour"),
        ({"filter": "modle:x"}, "modle"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    owner: Owner, fields: dict[str, object], named: str
) -> None:
    status, reply = owner.ask("POST", body=DEAR | fields)

    assert status == 400
    assert named in reply["error"]["message"]
    assert owner.views() == []
