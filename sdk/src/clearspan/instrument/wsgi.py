"""Records requests to WSGI applications: Flask, Django, or any with the middleware."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
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
    watch_flask,
)
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.tracer import Scope, Span, switch

Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]

GROUP = "wsgi"
MARK = "clearspan"  # in the environment of a request that is recorded already


class Middleware:
    """Records each request to ``app`` as a span.

    The span continues the caller's trace, is named after the route, and ends when the response is
    exhausted or closed. The response names the trace in ``clearspan-trace-id``. No body is looked
    at.

    Args:
        app: a WSGI application.
        ignored: paths that are not recorded, instead of those of the setting ``ignored_paths``.

    Example:
        >>> from clearspan.instrument.wsgi import Middleware
        >>> def app(environ, start_response):
        ...     start_response("204 No Content", [])
        ...     return []
        >>> app = Middleware(app)
    """

    def __init__(self, app: App, *, ignored: Collection[str] | None = None) -> None:
        self.app = app
        self._ignored = ignored_paths(ignored)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        request = self._request(environ)
        if request is None:
            return self.app(environ, start_response)
        outside, outer = switch(request.span), serving.get()
        serving.set(request)
        try:
            body = self.app(environ, partial(_start, request, environ, start_response))
        except BaseException as error:
            request.fail(error)
            request.end()
            raise
        finally:
            inside = switch(outside)
            serving.set(outer)
        # A server may ask a list for its length, and a file for its descriptor.
        if isinstance(body, (list, tuple)) or _is_file(body, environ):
            request.end()
            return body
        return _Body(body, request, inside)

    def _request(self, environ: Environ) -> Incoming | None:
        if MARK in environ:
            return None
        try:
            path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
            if path in self._ignored or f"HTTP_{OURS.upper().replace('-', '_')}" in environ:
                return None
            carrying = {name: environ.get(f"HTTP_{name.upper()}", "") for name in CARRYING}
            request = Incoming(environ["REQUEST_METHOD"], path, carrying)
        except Exception as error:  # noqa: BLE001  # the funnel: a server's own idea of WSGI
            report(error, "reading a WSGI request")
            return None
        environ[MARK] = request.span.trace_id
        return request


class _Body:
    """The response on its way out; the span is current while the application makes a part of it."""

    def __init__(
        self, body: Iterable[bytes], request: Incoming, inside: Scope | Span | None
    ) -> None:
        self._body = body
        self._parts: Iterator[bytes] | None = None
        self._request = request
        self._inside = inside

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        outside = switch(self._inside)
        try:
            if self._parts is None:
                self._parts = iter(self._body)
            return next(self._parts)
        except StopIteration:
            self._request.end()
            raise
        except BaseException as error:
            self._request.fail(error)
            self._request.end()
            raise
        finally:
            self._inside = switch(outside)

    def close(self) -> None:
        """What servers call in any case; before the end of the body the client has gone."""
        close = getattr(self._body, "close", None)
        outside = switch(self._inside)
        try:
            if close is not None:
                close()
        finally:
            switch(outside)
            if not self._request.span.ended:
                self._request.end(is_gone=True)


def _start(  # the first three are bound
    request: Incoming,
    environ: Environ,
    start_response: Start,
    status: str,
    headers: list[Any],
    *exc_info: object,
) -> object:
    try:
        request.status = int(status[:3])
        request.route = request.route or _flask_route(environ)
        headers = [*headers, *request.headers()]
    except Exception as error:  # noqa: BLE001  # the funnel: an application's own idea of WSGI
        report(error, "reading a WSGI response")
    return start_response(status, headers, *exc_info)


def _is_file(body: object, environ: Environ) -> bool:
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(wrapper, type) and isinstance(body, wrapper)


def _flask_route(environ: Environ) -> str:
    """The rule that matched; Flask's request stands in the environment while it is handled."""
    rule = getattr(getattr(environ.get("werkzeug.request"), "url_rule", None), "rule", "")
    return environ.get("SCRIPT_NAME", "") + rule if rule else ""


def instrument() -> None:
    """Records the requests of every application of Flask and of Django's WSGI handler.

    Does nothing for a framework that is not imported until it is; `uninstrument` undoes it.
    """
    when_imported(GROUP, "flask.app", _flask)
    when_imported(GROUP, "django.core.handlers.wsgi", _django)
    watch_django(GROUP)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _flask(module: ModuleType) -> None:
    patch(GROUP, module.Flask, "wsgi_app", _recorded)
    watch_flask(GROUP, module)


def _django(module: ModuleType) -> None:
    patch(GROUP, module.WSGIHandler, "__call__", _recorded)


def _recorded(original: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    ignored = ignored_paths(None)

    def call(self: object, environ: Environ, start_response: Start) -> Iterable[bytes]:
        app = partial(original, self)
        if is_patched(GROUP):
            app = Middleware(app, ignored=ignored)  # type: ignore[assignment]  # both are applications
        return app(environ, start_response)

    return call
