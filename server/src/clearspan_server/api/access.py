"""Who may do what: open mode on loopback, the install token, API keys, the browser's session.

Open mode lets anonymous callers send; reading needs the install's token (as Bearer, or as the cookie it became) or a
key with the scope. A presented credential is always checked.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from fastapi import Depends, Request

from clearspan_server.errors import NotAllowed, NotAuthenticated
from clearspan_server.ingest.admission import (
    DEFAULT_PROJECT,
    PROJECT_HEADER,
    Caller,
    IngestAccess,
    admit,
    caller_with,
    checked_project,
    is_equal,
)
from clearspan_server.ingest.prices import LIST_ONLY, Book
from clearspan_server.store.engine import Engine

CSRF_HEADER = "x-csrf-token"
HOW_TO_READ = (
    "reading needs this install's token: open the address that `clearspan open` prints, or send"
    " `Authorization: Bearer …` with what the file `token` in the data folder holds"
)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(slots=True, frozen=True)
class ReadAccess:
    """A reader of one project, with the prices that hold there."""

    project: str
    engine: Engine
    book: Book = LIST_ONLY


def caller_of(request: Request) -> Caller:
    """Check what the request presents.

    Raises:
        NotAuthenticated: it presents something that nobody knows.
        NotAllowed: a browser session without its CSRF token on a write.
    """
    server = request.app.state.server
    authorization = request.headers.get("authorization", "")
    if authorization:
        return caller_with(authorization, catalog=server.catalog, token=server.token)
    nonce = session_nonce(request)
    if nonce is None:
        return Caller(None, owner=False)
    if request.method not in _SAFE_METHODS:
        given = request.headers.get(CSRF_HEADER, "")
        if not is_equal(given, csrf_token(server.token, nonce)):
            raise NotAllowed(f"the header {CSRF_HEADER} does not hold this session's token")
    return Caller(None, owner=True)


def ingest_access(request: Request) -> IngestAccess:
    """The sender of records; anonymous in open mode."""
    project = request.query_params.get("project", "")
    return admit(caller_of(request), request.headers, project)


def read_access(request: Request) -> ReadAccess:
    """A reader of one project: the key's own, else the one that is asked for."""
    server = request.app.state.server
    project = _project_of(request, "read", _asked_project(request))
    return ReadAccess(project, server.engine, server.prices.of(project))


def written_project(request: Request, asked: str) -> str:
    """The project in which the caller may change something: the key's own, else the one that is asked for."""
    return _project_of(request, "write", asked or _asked_project(request))


def _project_of(request: Request, scope: str, asked: str) -> str:
    caller = caller_of(request)
    if caller.owner:
        return checked_project(asked)
    key = caller.key
    if key is None:
        raise NotAuthenticated(HOW_TO_READ)
    if scope not in key.scopes and "admin" not in key.scopes:
        raise NotAllowed(f"the key {key.id} has no scope {scope}, only {' '.join(key.scopes)}")
    return key.project


def owner_access(request: Request) -> None:
    """Only the install's owner: projects, keys."""
    if not caller_of(request).owner:
        raise NotAuthenticated(HOW_TO_READ)


OWNER = Depends(owner_access)


def _asked_project(request: Request) -> str:
    return (
        request.query_params.get("project")
        or request.headers.get(PROJECT_HEADER)
        or DEFAULT_PROJECT
    )


def cookie_name(token: str) -> str:
    """One name an install: cookies do not tell ports apart."""
    return f"clearspan_{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def new_session(token: str) -> str:
    """The value of a session cookie: a nonce and its proof, so that sessions outlive restarts."""
    nonce = secrets.token_hex(16)
    return f"{nonce}.{_proof(token, f'session:{nonce}')}"


def session_nonce(request: Request) -> str | None:
    """The nonce of a valid session cookie."""
    token = request.app.state.server.token
    nonce, _, proof = request.cookies.get(cookie_name(token), "").partition(".")
    if nonce and is_equal(proof, _proof(token, f"session:{nonce}")):
        return nonce
    return None


def csrf_token(token: str, nonce: str) -> str:
    """What a session's writes must carry."""
    return _proof(token, f"csrf:{nonce}")


def _proof(token: str, what: str) -> str:
    return hmac.new(token.encode(), what.encode(), hashlib.sha256).hexdigest()
