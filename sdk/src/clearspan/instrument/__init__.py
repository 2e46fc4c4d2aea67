"""Records what other libraries do: model calls on the HTTP wire, requests that come in, queries, tools."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TypeVar

from clearspan.errors import SettingError, report
from clearspan.instrument import scope
from clearspan.instrument.patching import unpatch

T = TypeVar("T")

# What can be instrumented, and the module that does it. Those of a row share one patch.
TARGETS = {
    "httpx": "httpx",
    "urllib3": "urllib3",
    "requests": "urllib3",  # both send through urllib3
    "botocore": "urllib3",
    "aiohttp": "aiohttp",
}
TRANSPORTS = ("httpx", "urllib3", "aiohttp")


def instrument(*targets: str) -> None:
    """Records model calls and the rest of `TARGETS` from now on, also of libraries imported later.

    Calling it again adds targets; `uninstrument` undoes it. A library that is not there is no error.

    Args:
        targets: names of `TARGETS`; all of them unless given.

    Example:
        >>> import clearspan
        >>> clearspan.instrument()
    """
    for group in _groups(targets):
        try:
            import_module(f"{__name__}.{group}").instrument(group)
            scope.want(group, everybody=True)
        except Exception as error:  # noqa: BLE001  # the funnel
            report(error, f"instrumenting {group}")


def uninstrument(*targets: str) -> None:
    """Stops recording what `instrument` and `wrap` have started; all of it unless targets are given."""
    if not targets:
        scope.want_no_more()
    for group in _groups(targets):
        scope.want(group, everybody=False)
        unpatch(group)


def wrap(client: T) -> T:
    """Records the model calls of this client only; the same object is returned.

    Args:
        client: of a vendor's library, or an HTTP client: of httpx, urllib3, requests or aiohttp.

    Example:
        >>> import httpx2
        >>> client = clearspan.wrap(httpx2.Client())
    """
    try:
        for group in TRANSPORTS:
            module = import_module(f"{__name__}.{group}")
            kinds = tuple(
                getattr(sys.modules[library], name)
                for library, names in module.CLIENTS.items()
                if library in sys.modules
                for name in names
            )
            for found in scope.inside(client, kinds) if kinds else ():
                scope.want_only(found)
                module.instrument(group)
    except Exception as error:  # noqa: BLE001  # the funnel
        report(error, "wrapping a client")
    return client


def _groups(targets: tuple[str, ...]) -> dict[str, None]:
    """The modules of these targets, each once, in the order of the table."""
    unknown = sorted(set(targets) - set(TARGETS))
    if unknown:
        report(SettingError(f"{unknown} are none of {sorted(TARGETS)}"), "instrumenting")
    return {module: None for name, module in TARGETS.items() if not targets or name in targets}
