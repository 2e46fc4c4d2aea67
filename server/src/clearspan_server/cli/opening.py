"""A folder that no server runs on, opened for the length of one command."""

import atexit
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clearspan_server.cli import client
from clearspan_server.cli.client import Server
from clearspan_server.errors import NoServer, StartRefused
from clearspan_server.store.folder import CATALOG

_END_S = 60.0
_LISTS_S = 60.0
_LOOK_S = 0.1


def begun(folder: Path, project: str) -> Server:
    """As `opened`; a folder without data, or that is not there, begins to have some."""
    return _opened(folder, project)


def opened(folder: Path, project: str) -> Server:
    """A server of the folder on free ports of this machine, which ends with this process, however that ends.

    Raises:
        NoServer: there is no data in the folder.
        StartRefused: it cannot be opened.
    """
    if not (folder / CATALOG).exists():
        raise NoServer(
            f"no clearspan runs on the folder {folder}, and there is no data in it; `clearspan up` starts one,"
            " `--data` and `--url` name another"
        )
    return _opened(folder, project)


def _opened(folder: Path, project: str) -> Server:
    if sys.stderr.isatty():
        print(f"▸ no server runs on {folder}: opening it", file=sys.stderr)  # noqa: T201 - the command's own output
    command = [sys.executable, "-m", "clearspan_server", "up", "--data", str(folder), "--json"]
    command += ["--host", "127.0.0.1", "--port", "0", "--grpc-port", "0"]
    command += ["--no-browser", "--until-eof"]
    with tempfile.TemporaryFile("w+") as said:  # what a pipe holds that nobody reads is soon enough
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,  # Ctrl+C is for the command, which ends it
        )
        atexit.register(_end, process)
        announced = process.stdout.readline() if process.stdout else ""
        try:
            json.loads(announced)
        except ValueError:
            said.seek(0)
            raise StartRefused(_reason(said.read(), folder)) from None
    server = client.find(folder, project)
    _wait_for_lists(server)
    return server


def _wait_for_lists(server: Server) -> None:
    """What was stored last may not be listed yet, or everything is listed anew after an upgrade."""
    until_s = time.monotonic() + _LISTS_S
    while time.monotonic() < until_s:
        health = server.health()
        if health["lag_s"] is None and health["underived"] == 0:
            return
        time.sleep(_LOOK_S)


def _end(process: "subprocess.Popen[str]") -> None:
    """Close its standard input, on which it ends, and wait until it has given the folder back."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _reason(said: str, folder: Path) -> str:
    lines = said.splitlines()
    ours = [line.removeprefix("clearspan: ") for line in lines if line.startswith("clearspan: ")]
    return ours[-1] if ours else f"the folder {folder} cannot be opened: {''.join(lines[-1:])}"
