"""What Flask and Django know about a request and do not tell the server: routes and exceptions."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from clearspan.instrument.incoming import serving
from clearspan.instrument.patching import patch, when_imported


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
