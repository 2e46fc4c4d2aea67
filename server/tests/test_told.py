"""What the live feed tells of one trace over its life, and over a restart: finished once, updated once a change."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from running import Server, serving
from sending import post, request_of, span
from test_live import listening, send

Feed = Iterator[dict[str, str]]

ROOT = span("root", trace_id=os.urandom(16))
TRACE_ID = ROOT.trace_id.hex()


@pytest.fixture(autouse=True, scope="module")
def soon() -> Iterator[None]:
    """A trace finishes a second after its end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CLEARSPAN_QUIET_S", "1")
        yield


def put(server: Server, name: str) -> None:
    """The root for "root", else a span below it."""
    one = ROOT if name == "root" else span(name, trace_id=ROOT.trace_id, parent=ROOT.span_id)
    assert post(server.url, "/v1/traces", request_of([one]))[0] == 200


def words_of(feed: Feed, server: Server) -> tuple[list[str], str]:
    """What is told of our trace, until other traces that were sent later have finished; and the last event's id."""
    words: list[str] = []
    seen = ""
    for _ in range(2):  # the first may be told in the same round
        fence = send(server, "default", "fence")
        for event in feed:
            seen = event["id"]
            trace_ids = json.loads(event["data"]).get("trace_ids", [])
            if TRACE_ID in trace_ids and event["event"] != "traces":
                words.append(event["event"])
            if fence in trace_ids and event["event"] == "finished":
                break
    return words, seen


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is told of our trace as it changes, after a restart, and to who was away for longer than that."""
    found: dict[str, Any] = {}
    seen = ""
    data = tmp_path_factory.mktemp("told") / "data"
    with serving(data) as server, listening(server, "default") as feed:
        for name in ("root", "late", "later"):
            put(server, name)
            found[name], seen = words_of(feed, server)

    with serving(data) as server:
        with listening(server, "default", seen) as feed:
            found["nothing"], _ = words_of(feed, server)
            put(server, "latest")
            found["latest"], _ = words_of(feed, server)
        with listening(server, "default", "1") as feed:
            found["long away"] = next(feed)["event"]
    return found


def test_a_trace_finishes_once_and_is_updated_once_a_change(told: dict[str, Any]) -> None:
    assert told["root"] == ["finished"]
    assert told["late"] == told["later"] == ["updated"]


def test_over_a_restart_nothing_is_told_twice_and_nothing_is_missed(told: dict[str, Any]) -> None:
    assert told["nothing"] == []
    assert told["latest"] == ["updated"]


def test_who_was_away_for_longer_than_the_server_ran_starts_over(told: dict[str, Any]) -> None:
    assert told["long away"] == "reset"
