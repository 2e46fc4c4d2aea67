"""`clearspan doctor`: what is well and what is not, with a server and without, and the story of a trace."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drilling import Drill
from running import Server, serving, start, until
from sending import PROTOBUF, post, request_of, span

Report = tuple[int, dict[str, Any]]


def doctor(data: Path, *arguments: str) -> Report:
    """Exit code and JSON of the command."""
    command = [sys.executable, "-m", "clearspan_server", "doctor", "--json", "--data", str(data)]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode, json.loads(done.stdout)


def named(report: dict[str, Any], name: str) -> dict[str, Any]:
    """The check of this name."""
    [found] = [check for check in report["checks"] if check["name"] == name]
    return dict(found)


def failing(report: dict[str, Any]) -> set[str]:
    return {check["name"] for check in report["checks"] if not check["ok"]}


@pytest.fixture(autouse=True, scope="module")
def any_ports() -> Iterator[None]:
    """Whether the default ports are taken on this machine is not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CLEARSPAN_PORT", "0")
        patch.setitem(os.environ, "CLEARSPAN_GRPC_PORT", "0")
        yield


def send(server: Server, project: str, *spans: Any, **headers: str) -> None:
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    given = PROTOBUF | {"x-clearspan-project": project} | extra
    body = request_of(list(spans), service__name="bakery")
    assert post(server.url, "/v1/traces", body, given)[0] == 200


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """What the command says of one installation, from well to ill."""
    found = {}
    with serving(tmp_path_factory.mktemp("doctor") / "data") as server:
        send(server, "default", span("fine"))
        until(lambda: server.get("/api/v1/traces")["traces"])
        found["well"] = doctor(server.data)

        (server.data / "token").chmod(0o644)
        found["token for all"] = doctor(server.data)
        (server.data / "token").chmod(0o600)

        wrong = PROTOBUF | {"authorization": "Bearer cs_000000000000_nobody"}
        assert post(server.url, "/v1/traces", request_of([span("a")]), wrong)[0] == 401
        found["unknown key"] = doctor(server.data)

        numbers = {"clearspan_process": "p-9", "clearspan_seq": "1"}
        send(server, "shop", span("a"), clearspan_sent="1", clearspan_dropped="7", **numbers)
        found["lost spans"] = doctor(server.data)
    return found


def test_a_well_installation_has_no_complaint(told: dict[str, Report]) -> None:
    code, report = told["well"]

    assert failing(report) == set()
    assert (code, report["ok"]) == (0, True)
    names = {check["name"] for check in report["checks"]}
    assert names >= {"data folder", "token", "disk", "server", "grpc", "journal", "writer"}
    assert names >= {"engine", "waiting", "quarantine", "senders", "keys", "versions"}


def test_others_who_can_read_the_token_are_a_complaint(
    told: dict[str, Report],
) -> None:
    code, report = told["token for all"]

    assert code == 1
    assert failing(report) == {"token"}
    assert "chmod 600" in named(report, "token")["advice"]


def test_an_unknown_key_is_noticed(told: dict[str, Report]) -> None:
    _, report = told["unknown key"]

    assert failing(report) == {"keys"}
    assert "1 requests" in named(report, "keys")["says"]


def test_what_a_sender_lost_is_a_complaint_with_advice(
    told: dict[str, Report],
) -> None:
    code, report = told["lost spans"]

    assert code == 1
    dropped = named(report, "dropped")
    assert "7 spans" in dropped["says"]
    assert dropped["advice"]


def test_without_a_server_it_says_what_waits_in_the_folder(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        faults = tmp_path / "faults.json"
        patch.setitem(os.environ, "CLEARSPAN_FAULTS", str(faults))
        server = start(tmp_path / "data")
        faults.write_text('{"down": true}', encoding="utf-8")
        until(lambda: json.loads(_ready(server))["checks"]["engine"] != "ok")
        send(server, "default", span("waits"))
        server.kill()

    code, report = doctor(server.data)

    assert code == 1
    assert failing(report) == {"server"}
    assert named(report, "journal")["says"].startswith("1 entries")


def _ready(server: Server) -> str:
    try:
        with urllib.request.urlopen(server.url + "/readyz", timeout=60) as reply:
            return str(reply.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, report = doctor(tmp_path / "nowhere")

    assert code == 1
    assert failing(report) == {"data folder", "server"}


def test_the_story_of_a_trace_that_is_stored(server: Server) -> None:
    send(server, "story", span("told", trace_id=b"\x07" * 16))
    trace_id = "07" * 16
    until(lambda: server.get("/api/v1/traces?project=story")["traces"])

    code, report = doctor(server.data, trace_id)

    assert code == 0
    assert report["trace"]["project"] == "story"
    assert report["trace"]["spans"] == 1
    assert "bakery" in named(report, "received")["says"]
    assert named(report, "listed")["ok"]


def test_the_story_of_an_orphan_names_the_parent_that_is_missing(server: Server) -> None:
    send(server, "orphans", span("lonely", trace_id=b"\x08" * 16, parent=b"\x01" * 8))
    until(lambda: server.get("/api/v1/traces?project=orphans")["traces"])

    code, report = doctor(server.data, "08" * 16, "--project", "orphans")

    assert code == 1
    assert failing(report) == {"parents"}


def test_the_story_of_a_trace_that_waits_while_the_engine_is_down(
    drilled: Drill,
) -> None:
    drilled.begin(down=True)
    waiting = span("waiting")
    send(drilled.server, "default", waiting)

    code, report = doctor(drilled.server.data, waiting.trace_id.hex())

    assert code == 1
    assert report["trace"]["state"] == "waiting"
    assert failing(report) == {"engine"}
    assert named(report, "in the journal")["says"].startswith("1 span since")


def test_what_is_no_trace_id_is_said_to_be_none(server: Server) -> None:
    command = [sys.executable, "-m", "clearspan_server", "doctor", "xyz"]

    done = subprocess.run(
        [*command, "--data", str(server.data)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode != 0
    assert "'xyz' is no trace id" in done.stderr


def test_a_trace_that_nobody_knows_is_a_complaint(server: Server) -> None:
    code, report = doctor(server.data, "ff" * 16)

    assert code == 1
    assert report["trace"]["state"] == "unknown"
    assert failing(report) == {"trace"}


def test_for_a_reader_each_check_is_a_line_with_a_mark(server: Server) -> None:
    command = [sys.executable, "-m", "clearspan_server", "doctor", "--data", str(server.data)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    lines = done.stdout.splitlines()
    assert any(line.startswith("✓ server") and server.url in line for line in lines)
    assert "Traceback" not in done.stderr
