"""Records requests to ASGI applications: Starlette, FastAPI, Django, or any with the middleware."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from functools import partial
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.incoming import (
    CARRYING,
    OURS,
    Incoming,
    ignored_paths,
    serving,
    watch_django,
    without_ids,
)
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.tracer import leave

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

GROUP = "asgi"
MARK = "clearspan"  # in the scope of a request that is recorded already


class Middleware:
    """Records each HTTP request to ``app`` as a span; other connections pass.

    The span continues the caller's trace, is named after the route, and ends with the last part of
    the response, which names the trace in ``clearspan-trace-id``. No body is looked at.

    Args:
        app: an ASGI application.
        ignored: paths that are not recorded, instead of those of the setting ``ignored_paths``.

    Example:
        >>> from clearspan.instrument.asgi import Middleware
        >>> async def app(scope, receive, send):
        ...     await send({"type": "http.response.start", "status": 204})
        ...     await send({"type": "http.response.body"})
        >>> app = Middleware(app)
    """

    def __init__(self, app: App, *, ignored: Collection[str] | None = None) -> None:
        self.app = app
        self._ignored = ignored_paths(ignored)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        exchange = self._exchange(scope)
        if exchange is None:
            await self.app(scope, receive, send)
            return
        span, outer = exchange.request.span, serving.get()
        serving.set(exchange.request)
        error: BaseException | None = None
        span.__enter__()  # left below, where the verdict is not yet known
        try:
            await self.app(scope, partial(exchange.receive, receive), partial(exchange.send, send))
        except BaseException as raised:
            error = raised
            raise
        finally:
            leave(span)
            serving.set(outer)
            exchange.close(error)

    def _exchange(self, scope: Message) -> _Exchange | None:
        if scope["type"] != "http" or MARK in scope:
            return None
        try:
            if scope["path"] in self._ignored:
                return None
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in scope["headers"]
            }
            if OURS in headers:
                return None
            carrying = {name: headers[name] for name in CARRYING if name in headers}
            exchange = _Exchange(Incoming(scope["method"], scope["path"], carrying), scope)
        except Exception as error:  # noqa: BLE001  # the funnel: a server's own idea of ASGI
            report(error, "reading an ASGI request")
            return None
        scope[MARK] = exchange.request.span.trace_id
        return exchange


class _Exchange:
    """What has passed between the server and the application so far."""

    def __init__(self, request: Incoming, scope: Message) -> None:
        self.request = request
        self._scope = scope
        self._root = scope.get("root_path", "")
        self._is_gone = False
        self._is_complete = False

    async def receive(self, receive: Receive) -> Message:
        message = await receive()
        if message["type"] == "http.disconnect" and not self._is_complete:
            self._is_gone = True
        return message

    async def send(self, send: Send, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = self._with_trace(message)
        try:
            await send(message)
        except OSError:  # how servers say that nobody listens any more
            self._is_gone = True
            raise
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._is_complete = True
            # Work in the background may follow a response; of a failure, the exception will.
            if self.request.status < 500:
                self.close(None)

    def close(self, error: BaseException | None) -> None:
        """Ends the span, unless it was ended with the response."""
        if self.request.span.ended:
            return
        try:
            if not self._is_gone:
                self.request.fail(error)
            self.request.route = self.request.route or self._route()
        except Exception as internal:  # noqa: BLE001  # the funnel: a framework's own objects
            report(internal, "ending the span of a request")
        self.request.end(is_gone=self._is_gone)

    def _with_trace(self, message: Message) -> Message:
        try:
            self.request.status = message["status"]
            ours = [(name.encode(), value.encode()) for name, value in self.request.headers()]
            return {**message, "headers": [*message.get("headers", ()), *ours]}
        except Exception as error:  # noqa: BLE001  # the funnel: an application's own idea of ASGI
            report(error, "reading the start of an ASGI response")
            return message

    def _route(self) -> str:
        """The template of the path, as Starlette's router says it; below mounts, with their path."""
        path = getattr(self._scope.get("route"), "path", None)
        if type(path) is not str:
            return ""
        mounts = self._scope.get("root_path", "").removeprefix(self._root)
        return without_ids(mounts) + path


def instrument() -> None:
    """Records the requests of every application of Starlette, FastAPI and Django's ASGI handler.

    Does nothing for a framework that is not imported until it is; `uninstrument` undoes it.
    """
    when_imported(GROUP, "starlette.applications", _starlette)
    when_imported(GROUP, "django.core.handlers.asgi", _django)
    watch_django(GROUP)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _starlette(module: ModuleType) -> None:
    patch(GROUP, module.Starlette, "__call__", _recorded)


def _django(module: ModuleType) -> None:
    patch(GROUP, module.ASGIHandler, "__call__", _recorded)


def _recorded(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    ignored = ignored_paths(None)

    async def call(self: object, scope: Message, receive: Receive, send: Send) -> None:
        app = partial(original, self)
        if is_patched(GROUP):
            app = Middleware(app, ignored=ignored)  # type: ignore[assignment]  # both are applications
        await app(scope, receive, send)

    return call
