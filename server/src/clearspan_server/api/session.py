"""Who is asking: the browser's session out of the install token, and `/me`."""

import hmac

from fastapi import APIRouter, Request, Response

from clearspan_server import __version__
from clearspan_server.api.access import (
    caller_of,
    cookie_name,
    csrf_token,
    new_session,
    session_nonce,
)
from clearspan_server.api.shapes import Me, SessionRequest
from clearspan_server.api.state import state_of
from clearspan_server.errors import NotAuthenticated

router = APIRouter(prefix="/api/v1", tags=["access"])

_SESSION_S = 30 * 24 * 3600


@router.get("/me")
def me(request: Request) -> Me:
    """Whether the caller may read, and the token that its writes must carry; anonymous callers may ask."""
    server = state_of(request)
    nonce = session_nonce(request)
    known = caller_of(request)
    return Me(
        mode="open",
        authenticated=known.owner or known.key is not None,
        csrf=csrf_token(server.token, nonce) if nonce else "",
        version=__version__,
        engine=server.engine.version,
    )


@router.post("/session", status_code=204, response_class=Response)
def create_session(request: Request, given: SessionRequest) -> Response:
    """Turn the install's token into a session cookie."""
    server = state_of(request)
    if not hmac.compare_digest(given.token.encode(), server.token.encode()):
        raise NotAuthenticated("this is not this install's token; `clearspan open` prints it")
    response = Response(status_code=204)
    response.set_cookie(
        cookie_name(server.token),
        new_session(server.token),
        max_age=_SESSION_S,
        httponly=True,
        samesite="lax",
    )
    return response


@router.delete("/session", status_code=204, response_class=Response)
def delete_session(request: Request) -> Response:
    """Forget this browser."""
    caller_of(request)
    response = Response(status_code=204)
    response.delete_cookie(cookie_name(state_of(request).token))
    return response
