"""Comments and bookmarks: on a trace, of a project, and counted in its row."""

import uuid

import pytest

from asking import Client
from running import Server, until
from sending import post, request_of, span

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def ask(server: Server) -> Client:
    """A project of its own."""
    return Client(server, f"p-{uuid.uuid4().hex}")


def test_a_comment_is_kept_redacted_with_its_author(ask: Client) -> None:
    text = "<script>alert(1)</script>\nsee ann@example.com \u202eabc"
    kept = text.replace("ann@example.com", "[redacted:email]")

    status, made = ask.with_key("write", name="reviewer")(
        "POST", f"/traces/{TRACE}/comments", {"text": f" {text}\n"}
    )
    ask("POST", f"/traces/{TRACE.upper()}/comments", {"text": "second"})
    _, found = ask("GET", f"/traces/{TRACE}/comments")

    assert (status, made["text"], made["author"]) == (201, kept, "reviewer")
    assert found["comments"][0] == made
    assert [one["author"] for one in found["comments"]] == ["reviewer", "owner"]


def test_the_row_of_a_trace_tells_its_bookmark_and_how_many_comments_it_has(ask: Client) -> None:
    one, other = span("noted"), span("plain")
    path = f"/traces/{one.trace_id.hex()}"
    post(ask.server.url, f"/v1/traces?project={ask.project}", request_of([one, other]))
    for text in ("first", "second"):
        ask("POST", f"{path}/comments", {"text": text})
    marked = [ask("PUT", f"{path}/bookmark")[0] for _ in range(2)]

    until(lambda: len(ask("GET", "/traces")[1]["traces"]) == 2)
    rows = {row["name"]: row for row in ask("GET", "/traces")[1]["traces"]}
    _, trace = ask("GET", path)
    unmarked = [ask("DELETE", f"{path}/bookmark")[0] for _ in range(2)]
    _, after = ask("GET", path)

    assert (marked, unmarked) == ([204, 204], [204, 204])
    assert (rows["noted"]["bookmarked"], rows["noted"]["comments"]) == (True, 2)
    assert (rows["plain"]["bookmarked"], rows["plain"]["comments"]) == (False, 0)
    assert (trace["trace"]["bookmarked"], trace["trace"]["comments"]) == (True, 2)
    assert after["trace"]["bookmarked"] is False


def test_a_comment_is_deleted_where_it_is_and_nowhere_else(ask: Client) -> None:
    other = Client(ask.server, f"{ask.project}-other")
    _, made = ask("POST", f"/traces/{TRACE}/comments", {"text": "mine"})
    path = f"/traces/{TRACE}/comments/{made['id']}"

    assert other("GET", f"/traces/{TRACE}/comments")[1]["comments"] == []
    assert other("DELETE", path)[0] == 404
    assert ask("DELETE", path.replace("4", "5"))[0] == 404
    assert ask("DELETE", path)[0] == 204
    assert ask("DELETE", path)[0] == 404
    assert ask("GET", f"/traces/{TRACE}/comments")[1]["comments"] == []


@pytest.mark.parametrize("text", ["", " \n ", "c" * 10_001, None, 7])
def test_a_comment_without_words_or_with_too_many_is_refused(ask: Client, text: object) -> None:
    status, answer = ask("POST", f"/traces/{TRACE}/comments", {"text": text})

    assert status == 400
    assert "text" in answer["error"]["message"]
    assert len(answer["error"]["message"]) < 1_000


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "comments"), ("POST", "comments"), ("PUT", "bookmark"), ("DELETE", "bookmark")],
)
def test_what_is_no_trace_id_is_refused(ask: Client, method: str, path: str) -> None:
    body = {"text": "hello"} if method == "POST" else None

    status, answer = ask(method, f"/traces/nonsense/{path}", body)

    assert status == 400
    assert "'nonsense' is not 32 hexadecimal digits" in answer["error"]["message"]


@pytest.mark.parametrize("scope", ["ingest", "read"])
def test_only_who_may_write_notes_something(ask: Client, scope: str) -> None:
    by_key = ask.with_key(scope)

    assert by_key("POST", f"/traces/{TRACE}/comments", {"text": "hello"})[0] == 403
    assert by_key("PUT", f"/traces/{TRACE}/bookmark")[0] == 403
    assert by_key("DELETE", f"/traces/{TRACE}/bookmark")[0] == 403
