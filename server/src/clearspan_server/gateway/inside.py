"""Calls that this server makes itself, through its own gateway: recorded, limited and checked as anybody's.

A client library gets a `Passage` for its transport and speaks to `http://gateway/{provider}/…` as if it were a server.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import orjson
from starlette.types import ASGIApp, Message
from typing_extensions import override

from clearspan_server.errors import ClearspanError
from clearspan_server.gateway.credentials import Admission
from clearspan_server.gateway.headers import Told
from clearspan_server.gateway.providers import PREFIX

INSIDE = "clearspan.inside"  # in the scope: no request from outside can set it
_AHEAD = 16  # pieces of an answer that wait for their reader; then the provider does


@dataclass(slots=True, frozen=True)
class Inside:
    """What a caller from outside would say in headers, and the id that the call's trace will have."""

    admission: Admission
    told: Told
    trace_id: str


class Passage(httpx2.AsyncBaseTransport):
    """Sends requests through the gateway in this process; whoever closes an answer early has left."""

    def __init__(self, gateway: ASGIApp, inside: Inside) -> None:
        self._gateway = gateway
        self._inside = inside

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer once its headers are there; what the gateway refuses is an answer with our error."""
        exchange = _Exchange(await request.aread())
        target = urlsplit(str(request.url))
        path = f"{PREFIX}{target.path}"
        scope = {
            "type": "http",
            "method": request.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": target.query.encode(),
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "state": {},
            INSIDE: self._inside,
        }
        exchange.task = asyncio.create_task(
            self._gateway(scope, exchange.receive, exchange.send)  # type: ignore[arg-type]  # of an Awaitable
        )
        status, headers = await exchange.begun()
        return httpx2.Response(status, headers=headers, stream=exchange, request=request)


class _Exchange(httpx2.AsyncByteStream):
    """One request and its answer: a server to the gateway on one side, a stream of bytes on the other."""

    def __init__(self, body: bytes) -> None:
        self._asked: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._told = asyncio.Queue[Message](_AHEAD)
        self._has_left = asyncio.Event()
        self.task: asyncio.Task[None]

    async def receive(self) -> Message:
        if self._asked:
            return self._asked.pop()
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self._told.put(message)

    async def begun(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Status and headers."""
        try:
            message = await self._next()
        except ClearspanError as error:
            body = {"error": {"code": error.code, "message": error.message}}
            await self._told.put({"type": "http.response.body", "body": orjson.dumps(body)})
            return error.status, [(b"content-type", b"application/json")]
        except asyncio.CancelledError:
            await self.aclose()
            raise
        return message["status"], message["headers"]

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._next()
            more = message.get("more_body", False)
            if data := message.get("body", b""):
                yield data

    @override
    async def aclose(self) -> None:
        """Leave, and wait until the gateway has seen it."""
        self._has_left.set()
        while not self.task.done():
            await self._drop()
        if not self.task.cancelled():
            self.task.exception()  # it was told already, or concerns nobody any more

    async def _drop(self) -> None:
        """What still comes is nobody's."""
        while not self._told.empty():
            self._told.get_nowait()
        await asyncio.wait((self.task,), timeout=0.05)

    async def _next(self) -> Message:
        """The next message; the gateway's error when it ends without one."""
        if not self._told.empty():
            return self._told.get_nowait()
        coming = asyncio.ensure_future(self._told.get())
        try:
            await asyncio.wait((coming, self.task), return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                return coming.result()
        finally:
            coming.cancel()
        if not self._told.empty():
            return self._told.get_nowait()
        self.task.result()  # raises what went wrong
        raise httpx2.RemoteProtocolError("the provider broke off")
