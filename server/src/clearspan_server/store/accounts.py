"""Accounts: who may sign in and what they may do; kept in the catalog's database."""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from clearspan_server.errors import BadInput, NotAllowed
from clearspan_server.store.catalog import utc_now
from clearspan_server.store.passwords import (
    NOBODYS,
    checked_password,
    hash_password,
    is_password,
)

Role = Literal["admin", "viewer"]
MAX_NAME_CHARS = 200

METADATA = sa.MetaData()
ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(MAX_NAME_CHARS), nullable=False, unique=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("password_changed", sa.DateTime(timezone=True), nullable=False),
)
SESSIONS = sa.Table(
    "browser_sessions",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    # Null is a session of the install token, which ends with open mode.
    sa.Column("account", sa.String(32), nullable=True, index=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
    sa.Column("agent", sa.String(200), nullable=False),
    sa.Column("address", sa.String(100), nullable=False),
)


@dataclass(slots=True, frozen=True)
class Account:
    """Somebody who may sign in; the password's hash stays in the database."""

    id: str
    name: str
    role: Role
    created: datetime
    password_changed: datetime


class Accounts:
    """The accounts of one install; thread-safe. There is an admin for ever once there was one."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        # In memory, because every request asks; this process is the only one that writes.
        self._exist = bool(self.list())

    @property
    def exist(self) -> bool:
        """Whether there is an account: open mode has ended."""
        return self._exist

    def list(self) -> list[Account]:
        """All accounts, by name."""
        with self._database.connect() as connection:
            rows = connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.name)).all()
        return [account_of(row) for row in rows]

    def create(self, name: str, password: str, role: Role) -> Account:
        """A new account. The first one is an admin; it ends open mode, and every session of the install token.

        Raises:
            BadInput: a name or a password that cannot be one, a name that is taken, a first account that is no admin.
        """
        name = checked_name(name)
        checked_password(password, name)
        if not self._exist and role != "admin":
            raise BadInput(f"the first account must be an admin, not a {role}", field="role")
        now = self._clock()
        account = Account(secrets.token_hex(6), name, role, now, now)
        row = {
            "id": account.id,
            "name": name,
            "password_hash": hash_password(password),
            "role": role,
            "created": now,
            "password_changed": now,
        }
        try:
            with self._database.begin() as connection:
                connection.execute(ACCOUNTS.insert(), row)
                connection.execute(SESSIONS.delete().where(SESSIONS.c.account.is_(None)))
        except IntegrityError:
            raise BadInput(f"there is an account {name!r} already", field="name") from None
        self._exist = True
        return account

    def delete(self, account_id: str) -> bool:
        """Delete an account with its sessions; false when there is none of this id.

        Raises:
            NotAllowed: it is the last admin: nobody could let anybody in any more.
        """
        one = ACCOUNTS.c.id == account_id
        other = ACCOUNTS.alias()
        another_admin = sa.exists().where((other.c.role == "admin") & (other.c.id != account_id))
        with self._database.begin() as connection:
            # In one statement: two admins that delete each other at the same moment must not both succeed.
            gone = connection.execute(ACCOUNTS.delete().where(one & another_admin)).rowcount
            if gone:
                connection.execute(SESSIONS.delete().where(SESSIONS.c.account == account_id))
            elif connection.execute(sa.select(ACCOUNTS.c.id).where(one)).one_or_none():
                raise NotAllowed("this is the last admin, and there must be one")
        return bool(gone)

    def check(self, name: str, password: str) -> Account | None:
        """The account with this name and password; None costs as much time as a name that is known."""
        with self._database.connect() as connection:
            row = connection.execute(
                sa.select(ACCOUNTS).where(ACCOUNTS.c.name == folded(name))
            ).one_or_none()
        kept = NOBODYS if row is None else str(row.password_hash)
        if not is_password(password, kept) or row is None:
            return None
        return account_of(row)

    def set_password(self, account_id: str, password: str, *, keep_session: str = "") -> bool:
        """Change a password and end the account's sessions but the one to keep; false when there is no such account.

        Raises:
            BadInput: it cannot be a password.
        """
        one = ACCOUNTS.c.id == account_id
        with self._database.connect() as connection:
            name = connection.execute(sa.select(ACCOUNTS.c.name).where(one)).scalar_one_or_none()
        if name is None:
            return False
        checked_password(password, name)
        changed = {"password_hash": hash_password(password), "password_changed": self._clock()}
        theirs = (SESSIONS.c.account == account_id) & (SESSIONS.c.id != keep_session)
        with self._database.begin() as connection:
            found = connection.execute(ACCOUNTS.update().where(one).values(**changed)).rowcount
            connection.execute(SESSIONS.delete().where(theirs))
        return bool(found)


def account_of(row: sa.Row[tuple[object, ...]]) -> Account:
    """The account in a row that holds the columns of `ACCOUNTS`."""
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Account(
        id=str(held[ACCOUNTS.c.id]),
        name=str(held[ACCOUNTS.c.name]),
        role=cast("Role", held[ACCOUNTS.c.role]),
        created=held[ACCOUNTS.c.created].replace(tzinfo=UTC),
        password_changed=held[ACCOUNTS.c.password_changed].replace(tzinfo=UTC),
    )


def checked_name(name: str) -> str:
    """The name in the form that is kept: case and ways of writing a letter do not tell accounts apart.

    Raises:
        BadInput: it cannot be the name of an account.
    """
    kept = folded(name)
    if not kept or len(kept) > MAX_NAME_CHARS or not kept.isprintable() or " " in kept:
        raise BadInput(
            f"{name[:MAX_NAME_CHARS]!r} is no account's name: an e-mail address or a word,"
            f" at most {MAX_NAME_CHARS} characters",
            field="name",
        )
    return kept


def folded(name: str) -> str:
    """The name without what does not tell accounts apart."""
    return unicodedata.normalize("NFKC", name).strip().casefold()
