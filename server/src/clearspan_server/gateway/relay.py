"""`/gateway/{provider}/…`: one request there and its answer back, each piece as it comes, and a record behind them."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpcore2
from starlette.types import Message, Receive, Scope, Send

from clearspan import wire
from clearspan_server.errors import ClearspanError, TooBusy, TooSlow
from clearspan_server.gateway.capture import Call, Capture
from clearspan_server.gateway.credentials import Admission, Credentials
from clearspan_server.gateway.headers import (
    Headers,
    as_text,
    check,
    has_body,
    sent_back,
    sent_on,
    told,
    with_credential,
    without_key,
)
from clearspan_server.gateway.inside import INSIDE, Inside
from clearspan_server.gateway.limits import (
    CallRates,
    CheckedBody,
    check_provider,
    limits_body,
)
from clearspan_server.gateway.provider_book import ProviderBook
from clearspan_server.gateway.provider_checks import ProviderChecks
from clearspan_server.gateway.providers import PREFIX
from clearspan_server.gateway.recorder import Figures, Recorder
from clearspan_server.gateway.upstream import Asking, Upstreams, failure_of
from clearspan_server.store.catalog import ApiKey

RECORDED_HEADER = "x-clearspan-recorded"  # our SDK's, of a call that it records itself
# In the scope's state: the answer is a provider's, and nothing is to be added to its headers.
PASSED_ON = "is_passed_on"
_IDS = random.Random()  # noqa: S311 - for ids
_MOST_CALLS = 300  # at once; each has two connections, and a process usually 1 024 files
_REQUEST_WAIT_S = 30.0  # for the next piece of a request
_SEND_WAIT_S = 600.0  # for a caller to take the next piece of its answer
_REST_WAIT_S = 1.0  # for the rest of a request that nobody has answered


@dataclass(slots=True, frozen=True)
class _Pattern:
    """What requests are counted under."""

    path: str


_ROUTE = _Pattern(f"{PREFIX}/{{provider}}")


class _Left(Exception):
    """The caller went away while its request came."""


class Gateway:
    """An ASGI application; mounted below `/gateway`."""

    def __init__(
        self,
        book: ProviderBook,
        credentials: Credentials,
        upstreams: Upstreams,
        recorder: Recorder,
    ) -> None:
        self.book = book
        self.checks = ProviderChecks(book, upstreams)
        self.credentials = credentials
        self._upstreams = upstreams
        self._recorder = recorder
        self._rates = CallRates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on.

        Raises:
            ClearspanError: it was not passed on, or the provider did not answer.
        """
        scope["route"] = _ROUTE
        figures = self._recorder.figures
        if figures.open >= _MOST_CALLS:
            raise TooBusy(f"{figures.open} calls are under way in the gateway, which is the most")
        figures.open += 1
        try:
            with suppress(_Left):  # before it was known whether the request may go on
                await self._pass_on(scope, receive, send)
        finally:
            figures.open -= 1

    @property
    def figures(self) -> Figures:
        """What happened since the start."""
        return self._recorder.figures

    async def close(self) -> None:
        """Wait until what was recorded is in the journal, and close all connections."""
        await self._recorder.close()
        await self._upstreams.close()
        await self.book.simulated.stop()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = scope["headers"]
        check(headers)
        admission = await self._admission(scope, headers)
        call = await self._call(scope, headers, admission)
        passed, query = self._passed(scope, call, admission)
        capture = Capture(call, self._recorder.budget, self._recorder.threads)
        caller = _Caller(receive, capture)
        async with self._body(headers, capture, admission.key, caller) as body:
            if body is None:
                caller.has_asked.set()
            answering = _Answering(send, capture, scope["state"])
            asking = Asking(scope["method"].encode(), call.target, query, passed, body)
            try:
                await self._until_left(asking, answering, caller)
            finally:
                capture.conclude("cancelled")
                client = scope.get("client")
                self._recorder.record(capture, client[0] if client else "")

    async def _admission(self, scope: Scope, headers: Headers) -> Admission:
        inside: Inside | None = scope.get(INSIDE)
        if inside is not None:
            return inside.admission
        return await self.credentials.admission(as_text(headers), scope["query_string"])

    def _passed(self, scope: Scope, call: Call, admission: Admission) -> tuple[Headers, bytes]:
        """Headers and query as they go on; with this server's own key where that is spent, and no other."""
        passed, query = sent_on(scope["headers"], call.target.base.authority), scope["query_string"]
        if not admission.spends:
            return passed, query
        return with_credential(passed, self.book.credential(call.target)), without_key(query)

    @asynccontextmanager
    async def _body(
        self, headers: Headers, capture: Capture, key: ApiKey | None, caller: "_Caller"
    ) -> AsyncIterator[AsyncIterator[bytes] | None]:
        """The body that is passed on, None where there is none: that of a key with limits once it is allowed.

        Raises:
            TooManyCalls: the key has called too often. And what CheckedBody raises.
        """
        body, checked = caller.body() if has_body(headers) else None, None
        if key is not None and limits_body(key, capture.call):
            checked = CheckedBody(key, headers, body, self._recorder.budget)
            body = checked.pieces()
        try:
            if checked is not None:
                await checked.look()
            if key is not None:
                self._rates.count(key)
        except BaseException:
            capture.release()
            raise
        try:
            yield body
        finally:
            if checked is not None:
                checked.close()

    async def _call(self, scope: Scope, headers: Headers, admission: Admission) -> Call:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        named = as_text(headers)
        inside: Inside | None = scope.get(INSIDE)
        target = await self.book.target(path.decode("latin-1").removeprefix(PREFIX))
        if admission.key is not None:
            check_provider(admission.key, target.provider.name)
        said = inside.told if inside else told(headers)
        new_id = inside.trace_id if inside else _new_id(128)
        return Call(
            target=target,
            method=scope["method"],
            headers=named,
            told=said,
            access=admission.access,
            trace_id=said.trace_id or new_id,
            span_id=_new_id(64),
            endpoint=wire.recognise(scope["method"], target.recognised_by, named),
            is_recorded=RECORDED_HEADER in named,
        )

    async def _until_left(self, asking: Asking, answering: "_Answering", caller: "_Caller") -> None:
        """The whole exchange, or as much of it as the caller waits for."""
        passing = asyncio.create_task(answering.pass_on(self._upstreams, asking))
        leaving = asyncio.create_task(caller.left())
        try:
            await asyncio.wait((passing, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not passing.done() and not answering.is_over:
                answering.leave()
                passing.cancel()
            with suppress(asyncio.CancelledError):
                await passing
        finally:
            leaving.cancel()
            if not passing.done():  # this task itself was cancelled: the server stops
                answering.stop()
                passing.cancel()
                await asyncio.wait((passing,))


def _new_id(bits: int) -> str:
    """Hexadecimal; it is no secret, and asking the system for one takes up to half a millisecond."""
    return f"{_IDS.getrandbits(bits) or 1:0{bits // 4}x}"


class _Caller:
    """Who asks: the body of the request, and whether somebody still waits for the answer."""

    def __init__(self, receive: Receive, capture: Capture) -> None:
        self._receive = receive
        self._capture = capture
        self.has_asked = asyncio.Event()

    async def body(self) -> AsyncIterator[bytes]:
        """The body in pieces. Raises TooSlow when it stops coming, and _Left when its sender has gone."""
        more = True
        try:
            while more:
                message = await self._next()
                more = message.get("more_body", False)
                if data := message.get("body", b""):
                    self._capture.asked(data)
                    yield data
        finally:
            self.has_asked.set()

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(_REQUEST_WAIT_S):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow(
                f"nothing of the body came for {_REQUEST_WAIT_S:g} s, nor its end"
            ) from error
        if message["type"] == "http.disconnect":
            raise _Left
        return message

    async def left(self) -> None:
        """Wait until the caller has gone."""
        await self.has_asked.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


class _Answering:
    """The answer on its way back."""

    def __init__(self, send: Send, capture: Capture, state: dict[str, object]) -> None:
        self._send = send
        self._capture = capture
        self._state = state
        self._has_begun = False
        self.is_over = False  # the caller has all of it, or an error instead

    def leave(self) -> None:
        self._capture.conclude("cancelled")

    def stop(self) -> None:
        self._capture.conclude("error", "GatewayStopped", "the gateway stopped during this call")

    async def pass_on(self, upstreams: Upstreams, asking: Asking) -> None:
        """Ask and answer.

        Raises:
            ClearspanError: there is no answer. One that ends early is cut off for the caller, too.
        """
        try:
            async with upstreams.answer(asking) as response:
                await self._begin(response)
                async for data in response.aiter_stream():
                    self._capture.heard(data)
                    await self._tell(
                        {"type": "http.response.body", "body": data, "more_body": True}
                    )
        except (_Left, TimeoutError):  # the latter: the caller takes nothing any more
            self.leave()
        except ClearspanError as error:
            self._capture.conclude("error", failure_of(error), error.message)
            if not self._has_begun:
                self.is_over = True
                await _hear_out(asking.body)
                raise
        else:
            self._capture.conclude("ok")
            self.is_over = True
            await self._tell({"type": "http.response.body", "body": b"", "more_body": False})

    async def _begin(self, response: httpcore2.Response) -> None:
        call = self._capture.call
        self._capture.answered(response.status, as_text(response.headers))
        passed = sent_back(response.headers, response.status, call.trace_id)
        self._has_begun = self._state[PASSED_ON] = True
        await self._tell(
            {"type": "http.response.start", "status": response.status, "headers": passed}
        )

    async def _tell(self, message: Message) -> None:
        async with asyncio.timeout(_SEND_WAIT_S):
            await self._send(message)


async def _hear_out(body: AsyncIterator[bytes] | None) -> None:
    """A question that its provider never read is recorded all the same, as far as it comes at once."""
    if body is None:
        return
    with suppress(_Left, ClearspanError, TimeoutError):
        async with asyncio.timeout(_REST_WAIT_S):
            async for _ in body:
                pass
