"""Links that show one trace, read-only and for a time, to whoever has them; only hashes of their secrets are kept."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from clearspan_server.errors import BadInput
from clearspan_server.store.catalog import METADATA, utc_now

PREFIX = "sh_"
MAX_SHARES = 500  # of a project
_SECRET_BYTES = 16
_OPENED_EVERY = timedelta(minutes=1)  # a write for each request would be one too many

SHARES = sa.Table(
    "shares",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("trace_id", sa.String(32), nullable=False),
    sa.Column("has_texts", sa.Boolean, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
    sa.Column("opened", sa.DateTime(timezone=True), nullable=True),
    sa.Index("shares_of_trace", "project", "trace_id"),
)


@dataclass(slots=True, frozen=True)
class Share:
    """A link without its secret; `opened` is when it was last used, to the minute."""

    id: str
    project: str
    trace_id: str
    has_texts: bool
    author: str
    created: datetime
    expires: datetime
    opened: datetime | None = None


class Shares:
    """The links of all projects; thread-safe. A trace need not be here any more."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def create(
        self, project: str, trace_id: str, *, has_texts: bool, life: timedelta, author: str
    ) -> tuple[str, Share]:
        """A new link: its token, which is shown this once, and its row. Those that ended are forgotten.

        Raises:
            BadInput: the project has as many as it may have.
        """
        now, secret = self._clock(), secrets.token_urlsafe(_SECRET_BYTES)
        share = Share(
            secrets.token_hex(6), project, trace_id, has_texts, author[:200], now, now + life
        )
        how_many = sa.select(sa.func.count()).where(SHARES.c.project == project)
        told = {name: getattr(share, name) for name in Share.__dataclass_fields__}
        with self._database.begin() as connection:
            connection.execute(SHARES.delete().where(SHARES.c.expires <= now))
            if connection.execute(how_many).scalar_one() >= MAX_SHARES:
                raise BadInput(f"project {project!r} has {MAX_SHARES} links; revoke one first")
            connection.execute(SHARES.insert(), told | {"secret_hash": _hash(secret)})
        return f"{PREFIX}{share.id}_{secret}", share

    def find(self, token: str) -> Share | None:
        """The link of a token; None when it is none of ours, was revoked or has ended."""
        share_id, _, secret = token.removeprefix(PREFIX).partition("_")
        if not token.startswith(PREFIX) or not secret:
            return None
        one = SHARES.c.id == share_id
        with self._database.connect() as connection:
            row = connection.execute(sa.select(SHARES).where(one)).one_or_none()
        kept = row.secret_hash if row is not None else ""
        now = self._clock()
        if not hmac.compare_digest(kept, _hash(secret)) or row is None:
            return None
        share = _share(row)
        if share.expires <= now:
            return None
        if share.opened is None or now - share.opened >= _OPENED_EVERY:
            # On a full disk links must still open.
            with suppress(OperationalError), self._database.begin() as connection:
                connection.execute(SHARES.update().where(one).values(opened=now))
        return share

    def of_project(self, project: str) -> list[Share]:
        """The links of a project that are still good, the newest first."""
        good = (SHARES.c.project == project) & (SHARES.c.expires > self._clock())
        order = SHARES.c.created.desc()
        with self._database.connect() as connection:
            return [
                _share(row)
                for row in connection.execute(sa.select(SHARES).where(good).order_by(order))
            ]

    def revoke(self, project: str, share_id: str) -> bool:
        """End a link at once; false when the project has none of this id."""
        one = (SHARES.c.project == project) & (SHARES.c.id == share_id)
        with self._database.begin() as connection:
            gone = connection.execute(SHARES.delete().where(one))
        return bool(gone.rowcount)

    def count(self, project: str, trace_ids: Collection[str]) -> dict[str, int]:
        """How many links lead to these traces."""
        return {"shares": len(self._to(project, trace_ids))}

    def erase(self, project: str, trace_ids: Collection[str]) -> None:
        """Delete the links to these traces; the pages that held them are the caller's to scrub."""
        with self._database.begin() as connection:
            for share_id in self._to(project, trace_ids):
                connection.execute(SHARES.delete().where(SHARES.c.id == share_id))

    def _to(self, project: str, trace_ids: Collection[str]) -> list[str]:
        asked = sa.select(SHARES.c.id, SHARES.c.trace_id).where(SHARES.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(asked).all()
        return [row.id for row in rows if row.trace_id in trace_ids]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _share(row: sa.Row[Any]) -> Share:
    return Share(
        id=row.id,
        project=row.project,
        trace_id=row.trace_id,
        has_texts=row.has_texts,
        author=row.author,
        created=row.created.replace(tzinfo=UTC),
        expires=row.expires.replace(tzinfo=UTC),
        opened=row.opened.replace(tzinfo=UTC) if row.opened else None,
    )
