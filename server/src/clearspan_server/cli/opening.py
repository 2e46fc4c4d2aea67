"""A folder that no server runs on, opened for the length of one command."""

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from clearspan_server.cli import client
from clearspan_server.cli.client import Server
from clearspan_server.errors import FolderInUse, NoServer, StartRefused
from clearspan_server.store.folder import CATALOG, give_back, is_owned

_END_S = 60.0
_LISTS_S = 60.0
_OTHERS_S = 300.0  # for one that starts or ends on the folder
_START_S = 600.0  # migrations of a large folder take their time
_TELL_S = 5.0  # after which a wait is told
_LOOK_S = 0.1
_MOST_SAID = 1 << 20


def opened(folder: Path, project: str, *, begins: bool = False) -> Server:
    """The server of a folder; where none runs, one on free ports, which ends with the last command that uses it.

    One that is about to start or to end on the folder is waited for. With `begins`, a folder without data, or that
    is not there, begins to have some.

    Raises:
        NoServer: there is no data in the folder.
        StartRefused: it cannot be opened.
    """
    wait = _Wait(f"another clearspan has the folder {folder} and does not answer yet", _OTHERS_S)
    while True:
        try:
            return asked(client.find(folder, project))
        except NoServer as error:
            away = error
        if not is_owned(folder) and (server := _begun(folder, project, begins=begins)):
            return server
        if not wait.goes_on():
            raise FolderInUse(f"another clearspan is using the folder {folder}: {away.message}")


def asked(server: Server) -> Server:
    """One that answers: one that was killed leaves its announcement behind.

    Raises:
        NoServer: it does not.
    """
    server.get("/healthz")
    return server


class _Wait:
    """Waiting for somebody else, a moment at a time, told on standard error when it is long."""

    def __init__(self, why: str, longest_s: float) -> None:
        self._why = why
        self._began_s = time.monotonic()
        self._longest_s = longest_s
        self._is_told = False

    def goes_on(self) -> bool:
        """Wait a moment; False when it has been long enough."""
        gone_s = time.monotonic() - self._began_s
        if gone_s > _TELL_S and not self._is_told:
            self._is_told = True
            _tell(f"▸ {self._why}: waiting")
        if gone_s > self._longest_s:
            return False
        # Nothing tells of a file that appears, of a lock that goes, or of lists that are done.
        time.sleep(_LOOK_S)
        return True


def _begun(folder: Path, project: str, *, begins: bool) -> Server | None:
    """A server that is started on a folder; None where another was faster."""
    if not begins and not (folder / CATALOG).exists():
        raise NoServer(
            f"no clearspan runs on the folder {folder}, and there is no data in it; `clearspan up` starts one,"
            " `--data` and `--url` name another"
        )
    try:
        return _started(folder, project)
    except StartRefused:
        if not is_owned(folder):
            raise
    return None


def _started(folder: Path, project: str) -> Server:
    if sys.stderr.isatty():
        _tell(f"▸ no server runs on {folder}: opening it")
    command = [sys.executable, "-m", "clearspan_server", "up", "--data", str(folder), "--json"]
    command += ["--host", "127.0.0.1", "--port", "0", "--grpc-port", "0"]
    command += ["--no-browser", "--until-eof"]
    with tempfile.TemporaryFile() as said:  # what a pipe holds that nobody reads is soon enough
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,  # Ctrl+C is for the command, which ends it
        )
        atexit.register(_end, process, folder)
        try:
            json.loads(_announced(process, said, folder))
        except ValueError:
            raise StartRefused(_reason(_text(said), folder)) from None
    server = client.find(folder, project)
    _wait_for_lists(server)
    return server


def _announced(process: "subprocess.Popen[bytes]", said: IO[bytes], folder: Path) -> bytes:
    """The line that a server prints when it serves; "" when it has ended instead.

    Raises:
        StartRefused: it does neither.
    """
    due_s = time.monotonic() + _START_S
    told = ""
    while time.monotonic() < due_s:
        if line := _heard(process, _TELL_S):
            return line
        if process.poll() is not None:
            return b""
        if (now := "".join(_text(said).splitlines()[-1:])) != told:
            told = now
            _tell(f"▸ still opening {folder}: {now.removeprefix('▸ ')}")
    process.kill()
    raise StartRefused(
        f"the folder {folder} was not open after {_START_S:.0f} s; `clearspan up` shows what it does"
    )


def _heard(process: "subprocess.Popen[bytes]", wait_s: float) -> bytes:
    """What it prints within a time; "" also when it has closed its output, which only its end does."""
    if process.stdout is None or not select.select([process.stdout], [], [], wait_s)[0]:
        return b""
    found = os.read(process.stdout.fileno(), 65_536)
    if not found:
        process.wait(_END_S)
    return found


def _wait_for_lists(server: Server) -> None:
    """What was stored last may not be listed yet, or everything is listed anew after an upgrade."""
    wait = _Wait("what was stored last is not listed yet", _LISTS_S)
    while True:
        health = server.health()
        if health["lag_s"] is None and health["underived"] == 0:
            return
        if not wait.goes_on():
            _tell("▸ what was stored last is not listed yet, and may be missing in what follows")
            return


def _end(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Close its standard input and wait until it has given the folder back, or says that others use it."""
    give_back(folder)
    if process.stdin:
        process.stdin.close()
    try:
        if process.poll() is None and _heard(process, _END_S) == b"":
            process.wait(0)
    except subprocess.TimeoutExpired:
        process.kill()


def _text(said: IO[bytes]) -> str:
    """What it has said so far; the place at which it writes on stays."""
    return os.pread(said.fileno(), _MOST_SAID, 0).decode("utf-8", "replace")


def _reason(said: str, folder: Path) -> str:
    lines = said.splitlines()
    ours = [line.removeprefix("clearspan: ") for line in lines if line.startswith("clearspan: ")]
    return ours[-1] if ours else f"the folder {folder} cannot be opened: {''.join(lines[-1:])}"


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command's own output
