"""Serves a simulator on a socket: until a signal, or for the length of a `with` block."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from typing_extensions import override

from clearspan_server.simulator.app import create_app
from clearspan_server.simulator.cut import is_unexpected
from clearspan_server.simulator.models import MODELS
from clearspan_server.simulator.settings import SimulatorSettings

_MAX_CONNECTIONS_WAITING = 128
_GRACE_S = 1


def serve(host: str, port: int, settings: SimulatorSettings, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. Port 0 takes a free one; `ready` gets the base URL.

    Raises OSError when the address cannot be had.
    """
    with _listening(host, port) as listener:
        ready(_url(listener))
        try:
            _server(settings).run(sockets=[listener])
        except KeyboardInterrupt:
            return


@contextmanager
def running(settings: SimulatorSettings, host: str = "127.0.0.1") -> Generator[str]:
    """Serve from a thread on a free port for the length of the block; yields the base URL."""
    with _listening(host, 0) as listener:
        server = _server(settings)
        thread = threading.Thread(
            target=server.run, args=([listener],), name="simulator", daemon=True
        )
        thread.start()
        try:
            yield _url(listener)
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


class InProcess:
    """A simulator on the event loop of whoever asks for its address first, on a free port of loopback."""

    # Whom one can talk to in the form that its clients speak.
    models = tuple(one.name for one in MODELS if (one.provider, one.kind) == ("openai", "chat"))

    def __init__(self) -> None:
        self._starting: asyncio.Task[str] | None = None
        self._server: _OnLoop | None = None
        self._serving: asyncio.Task[None] | None = None

    async def url(self) -> str:
        """Its base URL; it starts with the first question."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def stop(self) -> None:
        """End it, with what it still answers."""
        if self._starting is not None:
            await self._starting
        if self._server is not None and self._serving is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._serving

    async def _start(self) -> str:
        listener = _listening("127.0.0.1", 0)
        self._server = _OnLoop(_config(SimulatorSettings(), log_level=None))
        self._serving = asyncio.create_task(self._server.serve([listener]))
        await self._server.is_up.wait()
        return _url(listener)


class _OnLoop(uvicorn.Server):
    """A server beside another one in the same process, which keeps the handlers of signals."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_MAX_CONNECTIONS_WAITING)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(settings: SimulatorSettings) -> uvicorn.Server:
    return uvicorn.Server(_config(settings))


def _config(settings: SimulatorSettings, log_level: str | None = "warning") -> uvicorn.Config:
    # A cut is meant, and uvicorn would report each one as an error of the application.
    logging.getLogger("uvicorn.error").addFilter(is_unexpected)
    return uvicorn.Config(
        create_app(settings),
        log_config=None,
        log_level=log_level,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_GRACE_S,
    )
