"""The life of a trace: it finishes, stalls and crashes by the clock, with our own SDK in real processes."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from asking import make_key
from running import Server, serving, start, until
from sending import PROTOBUF, post, request_of, span

JSON = {"content-type": "application/json"}

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


@pytest.fixture(autouse=True, scope="module")
def impatient() -> Iterator[None]:
    """Short silences for the servers of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in (("QUIET", 1), ("STALLED", 2), ("CRASHED", 8)):
            patch.setitem(os.environ, f"CLEARSPAN_{name}_S", str(seconds))
        yield


@pytest.fixture(scope="module")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("impatient") / "data") as server:
        yield server


@dataclass(slots=True, frozen=True)
class Project:
    """A project of its own on a server, with one trace."""

    server: Server
    name: str

    def get(self, path: str = "") -> Any:
        return self.server.get(f"/api/v1/traces{path}?project={self.name}")

    def post(self, *spans: Span, process: str = "") -> None:
        headers = PROTOBUF | ({"clearspan-process": process} if process else {})
        path = f"/v1/traces?project={self.name}"
        assert post(self.server.url, path, request_of(list(spans)), headers)[0] == 200


@pytest.fixture
def project(impatient_server: Server) -> Project:
    return Project(impatient_server, f"p-{uuid.uuid4().hex}")


@contextmanager
def program(project: Project) -> Iterator["subprocess.Popen[str]"]:
    """The program, once it is in the middle of its span."""
    command = [sys.executable, "-c", PROGRAM, project.server.url]
    key = make_key(project.server, project.name, "ingest")
    environment = {**os.environ, "CLEARSPAN_KEY": key}
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


def only_trace(project: Project) -> dict[str, Any]:
    """The one trace of a project, once it is listed."""
    rows: list[dict[str, Any]] = until(lambda: project.get()["traces"])
    assert len(rows) == 1
    return rows[0]


def in_state(project: Project, state: str) -> dict[str, Any]:
    """The one trace of a project, once it is in a state; that of a silent process lasts for seconds only."""
    row: dict[str, Any] = until(lambda: (found := only_trace(project))["state"] == state and found)
    return row


def detail(project: Project) -> dict[str, Any]:
    row = only_trace(project)
    trace = project.get(f"/{row['trace_id']}")
    found: dict[str, Any] = project.get(f"/{row['trace_id']}/spans/{trace['spans'][0]['span_id']}")
    return found


def test_a_process_that_is_killed_leaves_a_trace_that_stalls_and_crashes_with_what_was_known(
    project: Project,
) -> None:
    with program(project) as running:
        only_trace(project)
        running.send_signal(signal.SIGKILL)
    in_state(project, "stalled")
    row = in_state(project, "crashed")
    one = detail(project)

    assert (row["status"], row["end"], row["name"]) == ("crashed", None, "a long step")
    assert (one["status"], one["end"], one["input"]) == ("crashed", None, "what was known")
    assert one["attributes"]["tier"] == "gold"


def test_a_server_that_is_killed_with_a_span_open_finds_it_stalled_and_crashed_afterwards(
    tmp_path: Path,
) -> None:
    before = Project(start(tmp_path / "data"), "default")
    with program(before):
        only_trace(before)
        before.server.kill()

    with serving(tmp_path / "data") as again:
        after = Project(again, "default")
        in_state(after, "stalled")
        in_state(after, "crashed")
        one = detail(after)

    assert (one["status"], one["name"], one["input"]) == (
        "crashed",
        "a long step",
        "what was known",
    )


def test_a_record_that_ends_a_crashed_span_wins(project: Project) -> None:
    with program(project):
        only_trace(project)
    row = in_state(project, "crashed")
    late = span("a long step", trace_id=bytes.fromhex(row["trace_id"]))
    late.span_id = bytes.fromhex(detail(project)["span_id"])
    project.post(late)
    row = in_state(project, "finished")
    one = detail(project)

    assert (row["status"], row["span_count"]) == ("ok", 1)
    assert (one["status"], one["input"]) == ("ok", "what was known")


def begun() -> Span:
    """A span as it is announced."""
    one = span("step")
    one.end_time_unix_nano = 0
    return one


def test_a_process_that_sends_anything_is_alive(project: Project) -> None:
    project.post(begun(), process="worker-2")
    in_state(project, "stalled")
    elsewhere = Project(project.server, "elsewhere")

    def goes_on() -> bool:
        # Another trace, of another project: all that is known of the process is its header.
        elsewhere.post(span("other"), process="worker-2")
        return bool(only_trace(project)["state"] == "open")

    until(goes_on)


def test_a_process_that_begins_anew_has_lost_the_spans_it_had_open(project: Project) -> None:
    one = begun()

    def beat(seq: int) -> None:
        body = json.dumps({"seq": seq, "open": [one.span_id.hex()] if seq else []}).encode()
        path = "/api/v1/processes/worker-1/heartbeat"
        assert post(project.server.url, path, body, JSON)[0] == 204

    def is_open() -> bool:
        beat(7)  # again and again: it is silent for two seconds at the most
        return bool(only_trace(project)["state"] == "open")

    project.post(one, process="worker-1")
    until(is_open)
    beat(0)
    row = in_state(project, "crashed")

    assert row["status"] == "crashed"
