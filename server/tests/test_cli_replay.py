"""`clearspan replay` on a terminal and in a pipe: steps in time, and nothing is called."""

import json
import os
import tarfile
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from commanding import Ran, holds, run
from running import Server, settle, until
from sending import PROTOBUF, post, put, request_of, span
from terminal import terminal

PROJECT = "replayed"
OLD = "e13cd4cb05c8e26d28928e3f49f52b0f"
SESSION = 'a "quoted" session'


@pytest.fixture(scope="module")
def trace_id(server: Server) -> str:
    """An agent of two seconds that asks a model, whose answer would clear a screen, and a tool that fails."""
    trace = os.urandom(16)
    agent = span(
        "plan the trip", {"clearspan.kind": "agent", "session.id": SESSION}, trace_id=trace
    )
    answer = [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "Take the train.\n\x1b[2J At noon."}],
        }
    ]
    call = span(
        "chat gpt-4o", {"gen_ai.operation.name": "chat"}, trace_id=trace, parent=agent.span_id
    )
    put(call, "gen_ai.output.messages", json.dumps(answer))
    tool = span("book", {"clearspan.kind": "tool"}, trace_id=trace, parent=agent.span_id)
    tool.status.code = Status.STATUS_CODE_ERROR
    tool.status.message = "the train is full"
    end_ns = agent.end_time_unix_nano
    for told, (begin_s, after_s) in ((agent, (2.0, 0.0)), (call, (1.9, 0.5)), (tool, (0.4, 0.1))):
        told.start_time_unix_nano = end_ns - int(begin_s * 1e9)
        told.end_time_unix_nano = end_ns - int(after_s * 1e9)
    headers = PROTOBUF | {"x-clearspan-project": PROJECT}
    status, _ = post(server.url, "/v1/traces", request_of([agent, call, tool]), headers)
    assert status == 200
    settle(server)
    return trace.hex()


def replayed(server: Server, *args: str) -> Ran:
    return run(server, "replay", *args, "-p", PROJECT)


def test_steps_are_told_in_the_order_of_time(server: Server, trace_id: str) -> None:
    told = replayed(server, trace_id).out

    places = [
        told.index(text) for text in ("begins", "chat gpt-4o", "book", "the train is full", "■")
    ]
    assert places == sorted(places)
    assert "Take the train." in told
    assert "\x1b" not in told


def test_an_answer_is_shown_whole_and_its_controls_are_escaped(
    server: Server, trace_id: str
) -> None:
    told = replayed(server, trace_id, "--show-response").out

    assert "│ Take the train." in told
    assert "│ \\x1b[2J At noon." in told


def test_a_session_is_replayed_by_its_id(server: Server, trace_id: str) -> None:
    assert trace_id in replayed(server, SESSION).out


def test_a_trace_is_replayed_by_how_its_id_begins(server: Server, trace_id: str) -> None:
    assert trace_id in replayed(server, trace_id[:12]).out


def test_json_has_a_line_for_each_span_as_the_api_gives_it(server: Server, trace_id: str) -> None:
    spans = server.get(f"/api/v1/traces/{trace_id}?project={PROJECT}")["spans"]

    lines = replayed(server, trace_id, "--json").lines

    for line in lines:
        holds("replay", line)
    assert [line["name"] for line in lines] == ["chat gpt-4o", "book", "plan the trip"]
    assert sorted(lines, key=lambda one: one["span_id"]) == sorted(
        spans, key=lambda one: one["span_id"]
    )


def test_an_id_of_nothing_is_told_with_what_to_do(server: Server, trace_id: str) -> None:
    del trace_id

    ran = replayed(server, "no-such-thing")

    assert ran.code == 3
    assert "no trace and no session 'no-such-thing'" in ran.err


def test_keys_need_a_terminal(server: Server, trace_id: str) -> None:
    ran = replayed(server, trace_id, "--step")

    assert ran.code == 2
    assert "--step" in ran.err


def test_on_a_terminal_each_step_waits_for_a_key(server: Server, trace_id: str) -> None:
    with terminal("replay", trace_id, "--step", "--data", str(server.data), "-p", PROJECT) as shown:
        first = shown.shows("space: next step", "0 s of 2.00 s")
        shown.press("  ")
        second = shown.shows("chat gpt-4o", "1.50 s of 2.00 s")
        shown.press("q")

        assert "begins" not in first
        assert "book" not in second
        assert shown.wait() == 0


def test_on_a_terminal_time_goes_by_and_failures_are_red(server: Server, trace_id: str) -> None:
    options = ("--speed", "4", "--data", str(server.data), "-p", PROJECT)
    with terminal("replay", trace_id, *options, columns=100) as shown:
        assert shown.wait() == 0
        ended = shown.shows("■ ok", "1 failed")

        assert "✗ error" in ended
        assert shown.colours_of("the train is full") == {"e5484d"}


def test_a_trace_of_a_folder_that_nobody_serves_is_replayed(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).parent / "folders" / "0.1.0-chat.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")

    # The first command brings the folder up to date, and may end before its lists are made anew.
    ran = until(lambda: _found(run(tmp_path / "data", "replay", OLD)))

    assert "invoke_workflow trip-planner" in ran.out
    assert "6 spans" in ran.out


def _found(ran: Ran) -> Ran | None:
    return None if ran.code == 3 else ran
