"""Serves a simulator on a socket: until a signal, or for the length of a `with` block."""

import logging
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from clearspan_server.simulator.app import create_app
from clearspan_server.simulator.cut import is_unexpected
from clearspan_server.simulator.settings import SimulatorSettings

_MAX_CONNECTIONS_WAITING = 128
_GRACE_S = 1


def serve(host: str, port: int, settings: SimulatorSettings, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. Port 0 takes a free one; `ready` gets the base URL.

    Raises OSError when the address cannot be had.
    """
    with listening(host, port) as listener:
        ready(url_of(listener))
        try:
            _server(settings).run(sockets=[listener])
        except KeyboardInterrupt:
            return


@contextmanager
def running(settings: SimulatorSettings, host: str = "127.0.0.1") -> Generator[str]:
    """Serve from a thread on a free port for the length of the block; yields the base URL."""
    with listening(host, 0) as listener:
        server = _server(settings)
        thread = threading.Thread(
            target=server.run, args=([listener],), name="simulator", daemon=True
        )
        thread.start()
        try:
            yield url_of(listener)
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises OSError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_MAX_CONNECTIONS_WAITING)


def url_of(listener: socket.socket) -> str:
    """The base URL of who listens there."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(settings: SimulatorSettings) -> uvicorn.Server:
    return uvicorn.Server(config_of(settings))


def config_of(settings: SimulatorSettings, log_level: str | None = "warning") -> uvicorn.Config:
    """How a simulator is served; without a level that of the process stays."""
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
