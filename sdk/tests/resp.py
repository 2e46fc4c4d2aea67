"""A server that speaks as much of Redis' protocol as recording a command needs.

The protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/.
"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Session(socketserver.StreamRequestHandler):
    """Remembers what is set, and knows no lists."""

    values: dict[bytes, bytes]

    def handle(self) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
        self.values = {}
        in_transaction: list[bytes] | None = None
        while command := self.read():
            answer = self.answer(command)
            if command[0] == b"MULTI":
                in_transaction, answer = [], b"+OK\r\n"
            elif command[0] == b"EXEC" and in_transaction is not None:
                answer = b"*%d\r\n%s" % (len(in_transaction), b"".join(in_transaction))
                in_transaction = None
            elif in_transaction is not None:
                in_transaction.append(answer)
                answer = b"+QUEUED\r\n"
            self.wfile.write(answer)

    def read(self) -> list[bytes]:
        """An array of bulk strings; empty at the end."""
        head = self.rfile.readline()
        parts = []
        for _ in range(int(head[1:] or 0)):
            size = int(self.rfile.readline()[1:])
            parts.append(self.rfile.read(size + 2)[:-2])
        return [parts[0].upper(), *parts[1:]] if parts else []

    def answer(self, command: list[bytes]) -> bytes:
        name, *rest = command
        if name == b"SET":
            self.values[rest[0]] = rest[1]
            return b"+OK\r\n"
        if name == b"GET":
            value = self.values.get(rest[0])
            return b"$-1\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)
        if name in {b"CLIENT", b"AUTH"}:
            return b"+OK\r\n"
        return b"-ERR unknown command\r\n"


@contextmanager
def redis_server() -> Iterator[int]:
    """The port of a server."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()
