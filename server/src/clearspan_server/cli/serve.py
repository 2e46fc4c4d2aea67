"""`clearspan up`: bind, open, serve, announce; drain and leave the folder clean at the end."""

import asyncio
import errno
import ipaddress
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from clearspan_server.api.projects import DEMO_PROJECT
from clearspan_server.api.state import State
from clearspan_server.app import Parts, build, create_app, shut_down
from clearspan_server.cli import first_admin, logs
from clearspan_server.errors import PortInUse, StartRefused
from clearspan_server.rpc.server import GrpcServer
from clearspan_server.settings import Settings
from clearspan_server.store.accounts import has_account
from clearspan_server.store.disk import Disk
from clearspan_server.store.folder import Folder, Running

_GRACE_S = 5  # for requests that are under way when the server is told to stop
_DEMO_STOP_S = 5
_DISK_LOOK_S = 5

_USUAL_URL = "http://127.0.0.1:4318"  # where the SDK sends unless it is told


@dataclass(slots=True, frozen=True)
class _Doors:
    """The two ports of a server, taken before anything is opened."""

    http: socket.socket
    grpc: GrpcServer


@dataclass(slots=True, frozen=True)
class Options:
    """What `up` was asked for beside the settings."""

    demo: bool
    as_json: bool
    open_browser: bool


def up(settings: Settings, options: Options) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        FolderInUse, PortInUse, StartRefused: the command ends with code 2.
    """
    _refuse_other_addresses(settings)
    logs.set_up()
    doors = _open_doors(settings)
    try:
        folder = Folder(settings.data)
    except OSError as error:
        doors.http.close()
        raise StartRefused(f"the folder {settings.data} cannot be used: {error}") from error
    try:
        _say(f"▸ data folder {folder.path}")
        first_admin.from_file(settings, folder)
        _serve(_build(settings, folder), folder, doors, options)
    finally:
        doors.http.close()
        folder.release()


def _build(settings: Settings, folder: Folder) -> Parts:
    try:
        return build(settings, folder, progress=lambda step: _say(f"▸ {step}"))
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise StartRefused(f"the folder {folder.path} cannot be used: {error}") from error


def _serve(parts: Parts, folder: Folder, doors: _Doors, options: Options) -> None:
    url = _url(doors.http)
    demo = _Demo(parts.state.disk)

    def ready() -> None:
        announced = Running(os.getpid(), url, doors.grpc.address)
        folder.announce(announced)
        _greet(announced, "" if parts.state.accounts.exist else folder.token, options)
        if options.demo:
            demo.start(url, folder.token)

    server = _Server(create_app(parts, doors.grpc), parts.state, ready, demo.stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops on the signal and then raises it again: by then there is still work to do here.
        signal.signal(number, lambda *_: None)
    try:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[doors.http]))
    finally:
        demo.stop()
    if not server.started:
        shut_down(parts)


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
        self._process = subprocess.Popen([*command, "--interval", "2"], env=environment)  # noqa: S603 - our own module
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
    """uvicorn that says when it serves, and ends the live feeds before it waits for connections to close."""

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
        self._live = state.live
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
        self._live.close()
        await super().shutdown(sockets)


def _open_doors(settings: Settings) -> _Doors:
    http = _bind(settings.host, settings.port, "port")
    try:
        # gRPC binds its port by itself, and does not say well why it cannot.
        _bind(settings.host, settings.grpc_port, "grpc-port").close()
        grpc_server = GrpcServer(
            settings.host, settings.grpc_port, max_body_bytes=settings.max_body_bytes
        )
    except StartRefused:
        http.close()
        raise
    return _Doors(http, grpc_server)


def _bind(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OverflowError as error:
        listening.close()
        raise StartRefused(f"{port} is not a port: 0 to 65535") from error
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"port {port} on {host} is in use: `clearspan open` says whether by clearspan;"
                f" `--{option} 0` (with make: `make run {option.upper().replace('-', '_')}=0`)"
                " takes a free one"
            ) from error
        raise StartRefused(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listening


def _refuse_other_addresses(settings: Settings) -> None:
    """Off loopback there must be somebody who signs in: an account that exists, or one that a file makes below."""
    if _is_loopback(settings.host) or settings.admin_password_file:
        return
    if not has_account(settings.data / first_admin.CATALOG):
        raise StartRefused(
            f"clearspan listens on loopback only until an admin exists, not on {settings.host!r};"
            " `clearspan admin create NAME` makes one, or CLEARSPAN_ADMIN_PASSWORD_FILE names a file"
            " with the password of one"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(listening: socket.socket) -> str:
    """The address for programs on this machine; what listens everywhere listens on loopback, too."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greet(announced: Running, token: str, options: Options) -> None:
    """`token` is "" where people sign in."""
    if options.as_json:
        print(announced.json(), flush=True)  # noqa: T201 - the command's own output
        return
    page = f"{announced.http}/#token={token}" if token else f"{announced.http}/"
    _say(f"\n  Clearspan serves at\n\n      {page}\n")
    if options.demo:
        _say(
            f"  The demo agent writes a trace every two seconds to the project {DEMO_PROJECT!r}.\n"
        )
    _say(_first_trace(announced.http, needs_key=not token))
    _say("  Ctrl+C stops it; nothing is lost.\n")
    has_screen = sys.platform == "darwin" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if options.open_browser and has_screen and sys.stderr.isatty():
        webbrowser.open(page)


def _first_trace(url: str, *, needs_key: bool) -> str:
    """A program that records a span, for whoever reads what the command prints."""
    said = [] if url == _USUAL_URL else [f'endpoint="{url}"']
    if needs_key:
        said.append('key="cs_…"')  # from Settings, or `clearspan keys create`
    init = f"      clearspan.init({', '.join(said)})\n\n" if said else ""
    return f"""\
  Your first trace, with {sys.executable}:

      import clearspan

{init}      with clearspan.span("hello", input="my first trace"):
          print("recorded")
"""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command's own output
