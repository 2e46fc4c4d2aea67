"""The gRPC server: a port that is bound before there is anything to serve, and the threads behind it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc

from clearspan_server.errors import PortInUse

THREADS = 64  # a thread waits for its message, and then for the disk
_MOST_CALLS = 1_024  # under way or waiting for a thread; the library refuses more by itself
_MOST_CALLS_OF_ONE = 100  # connection; its sender keeps the others back
_IDLE_MS = 300_000  # after which an unused connection is closed; a sender opens a new one by itself
_PING_MS, _PONG_MS = 60_000, 20_000  # how a peer is noticed that is gone without a word
_GRACE_S = 5.0  # for calls that are under way when the server is told to stop


class GrpcServer:
    """A bound port; `address` is "127.0.0.1:PORT".

    Synchronous: the port is bound before the event loop runs, and ingest below is synchronous anyway.

    Raises:
        PortInUse: somebody else listens there.
    """

    def __init__(self, host: str, port: int, *, max_body_bytes: int) -> None:
        self._server = grpc.server(
            ThreadPoolExecutor(THREADS, thread_name_prefix="grpc"),
            maximum_concurrent_rpcs=_MOST_CALLS,
            options=(
                ("grpc.max_receive_message_length", max_body_bytes),
                # The library would inflate without a limit; ingest/inflate.py has one.
                ("grpc.per_message_decompression", 0),
                # Otherwise two servers could share a port, and each gets half of the spans.
                ("grpc.so_reuseport", 0),
                ("grpc.max_concurrent_streams", _MOST_CALLS_OF_ONE),
                ("grpc.max_connection_idle_ms", _IDLE_MS),
                ("grpc.keepalive_time_ms", _PING_MS),
                ("grpc.keepalive_timeout_ms", _PONG_MS),
            ),
        )
        host = f"[{host}]" if ":" in host else host
        try:
            bound = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise PortInUse(f"cannot listen on {host} port {port} for gRPC: {error}") from error
        self.address = f"{host}:{bound}"

    def start(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Answer calls from now on."""
        self._server.add_generic_rpc_handlers(handlers)
        self._server.start()

    def stop(self) -> None:
        """Take no more calls, wait a little for those under way, and free the port."""
        self._server.stop(_GRACE_S).wait()
