"""The life of a trace: it finishes, stalls and crashes by the clock, with our own SDK in real processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from running import Server, serving, start, until
from sending import post, request_of, span

# A program that is killed in the middle of a span.
PROGRAM = """
import sys, time
import clearspan
clearspan.init(endpoint=sys.argv[1])
with clearspan.span("a long step") as step:
    step.input = "what was known"
    step.set(tier="gold")
    print("open", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short silences for the servers of these tests."""
    for name, seconds in (("QUIET", 1), ("STALLED", 2), ("CRASHED", 5)):
        monkeypatch.setenv(f"CLEARSPAN_{name}_S", str(seconds))


@contextmanager
def program(server: Server) -> Iterator["subprocess.Popen[str]"]:
    """The program, once it is in the middle of its span."""
    command = [sys.executable, "-c", PROGRAM, server.url]
    environment = {**os.environ, "CLEARSPAN_KEY": ""}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "open\n"
        yield running
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def only_trace(server: Server) -> dict[str, Any]:
    """The one trace of a server, once it is listed."""
    rows: list[dict[str, Any]] = until(lambda: server.get("/api/v1/traces")["traces"])
    assert len(rows) == 1
    return rows[0]


def in_state(server: Server, state: str) -> dict[str, Any]:
    row: dict[str, Any] = until(
        lambda: (found := only_trace(server))["state"] == state and found, 30
    )
    return row


def detail(server: Server) -> dict[str, Any]:
    row = only_trace(server)
    trace = server.get(f"/api/v1/traces/{row['trace_id']}")
    path = f"/api/v1/traces/{row['trace_id']}/spans/{trace['spans'][0]['span_id']}"
    found: dict[str, Any] = server.get(path)
    return found


def test_a_process_that_is_killed_leaves_a_trace_that_stalls_and_crashes_with_what_was_known(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data") as server:
        with program(server) as running:
            in_state(server, "open")
            running.send_signal(signal.SIGKILL)
        in_state(server, "stalled")
        row = in_state(server, "crashed")
        one = detail(server)

    assert (row["status"], row["end"], row["name"]) == ("crashed", None, "a long step")
    assert (one["status"], one["end"], one["input"]) == ("crashed", None, "what was known")
    assert one["attributes"]["tier"] == "gold"


def test_a_server_that_is_killed_with_a_span_open_finds_it_stalled_and_crashed_afterwards(
    tmp_path: Path,
) -> None:
    server = start(tmp_path / "data")
    with program(server):
        in_state(server, "open")
        server.kill()

    with serving(tmp_path / "data") as again:
        in_state(again, "stalled")
        in_state(again, "crashed")
        one = detail(again)

    assert (one["status"], one["name"], one["input"]) == (
        "crashed",
        "a long step",
        "what was known",
    )


def test_a_record_that_ends_a_crashed_span_wins(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        with program(server):
            in_state(server, "open")
        row = in_state(server, "crashed")
        late = span("a long step", trace_id=bytes.fromhex(row["trace_id"]))
        late.span_id = bytes.fromhex(detail(server)["span_id"])
        post(server.url, "/v1/traces", request_of([late]))
        row = in_state(server, "finished")
        one = detail(server)

    assert (row["status"], row["span_count"]) == ("ok", 1)
    assert (one["status"], one["input"]) == ("ok", "what was known")


def test_a_process_that_sends_anything_is_alive(tmp_path: Path) -> None:
    begun = span("step")
    begun.end_time_unix_nano = 0
    headers = {"content-type": "application/x-protobuf", "clearspan-process": "worker-2"}

    with serving(tmp_path / "data") as server:
        post(server.url, "/v1/traces", request_of([begun]), headers)
        in_state(server, "stalled")

        def goes_on() -> bool:
            # Another trace, of another project: all that is known of the process is its header.
            post(server.url, "/v1/traces?project=elsewhere", request_of([span("other")]), headers)
            return bool(only_trace(server)["state"] == "open")

        until(goes_on)


def test_a_process_that_begins_anew_has_lost_the_spans_it_had_open(tmp_path: Path) -> None:
    begun = span("step")
    begun.end_time_unix_nano = 0
    headers = {"content-type": "application/x-protobuf", "clearspan-process": "worker-1"}

    def beat(server: Server, seq: int) -> None:
        body = json.dumps({"seq": seq, "open": [begun.span_id.hex()] if seq else []}).encode()
        path = "/api/v1/processes/worker-1/heartbeat"
        assert post(server.url, path, body, {"content-type": "application/json"})[0] == 204

    with serving(tmp_path / "data") as server:
        beat(server, 7)
        post(server.url, "/v1/traces", request_of([begun]), headers)
        in_state(server, "open")
        beat(server, 0)
        row = in_state(server, "crashed")

    assert row["status"] == "crashed"
