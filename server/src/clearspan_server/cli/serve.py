"""What `clearspan up` does with its ports and its folder: build, serve, announce; drain at the end."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import uvicorn
from clickhouse_connect.driver.exceptions import ClickHouseError
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from clearspan_server import __version__
from clearspan_server.api.projects import DEMO_PROJECT
from clearspan_server.api.state import State
from clearspan_server.app import Parts, build, create_app, shut_down
from clearspan_server.cli import browser, first_admin
from clearspan_server.cli.client import Server
from clearspan_server.cli.doors import Taken
from clearspan_server.cli.draining import Draining
from clearspan_server.cli.greeting import Standing, first_trace, standing
from clearspan_server.errors import ClearspanError, StartRefused, Unavailable
from clearspan_server.settings import Settings
from clearspan_server.store.disk import Disk
from clearspan_server.store.folder import CATALOG, Folder, Running

STAYS = (
    "used by others"  # what a lent server prints when its first user has ended, and others use it
)
_GRACE_S = 5  # for requests that are under way when the server is told to stop
_DEMO_STOP_S = 5
_MOST_SAID = 500  # characters: the engine repeats whole statements
_DISK_LOOK_S = 5


@dataclass(slots=True, frozen=True)
class Options:
    """What `up` was asked for beside the settings."""

    demo: bool
    as_json: bool
    browser: bool
    check: bool = False  # only whether it starts well
    until_eof: bool = False  # of standard input: whoever started it has ended


def serve(settings: Settings, taken: Taken, options: Options) -> bool:
    """Serve until SIGTERM or SIGINT; whether all was well at the start.

    Raises:
        StartRefused: the command ends with code 2.
    """
    _say(f"▸ data folder {taken.folder.path}")
    first_admin.from_file(settings, taken.folder)
    return _serve(_build(settings, taken.folder), taken, options)


def _build(settings: Settings, folder: Folder) -> Parts:
    is_new = not (folder.path / CATALOG).exists()

    def progress(step: str) -> None:
        if not (
            is_new and step.startswith("migration ")
        ):  # those of a new folder are nobody's news
            _say(f"▸ {step}")

    try:
        return build(settings, folder, progress)
    except (OSError, sqlite3.Error, SQLAlchemyError, ClickHouseError, Unavailable) as error:
        said = " ".join(str(error).split())[:_MOST_SAID]
        raise StartRefused(f"the folder {folder.path} cannot be used: {said}") from error


def _serve(parts: Parts, taken: Taken, options: Options) -> bool:
    start = _Start(parts, taken, options)
    server = _Server(create_app(parts, taken.grpc), parts.state, start.ready, start.demo.stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops on the signal and then raises it again: by then there is still work to do here.
        signal.signal(number, lambda *_: None)
    try:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[taken.http]))
    finally:
        start.demo.stop()
    if not server.started:
        shut_down(parts)
    return start.is_well


class _Start:
    """What happens once the server serves: it is announced and greets, and what runs beside it is started."""

    def __init__(self, parts: Parts, taken: Taken, options: Options) -> None:
        self.demo = _Demo(parts.state.disk)
        self.is_well = True
        self._parts, self._taken, self._options = parts, taken, options
        self._url = _url(taken.http)

    def ready(self) -> None:
        """Announce it, and start the rest."""
        announced = Running(
            os.getpid(), self._url, self._taken.grpc.address, self._options.until_eof
        )
        self._taken.folder.announce(announced)
        if self._options.as_json:
            print(announced.json(), flush=True)  # noqa: T201 - the command's own output
        if self._options.check or not self._options.as_json:
            # It asks the server that it tells of, which must not wait for that.
            threading.Thread(target=self._greet, args=(announced,), name="greet").start()
        if self._options.demo and not self._options.check:
            self.demo.start(self._url, self._taken.folder.token)
        if self._options.until_eof:
            folder = self._taken.folder
            threading.Thread(
                target=_end_with_input, args=(folder,), name="until-eof", daemon=True
            ).start()

    def _greet(self, announced: Running) -> None:
        server = Server(self._url, self._taken.folder.token)
        try:
            is_open = not self._parts.state.accounts.exist
            self.is_well = _greet(announced, server, self._options, is_open=is_open).ok
        except ClearspanError as error:
            self.is_well = False  # it was told to stop at once
            _say(f"▸ {error.message}")
        if self._options.check:
            os.kill(os.getpid(), signal.SIGTERM)


def _end_with_input(folder: Folder) -> None:
    """End when whoever started it has ended, and with the last of the other commands that use it meanwhile."""
    while sys.stdin.buffer.read(1024):
        pass
    if not folder.take_back(waits=False):
        with suppress(OSError):  # nobody may listen any more
            print(STAYS, flush=True)  # noqa: T201 - for whoever started it
        folder.take_back(waits=True)
    os.kill(os.getpid(), signal.SIGTERM)


class _Demo:
    """The demo agent beside the server; when the disk runs low it stops before anybody else must."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()

    def start(self, url: str, token: str) -> None:
        command = [sys.executable, "-m", "clearspan_server.demo", "--endpoint", url]
        # In the environment, which only this user can read: an argument is there for everybody on the machine.
        environment = os.environ | {"CLEARSPAN_KEY": token}
        # In a session of its own: Ctrl+C is for the server, which ends it first, while it can still send.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, "--interval", "2"], env=environment, start_new_session=True
        )
        threading.Thread(target=self._watch, name="demo", daemon=True).start()

    def stop(self) -> None:
        self._ended.set()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_DEMO_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _watch(self) -> None:
        while not self._ended.wait(_DISK_LOOK_S):
            if self._disk.is_low():
                _say(f"▸ the demo stops: the disk has only {self._disk.free_bytes()} bytes left")
                self.stop()


class _Server(uvicorn.Server):
    """uvicorn that says when it serves, and ends feeds and answers before it waits for connections to close."""

    def __init__(
        self,
        app: FastAPI,
        state: State,
        ready: Callable[[], None],
        stopping: Callable[[], None],
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE_S,
            backlog=1024,
            proxy_headers=True,
            forwarded_allow_ips=state.settings.trusted_proxies,
        )
        super().__init__(config)
        self._state = state
        self._ready = ready
        self._stopping = stopping

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _say("▸ stopping")
        # The demo goes first: what it still delivers is taken.
        await asyncio.to_thread(self._stopping)
        self._state.live.close()
        await self._state.answers.close()
        await self._state.runs.close()
        with Draining(self._state.journal):
            await super().shutdown(sockets)


def _url(listening: socket.socket) -> str:
    """The address for programs on this machine; what listens everywhere listens on loopback, too."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greet(announced: Running, server: Server, options: Options, *, is_open: bool) -> Standing:
    """Say where the server is, how its parts do, and what to do first; `is_open` while there is no account."""
    found = standing(server, announced.grpc)
    page = f"{announced.http}/#token={server.token}" if is_open else f"{announced.http}/"
    _say(f"\n  Clearspan {__version__} serves at\n\n      {page}\n")
    _say("\n".join(found.lines()) + "\n")
    if options.check:
        return found
    if options.demo:
        _say(
            f"  The demo agent writes a trace every two seconds to the project {DEMO_PROJECT!r}.\n"
        )
    _say(first_trace(announced.http, needs_key=not is_open))
    _say("  Ctrl+C stops it; nothing is lost.\n")
    if options.browser:
        browser.show(page)
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command's own output
