"""The other side: requests to providers over kept connections, their bodies as bytes in both directions."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore2

from clearspan_server.errors import (
    BadGateway,
    BadInput,
    ClearspanError,
    GatewayTimeout,
    Unavailable,
)
from clearspan_server.gateway.addresses import PublicOnly, Resolve, resolve
from clearspan_server.gateway.headers import Headers
from clearspan_server.gateway.providers import Target

CONNECT_S = 10.0
_WRITE_S = 60.0  # for a provider that does not take the next piece of a request
_POOL_S = 5.0
_MOST_CONNECTIONS = 600
_IDLE = 100
_IDLE_S = 4.0  # less than what servers usually wait before they close


@dataclass(slots=True, frozen=True)
class Asking:
    """One request as it is passed on. `body` is None where there is none."""

    method: bytes
    target: Target
    query: bytes
    headers: Headers
    body: AsyncIterator[bytes] | None


class Upstreams:
    """Connections to providers, kept for the next call. Bound to the event loop of its first call."""

    def __init__(self, wait_s: float, resolve: Resolve = resolve) -> None:
        """`wait_s` is how long a provider may be silent."""
        self._wait_s = wait_s
        public = PublicOnly(httpcore2.AnyIOBackend(), resolve)
        # Apart: a connection to an address that an operator entered is nobody else's.
        self._public, self._entered = _pool(public), _pool(httpcore2.AnyIOBackend())

    @asynccontextmanager
    async def answer(self, asking: Asking) -> AsyncIterator[httpcore2.Response]:
        """The answer, once its headers are there; whoever leaves the block early closes the connection.

        Raises:
            BadGateway, GatewayTimeout: the provider cannot be reached, or broke off; also while the body is read.
            BadInput: no such request can be sent.
            NotAllowed: the provider's name leads to an address that is not public.
        """
        pool = self._entered if asking.target.provider.is_trusted else self._public
        with _telling(asking.target.base.authority, self._wait_s):
            async with pool.stream(
                asking.method,
                _url(asking),
                headers=asking.headers,
                content=asking.body,
                extensions={"timeout": self._patience()},
            ) as response:
                yield response

    def _patience(self) -> dict[str, float]:
        return {"connect": CONNECT_S, "write": _WRITE_S, "pool": _POOL_S, "read": self._wait_s}

    async def close(self) -> None:
        await self._public.aclose()
        await self._entered.aclose()


def _pool(backend: httpcore2.AsyncNetworkBackend) -> httpcore2.AsyncConnectionPool:
    return httpcore2.AsyncConnectionPool(
        max_connections=_MOST_CONNECTIONS,
        max_keepalive_connections=_IDLE,
        keepalive_expiry=_IDLE_S,
        network_backend=backend,
    )


def _url(asking: Asking) -> httpcore2.URL:
    base = asking.target.base
    path = f"{base.path}{asking.target.path}".encode("latin-1")
    return httpcore2.URL(
        scheme=base.scheme.encode(),
        host=base.host.encode(),
        port=base.port,
        target=path + b"?" * bool(asking.query) + asking.query,
    )


# What may go wrong at the other side, narrow kinds first, and how the caller is told.
_Kind = type[BadGateway] | type[BadInput] | type[GatewayTimeout] | type[Unavailable]
_FAILURES: tuple[tuple[type[Exception], _Kind, str], ...] = (
    (httpcore2.PoolTimeout, Unavailable, "too many calls are under way in the gateway"),
    (httpcore2.ConnectTimeout, GatewayTimeout, "{host} did not take a connection in time"),
    (httpcore2.ReadTimeout, GatewayTimeout, "{host} said nothing for {wait_s:g} s"),
    (httpcore2.TimeoutException, GatewayTimeout, "{host} did not take the request in time"),
    (httpcore2.LocalProtocolError, BadInput, "HTTP does not allow such a request"),
    (httpcore2.ConnectError, BadGateway, "{host} cannot be reached: {error}"),
    (httpcore2.NetworkError, BadGateway, "{host} broke off"),
    (httpcore2.ProtocolError, BadGateway, "{host} broke off, or did not speak HTTP"),
)


@contextmanager
def _telling(host: str, wait_s: float) -> Iterator[None]:
    """Says in our words what goes wrong at the other side."""
    try:
        yield
    except tuple(kind for kind, _, _ in _FAILURES) as error:
        meant, said = next(
            (meant, said) for kind, meant, said in _FAILURES if isinstance(error, kind)
        )
        told = said.format(host=host, wait_s=wait_s, error=error)
        # Without what it came from, which may quote headers: it is logged.
        raise meant(told, type=type(error).__name__) from None


def failure_of(error: ClearspanError) -> str:
    """The type of a failure as a span tells it."""
    told: Any = error.details.get("type")
    return str(told or error.code)
