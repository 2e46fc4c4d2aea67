"""Every command: the real one on a running server, and on a folder that nobody serves."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import typer.main
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from clearspan_server.cli.commands import COMMANDS, app
from clearspan_server.cli.usage import below
from commanding import Ran, run
from running import PATIENCE_S, Server, settle, start
from sending import PROTOBUF, model_call, post, request_of, span
from team import PASSWORD
from terminal import terminal

PROJECT = "every"
TRACE = bytes([0xE7]) * 16
ID = TRACE.hex()
CALL = "ca11" * 4
# What `make test` opens a folder for: one that reads, one that writes, one that goes on, one that serves.
SAMPLE = {"trace", "import", "monitor", "run"}
WHOLE = os.environ.get("CLEARSPAN_WHOLE") == "1"


class Case(NamedTuple):
    """What a command is given, what it says, and what it ends with."""

    args: list[str]
    says: str
    code: int = 0
    stdin: str = ""


P = ["-p", PROJECT]
PYTHON = [sys.executable, "-c", "print('it ran')"]
# By command: where a placeholder stands in braces, a path of the test is put.
CASES = {
    "traces": Case(P, ID),
    "spans": Case(["kind:llm", *P], "chat gpt-4o"),
    "sessions": Case(P, "s-every"),
    "users": Case(P, "ann"),
    "failures": Case(P, "the ledger is closed"),
    "trace": Case([ID[:8], *P], "the ledger is closed"),
    "span": Case([ID[:8], CALL[:4], *P], "gen_ai.usage.input_tokens"),
    "replay": Case([ID, *P], "chat gpt-4o"),
    "compare": Case([ID, ID, *P], "same"),
    "whatif": Case([ID, "--slow", "llm=3x", *P], "would"),
    "logs": Case(P, ""),
    "cost": Case(["--by", "model", *P], "gpt-4o"),
    "metrics": Case(P, ""),
    "sql": Case(["select count() as found from spans", *P], "found"),
    "run": Case([*P, "--", *PYTHON], "it ran"),
    "exec": Case(["--otel", *P, "--", *PYTHON], "it ran"),
    "demo": Case(["-n", "1", "--interval", "0"], ""),
    "call": Case(["Hello", "--model", "gpt-4o", "--provider", "simulated", *P], ""),
    "export": Case(["--format", "otlp", "--out", "-", *P], ID),
    "import": Case(["{export}", *P], ""),
    "project list": Case([], PROJECT),
    "project create": Case(["every-new"], "every-new"),
    "project label": Case([PROJECT, "Every"], "Every"),
    "key list": Case([], "key"),
    "key create": Case(P, "cs_"),
    "key rotate": Case(["cs_nobody"], "", code=3),
    "key revoke": Case(["cs_nobody"], "", code=3),
    "user list": Case([], ""),
    "user password": Case(["nobody"], "", code=3, stdin=PASSWORD),
    "user remove": Case(["nobody"], "", code=3),
    "prices import": Case(["{list}"], "", code=2),
    "prices reset": Case([], "prices are those of"),
    "prices show": Case(["gpt-4o"], "input"),
    "prices reprice": Case(["--since", "1d", "--preview", *P], "spans"),
    "normalise": Case(["--since", "1d", "--preview"], "spans"),
    "doctor": Case([ID, "--project", PROJECT], "stored"),
}
# These go on, draw, or are about the server itself.
ELSEWHERE = {
    "up": "test_a_folder_is_checked",
    "status": "test_a_folder_without_a_server_is_told",
    "open": "test_a_folder_without_a_server_is_told",
    "backup": "test_a_folder_without_a_server_is_told",
    "restore": "test_a_folder_is_restored",
    "openapi": "test_what_needs_no_server",
    "sim": "test_what_needs_no_server",
    "tail": "test_what_goes_on_is_seen_on_a_terminal",
    "monitor": "test_what_goes_on_is_seen_on_a_terminal",
    "mcp": "test_tools_answer",
    "user create": "test_the_first_account_is_made",  # it would end open mode for the others
}


def filled(data: Path) -> Server:
    """A server of a folder with one trace."""
    server = start(data)
    root = span("answer", {"user.id": "ann", "session.id": "s-every"}, trace_id=TRACE)
    call = model_call(root)
    call.span_id = bytes.fromhex(CALL)
    call.status.code = Status.STATUS_CODE_ERROR
    call.status.message = "the ledger is closed"
    headers = PROTOBUF | {"x-clearspan-project": PROJECT}
    assert post(server.url, "/v1/traces", request_of([root, call]), headers)[0] == 200
    settle(server)
    return server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, whose folder is also given away."""
    server = filled(tmp_path_factory.mktemp("served") / "data")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same trace that nobody serves."""
    data = tmp_path_factory.mktemp("left") / "data"
    filled(data).stop()
    return data


def leaves() -> list[str]:
    """Every command, those of groups by both names."""
    found = []
    for name, entry in COMMANDS.items():
        names = below(entry.command(name))
        found += [f"{name} {one}" for one in names] or [name]
    return found


def ran(where: Server | Path, command: str, tmp_path: Path) -> Ran:
    """Run a case; what it is to say stands on one of its streams."""
    case = CASES[command]
    export, prices = tmp_path / "export.jsonl", tmp_path / "list.json"
    if "{export}" in case.args:
        export.write_text(run(where, "export", "--format", "otlp", "--out", "-", *P).out, "utf-8")
    prices.write_text("[]", "utf-8")
    args = [one.format(export=export, list=prices) if one[0] == "{" else one for one in case.args]
    found = run(where, *command.split(), *args, stdin=case.stdin)
    assert found.code == case.code, found
    assert case.says in found.out + found.err
    assert "Traceback" not in found.err
    assert "\x1b" not in found.out + found.err
    return found


def test_every_command_has_a_case() -> None:
    assert set(leaves()) == {*CASES, *ELSEWHERE}
    assert {name for name in ELSEWHERE.values() if name not in globals()} == set()
    assert typer.main.get_command(app).name == "clearspan"


@pytest.mark.parametrize("command", CASES)
def test_it_asks_a_running_server(served: Server, command: str, tmp_path: Path) -> None:
    ran(served, command, tmp_path)


@pytest.mark.parametrize("command", [one for one in CASES if WHOLE or one in SAMPLE])
def test_it_opens_a_folder_that_nobody_serves(left: Path, command: str, tmp_path: Path) -> None:
    ran(left, command, tmp_path)


def test_a_folder_is_checked(left: Path) -> None:
    checked = run(left, "up", "--check", "--port", "0", "--grpc-port", "0")

    assert checked.code == 0, checked.err
    assert "✓ engine" in checked.err


@pytest.mark.parametrize("command", ["status", "open", "backup"])
def test_a_folder_without_a_server_is_told(left: Path, command: str, tmp_path: Path) -> None:
    found = run(left, command, *([str(tmp_path / "copy")] if command == "backup" else []))

    assert (found.code, found.out) == (5, "")
    assert "no clearspan runs on the folder" in found.err


def test_a_folder_is_restored(served: Server, tmp_path: Path) -> None:
    copy, data = tmp_path / "copy", tmp_path / "data"
    assert run(served, "backup", str(copy)).code == 0
    assert run(data, "restore", str(copy)).code == 0
    assert (data / "catalog.db").exists()


def test_what_needs_no_server(tmp_path: Path) -> None:
    assert '"/api/v1/traces"' in run(tmp_path, "openapi").out
    command = [sys.executable, "-m", "clearspan_server", "sim", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        assert simulator.stdout.readline().startswith("simulator on http://127.0.0.1:")
        simulator.terminate()
        simulator.wait(PATIENCE_S)


@pytest.mark.parametrize("command", ["tail", "monitor"])
def test_what_goes_on_is_seen_on_a_terminal(served: Server, left: Path, command: str) -> None:
    with terminal(command, "--data", str(served.data), *P) as seen:
        if command == "tail":
            post_again(served)
        seen.shows("answer")
    if WHOLE or command in SAMPLE:
        copy = left.parent / f"{command}-data"
        shutil.copytree(left, copy, symlinks=True)
        with terminal(command, "--data", str(copy), *P) as seen:
            seen.until(lambda screen: "answer" in screen or command == "tail")


def post_again(server: Server) -> None:
    """One more trace, for who listens."""
    again = span("answer", {"user.id": "ann"}, trace_id=os.urandom(16))
    headers = PROTOBUF | {"x-clearspan-project": PROJECT}
    assert post(server.url, "/v1/traces", request_of([again]), headers)[0] == 200


@pytest.mark.parametrize("folder", ["served", *(["left"] if WHOLE else [])])
def test_tools_answer(served: Server, left: Path, folder: str) -> None:
    where = served.data if folder == "served" else left
    asked = (
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
        '"capabilities":{},"clientInfo":{"name":"test","version":"1"}}}\n'
    )
    found = run(where, "mcp", *P, stdin=asked)

    assert '"serverInfo"' in found.out, found


def test_the_first_account_is_made(tmp_path: Path) -> None:
    made = run(tmp_path / "data", "user", "create", "ann", stdin=PASSWORD)

    assert made.out == "made the admin ann\n"
