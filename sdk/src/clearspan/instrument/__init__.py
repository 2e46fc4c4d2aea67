"""Records what other libraries do: model calls on the HTTP wire, requests that come in, queries, tools."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TypeVar

from clearspan.errors import SettingError, report
from clearspan.instrument import scope

T = TypeVar("T")

# What can be instrumented, and the module that does it.
TARGETS = {
    "httpx": "httpx",
    "urllib3": "urllib3",
    "requests": "urllib3",  # both send through urllib3
    "botocore": "urllib3",
    "aiohttp": "aiohttp",
    "langchain": "langchain",
    "mcp": "mcp",
    "asgi": "asgi",  # Starlette, FastAPI, Django
    "wsgi": "wsgi",  # Flask, Django
    "sqlite3": "dbapi",
    "sqlalchemy": "sqlalchemy",
    "psycopg": "psycopg",
    "redis": "redis",
    "threads": "threads",
    "logging": "logging",
}
TRANSPORTS = ("httpx", "urllib3", "aiohttp")


def instrument(*targets: str, propagate: Sequence[str] = ()) -> None:
    """Records model calls and the rest of `TARGETS` from now on, also of libraries imported later.

    Calling it again adds targets; `uninstrument` undoes it. A library that is not there is no error.

    Args:
        targets: names of `TARGETS`; all of them unless given.
        propagate: hosts whose requests carry the trace (`traceparent`, `baggage`), so that these services
            continue it: `orders.internal`, `*.svc.example`, or `*`. Nobody else is told.

    Example:
        >>> import clearspan
        >>> clearspan.instrument()
        >>> clearspan.uninstrument()
    """
    if propagate:
        scope.carry_to(propagate)
    for name in _modules(targets):
        try:
            module = import_module(f"{__name__}.{name}")
            scope.want(module.GROUP, everybody=True)
            module.instrument()
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, f"instrumenting {name}")


def uninstrument(*targets: str) -> None:
    """Stops recording what `instrument` and `wrap` have started; all of it unless targets are given."""
    if not targets:
        scope.want_no_more()
        scope.carry_to(())
    for name in _modules(targets):
        module = sys.modules.get(f"{__name__}.{name}")
        if module is not None:
            scope.want(module.GROUP, everybody=False)
            module.uninstrument()


def wrap(client: T) -> T:
    """Records the model calls of this client only; the same object is returned.

    Args:
        client: of a vendor's library, or an HTTP client: of httpx, urllib3, requests or aiohttp.

    Example:
        >>> import clearspan, httpx
        >>> client = clearspan.wrap(httpx.Client())
    """
    try:
        for name in TRANSPORTS:
            module = import_module(f"{__name__}.{name}")
            kinds = tuple(
                getattr(sys.modules[library], kind)
                for library, names in module.CLIENTS.items()
                if library in sys.modules
                for kind in names
            )
            for found in scope.inside(client, kinds) if kinds else ():
                scope.want_only(found)
                module.instrument()
    except Exception as error:  # noqa: BLE001  # the funnel
        report(error, "wrapping a client")
    return client


def _modules(targets: tuple[str, ...]) -> dict[str, None]:
    """The modules of these targets, each once, in the order of the table."""
    unknown = sorted(set(targets) - set(TARGETS))
    if unknown:
        known = f"{sorted(TARGETS)}; clients of vendors send over httpx, urllib3 or aiohttp"
        said = f"{unknown} are none of {known}"
        report(SettingError(said), f"instrumenting {unknown}")
    return dict.fromkeys(
        module for name, module in TARGETS.items() if not targets or name in targets
    )
