"""Who may do what: open mode on loopback, the install's token, accounts and their sessions, API keys.

Until there is an account, anonymous callers may send, and everything else needs the install's token (as Bearer, or as
the cookie it became) or a key. From then on nothing answers without a credential but what `_ANYBODY` lists, by `gate`,
which stands before every route. A presented credential is always checked.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from clearspan_server.api.otlp_paths import MEDIA, takes_records
from clearspan_server.errors import ClearspanError, NotAllowed, NotAuthenticated
from clearspan_server.ingest.admission import (
    DEFAULT_PROJECT,
    PROJECT_HEADER,
    Caller,
    IngestAccess,
    admit,
    caller_with,
    checked_project,
    is_equal,
    is_local,
    other_site,
    presented_by,
)
from clearspan_server.ingest.prices import LIST_ONLY, Book
from clearspan_server.model.langfuse_ids import trace_id as hex_of
from clearspan_server.store.accounts import Account
from clearspan_server.store.browser_sessions import Session
from clearspan_server.store.catalog import ApiKey
from clearspan_server.store.engine import Engine
from clearspan_server.store.notes import Noted, unnoted
from clearspan_server.store.shares import PREFIX, Share

CSRF_HEADER = "x-csrf-token"
HOW_TO_READ = (
    "reading needs this install's token: open the address that `clearspan open` prints, or send"
    " `Authorization: Bearer …` with what the file `token` in the data folder holds"
)
HOW_TO_GET_IN = (
    "sign in, or send `Authorization: Bearer cs_…` with an API key that may do this;"
    " an admin makes one in Settings"
)
READ_ONLY = "a viewer may read everything and change nothing; an admin may change this"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

# What answers without a credential when there are accounts: health, and what signing in takes.
_ANYBODY = frozenset(
    (
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/api/public/health"),
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        # Their addresses are signed, each for one file and an hour.
        ("GET", f"{MEDIA}/{{media_id}}/content"),
        ("PUT", f"{MEDIA}/{{media_id}}/content"),
    )
)
# What clients of other servers poll: a key reads it so often and not more.
_POLLED = frozenset(
    ("GET", f"/api/public/{noun}")
    for noun in (
        *("traces", "traces/{trace_id:path}"),
        *("metrics/daily", "metrics/names", "metrics/query"),
    )
)
# What a viewer may send although it is no GET: it concerns nobody else, or stores nothing.
_VIEWERS_TOO = frozenset(
    (
        ("PUT", "/api/v1/account/password"),
        ("DELETE", "/api/v1/account/sessions/{session_id}"),
        ("POST", "/api/v1/redaction/try"),
        ("POST", "/api/v1/sql"),
        ("POST", "/api/v1/whatif"),
        ("POST", "/api/v1/traces/{trace_id}/whatif"),
    )
)

# What a link opens, of its trace alone; without the texts only the first two.
_SHARED = (
    "/api/v1/shared",
    "/api/v1/traces/{trace_id}/outline",
    "/api/v1/traces/{trace_id}/contents",
    "/api/v1/traces/{trace_id}/previews",
    "/api/v1/traces/{trace_id}/matches",
    "/api/v1/traces/{trace_id}/spans/{span_id}/text",
    "/api/v1/traces/{trace_id}/spans/{span_id}/text/places",
)
_WITHOUT_TEXTS = _SHARED[:2]


def _always() -> bool:
    return True


def _all_warm(_trace_ids: Sequence[str]) -> set[str]:
    return set()


@dataclass(slots=True, frozen=True)
class ReadAccess:
    """A reader of one project, with the prices that hold there."""

    project: str
    engine: Engine
    book: Book = LIST_ONLY
    noted: Callable[[Sequence[str]], Mapping[str, Noted]] = unnoted  # of traces, by their ids
    holds: Callable[[], bool] = _always  # asked in the middle of a long answer
    # Of traces, by their ids: spans leave cold storage, until the next night. Gives those that are there.
    warm: Callable[[Sequence[str]], set[str]] = _all_warm
    # Whether it may read what people, models and tools wrote, and who they are.
    has_texts: bool = True
    # Whether it may read everything else that a span says, too: its attributes, events, parameters, stacks.
    has_attributes: bool = True


async def gate(request: Request) -> None:
    """Refuse, once there are accounts, whoever presents nothing, and a viewer that would change something.

    It stands before every route, so that one which forgets its own check is closed and not open.
    """
    where = (request.method, request.scope["route"].path)
    # Records have `ingest_access`, which asks the same: a second hop to the threads would cost every export.
    if where in _ANYBODY or takes_records(request.scope["path"]):
        return
    if request.app.state.server.accounts.exist:
        await run_in_threadpool(_let_in, request, where)
    if where in _POLLED:
        await run_in_threadpool(_count_read, request)


def _count_read(request: Request) -> None:
    key = caller_of(request).key
    if key is not None:
        request.app.state.server.read_rates.check(key.id)


def _let_in(request: Request, where: tuple[str, str]) -> None:
    caller = caller_of(request)
    if caller.nobody and caller.share is None:
        raise NotAuthenticated(HOW_TO_GET_IN)
    if caller.role == "viewer" and where[0] not in _SAFE_METHODS and where not in _VIEWERS_TOO:
        raise NotAllowed(READ_ONLY)


GATE = Depends(gate)


def caller_of(request: Request) -> Caller:
    """Check what the request presents; once a request.

    Raises:
        NotAuthenticated: it presents something that nobody knows.
        NotAllowed: a browser's session without its CSRF token on a write, or from another site's page.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        known = request.state.caller = _caller(request)
    return known


