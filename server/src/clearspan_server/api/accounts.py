"""Accounts: an admin makes, deletes and resets them; everybody has a password and sessions of their own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from clearspan_server.api.access import INSTALL, OWNER, account_access, caller_of
from clearspan_server.api.shapes_access import (
    AccountList,
    AccountRequest,
    AccountRow,
    BrowserSession,
    BrowserSessionList,
    PasswordChange,
    PasswordReset,
)
from clearspan_server.api.state import state_of
from clearspan_server.errors import NotAllowed, NotFound
from clearspan_server.store.accounts import Account

router = APIRouter(prefix="/api/v1", tags=["access"])


@router.get("/accounts", dependencies=[INSTALL])
def list_accounts(request: Request) -> AccountList:
    """Who may sign in."""
    return AccountList(accounts=[_row(one) for one in state_of(request).accounts.list()])


@router.post("/accounts", status_code=201, dependencies=[OWNER])
def create_account(request: Request, wanted: AccountRequest) -> AccountRow:
    """A new account. The first one must be an admin: it ends open mode for ever, and the token's sessions with it."""
    return _row(state_of(request).accounts.create(wanted.name, wanted.password, wanted.role))


@router.delete(
    "/accounts/{account_id}", status_code=204, response_class=Response, dependencies=[OWNER]
)
def delete_account(request: Request, account_id: str) -> Response:
    """Delete an account and end its sessions; the last admin stays."""
    if not state_of(request).accounts.delete(account_id):
        raise NotFound(f"there is no account {account_id!r}")
    return Response(status_code=204)


@router.put(
    "/accounts/{account_id}/password",
    status_code=204,
    response_class=Response,
    dependencies=[OWNER],
)
def reset_password(request: Request, account_id: str, given: PasswordReset) -> Response:
    """Set somebody's password and end all their sessions."""
    if not state_of(request).accounts.set_password(account_id, given.password):
        raise NotFound(f"there is no account {account_id!r}")
    return Response(status_code=204)


@router.put("/account/password", status_code=204, response_class=Response)
def change_password(
    request: Request, given: PasswordChange, account: Annotated[Account, Depends(account_access)]
) -> Response:
    """Change one's own password; every other session of the account ends."""
    server = state_of(request)
    address = request.client.host if request.client else ""
    with server.attempts.one(account.name, address) as succeeded:
        if server.accounts.check(account.name, given.old) is None:
            # Not 401: the session is good, and the page must not ask to sign in again.
            raise NotAllowed("the old password is wrong")
        succeeded()
    kept = caller_of(request).session
    server.accounts.set_password(account.id, given.new, keep_session=kept)
    return Response(status_code=204)


@router.get("/account/sessions")
def list_own_sessions(
    request: Request, account: Annotated[Account, Depends(account_access)]
) -> BrowserSessionList:
    """Where one is signed in, the newest first."""
    mine = caller_of(request).session
    return BrowserSessionList(
        sessions=[
            BrowserSession(
                id=one.id,
                current=one.id == mine,
                created=moment(one.created),
                seen=moment(one.seen),
                expires=moment(one.expires),
                agent=one.agent,
                address=one.address,
            )
            for one in state_of(request).sessions.of(account)
        ]
    )


@router.delete("/account/sessions/{session_id}", status_code=204, response_class=Response)
def end_own_session(
    request: Request, session_id: str, account: Annotated[Account, Depends(account_access)]
) -> Response:
    """Sign another browser out."""
    if not state_of(request).sessions.end(session_id, account):
        raise NotFound(f"there is no session {session_id!r} of yours")
    return Response(status_code=204)


def moment(when: datetime) -> str:
    """A time of the catalog, as JSON has it."""
    return when.isoformat().replace("+00:00", "Z")


def _row(account: Account) -> AccountRow:
    return AccountRow(
        id=account.id,
        name=account.name,
        role=account.role,
        created=moment(account.created),
        password_changed=moment(account.password_changed),
    )
