"""Whose server a command asks: the folder's own and nobody else, whatever became of the one that was announced."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clearspan_server.cli import client
from clearspan_server.store.folder import is_owned
from commanding import run, run_json
from running import START_S, serving, start, until

TOKEN = "the-token-of-the-install"
# Asks its server whenever a line comes, and tells what it heard.
ASKING = """
import os, sys, urllib.request
for _ in sys.stdin:
    with urllib.request.urlopen(os.environ["CLEARSPAN_ENDPOINT"] + "/healthz", timeout=60) as reply:
        print(reply.status, flush=True)
"""


@contextmanager
def impostor(answer: bytes) -> Iterator[tuple[str, list[str]]]:
    """Somebody else who listens: the address, and all that was told there."""
    heard: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            heard.append(f"{self.path} {self.headers}")
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}", heard
        listening.shutdown()


def announced(data: Path, url: str) -> Path:
    """A folder whose server was killed: what it announced is there."""
    data.mkdir()
    (data / "token").write_text(TOKEN, "utf-8")
    said = {"pid": 1, "http": url, "grpc": "127.0.0.1:1"}
    (data / "run.json").write_text(json.dumps(said), "utf-8")
    return data


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody serves."""
    data = tmp_path_factory.mktemp("left") / "data"
    with serving(data):
        pass
    return data


@pytest.mark.parametrize("answer", [b"<!doctype html>", b""])
def test_an_address_that_is_no_clearspan_is_one_line_that_names_it(
    tmp_path: Path, answer: bytes
) -> None:
    with impostor(answer) as (url, _):
        ran = run(tmp_path, "traces", "--url", url)

    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith(f"clearspan: no clearspan answers at {url}: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", ["open", "status", "doctor"])
def test_who_took_the_port_of_a_killed_server_is_told_no_credential(
    tmp_path: Path, command: str
) -> None:
    with impostor(b'{"status":"ok","mode":"open"}') as (url, heard):
        data = announced(tmp_path / "data", url)

        ran = run(data, command)

    assert heard
    assert TOKEN not in "".join(heard) + ran.out + ran.err
    if command != "doctor":  # which tells of what it finds
        assert (ran.code, ran.out) == (5, "")
        assert f"no server answers at {url} for this data folder" in ran.err


def test_a_server_that_was_restarted_on_another_port_is_found_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = start(data)
    asking = client.find(data)
    assert asking.get("/api/v1/projects")["projects"]

    first.kill()

    with serving(data) as second:
        assert second.url != first.url
        assert asking.get("/api/v1/projects")["projects"]


@contextmanager
def program(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """A program under `clearspan exec` that asks its server for each line that it is given."""
    command = [sys.executable, "-m", "clearspan_server", "exec", "--data", str(data)]
    pipe = subprocess.PIPE
    asking = [*command, "--", sys.executable, "-c", ASKING]
    with subprocess.Popen(asking, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def answered(process: "subprocess.Popen[str]") -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline()


def end(process: "subprocess.Popen[str]") -> int:
    assert process.stdin is not None
    process.stdin.close()
    return process.wait(START_S)


def test_a_folder_that_is_opened_for_a_command_stays_open_for_the_others_that_use_it(
    left: Path,
) -> None:
    with program(left) as first:
        assert answered(first) == "200\n"
        pid = json.loads((left / "run.json").read_text("utf-8"))["pid"]
        with program(left) as second:
            assert answered(second) == "200\n"
            assert end(first) == 0

            assert answered(second) == "200\n"
            assert run_json(left, "project list")["projects"]
            os.kill(pid, 0)  # it is the same server still
            assert end(second) == 0

    until(lambda: not is_owned(left))


def test_commands_that_begin_together_share_a_folder_that_nobody_serves(left: Path) -> None:
    command = [sys.executable, "-m", "clearspan_server", "traces", "--json", "--data", str(left)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    said = [one.communicate(timeout=START_S) for one in both]

    assert [one.returncode for one in both] == [0, 0], said
    assert [json.loads(out)["traces"] for out, _ in said] == [[], []]


def test_what_cannot_be_written_is_one_line_and_who_reads_no_more_ends_it_silently() -> None:
    command = [sys.executable, "-m", "clearspan_server", "openapi"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        written = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=START_S, check=False
        )
    reading, writing = os.pipe()
    os.close(reading)
    unread = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=START_S, check=False
    )
    os.close(writing)

    no_room = "clearspan: the output: No space left on device\n"
    assert (written.returncode, written.stderr) == (2, no_room)
    assert unread.stderr == ""


def test_a_folder_whose_engine_is_broken_is_refused_in_one_line(left: Path, tmp_path: Path) -> None:
    data = tmp_path / "broken"
    shutil.copytree(left, data, symlinks=True)
    (table,) = (data / "engine" / "store").rglob("schema_migrations.sql")
    table.write_text(table.read_text("utf-8").replace("number", "numbre"), "utf-8")

    ran = run(data, "up", "--check", "--port", "0", "--grpc-port", "0")

    said = [line for line in ran.err.splitlines() if line.startswith("clearspan: ")]
    assert ran.code == 2
    assert len(said) == 1, ran.err
    assert said[0].startswith(f"clearspan: the folder {data} cannot be used: ")
    assert "Traceback" not in ran.err