def _caller(request: Request) -> Caller:
    server = request.app.state.server
    authorization = request.headers.get("authorization", "")
    if authorization:
        # The token is the machine's own; people and programs elsewhere have accounts and keys.
        token = server.token if not server.accounts.exist or _is_local(request) else ""
        if presented_by(authorization).startswith(PREFIX):
            return Caller(share=_share_of(request, presented_by(authorization)))
        return caller_with(authorization, catalog=server.catalog, token=token)
    session = session_of(request)
    if session is None:
        return Caller()
    if refusal := other_site(request.headers):
        raise NotAllowed(refusal)
    if request.method not in _SAFE_METHODS:
        given = request.headers.get(CSRF_HEADER, "")
        if not is_equal(given, csrf_token(server.token, session)):
            raise NotAllowed(f"the header {CSRF_HEADER} does not hold this session's token")
    account = session.account
    return Caller(role=account.role if account else "admin", account=account, session=session.id)


def _share_of(request: Request, token: str) -> Share:
    """The link that is presented, where it opens what is asked for.

    Raises:
        NotAuthenticated: it was revoked, or has ended.
        NotAllowed: it shows something else.
    """
    server = request.app.state.server
    share: Share | None = server.shares.find(token) if server.accounts.exist else None
    if share is None:
        raise NotAuthenticated("this link has ended, or was revoked; ask whoever gave it to you")
    opened = _SHARED if share.has_texts else _WITHOUT_TEXTS
    trace_id = request.path_params.get("trace_id", share.trace_id)
    where = request.scope["route"].path
    if request.method not in _SAFE_METHODS or where not in opened or trace_id != share.trace_id:
        raise NotAllowed("this link shows one trace, and nothing else")
    return share


def shared_with(request: Request) -> Share:
    """The link that is presented; everybody else has other ways."""
    share = caller_of(request).share
    if share is None:
        if caller_of(request).nobody:
            raise NotAuthenticated(_how(request))
        raise NotAllowed("this is about a link to a trace, and none was presented")
    return share


def _is_local(request: Request) -> bool:
    """Also where the server listens on another address of this machine: there both ends have the same one."""
    client, served = request.client, request.scope.get("server")
    if client is None:
        return False
    address = "127.0.0.1" if served and client.host == served[0] else client.host
    return is_local(address, request.headers)


def ingest_access(request: Request) -> IngestAccess:
    """The sender of records; in open mode it may be anonymous."""
    project = request.query_params.get("project", "")
    is_open = not request.app.state.server.accounts.exist
    return admit(caller_of(request), request.headers, project, is_open=is_open)


def scoring_access(request: Request) -> IngestAccess:
    """The sender of scores and files: whoever may send spans, so that one key does for both, or may write."""
    caller = caller_of(request)
    project = request.query_params.get("project", "")
    is_open = not request.app.state.server.accounts.exist
    scopes = ("ingest", "write")
    admitted = admit(caller, request.headers, project, is_open=is_open, scopes=scopes)
    return replace(admitted, author=author_of(request))


def author_of(request: Request) -> str:
    """Whom what the caller writes is by: who is signed in, the name of the key, the install's owner, or ""."""
    caller = caller_of(request)
    if caller.account is not None:
        return caller.account.name
    if caller.key is not None:
        return caller.key.name or caller.key.id
    return "owner" if caller.owner else ""


def read_access(request: Request) -> ReadAccess:
    """A reader of one project: the key's own, else the one that is asked for."""
    server = request.app.state.server
    project = _project_of(request, "read", _asked_project(request))
    noted = partial(server.notes.of_traces, project)
    holds = partial(_still_reads, request, project)
    warm = partial(server.cold.bring_back, project)
    if trace_id := request.path_params.get("trace_id"):
        warm([hex_of(str(trace_id))])
    share, book = caller_of(request).share, server.prices.of(project)
    has_texts = share is None or share.has_texts
    return ReadAccess(
        project, server.engine, book, noted, holds, warm, has_texts, has_attributes=share is None
    )


