"""Browser sessions: a secret in a cookie, its hash in the catalog's database, until it expires or is ended."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from clearspan_server.errors import NotAuthenticated
from clearspan_server.store.accounts import ACCOUNTS, SESSIONS, Account, account_of
from clearspan_server.store.catalog import utc_now

_SEEN_EVERY = timedelta(minutes=1)  # a write for each request would be one too many
_MAX_OF_ONE = 50  # sessions of an account; the oldest goes
_MAX_AGENT_CHARS, _MAX_ADDRESS_CHARS = 200, 100


@dataclass(slots=True, frozen=True)
class Session:
    """A browser that was let in; without an account, by the install token."""

    id: str
    account: Account | None
    created: datetime
    seen: datetime
    expires: datetime
    agent: str
    address: str


class Sessions:
    """The browser sessions of one install; thread-safe."""

    def __init__(
        self, database: sa.Engine, *, hours: int, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._life = timedelta(hours=hours)
        self._clock = clock

    @property
    def life_s(self) -> int:
        """How long a session lasts."""
        return int(self._life.total_seconds())

    def begin(self, account: Account | None, *, agent: str, address: str) -> str:
        """A new session; the value of its cookie, `<id>.<secret>`.

        Raises:
            NotAuthenticated: the account's password was changed, or it was deleted, since it was read.
        """
        session_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        now = self._clock()
        row = {
            "id": session_id,
            "secret_hash": _hash(secret),
            "account": account.id if account else None,
            "created": now,
            "seen": now,
            "expires": now + self._life,
            "agent": agent[:_MAX_AGENT_CHARS],
            "address": address[:_MAX_ADDRESS_CHARS],
        }
        with self._database.begin() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.expires <= now))
            connection.execute(SESSIONS.insert(), row)
            # After the first write, so that no other one comes between: a change of the password ends its sessions.
            if account is not None and not _is_as_read(connection, account):
                raise NotAuthenticated("the password was changed just now; sign in again")
            newest = (
                sa.select(SESSIONS.c.id)
                .where(SESSIONS.c.account.is_not_distinct_from(row["account"]))
                .order_by(SESSIONS.c.created.desc())
                .offset(_MAX_OF_ONE)
            )
            connection.execute(SESSIONS.delete().where(SESSIONS.c.id.in_(newest)))
        return f"{session_id}.{secret}"

    def find(self, cookie: str) -> Session | None:
        """The session of a cookie; None when it is unknown, ended or expired."""
        session_id, _, secret = cookie.partition(".")
        if not session_id or not secret:
            return None
        now = self._clock()
        good = (SESSIONS.c.id == session_id) & _IS_GOOD
        with self._database.connect() as connection:
            row = connection.execute(_WITH_ACCOUNT.where(good)).one_or_none()
        kept = row.secret_hash if row is not None else _hash("")
        if not hmac.compare_digest(kept, _hash(secret)) or row is None:
            return None
        session = _session(row)
        if session.expires <= now:
            return None
        if now - session.seen >= _SEEN_EVERY:
            # On a full disk people must still get in.
            with suppress(OperationalError), self._database.begin() as connection:
                one = SESSIONS.c.id == session_id
                connection.execute(SESSIONS.update().where(one).values(seen=now))
        return session

    def of(self, account: Account) -> list[Session]:
        """The sessions of an account that are still good, the newest first."""
        theirs = (SESSIONS.c.account == account.id) & (SESSIONS.c.expires > self._clock())
        order = SESSIONS.c.created.desc()
        with self._database.connect() as connection:
            rows = connection.execute(_WITH_ACCOUNT.where(theirs).order_by(order)).all()
        return [_session(row) for row in rows]

    def end(self, session_id: str, account: Account | None) -> bool:
        """End a session of the account; false when it has none of this id."""
        theirs = SESSIONS.c.account.is_not_distinct_from(account.id if account else None)
        with self._database.begin() as connection:
            gone = connection.execute(
                SESSIONS.delete().where((SESSIONS.c.id == session_id) & theirs)
            )
        return bool(gone.rowcount)


def _is_as_read(connection: sa.Connection, account: Account) -> bool:
    kept = connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.id == account.id)).one_or_none()
    return kept is not None and account_of(kept).password_changed == account.password_changed


_WITH_ACCOUNT = sa.select(
    SESSIONS.c.id.label("session_id"),
    SESSIONS.c.secret_hash,
    SESSIONS.c.created.label("begun"),
    SESSIONS.c.seen,
    SESSIONS.c.expires,
    SESSIONS.c.agent,
    SESSIONS.c.address,
    *ACCOUNTS.c,
).join_from(SESSIONS, ACCOUNTS, SESSIONS.c.account == ACCOUNTS.c.id, isouter=True)


# Somebody may sign in while the account is deleted, or while the first one ends open mode: what begins after that is
# nobody's, and must not pass for the install token's.
_IS_GOOD = ACCOUNTS.c.id.is_not(None) | (
    SESSIONS.c.account.is_(None) & ~sa.exists(sa.select(ACCOUNTS.alias().c.id))
)


def _session(row: sa.Row[tuple[object, ...]]) -> Session:
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Session(
        id=str(held["session_id"]),
        account=account_of(row) if held[ACCOUNTS.c.id] is not None else None,
        created=held["begun"].replace(tzinfo=UTC),
        seen=held["seen"].replace(tzinfo=UTC),
        expires=held["expires"].replace(tzinfo=UTC),
        agent=str(held["agent"]),
        address=str(held["address"]),
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
