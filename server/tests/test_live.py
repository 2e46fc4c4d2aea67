"""The live feed and the life of a trace, over a real socket."""

import asyncio
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from clearspan_server.api.live import Live
from clearspan_server.errors import TooBusy
from running import Server, settle, until
from sending import post, request_of, span

MINUTE_NS = 60_000_000_000


@contextmanager
def listening(
    server: Server, project: str, last_event_id: str = ""
) -> Iterator[Iterator[dict[str, str]]]:
    """The events of a project as they come; each a dictionary of its fields."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    headers = {"authorization": f"Bearer {server.token}"}
    if last_event_id:
        headers["last-event-id"] = last_event_id
    connection.request("GET", f"/api/v1/live?project={project}", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200
    answer.readline()  # ": open": from here on the server knows this client
    yield events(answer)
    connection.close()


def events(answer: http.client.HTTPResponse) -> Iterator[dict[str, str]]:
    """Server-sent events, without comments."""
    event: dict[str, str] = {}
    while line := answer.readline().decode():
        name, _, value = line.strip().partition(": ")
        if name and not line.startswith(":"):
            event[name] = value
        elif event:
            yield event
            event = {}


def send(server: Server, project: str, name: str = "work") -> str:
    """Send one span; its trace id."""
    one = span(name)
    status, _ = post(server.url, f"/v1/traces?project={project}", request_of([one]))
    assert status == 200
    return one.trace_id.hex()


def test_a_trace_that_is_stored_is_told_to_its_project(server: Server) -> None:
    with listening(server, "live-a") as feed:
        send(server, "live-other")
        trace_id = send(server, "live-a")

        event = next(feed)

    assert event["event"] == "traces"
    assert json.loads(event["data"]) == {"project": "live-a", "trace_ids": [trace_id]}


def test_who_comes_back_gets_what_was_missed(server: Server) -> None:
    with listening(server, "live-b") as feed:
        send(server, "live-b")
        seen = next(feed)
    missed = send(server, "live-b")
    until(lambda: listed(server, "live-b", missed))

    with listening(server, "live-b", seen["id"]) as feed:
        told = [json.loads(next(feed)["data"])["trace_ids"] for _ in range(2)]

    assert [missed] in told


def test_an_event_id_that_is_no_number_is_refused(server: Server) -> None:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    headers = {"authorization": f"Bearer {server.token}", "last-event-id": "soon"}

    connection.request("GET", "/api/v1/live", headers=headers)

    assert connection.getresponse().status == 400
    connection.close()


def listed(server: Server, project: str, trace_id: str) -> dict[str, object] | None:
    """The row of a trace in the list, once it is there."""
    rows = server.get(f"/api/v1/traces?project={project}")["traces"]
    return next((row for row in rows if row["trace_id"] == trace_id), None)


def test_children_that_come_before_their_root_are_shown_and_wait_for_it(server: Server) -> None:
    root = span("root")
    child = span("child", trace_id=root.trace_id, parent=root.span_id)
    trace_id = root.trace_id.hex()

    post(server.url, "/v1/traces?project=early", request_of([child]))
    waiting = until(lambda: listed(server, "early", trace_id))
    post(server.url, "/v1/traces?project=early", request_of([root]))
    whole = until(
        lambda: (row := listed(server, "early", trace_id)) and row["status"] == "ok" and row
    )

    assert (waiting["name"], waiting["status"], waiting["end"]) == ("child", "open", None)
    assert (whole["name"], whole["span_count"]) == ("root", 2)


def test_a_late_span_that_began_earlier_leaves_one_row_for_its_trace(server: Server) -> None:
    later = span("later")
    earlier = span("earlier", trace_id=later.trace_id)
    earlier.start_time_unix_nano -= 3 * MINUTE_NS
    lengths = set()

    def span_count() -> int:
        rows = server.get("/api/v1/traces?project=moved")["traces"]
        lengths.add(len(rows))
        return int(rows[0]["span_count"]) if rows else 0

    post(server.url, "/v1/traces?project=moved", request_of([later]))
    until(lambda: span_count() == 1)
    post(server.url, "/v1/traces?project=moved", request_of([earlier]))
    until(lambda: span_count() == 2)

    assert lengths <= {0, 1}  # not even while it moves


def test_a_batch_that_is_sent_again_changes_nothing(server: Server) -> None:
    body = request_of([span("a"), span("b")])

    for _ in range(3):
        post(server.url, "/v1/traces?project=sent-again", body)
    settle(server)

    assert len(server.get("/api/v1/traces?project=sent-again")["traces"]) == 2
    assert len(server.get("/api/v1/spans?project=sent-again")["spans"]) == 2


def test_a_feed_ends_when_its_credential_does() -> None:
    async def listen() -> list[str]:
        answers = iter([True, False])
        feed = Live(0).events("p", None, lambda: next(answers), every_s=0)
        return [text async for text in feed]

    assert asyncio.run(listen()) == [": open\n\n", ": keep-alive\n\n"]


def test_only_so_many_may_listen() -> None:
    async def listen() -> None:
        hub = Live(0, max_clients=1)
        hub.check_place()
        feed = hub.events("p", None, lambda: True)
        await anext(feed)
        with pytest.raises(TooBusy, match="1 clients listen"):
            hub.check_place()
        await feed.aclose()
        hub.check_place()

    asyncio.run(listen())