def _still_reads(request: Request, project: str) -> bool:
    """Whether what a long answer was asked with still reads its project."""
    request.state.caller = None
    try:
        return _project_of(request, "read", _asked_project(request)) == project
    except ClearspanError:
        return False


def written_project(request: Request, asked: str) -> str:
    """The project in which the caller may change something: the key's own, else the one that is asked for."""
    return _project_of(request, "write", asked or _asked_project(request))


def spending_key(request: Request) -> ApiKey | None:
    """The key of a program that has models asked with what this server holds, with its limits; None for people.

    Raises:
        NotAllowed: it is no virtual key.
    """
    key = caller_of(request).key
    if key is not None and not key.is_virtual:
        raise NotAllowed(
            f"the key {key.id} has no scope gateway, only {' '.join(key.scopes)}; without it a key asks no model,"
            " because that spends the keys of providers that the whole install shares"
        )
    return key


def prompt_project(request: Request) -> str:
    """The project whose prompts the caller may read: whoever may send its spans runs them, and may; so may readers."""
    key = caller_of(request).key
    if key is not None and key.may("ingest"):
        return key.project
    return _project_of(request, "read", _asked_project(request))


def administered_project(request: Request, asked: str = "") -> str:
    """The project that the caller may administer: the one that an admin asks for, or that of a key that may admin."""
    return _project_of(request, "admin", asked or _asked_project(request))


def managed_project(request: Request) -> str | None:
    """Whose keys the caller may change: those of any project (None) for an admin, its own for a key that may admin."""
    if caller_of(request).key is not None:
        return _project_of(request, "admin", "")
    owner_access(request)
    return None


def _project_of(request: Request, scope: str, asked: str) -> str:
    caller = caller_of(request)
    if caller.share is not None and scope == "read":
        return caller.share.project
    if caller.owner or (caller.role == "viewer" and scope == "read"):
        return checked_project(asked)
    if caller.role == "viewer":
        raise NotAllowed(READ_ONLY)
    key = caller.key
    if key is None:
        raise NotAuthenticated(_how(request))
    if not key.may(scope):
        raise NotAllowed(f"the key {key.id} has no scope {scope}, only {' '.join(key.scopes)}")
    return key.project


def owner_access(request: Request) -> None:
    """Only an admin, or the install's token: projects, accounts, price lists."""
    caller = caller_of(request)
    if caller.nobody:
        raise NotAuthenticated(_how(request))
    if not caller.owner:
        raise NotAllowed(READ_ONLY if caller.key is None else "this needs an admin's account")


def install_access(request: Request) -> None:
    """Anybody with a role in the whole install: what Settings show."""
    caller = caller_of(request)
    if caller.nobody:
        raise NotAuthenticated(_how(request))
    if caller.role is None:
        raise NotAllowed("this is about the whole install; a key is of one project")


def known_access(request: Request) -> None:
    """Anybody whose credential is known; in open mode everybody."""
    if caller_of(request).nobody and request.app.state.server.accounts.exist:
        raise NotAuthenticated(HOW_TO_GET_IN)


def account_access(request: Request) -> Account:
    """Somebody who is signed in with an account.

    Raises:
        NotAllowed: the install's token and keys have no account.
    """
    caller = caller_of(request)
    if caller.nobody:
        raise NotAuthenticated(_how(request))
    if caller.account is None:
        raise NotAllowed("this is about one's own account; a token or a key has none")
    return caller.account


OWNER = Depends(owner_access)
INSTALL = Depends(install_access)
KNOWN = Depends(known_access)


def _how(request: Request) -> str:
    return HOW_TO_GET_IN if request.app.state.server.accounts.exist else HOW_TO_READ


def _asked_project(request: Request) -> str:
    return (
        request.query_params.get("project")
        or request.headers.get(PROJECT_HEADER)
        or DEFAULT_PROJECT
    )


def cookie_name(token: str) -> str:
    """One name an install: cookies do not tell ports apart."""
    return f"clearspan_{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def session_of(request: Request) -> Session | None:
    """The browser's session, if its cookie is still good."""
    server = request.app.state.server
    found: Session | None = server.sessions.find(request.cookies.get(cookie_name(server.token), ""))
    return found


def csrf_token(token: str, session: Session) -> str:
    """What a session's writes must carry."""
    return hmac.new(token.encode(), f"csrf:{session.id}".encode(), hashlib.sha256).hexdigest()
