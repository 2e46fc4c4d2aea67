"""A server that speaks as much of PostgreSQL's protocol as recording a query needs.

The messages: https://www.postgresql.org/docs/current/protocol-message-formats.html.
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

READY = b"I"


def message(kind: bytes, content: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(content) + 4) + content


def text(value: str) -> bytes:
    return value.encode() + b"\0"


ROW = message(b"T", struct.pack("!h", 1) + text("one") + struct.pack("!ihihih", 0, 0, 23, 4, -1, 0))
VALUE = message(b"D", struct.pack("!hi", 1, 1) + b"1")
# A statement with this word in it fails.
WRONG = "nowhere"
FAILURE = message(
    b"E", b"SERROR\0" + b"VERROR\0" + b"C42P01\0" + b"Mrelation does not exist\0" + b"\0"
)


class Session(socketserver.StreamRequestHandler):
    """Answers every query with one row."""

    def handle(self) -> None:  # type: ignore[explicit-override]  # override is of Python 3.12
        self.send(message(b"R", struct.pack("!i", 0)) if self.starts() else b"")
        for name, value in (("client_encoding", "UTF8"), ("server_version", "15.0")):
            self.send(message(b"S", text(name) + text(value)))
        self.send(message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", READY))
        is_wrong = False
        while kind := self.rfile.read(1):
            (size,) = struct.unpack("!i", self.rfile.read(4))
            content = self.rfile.read(size - 4)
            if kind == b"X":
                return
            is_wrong = is_wrong or WRONG.encode() in content
            self.send(self.answer(kind, content, is_wrong=is_wrong))
            is_wrong = is_wrong and kind not in {b"Q", b"S"}

    def starts(self) -> bool:
        """Refuses encryption until the client says who it is."""
        while True:
            size, code = struct.unpack("!ii", self.rfile.read(8))
            self.rfile.read(size - 8)
            if code == 196608:
                return True
            self.send(b"N")

    def answer(self, kind: bytes, content: bytes, *, is_wrong: bool) -> bytes:
        if kind == b"S":
            return message(b"Z", READY)
        if is_wrong:
            ready = message(b"Z", READY) if kind == b"Q" else b""
            return FAILURE + ready if kind in {b"Q", b"P"} else b""
        rows = ROW + VALUE + message(b"C", text("SELECT 1"))
        if kind == b"Q":
            is_select = content.lower().startswith(b"select")
            done = rows if is_select else message(b"C", text("BEGIN"))
            return done + message(b"Z", READY)
        return {
            b"P": message(b"1"),
            b"B": message(b"2"),
            b"D": ROW,
            b"E": VALUE + message(b"C", text("SELECT 1")),
        }.get(kind, b"")

    def send(self, data: bytes) -> None:
        self.wfile.write(data)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server, as psycopg takes it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"host=127.0.0.1 port={server.server_address[1]} dbname=shop user=ann"
        server.shutdown()
        thread.join()
