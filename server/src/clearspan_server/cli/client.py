"""The commands' way to the running server: urllib and the token in the data folder."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearspan_server.errors import ClearspanError, StartRefused
from clearspan_server.store.folder import running

_TIMEOUT_S = 30.0  # a busy machine answers late


@dataclass(slots=True, frozen=True)
class RunningServer:
    """A server that runs on this machine, and its install token."""

    url: str
    token: str

    @property
    def page(self) -> str:
        """The address that lets a browser in; the fragment never leaves the browser. Accounts need no token."""
        is_open = self.get("/api/v1/me")["mode"] == "open"
        return f"{self.url}/#token={self.token}" if is_open else f"{self.url}/"

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

    def put(self, path: str, body: bytes) -> Any:  # noqa: ANN401 - foreign JSON
        """PUT a body of JSON as it is."""
        return self._send("PUT", path, body)

    def delete(self, path: str) -> None:
        self._send("DELETE", path)

    def _send(self, method: str, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401 - foreign JSON
        text = self._bytes(method, path, body)
        return json.loads(text) if text else None

    def _bytes(self, method: str, path: str, body: bytes | None, *, also: int = 200) -> bytes:
        """The answer; a status that is neither success nor `also` is an error."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        request = urllib.request.Request(  # noqa: S310 - run.json names our own loopback address
            self.url + path, data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - as above
                return bytes(reply.read())
        except urllib.error.HTTPError as error:
            text = error.read()
            if error.code != also:
                raise ClearspanError(_message(text, error)) from error
            return text
        except OSError as error:
            raise StartRefused(f"no server answers at {self.url}: {error}") from error


def find(data: Path) -> RunningServer:
    """The server that runs on a data folder.

    Raises:
        StartRefused: none runs.
    """
    owner = running(data)
    if owner is None:
        raise StartRefused(f"no clearspan runs on the folder {data}; `clearspan up` starts one")
    return RunningServer(owner.http, (data / "token").read_text(encoding="utf-8").strip())


def json_of(body: object) -> bytes:
    """A body for `put`."""
    return json.dumps(body).encode()


def _message(text: bytes, error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {error.code}"
