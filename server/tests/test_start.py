"""Starting and stopping: who owns a folder, who owns a port, what is drained, what is announced."""

import json
import socket
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from running import Server, serving, start, until
from sending import post, request_of, span


def refused(*arguments: str) -> str:
    """What the command says when it does not start; its exit code is 2 and it says one line."""
    done = subprocess.run(
        [sys.executable, "-m", "clearspan_server", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("clearspan: ")]
    assert len(said) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return said[0]


def test_a_folder_in_use_is_one_plain_sentence(server: Server) -> None:
    said = refused("up", "--data", str(server.data), "--port", "0", "--grpc-port", "0")

    assert said.startswith(f"clearspan: another clearspan is using the folder {server.data};")


def test_a_port_in_use_is_one_plain_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused("up", "--data", str(tmp_path / "data"), "--port", str(port))

    assert said.startswith(f"clearspan: port {port} on 127.0.0.1 is in use")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.com"])  # noqa: S104 - refused
def test_another_address_is_refused_until_an_admin_exists(tmp_path: Path, host: str) -> None:
    said = refused("up", "--data", str(tmp_path / "data"), "--host", host)

    assert "loopback only until an admin exists" in said
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_no_number_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSPAN_BATCH_ROWS", "many")

    said = refused("up", "--data", str(tmp_path / "data"))

    assert "CLEARSPAN_BATCH_ROWS" in said
    assert "'many'" in said


def test_without_a_server_the_other_commands_say_how_to_start_one(tmp_path: Path) -> None:
    said = refused("open", "--data", str(tmp_path))

    assert "clearspan up" in said


def test_of_a_server_that_was_killed_no_address_is_printed(tmp_path: Path) -> None:
    start(tmp_path / "data").kill()

    said = refused("open", "--data", str(tmp_path / "data"))

    assert "no server answers" in said


def test_what_serves_is_loaded_without_pandas() -> None:
    program = """
import sys
from clearspan_server.cli.importing import load_lightly
load_lightly()
import pyarrow
pyarrow.array(["a"])
print("pandas" in sys.modules)
"""

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True
    ).stdout

    assert printed == b"False\n"


def test_the_folder_and_its_token_are_for_their_owner_alone(server: Server) -> None:
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data / "token").stat().st_mode) == 0o600


def test_the_announcement_holds_pid_and_address(server: Server) -> None:
    announced = json.loads((server.data / "run.json").read_text(encoding="utf-8"))

    assert announced == {
        "pid": server.process.pid,
        "http": server.url,
        "grpc": server.grpc,
    }


def test_the_address_that_lets_a_browser_in_is_printed(server: Server) -> None:
    command = [sys.executable, "-m", "clearspan_server", "open", "--data", str(server.data)]

    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert printed.strip() == f"{server.url}/#token={server.token}"


def test_the_program_that_is_printed_sends_its_trace_to_the_port_it_was_printed_for(
    tmp_path: Path,
) -> None:
    said = tmp_path / "said"
    command = [sys.executable, "-m", "clearspan_server", "up", "--no-open", "--port", "0"]
    data = tmp_path / "data"
    with said.open("w") as output:
        process = subprocess.Popen(
            [*command, "--grpc-port", "0", "--data", str(data)],
            stdout=output,
            stderr=output,
            text=True,
        )
    until(lambda: "Ctrl+C" in said.read_text(encoding="utf-8"))
    announced = json.loads((data / "run.json").read_text(encoding="utf-8"))
    server = Server(process, announced["http"], data, announced["grpc"])
    try:
        printed = said.read_text(encoding="utf-8").partition("import clearspan")[2]
        program = "import clearspan" + textwrap.dedent(printed.partition("Ctrl+C")[0].rstrip())
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)

        until(lambda: server.get("/api/v1/traces")["traces"])
    finally:
        server.stop()

    assert server.url in program


def test_the_token_outlives_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as first:
        token = first.token

    with serving(tmp_path / "data") as second:
        assert second.token == token


def test_stopping_under_load_stores_what_was_acknowledged_and_forgets_its_announcement(
    tmp_path: Path,
) -> None:
    server = start(tmp_path / "data")
    acknowledged: list[str] = []
    stopping = threading.Event()

    def send() -> None:
        while not stopping.is_set():
            one = span("work")
            try:
                status, _ = post(server.url, "/v1/traces", request_of([one]))
            except OSError:
                return
            if status == 200:
                acknowledged.append(one.trace_id.hex())

    sender = threading.Thread(target=send)
    sender.start()
    until(lambda: len(acknowledged) >= 50)
    code = server.stop()
    stopping.set()
    sender.join()

    assert code == 0
    assert not (tmp_path / "data" / "run.json").exists()
    with serving(tmp_path / "data") as again:
        # Found at once: nothing waited in the journal for this start.
        for trace_id in (acknowledged[0], acknowledged[-1]):
            assert again.get(f"/api/v1/traces/{trace_id}")["trace"]["trace_id"] == trace_id


def test_an_open_live_feed_does_not_hold_up_the_end(tmp_path: Path) -> None:
    server = start(tmp_path / "data")
    listening = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
    head = f"GET /api/v1/live HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {server.token}\r\n\r\n"
    listening.sendall(head.encode())
    until(lambda: b": open" in listening.recv(65536))

    code = server.stop()

    assert code == 0
    listening.close()
