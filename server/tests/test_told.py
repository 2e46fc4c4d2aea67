"""What the live feed tells of one trace over its life, and over a restart: finished once, updated once a change."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import Server, serving
from sending import post, request_of, span
from test_live import listening, send

Feed = Iterator[dict[str, str]]

ROOT = span("root", trace_id=os.urandom(16))
TRACE_ID = ROOT.trace_id.hex()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace finishes a second after its end."""
    monkeypatch.setenv("CLEARSPAN_QUIET_S", "1")


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


def test_a_trace_finishes_once_and_is_updated_once_a_change(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server, listening(server, "default") as feed:
        put(server, "root")
        first, _ = words_of(feed, server)
        put(server, "late")
        second, _ = words_of(feed, server)
        put(server, "later")
        third, seen = words_of(feed, server)

    with serving(tmp_path / "data") as server, listening(server, "default", seen) as feed:
        after_restart, _ = words_of(feed, server)
        put(server, "latest")
        fourth, _ = words_of(feed, server)

    assert (first, second, third) == (["finished"], ["updated"], ["updated"])
    assert (after_restart, fourth) == ([], ["updated"])
