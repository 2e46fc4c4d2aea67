"""Starting and stopping: who owns a folder, who owns a port, what is drained, what is announced."""

import http.client
import json
import socket
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from running import Server, start, until
from sending import post, request_of, span


def refused(*arguments: str, code: int = 2) -> str:
    """What the command says when it does not start; it says one line."""
    done = subprocess.run(
        [sys.executable, "-m", "clearspan_server", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
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


def test_presidio_that_is_wanted_and_not_installed_is_one_plain_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_PRESIDIO", str(tmp_path / "presidio.yaml"))

    said = refused("up", "--data", str(tmp_path / "data"), "--port", "0", "--grpc-port", "0")

    assert said.endswith("is not installed: pip install 'clearspan-server[presidio]'")


def test_a_port_that_is_no_number_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSPAN_BATCH_ROWS", "many")

    said = refused("up", "--data", str(tmp_path / "data"))

    assert "CLEARSPAN_BATCH_ROWS" in said
    assert "'many'" in said


def test_without_a_server_the_other_commands_say_how_to_start_one(tmp_path: Path) -> None:
    said = refused("open", "--data", str(tmp_path), code=5)  # nobody to ask

    assert "clearspan up" in said


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
    command = [sys.executable, "-m", "clearspan_server", "up", "--no-browser", "--port", "0"]
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


@dataclass(slots=True)
class Life:
    """Two starts on one folder: the first server is stopped under load, the second one killed."""

    acknowledged: list[str]
    exit_code: int
    was_announced: bool  # still, after the first had ended
    tokens: list[str]
    found: list[str]  # of what was acknowledged, as soon as the second served
    opened: str  # what `clearspan open` said after its death


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    data = tmp_path_factory.mktemp("life") / "data"
    first = start(data)
    tokens = [first.token]
    with listening(first):
        acknowledged, exit_code = stopped_under_load(first)
    was_announced = (data / "run.json").exists()
    second = start(data)
    tokens.append(second.token)
    # Found at once: nothing waited in the journal for this start.
    asked = (acknowledged[0], acknowledged[-1])
    found = [second.get(f"/api/v1/traces/{one}")["trace"]["trace_id"] for one in asked]
    second.kill()
    opened = refused("open", "--data", str(data), code=5)
    return Life(acknowledged, exit_code, was_announced, tokens, found, opened)


@contextmanager
def listening(server: Server) -> Iterator[None]:
    """A live feed that is open, and stays so."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address) as feed:
        head = "GET /api/v1/live HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\n\r\n"
        feed.sendall(head.format(server.token).encode())
        until(lambda: b": open" in feed.recv(65536))
        yield


def stopped_under_load(server: Server) -> tuple[list[str], int]:
    """The traces that were acknowledged until the server was stopped, and its exit code."""
    acknowledged: list[str] = []
    stopping = threading.Event()

    def send() -> None:
        while not stopping.is_set():
            one = span("work")
            try:
                status, _ = post(server.url, "/v1/traces", request_of([one]))
            except (OSError, http.client.HTTPException):
                return
            if status == 200:
                acknowledged.append(one.trace_id.hex())

    sender = threading.Thread(target=send)
    sender.start()
    until(lambda: len(acknowledged) >= 50)
    code = server.stop()
    stopping.set()
    sender.join()
    return acknowledged, code


def test_stopping_under_load_stores_what_was_acknowledged(life: Life) -> None:
    assert life.exit_code == 0
    assert life.found == [life.acknowledged[0], life.acknowledged[-1]]


def test_who_has_ended_is_not_announced(life: Life) -> None:
    assert not life.was_announced


def test_an_open_live_feed_does_not_hold_up_the_end(life: Life) -> None:
    assert life.exit_code == 0


def test_the_token_outlives_a_restart(life: Life) -> None:
    assert len(set(life.tokens)) == 1


def test_of_a_server_that_was_killed_no_address_is_printed(life: Life) -> None:
    assert "no server answers" in life.opened
