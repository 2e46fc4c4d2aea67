"""The commands' way to a server: urllib and a credential, because a command must start fast."""

import contextlib
import ipaddress
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, NoReturn

from typing_extensions import override

from clearspan_server.errors import BadInput, ClearspanError, NoServer, with_code, with_status
from clearspan_server.store.folder import running

_TIMEOUT_S = 30.0  # a busy machine answers late
_USUAL_PROJECT = "default"


@dataclass(slots=True, frozen=True)
class Server:
    """A server, and the credential to ask it with: an API key, or the install's token on its own machine."""

    url: str
    token: str
    project: str = _USUAL_PROJECT

    @property
    def page(self) -> str:
        """The address that lets a browser in; the fragment never leaves the browser. Accounts need no token."""
        is_open = self.get("/api/v1/me")["mode"] == "open"
        return f"{self.url}/#token={self.token}" if is_open else f"{self.url}/"

    def ask(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 - foreign JSON
        """GET of the project; a parameter that is None or "" is left out, one that is a list is repeated."""
        return self.get(self.asking(path, parameters))

    def get(self, path: str) -> Any:  # noqa: ANN401 - foreign JSON
        return self._send("GET", path)

    def health(self) -> dict[str, Any]:
        """What `/readyz` answers, whether all is well or not."""
        found: dict[str, Any] = json.loads(self._bytes("GET", "/readyz", None, also=503))
        return found

    def text(self, path: str) -> str:
        """The text of a route that does not answer with JSON."""
        return self._bytes("GET", path, None).decode()

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
    ) -> Iterator[HTTPResponse]:
        """The answer of a GET of the project, to be read as it comes: exports, the live feed.

        Raises:
            ClearspanError: the server refuses, in its words; or the connection breaks, also while it is read.
        """
        request = self._request("GET", self.asking(path, parameters or {}), None, headers or {})
        with self._opened(request) as reply, self._told():
            yield reply

    def asking(self, path: str, parameters: Mapping[str, object]) -> str:
        """A path with the project and the parameters, those left out that are None or ""."""
        told = {"project": self.project, **parameters}
        given = {name: value for name, value in told.items() if value is not None and value != ""}
        return f"{path}?{urllib.parse.urlencode(given, doseq=True)}"

    def _send(self, method: str, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 - foreign JSON
        text = self._bytes(method, path, body)
        return json.loads(text) if text else None

    def _bytes(self, method: str, path: str, body: bytes | None, *, also: int = 200) -> bytes:
        """The answer; a status that is neither success nor `also` is an error."""
        with self._opened(self._request(method, path, body, {}), also) as reply, self._told():
            return bytes(reply.read())

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> urllib.request.Request:
        known = {"content-type": "application/json", **headers}
        if self.token:
            known["authorization"] = f"Bearer {self.token}"
        return urllib.request.Request(  # noqa: S310 - `find` takes http and https alone
            self.url + path, data=body, headers=known, method=method
        )

    @contextlib.contextmanager
    def _opened(self, request: urllib.request.Request, also: int = 200) -> Iterator[HTTPResponse]:
        try:
            reply = _opener(self.url).open(request, timeout=_TIMEOUT_S)
        except urllib.error.HTTPError as error:
            if error.code != also:
                raise _error(error.read(), error.code) from error
            reply = error.fp
        except (OSError, HTTPException) as error:
            self._is_away(error)
        with reply:
            yield reply

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, HTTPException) as error:
            self._is_away(error)

    def _is_away(self, error: Exception) -> NoReturn:
        raise NoServer(f"no server answers at {self.url}: {error}") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A credential goes to the server that was named, and to no other."""

    @override
    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Without the environment's proxies for what is on this machine."""
    direct = [urllib.request.ProxyHandler({})] if _is_here(url) else []
    return urllib.request.build_opener(_NoRedirects, *direct)


def _is_here(url: str) -> bool:
    host = urllib.parse.urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def find(data: Path, project: str = _USUAL_PROJECT) -> Server:
    """The server that runs on a data folder.

    Raises:
        NoServer: none runs.
    """
    owner = running(data)
    if owner is None:
        raise NoServer(
            f"no clearspan runs on the folder {data}; `clearspan up` starts one, `--data` and `--url` name another"
        )
    return Server(owner.http, (data / "token").read_text(encoding="utf-8").strip(), project)


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


def _error(text: bytes, status: int) -> ClearspanError:
    try:
        said = json.loads(text)
        if "error" in said:
            return with_code(str(said["error"]["code"]), str(said["error"]["message"]))
        # A google.rpc.Status, as OTLP is answered: its code tells less than HTTP's.
        return with_status(status, str(said["message"]))
    except (ValueError, KeyError, TypeError):
        return with_status(status, f"the server answered {status}")
