"""Who is asking, signing in and out: a name and its password, or the install's token while there is no account."""

import hmac

from fastapi import APIRouter, Request, Response

from clearspan_server import __version__
from clearspan_server.api.access import caller_of, cookie_name, csrf_token, session_of
from clearspan_server.api.shapes_access import Me, SessionRequest
from clearspan_server.api.state import State, state_of
from clearspan_server.errors import NotAllowed, NotAuthenticated
from clearspan_server.store.accounts import Account

router = APIRouter(prefix="/api/v1", tags=["access"])


@router.get("/me")
def me(request: Request) -> Me:
    """Who the caller is, and the token that its writes must carry; anonymous callers may ask."""
    server = state_of(request)
    session = session_of(request)
    caller = caller_of(request)
    tells = not caller.nobody or not server.accounts.exist
    return Me(
        mode="accounts" if server.accounts.exist else "open",
        authenticated=not caller.nobody,
        name=caller.account.name if caller.account else "",
        role=caller.role or "",
        csrf=csrf_token(server.token, session) if session else "",
        version=__version__ if tells else "",
        engine=server.engine.version if tells else "",
    )


@router.post("/session", status_code=204, response_class=Response)
def create_session(request: Request, given: SessionRequest) -> Response:
    """Sign in: a cookie for a name and its password, or for the install's token while there is no account.

    Failures are counted by name and address; 429 says in `retry-after` when the next attempt is looked at.
    """
    server = state_of(request)
    account = None
    if given.token:
        _check_token(server, given.token)
    else:
        account = _holder(server, request, given)
    cookie = server.sessions.begin(
        account, agent=request.headers.get("user-agent", ""), address=_address(request)
    )
    response = Response(status_code=204)
    response.set_cookie(
        cookie_name(server.token),
        cookie,
        max_age=server.sessions.life_s,
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
    )
    return response


@router.delete("/session", status_code=204, response_class=Response)
def delete_session(request: Request) -> Response:
    """Sign out: end the session, here and on the server."""
    server = state_of(request)
    caller = caller_of(request)
    if caller.session:
        server.sessions.end(caller.session, caller.account)
    response = Response(status_code=204)
    response.delete_cookie(cookie_name(server.token))
    return response


def _check_token(server: State, given: str) -> None:
    if server.accounts.exist:
        raise NotAllowed("there are accounts: sign in with a name and a password, not the token")
    if not hmac.compare_digest(given.encode(), server.token.encode()):
        raise NotAuthenticated("this is not this install's token; `clearspan open` prints it")


def _holder(server: State, request: Request, given: SessionRequest) -> Account:
    with server.attempts.one(given.name, _address(request)) as succeeded:
        account = server.accounts.check(given.name, given.password)
        if account is None:
            raise NotAuthenticated("the name or the password is wrong")
        succeeded()
    return account


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_https(request: Request) -> bool:
    """Also behind a proxy that says so. Who lies about it harms nobody but their own browser."""
    said = request.headers.get("x-forwarded-proto", request.url.scheme)
    return said.partition(",")[0].strip().lower() == "https"
