"""Requests with chosen headers, for tests of who may do what."""

import http.client
import json
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from running import Server

Headers = dict[str, str]


class Answer(NamedTuple):
    """Status, headers with their names in lower case, and the JSON, None where there is none."""

    status: int
    headers: Headers
    body: Any

    @property
    def says(self) -> str:
        """The message of an error."""
        return str(self.body["error"]["message"])


def ask(
    server: Server, method: str, path: str, headers: Headers | None = None, body: Any = None
) -> Answer:
    """Ask without any credential but the given headers; the answer of a stream is not waited for."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    given = {"content-type": "application/json", **(headers or {})}
    connection.request(method, path, json.dumps(body) if body is not None else None, given)
    answer = connection.getresponse()
    kind = answer.headers.get("content-type", "")
    text = b"" if kind.startswith("text/event-stream") else answer.read()
    connection.close()
    parsed = json.loads(text) if kind.startswith("application/json") and text else None
    return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, parsed)


def bearer(secret: str) -> Headers:
    return {"authorization": f"Bearer {secret}"}


def make_key(server: Server, project: str, *scopes: str) -> str:
    """A key of a project, made with the install's token."""
    wanted = {"project": project, "scopes": list(scopes)}
    return str(ask(server, "POST", "/api/v1/keys", bearer(server.token), wanted).body["key"])


def signed_in(server: Server, name: str, password: str) -> Headers:
    """What a browser sends after signing in: its cookie, and the token that its writes carry."""
    return browser_of(server, {"name": name, "password": password})


def browser_of(server: Server, credentials: dict[str, str]) -> Headers:
    """As `signed_in`, with whatever is given to sign in."""
    answer = ask(server, "POST", "/api/v1/session", body=credentials)
    assert answer.status == 204, answer.body
    cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    return cookie | {"x-csrf-token": ask(server, "GET", "/api/v1/me", cookie).body["csrf"]}


@dataclass(slots=True, frozen=True)
class Client:
    """Asks about one project with one credential: a key, or the install's token."""

    server: Server
    project: str
    key: str = ""

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of a route under `/api/v1`; None where the answer is empty."""
        headers = {**bearer(self.key or self.server.token), "x-clearspan-project": self.project}
        answer = ask(self.server, method, f"/api/v1{path}", headers, body)
        return answer.status, answer.body

    def with_key(self, *scopes: str, name: str = "") -> "Client":
        """The same project through a new key with these scopes."""
        wanted = {"project": self.project, "scopes": list(scopes), "name": name}
        _, created = self("POST", "/keys", wanted)
        return Client(self.server, self.project, created["key"])
