"""Who may send and where it goes, from the headers of a request; the same for every protocol.

In open mode anonymous callers may send; once there is an account nobody may without a credential. One that is
presented is always checked.
"""

import base64
import binascii
import hmac
import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from clearspan_server.errors import BadInput, NotAllowed, NotAuthenticated
from clearspan_server.store.accounts import Account, Role
from clearspan_server.store.catalog import ApiKey, Catalog
from clearspan_server.store.shares import Share

DEFAULT_PROJECT = "default"
PROJECT_HEADER = "x-clearspan-project"
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MAX_NAME_CHARS = 100  # of a sender or a process
_MAX_COUNT = 2**63 - 1
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))
_PROXY_HEADERS = frozenset(("forwarded", "via", "x-real-ip"))
_SAME_SITE = frozenset(("same-origin", "none"))
HOW_TO_SEND = (
    "sending needs an API key with the scope ingest: `Authorization: Bearer cs_…`;"
    " an admin makes one in Settings, or `clearspan key create` on the server's machine"
)


@dataclass(slots=True, frozen=True)
class Caller:
    """Who presented what: a key, somebody with a role in the whole install, or nobody.

    The install's token has the role admin, too, and no account.
    """

    key: ApiKey | None = None
    role: Role | None = None
    account: Account | None = None
    session: str = ""  # the id of the browser's, "" without one
    share: Share | None = None  # the link that shows one trace; whoever has it is nobody otherwise

    @property
    def owner(self) -> bool:
        """Whether the caller may do everything."""
        return self.role == "admin"

    @property
    def nobody(self) -> bool:
        """Whether nothing was presented."""
        return self.key is None and self.role is None


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
    author: str = ""  # of a score that does not say whose judgement it is


def caller_with(authorization: str, *, catalog: Catalog, token: str) -> Caller:
    """Whoever presents this `authorization` header; nobody when it is empty. A token of "" is nobody's.

    Raises:
        NotAuthenticated: it holds something that nobody knows.
    """
    presented = presented_by(authorization)
    if not presented:
        return Caller()
    if token and is_equal(presented, token):
        return Caller(role="admin")
    key = catalog.find_key(presented)
    if key is None:
        raise NotAuthenticated("the presented key is not known here")
    return Caller(key=key)


def admit(
    caller: Caller,
    headers: Mapping[str, str],
    asked_project: str = "",
    *,
    is_open: bool,
    scopes: Collection[str] = ("ingest",),
) -> IngestAccess:
    """The sender with these headers, their names in lower case; a key's own project wins over an asked one.

    In open mode, `is_open`, anybody may send. A key needs one of the scopes.

    Raises:
        NotAuthenticated: it presents nothing, and open mode has ended.
        NotAllowed: its key or its account may not send.
        BadInput: the project that it asks for cannot be one.
    """
    key = caller.key
    if caller.nobody and not is_open:
        raise NotAuthenticated(HOW_TO_SEND)
    if caller.role == "viewer":
        raise NotAllowed("a viewer may read everything and change nothing")
    if key is not None and not any(map(key.may, scopes)):
        wanted = " or ".join(scopes)
        raise NotAllowed(f"the key {key.id} has no scope {wanted}, only {' '.join(key.scopes)}")
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
    # Browsers that do not know that header yet name the page's origin at least when they write.
    origin = headers.get("origin", "")
    if origin and foreign_host(origin.partition("://")[2]):
        return f"open mode does not answer other sites' pages; the Origin is {origin[:100]!r}"
    return ""


def other_site(headers: Mapping[str, str]) -> str:
    """Why a browser's credential does not count for this request: another site's page made it; "" when it does."""
    site = headers.get("sec-fetch-site", "none")
    return "" if site in _SAME_SITE else f"another site asked for this: Sec-Fetch-Site is {site!r}"


def is_local(address: str, headers: Mapping[str, str]) -> bool:
    """Whether a request came straight from this machine: from loopback, to loopback, through no proxy that tells."""
    try:
        from_loopback = ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
    return from_loopback and not stranger(headers)


def is_equal(given: str, right: str) -> bool:
    """In constant time; as bytes, because headers may hold letters beyond ASCII."""
    return hmac.compare_digest(given.encode(), right.encode())


def _count(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    return number if (number := int(text[:20])) <= _MAX_COUNT else None


def presented_by(header: str) -> str:
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
