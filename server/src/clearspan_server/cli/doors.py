"""What `clearspan up` takes before it loads what serves: an address that is allowed, two ports, the folder.

A start that is refused is refused here, at once.
"""

import errno
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from clearspan_server.cli import logs
from clearspan_server.errors import PortInUse, StartRefused
from clearspan_server.rpc.server import GrpcServer
from clearspan_server.settings import Settings
from clearspan_server.store.folder import Folder, has_account


@dataclass(slots=True, frozen=True)
class Taken:
    """What belongs to one server alone."""

    http: socket.socket
    grpc: GrpcServer
    folder: Folder


@contextmanager
def taken(settings: Settings) -> Iterator[Taken]:
    """Both ports and the folder for the length of a block.

    Raises:
        FolderInUse, PortInUse, StartRefused: the command ends with code 2.
    """
    _refuse_other_addresses(settings)
    logs.set_up()
    with closing(_bind(settings.host, settings.port, "port")) as http:
        grpc_server = _grpc_server(settings)
        try:
            folder = Folder(settings.data)
        except OSError as error:
            raise StartRefused(f"the folder {settings.data} cannot be used: {error}") from error
        try:
            yield Taken(http, grpc_server, folder)
        finally:
            folder.release()


def _grpc_server(settings: Settings) -> GrpcServer:
    # gRPC binds its port by itself, and does not say well why it cannot.
    _bind(settings.host, settings.grpc_port, "grpc-port").close()
    return GrpcServer(settings.host, settings.grpc_port, max_body_bytes=settings.max_body_bytes)


def _bind(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OverflowError as error:
        listening.close()
        raise StartRefused(f"{port} is not a port: 0 to 65535") from error
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"port {port} on {host} is in use: `clearspan open` says whether by clearspan;"
                f" `--{option} 0` (with make: `make run {option.upper().replace('-', '_')}=0`)"
                " takes a free one"
            ) from error
        raise StartRefused(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listening


def _refuse_other_addresses(settings: Settings) -> None:
    """Off loopback there must be somebody who signs in: an account that exists, or one that a file makes below."""
    if _is_loopback(settings.host) or settings.admin_password_file:
        return
    if not has_account(settings.data):
        raise StartRefused(
            f"clearspan listens on loopback only until an admin exists, not on {settings.host!r};"
            " `clearspan user create NAME` makes one, or CLEARSPAN_ADMIN_PASSWORD_FILE names a file"
            " with the password of one"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
