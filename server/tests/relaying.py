"""A line to a server that can be cut: a relay of bytes on a port of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Line:
    """Every connection over it ends when it is cut; until it is mended each new one ends at once."""

    target: tuple[str, int]
    url: str = ""
    is_cut: bool = False
    ends: list[socket.socket] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self) -> None:
        with self.lock:  # none is let in meanwhile
            self.is_cut = True
            for end in self.ends:
                with suppress(OSError):  # it has ended by itself
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def serve(self, door: socket.socket) -> None:
        """Let connections in until the door is closed."""
        while True:
            try:
                caller, _ = door.accept()
            except OSError:
                return
            with self.lock:
                if self.is_cut:
                    caller.close()
                    continue
                called = socket.create_connection(self.target)
                self.ends += [caller, called]
            for giver, taker in ((caller, called), (called, caller)):
                threading.Thread(target=_pump, args=(giver, taker), daemon=True).start()


def _pump(giver: socket.socket, taker: socket.socket) -> None:
    with suppress(OSError):
        while data := giver.recv(65_536):
            taker.sendall(data)
    with suppress(OSError):
        taker.shutdown(socket.SHUT_WR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line to the server at an address."""
    parts = urlsplit(url)
    line = Line((str(parts.hostname), int(parts.port or 0)))
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        line.url = f"http://127.0.0.1:{door.getsockname()[1]}"
        threading.Thread(target=line.serve, args=(door,), daemon=True).start()
        yield line
        line.cut()
        door.shutdown(socket.SHUT_RDWR)  # wakes who waits at it
        for end in line.ends:
            end.close()
