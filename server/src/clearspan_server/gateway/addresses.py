"""Connections to addresses that were looked at: a name is resolved once, and what was checked is connected to."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore2
from typing_extensions import override

from clearspan_server.errors import NotAllowed

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_Option = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

# Addresses that hold one of the fourth version, which is where a packet goes: RFC 6052, RFC 3056, RFC 4380.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))


def is_public(address: str) -> bool:
    """Whether an IP address is of a machine in the internet: not private, loopback, link-local, shared or special."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # also one with a zone, which is link-local
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)))
        if found.is_site_local or any(found in tunnel for tunnel in _TUNNELS):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the order in which they are to be tried."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class PublicOnly(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only; TLS still asks for the certificate of the name."""

    def __init__(self, inner: httpcore2.AsyncNetworkBackend, resolve: Resolve = resolve) -> None:
        self._inner = inner
        self._resolve = resolve

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_Option] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """As its base.

        Raises:
            NotAllowed: one of the host's addresses is not public.
            ConnectError, ConnectTimeout: none of them can be reached.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{host} was not resolved in time") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} cannot be resolved: {error}") from error
        for address in addresses:
            if not is_public(address):
                raise NotAllowed(
                    f"{host} is at {address}, which is no public address; an operator may enter"
                    " such a base URL in CLEARSPAN_GATEWAY_URLS"
                )
        failure = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore2.ConnectError as error:
                failure = error
        raise failure

    @override
    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
