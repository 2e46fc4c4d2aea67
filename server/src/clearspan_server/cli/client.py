"""The commands' way to a server: urllib and a credential, because a command must start fast."""

import contextlib
import hmac
import ipaddress
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from typing_extensions import override

from clearspan_server.errors import BadInput, ClearspanError, NoServer, with_code, with_status
from clearspan_server.store.folder import (
    CHALLENGE_HEADER,
    PROOF_HEADER,
    Running,
    borrowed,
    proof,
    running,
)

_TIMEOUT_S = 30.0  # a busy machine answers late
_MOST_OF_HEALTH = 65_536
_USUAL_PROJECT = "default"


@dataclass(slots=True, frozen=True)
class Server:
    """A server, and the credential to ask it with: an API key, or the install's token on its own machine.

    That of a folder is found anew for each request, so that it may have been restarted on another port; before it is
    told anything it proves that it is that folder's.
    """

    url: str
    token: str
    project: str = _USUAL_PROJECT
    folder: Path | None = None

    @property
    def page(self) -> str:
        """The address that lets a browser in; the fragment never leaves the browser. Accounts need no token."""
        is_open = self.get("/api/v1/me")["mode"] == "open"
        return f"{self.url}/#token={self.token}" if is_open else f"{self.url}/"

    @property
    def is_lent(self) -> bool:
        """Whether it stays only as long as this process, or another that uses it, lives."""
        return self.folder is not None and _owner(self.folder).lent

    def ask(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 - foreign JSON
        """GET of the project; a parameter that is None or "" is left out, one that is a list is repeated."""
        return self.get(self.asking(path, parameters))

    def get(self, path: str) -> Any:  # noqa: ANN401 - foreign JSON
        return self._send("GET", path)

    def health(self) -> dict[str, Any]:
        """What `/readyz` answers, whether all is well or not."""
        found: dict[str, Any] = self._json("/readyz", self._bytes("GET", "/readyz", None, also=503))
        return found

    def text(self, path: str) -> str:
        """The text of a route that does not answer with JSON."""
        return self._bytes("GET", path, None).decode("utf-8", "replace")

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401 - foreign JSON
        return self._send("POST", path, json.dumps(body).encode())

    def post_bytes(self, path: str, body: bytes) -> Any:  # noqa: ANN401 - foreign JSON
        """POST a body of JSON as it is."""
        return self._send("POST", path, body)

    def put(self, path: str, body: bytes) -> Any:  # noqa: ANN401 - foreign JSON
        """PUT a body of JSON as it is."""
        return self._send("PUT", path, body)

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    @contextlib.contextmanager
    def streamed(
        self,
        path: str,
        parameters: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator["Reply"]:
        """The answer of a GET of the project, to be read as it comes: exports, the live feed.

        Raises:
            ClearspanError: the server refuses, in its words; or the connection breaks, also while it is read.
        """
        with self._opened("GET", self.asking(path, parameters or {}), None, headers) as reply:
            yield reply

    def asking(self, path: str, parameters: Mapping[str, object]) -> str:
        """A path with the project and the parameters, those left out that are None or ""."""
        told = {"project": self.project, **parameters}
        given = {name: value for name, value in told.items() if value is not None and value != ""}
        return f"{path}?{urllib.parse.urlencode(given, doseq=True)}"

    def _send(self, method: str, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 - foreign JSON
        text = self._bytes(method, path, body)
        return self._json(path, text) if text or method == "GET" else None

    def _json(self, path: str, text: bytes) -> Any:  # noqa: ANN401 - foreign JSON
        try:
            return json.loads(text)
        except ValueError as error:
            where = self.url + path.partition("?")[0]
            raise NoServer(
                f"no clearspan answers at {self.url}: what came from {where} is not JSON; `--url` names another"
            ) from error

    def _bytes(self, method: str, path: str, body: bytes | None, *, also: int = 200) -> bytes:
        """The answer; a status that is neither success nor `also` is an error."""
        with self._opened(method, path, body, also=also) as reply:
            return reply.read()

    @contextlib.contextmanager
    def _opened(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str] | None = None,
        *,
        also: int = 200,
    ) -> Iterator["Reply"]:
        url = self.url if self.folder is None else _owner(self.folder).http
        known = {"content-type": "application/json", **(headers or {})}
        if self.token:
            known["authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - `find` takes http and https alone
            url + path, data=body, headers=known, method=method
        )
        try:
            reply = _opener(url, self.folder).open(request, timeout=_TIMEOUT_S)
        except urllib.error.HTTPError as error:
            if error.code != also:
                with error:
                    raise _error(error.read(), error.code, url) from error
            reply = error.fp
        except (OSError, HTTPException) as error:
            raise _away(url, error) from error
        with reply:
            yield Reply(reply, url)


class Reply:
    """An answer while it is read.

    Raises:
        NoServer: the connection breaks.
    """

    def __init__(self, answer: HTTPResponse, url: str) -> None:
        self._answer = answer
        self._url = url

    @property
    def headers(self) -> Message:
        return self._answer.headers

    def read(self, size: int | None = None) -> bytes:
        """At most so many bytes; without a size all that is left."""
        try:
            return self._answer.read(size)
        except (OSError, HTTPException) as error:
            raise _away(self._url, error) from error

    def __iter__(self) -> Iterator[bytes]:
        """Lines, as they come."""
        while line := self._line():
            yield line

    def _line(self) -> bytes:
        try:
            return self._answer.readline()
        except (OSError, HTTPException) as error:
            raise _away(self._url, error) from error


def _away(url: str, error: Exception) -> NoServer:
    return NoServer(f"no server answers at {url}: {error}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A credential goes to the server that was named, and to no other."""

    @override
    def redirect_request(self, *_: Any) -> None:
        return None


class _Proven(urllib.request.HTTPHandler):
    """Connections on which nothing is sent before who listens has proven to be the server of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    @override
    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        token = _token(self._folder)

        class Connection(HTTPConnection):
            @override
            def connect(self) -> None:
                super().connect()
                _prove(self, token)

        return self.do_open(Connection, req)


def _prove(connection: HTTPConnection, token: str) -> None:
    """Have who listens answer a challenge.

    Raises:
        NoServer: it cannot.
    """
    challenge = secrets.token_hex(16)
    head = f"GET /healthz HTTP/1.1\r\nhost: {connection.host}:{connection.port}\r\n"
    connection.sock.sendall(f"{head}{CHALLENGE_HEADER}: {challenge}\r\n\r\n".encode())
    with HTTPResponse(connection.sock) as reply:
        reply.begin()
        said = reply.headers.get(PROOF_HEADER, "")
        reply.read(_MOST_OF_HEALTH)
    if not hmac.compare_digest(said.encode(), proof(token, challenge).encode()):
        raise NoServer(
            f"no server answers at http://{connection.host}:{connection.port} for this data folder: somebody else"
            " listens there, or one of another version; `clearspan up` starts one"
        )


def _opener(url: str, folder: Path | None) -> urllib.request.OpenerDirector:
    """Without the environment's proxies for what is on this machine."""
    direct = [urllib.request.ProxyHandler({})] if folder or _is_here(url) else []
    proven = [_Proven(folder)] if folder else []
    return urllib.request.build_opener(_NoRedirects, *direct, *proven)


def _is_here(url: str) -> bool:
    host = urllib.parse.urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def find(data: Path, project: str = _USUAL_PROJECT) -> Server:
    """The server that runs on a data folder; it is not asked yet.

    Raises:
        NoServer: none runs.
    """
    return Server(_owner(data).http, _token(data), project, data)


def _owner(data: Path) -> Running:
    owner = borrowed(data)
    if owner is None:
        raise NoServer(
            f"no clearspan runs on the folder {data}; `clearspan up` starts one, `--data` and `--url` name another"
        )
    return owner


def _token(data: Path) -> str:
    try:
        return (data / "token").read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NoServer(f"the folder {data} has no token; `clearspan up` makes one") from error


def at(url: str, key: str, data: Path, project: str = _USUAL_PROJECT) -> Server:
    """The server at an address; without a key with the token of a folder whose server that is.

    Raises:
        BadInput: it is no address.
    """
    parts = urllib.parse.urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInput(f"{url!r} is no address of a server: http://127.0.0.1:4318 is one")
    url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    owner = running(data)
    if not key and owner is not None and owner.http == url:
        return find(data, project)
    return Server(url, key, project)


def json_of(body: object) -> bytes:
    """A body for `put`."""
    return json.dumps(body).encode()


def _error(text: bytes, status: int, url: str) -> ClearspanError:
    try:
        said = json.loads(text)
        if "error" in said:
            return with_code(str(said["error"]["code"]), str(said["error"]["message"]))
        # A google.rpc.Status, as OTLP is answered: its code tells less than HTTP's.
        return with_status(status, str(said["message"]))
    except (ValueError, KeyError, TypeError):
        return with_status(status, f"what answers at {url} answered {status}")
