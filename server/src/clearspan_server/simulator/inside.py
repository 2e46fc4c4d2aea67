"""A simulator inside another server: on its event loop, from the first call on."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from typing_extensions import override

from clearspan_server.simulator.models import MODELS
from clearspan_server.simulator.settings import SimulatorSettings


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
        config, listener, url = await asyncio.to_thread(_served)
        self._server = _OnLoop(config)
        self._serving = asyncio.create_task(self._server.serve([listener]))
        await self._server.is_up.wait()
        return url


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


def _served() -> tuple[uvicorn.Config, socket.socket, str]:
    # 0.1 s of a start, and few call it.
    from clearspan_server.simulator.serve import config_of, listening, url_of  # noqa: PLC0415

    listener = listening("127.0.0.1", 0)
    return config_of(SimulatorSettings(), log_level=None), listener, url_of(listener)
