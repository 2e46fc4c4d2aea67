"""Who may send and where it goes, from the headers of a request; the same for every protocol.

In open mode anonymous callers may send. A presented credential is always checked.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from clearspan_server.errors import BadInput, NotAllowed, NotAuthenticated
from clearspan_server.store.catalog import ApiKey, Catalog

DEFAULT_PROJECT = "default"
PROJECT_HEADER = "x-clearspan-project"
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MAX_NAME_CHARS = 100  # of a sender or a process
_MAX_COUNT = 2**63 - 1
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))
_PROXY_HEADERS = frozenset(("forwarded", "via", "x-real-ip"))
_SAME_SITE = frozenset(("same-origin", "none"))


@dataclass(slots=True, frozen=True)
class Caller:
    """Who presented what: a key, the install's owner, or nobody."""

    key: ApiKey | None
    owner: bool


@dataclass(slots=True, frozen=True)
class IngestAccess:
    """A sender that may send: where its records go, and what its headers say of it.

    `environment` is its key's, "" without one. `process`, `seq`, `sent` and `dropped` are our SDK's (sdk/WIRE.md).
    """

    project: str
    environment: str
    sender: str
    process: str = ""
    seq: int | None = None
    sent: int | None = None
    dropped: int | None = None


def caller_with(authorization: str, *, catalog: Catalog, token: str) -> Caller:
    """Whoever presents this `authorization` header; nobody when it is empty.

    Raises:
        NotAuthenticated: it holds something that nobody knows.
    """
    presented = _presented(authorization)
    if not presented:
        return Caller(None, owner=False)
    if is_equal(presented, token):
        return Caller(None, owner=True)
    key = catalog.find_key(presented)
    if key is None:
        raise NotAuthenticated("the presented key is not known here")
    return Caller(key, owner=False)


def admit(caller: Caller, headers: Mapping[str, str], asked_project: str = "") -> IngestAccess:
    """The sender with these headers, their names in lower case; a key's own project wins over an asked one.

    Raises:
        NotAllowed: its key may not send.
        BadInput: the project that it asks for cannot be one.
    """
    key = caller.key
    if key is not None and "ingest" not in key.scopes:
        raise NotAllowed(f"the key {key.id} has no scope ingest, only {' '.join(key.scopes)}")
    asked = asked_project or headers.get(PROJECT_HEADER) or DEFAULT_PROJECT
    return IngestAccess(
        project=key.project if key else checked_project(asked),
        environment=key.environment if key else "",
        sender=headers.get("user-agent", "")[:_MAX_NAME_CHARS],
        process=headers.get("clearspan-process", "").strip()[:_MAX_NAME_CHARS],
        seq=_count(headers.get("clearspan-seq", "")),
        sent=_count(headers.get("clearspan-sent", "")),
        dropped=_count(headers.get("clearspan-dropped", "")),
    )


def checked_project(project: str) -> str:
    """The name, if it is one.

    Raises:
        BadInput: it is not.
    """
    if not _PROJECT.fullmatch(project):
        raise BadInput(
            f"{project!r} is not a project: letters, digits, '.', '_' and '-', at most 100"
        )
    return project


def foreign_host(host: str) -> str:
    """Why open mode does not answer under this name; "" when it does."""
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name.lower() in _LOOPBACK:
        return ""
    return f"open mode answers on loopback only; the Host is {host!r}"


def stranger(headers: Mapping[str, str]) -> str:
    """Why open mode does not answer a request with these headers: a proxy's, another site's; "" when it does."""
    for header in headers:
        if header in _PROXY_HEADERS or header.startswith("x-forwarded-"):
            return f"open mode does not answer through a proxy; the request has the header {header}"
    site = headers.get("sec-fetch-site", "none")
    if site not in _SAME_SITE:
        return f"open mode does not answer other sites' pages; Sec-Fetch-Site is {site!r}"
    return ""


def is_equal(given: str, right: str) -> bool:
    """In constant time; as bytes, because headers may hold letters beyond ASCII."""
    return hmac.compare_digest(given.encode(), right.encode())


def _count(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    return number if (number := int(text[:20])) <= _MAX_COUNT else None


def _presented(header: str) -> str:
    """The key in an Authorization header: Bearer, Basic (`cs_<id>` and the secret), or bare."""
    # OTLP headers from the environment may still carry their URL encoding.
    scheme, _, value = header.strip().replace("%20", " ").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return header.strip()
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return header.strip()
    return f"{name}_{secret}"
