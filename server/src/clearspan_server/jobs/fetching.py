"""One text over HTTP, bounded in size and in time: from the address itself, whatever leads elsewhere."""

import socket
import ssl
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Self
from urllib.parse import SplitResult, urlsplit

from clearspan_server.errors import BadInput

MAX_BYTES = 8 * 1024 * 1024
TIMEOUT_S = 10.0  # from the first packet to the last byte
_PIECE_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"accept": "text/plain;version=0.0.4", "user-agent": "clearspan", "connection": "close"}


def fetch(url: str, timeout_s: float = TIMEOUT_S) -> str:
    """The text at an address. No proxy of the environment is asked and no redirection followed.

    Raises:
        BadInput: nobody answers in time, it leads elsewhere, says no, says too much or not all of it.
    """
    with _Watch(timeout_s) as watch:
        try:
            with closing(_connected(urlsplit(url), watch)) as connection:
                text = _text(connection, _path(urlsplit(url)))
            watch.check()  # what was cut off may look like an end
        except (OSError, HTTPException, ValueError) as error:
            if watch.is_over:
                raise BadInput(f"the answer took more than {timeout_s:g} s") from error
            raise BadInput(f"it does not answer: {error}") from error
    return text


class _Watch:
    """Hangs up when the time is over, wherever the other side is: a timeout of a socket begins anew with each byte."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.is_over = False
        self._line: socket.socket | None = None
        self._timer = threading.Timer(timeout_s, self._hang_up)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._line is not None:
            self._line.close()

    def over(self, line: socket.socket) -> None:
        """Watch over a connection.

        Raises:
            TimeoutError: it took too long to make.
        """
        self._line = line.dup()  # for encryption takes the other one away
        self.check()

    def check(self) -> None:
        """Go on only while there is time.

        Raises:
            TimeoutError: it is over.
        """
        if self.is_over:
            raise TimeoutError

    def _hang_up(self) -> None:
        self.is_over = True
        if self._line is not None:
            with suppress(OSError):  # it has hung up already
                self._line.shutdown(socket.SHUT_RDWR)


def _connected(parts: SplitResult, watch: _Watch) -> HTTPConnection:
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    line = socket.create_connection((host, port), watch.timeout_s)
    try:
        watch.over(line)
        if parts.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except BaseException:
        line.close()
        raise
    connection = HTTPConnection(host, port)
    connection.sock = line
    return connection


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _text(connection: HTTPConnection, path: str) -> str:
    connection.request("GET", path, headers=_HEADERS)
    answer = connection.getresponse()
    if answer.status != 200:
        raise BadInput(f"the answer was {answer.status}")
    return _body(answer).decode("utf-8", "replace")


def _body(answer: HTTPResponse) -> bytes:
    pieces, size_bytes = [], 0
    while piece := answer.read1(_PIECE_BYTES):
        size_bytes += len(piece)
        if size_bytes > MAX_BYTES:
            raise BadInput(f"the answer has more than {MAX_BYTES // 2**20} MB")
        pieces.append(piece)
    if answer.length:
        raise HTTPException(f"{answer.length} bytes of the answer are missing")
    return b"".join(pieces)
