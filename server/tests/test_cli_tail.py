"""`clearspan tail`: what ends, as it happens, also over a break of the feed."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from typing_extensions import override

from clearspan_server.cli.client import Server as Client
from clearspan_server.cli.feed import Away, Change, Connected, Feed, News, Over
from clearspan_server.errors import NotAllowed
from commanding import holds, run
from running import Server, until
from sending import PROTOBUF, post, request_of, span
from terminal import terminal

PROJECT = "tailed"


def send(server: Server, name: str, *, fails: bool = False) -> str:
    """A trace of one model call, named anew; its id."""
    made = span(name, {"gen_ai.operation.name": "chat"}, trace_id=os.urandom(16))
    if fails:
        made.status.code = Status.STATUS_CODE_ERROR
        made.status.message = "the model \x1b[31mis away"
    headers = PROTOBUF | {"x-clearspan-project": PROJECT}
    assert post(server.url, "/v1/traces", request_of([made]), headers)[0] == 200
    return made.trace_id.hex()


def lines_of(server: Server, *args: str, name: str, fails: bool = False) -> list[str]:
    """What `tail` prints until it has enough; a trace is sent from time to time, because it tells only what is new."""
    command = [sys.executable, "-m", "clearspan_server", "tail", *args]
    options = ["--data", str(server.data), "-p", PROJECT]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:

        def has_ended() -> bool:
            send(server, "something else")
            send(server, name, fails=fails)
            return process.poll() is not None

        until(has_ended)
        assert process.stdout
        return process.stdout.read().splitlines()
    finally:
        process.kill()
        process.communicate()


def test_what_ends_is_a_line_of_json_as_the_api_gives_it(server: Server) -> None:
    lines = lines_of(server, "--json", "-n", "2", "name:told", name="told")

    rows = [json.loads(line) for line in lines]
    assert [row["name"] for row in rows] == ["told", "told"]
    assert len({row["trace_id"] for row in rows}) == 2
    holds("tail", rows[0])


def test_spans_are_told_one_by_one(server: Server) -> None:
    (line,) = lines_of(server, "--spans", "--json", "-n", "1", "name:a-span", name="a-span")

    holds("tail --spans", json.loads(line))
    assert json.loads(line)["name"] == "a-span"


def test_a_line_for_people_has_the_id_and_what_went_wrong_without_its_controls(
    server: Server,
) -> None:
    (line,) = lines_of(server, "-n", "1", "status:error", name="call", fails=True)

    assert "✗ ✦ call" in line
    assert "the model \\x1b[31mis away" in line
    assert len(next(word for word in line.split() if len(word) == 32)) == 32
    assert "\x1b" not in line


def test_on_a_terminal_a_line_fits_and_failures_are_red(server: Server) -> None:
    with terminal("tail", "name:seen", "--data", str(server.data), "-p", PROJECT) as shown:
        shown.shows("following the traces of 'tailed'")

        def is_told(screen: str) -> bool:
            send(server, "seen", fails=True)
            return "✗ ✦ seen" in screen

        screen = shown.until(is_told)

        (line, *_) = [one for one in screen.splitlines() if "seen" in one and "✗" in one]
        assert len(line) <= 80
        assert shown.colours_of("✗") == {"e5484d"}


def test_a_filter_that_cannot_be_read_is_refused_at_once(server: Server) -> None:
    ran = run(server, "tail", "latancy>2s")

    assert ran.code == 2
    assert "latancy" in ran.err


@contextmanager
def told(answers: list[tuple[int, str]]) -> Iterator[tuple[Client, list[str]]]:
    """A server that answers one request after the other so, and the `last-event-id` of each."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("last-event-id", ""))
            status, text = answers[min(len(asked), len(answers)) - 1]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        try:
            yield Client(f"http://127.0.0.1:{listening.server_address[1]}", ""), asked
        finally:
            listening.shutdown()


def heard(feed: Feed, last: type) -> list[News]:
    """The news up to the first of a kind."""
    found: list[News] = []

    def is_heard() -> bool:
        found.extend(feed.next())
        return any(isinstance(one, last) for one in found)

    until(is_heard)
    feed.close()
    return found


def test_after_a_break_the_feed_goes_on_from_the_last_event_and_says_what_was_missed() -> None:
    first = 'event: traces\nid: 7\ndata: {"trace_ids": ["a"]}\n\n'
    refused = json.dumps({"error": {"code": "not_allowed", "message": "the key was revoked"}})
    reset = "event: reset\nid: 9\ndata: {}\n\n"
    with told([(200, first), (200, reset), (403, refused)]) as (client, asked):
        news = heard(Feed(client), Over)

    assert asked == ["", "7", "9"]
    assert news[:3] == [Connected(), Change("traces", ("a",)), Away(1.0, "it has ended the feed")]
    assert news[3:6] == [Connected(), Connected(missed=True), Away(1.0, "it has ended the feed")]
    assert isinstance(news[6], Over)
    assert isinstance(news[6].error, NotAllowed)


def test_a_break_before_the_first_event_leaves_unknown_what_was_missed() -> None:
    refused = json.dumps({"error": {"code": "not_authenticated", "message": "no"}})
    with told([(200, ": open\n\n"), (200, ": open\n\n"), (401, refused)]) as (client, _):
        news = heard(Feed(client), Over)

    assert [one for one in news if isinstance(one, Connected)] == [
        Connected(),
        Connected(missed=True),
    ]


@pytest.mark.parametrize("status", [503, 429])
def test_a_server_that_is_busy_is_asked_again_later_and_later(status: int) -> None:
    busy = json.dumps({"error": {"code": "unavailable", "message": "not now"}})
    refused = json.dumps({"error": {"code": "not_allowed", "message": "no"}})
    with told([(status, busy), (status, busy), (403, refused)]) as (client, _):
        news = heard(Feed(client), Over)

    assert [one.wait_s for one in news if isinstance(one, Away)] == [1.0, 2.0]
