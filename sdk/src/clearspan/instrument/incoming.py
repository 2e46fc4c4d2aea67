"""One request that comes in: whether it is recorded, under which name, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from types import ModuleType

from clearspan.instrument.patching import patch, when_imported
from clearspan.propagation import extract
from clearspan.settings import resolve
from clearspan.tracer import Span

CARRYING = ("traceparent", "tracestate", "baggage")
OURS = "clearspan-process"  # a header of every export of this SDK

# A part of a path that names one thing rather than a kind of thing.
_ID = re.compile(
    r"\d+|[0-9a-fA-F]{8,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=[^/]*\d)[\w.~=-]{20,}|[^/]*@[^/]*"
)

# The request that is being served here, for what a framework tells about it on the way.
serving: ContextVar[Incoming | None] = ContextVar("clearspan.serving", default=None)


def without_ids(path: str) -> str:
    """``path`` with ``{id}`` for numbers, UUIDs, hexadecimal and other long tokens.

    Example:
        >>> without_ids("/users/42/orders/9f8e7d6c5b4a")
        '/users/{id}/orders/{id}'
    """
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path.split("/"))


def ignored_paths(given: Collection[str] | None) -> frozenset[str]:
    """Paths that are not recorded: ``given``, else those of the setting."""
    return frozenset(resolve({}).ignored_paths if given is None else given)


class Incoming:
    """The span of one request, made before the application is called."""

    def __init__(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        self.method = method
        self.route = ""
        self.status = 0
        with extract(headers):
            self.span = Span(
                f"{method} {without_ids(path)}",
                "http",
                {"http.request.method": method, "url.path": path},
            )

    def headers(self) -> list[tuple[str, str]]:
        """What the response says about its trace."""
        span = self.span
        return [
            ("clearspan-trace-id", span.trace_id),
            ("traceresponse", f"00-{span.trace_id}-{span.span_id}-01"),
        ]

    def fail(self, error: BaseException | None) -> None:
        """Notes an exception that the framework answers with an error page."""
        if error is not None:
            self.span.close_with(error)

    def end(self, *, is_gone: bool = False) -> None:
        """Ends the span.

        Args:
            is_gone: the client went away before it had the whole response.
        """
        span = self.span
        if is_gone:
            span.cancel()
        if self.route:
            span.name = f"{self.method} {self.route}"
            span.set({"http.route": self.route})
        if self.status:
            span.set({"http.response.status_code": self.status})
        if self.status >= 500:
            span.error(str(self.status))  # unless an exception said more
        span.end()


# What Flask and Django know about a request and do not tell the server: routes and exceptions.


def watch_django(group: str) -> None:
    """Notes the route and the exception of Django's requests."""

    def base(module: ModuleType) -> None:
        patch(group, module.BaseHandler, "resolve_request", _resolve)

    def exception(module: ModuleType) -> None:
        patch(group, module, "response_for_exception", _respond)

    when_imported(group, "django.core.handlers.base", base)
    when_imported(group, "django.core.handlers.exception", exception)


def watch_flask(group: str, module: ModuleType) -> None:
    """Notes the exception of Flask's requests; the route stands in the request."""
    patch(group, module.Flask, "handle_exception", _handle)


def _resolve(original: Callable[..., object]) -> Callable[..., object]:
    def resolve_request(*args: object, **kwargs: object) -> object:
        match = original(*args, **kwargs)
        request, route = serving.get(), getattr(match, "route", None)
        if request is not None and type(route) is str:
            request.route = "/" + route
        return match

    return resolve_request


def _respond(original: Callable[..., object]) -> Callable[..., object]:
    def response_for_exception(request: object, exc: Exception) -> object:
        response = original(request, exc)
        _note(exc, getattr(response, "status_code", 0))
        return response

    return response_for_exception


def _handle(original: Callable[..., object]) -> Callable[..., object]:
    def handle_exception(self: object, e: Exception) -> object:
        _note(e, 500)
        return original(self, e)

    return handle_exception


def _note(error: Exception, status: int) -> None:
    request = serving.get()
    if request is not None and status >= 500:
        request.fail(error)
