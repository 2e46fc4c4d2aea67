"""The catalog: projects, API keys and prices, small and mutable, through SQLAlchemy Core."""

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.model.price_entry import PriceEntry

HEAD = "0002"  # the newest revision in catalog_migrations/versions

METADATA = sa.MetaData()
PROJECTS = sa.Table(
    "projects",
    METADATA,
    sa.Column("id", sa.String(100), primary_key=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
)
API_KEYS = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("environment", sa.String(100), nullable=False),
    sa.Column("scopes", sa.String(100), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
)
PRICES = sa.Table(
    "prices",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("provider", sa.String(200), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column(
        "since", sa.String(10), nullable=False
    ),  # a day, or "" for ever: null is never equal to null
    sa.Column("prices", sa.Text, nullable=False),  # JSON: class → US dollars a million, as text
    sa.Column("revision", sa.Integer, nullable=False),
    sa.UniqueConstraint("project", "provider", "model", "since", name="prices_of_what"),
)


@dataclass(slots=True, frozen=True)
class ApiKey:
    """A key without its secret. Scopes are of: ingest, read, write, admin."""

    id: str
    name: str
    project: str
    environment: str
    scopes: tuple[str, ...]
    created: datetime


class Catalog:
    """One database of projects, keys and prices; thread-safe."""

    def __init__(self, path: Path) -> None:
        _upgrade(path)
        self._engine = sa.create_engine(f"sqlite:///{path}")
        self._known: set[str] = set(self.projects())  # so that a request costs no query

    def close(self) -> None:
        self._engine.dispose()

    def projects(self) -> list[str]:
        """The ids of all projects, in order of their names."""
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(PROJECTS.c.id).order_by(PROJECTS.c.id)))

    def ensure_project(self, project: str) -> None:
        """Create the project unless it is there."""
        if project in self._known:
            return
        with self._engine.begin() as connection:
            connection.execute(
                PROJECTS.insert().prefix_with("or ignore", dialect="sqlite"),
                {"id": project, "created": datetime.now(UTC)},
            )
        self._known.add(project)

    def create_key(
        self, project: str, *, name: str, environment: str, scopes: Sequence[str]
    ) -> tuple[str, ApiKey]:
        """A new key of a project: the whole key, which is shown this once, and its row."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(24)
        row = ApiKey(key_id, name, project, environment, tuple(scopes), datetime.now(UTC))
        self.ensure_project(project)
        with self._engine.begin() as connection:
            connection.execute(
                API_KEYS.insert(),
                {
                    "id": key_id,
                    "secret_hash": _hash(secret),
                    "name": name,
                    "project": project,
                    "environment": environment,
                    "scopes": " ".join(scopes),
                    "created": row.created,
                },
            )
        return f"cs_{key_id}_{secret}", row

    def find_key(self, key: str) -> ApiKey | None:
        """The row of a whole key `cs_<id>_<secret>`; None when it is not one of ours."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "cs" or not key_id or not secret:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(API_KEYS).where(API_KEYS.c.id == key_id)
            ).one_or_none()
        # An unknown id costs the same comparison as a known one.
        known = row.secret_hash if row is not None else _hash("")
        if not hmac.compare_digest(known, _hash(secret)) or row is None:
            return None
        return _key(row)

    def list_keys(self) -> list[ApiKey]:
        """All keys, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(API_KEYS).order_by(API_KEYS.c.created)).all()
        return [_key(row) for row in rows]

    def delete_key(self, key_id: str) -> bool:
        """Revoke a key; false when there is none of this id."""
        with self._engine.begin() as connection:
            gone = connection.execute(API_KEYS.delete().where(API_KEYS.c.id == key_id))
        return bool(gone.rowcount)

    def list_prices(self, project: str) -> list[PriceEntry]:
        """The project's own prices, in order of their models and dates."""
        of_project = sa.select(PRICES).where(PRICES.c.project == project)
        order = (PRICES.c.model, PRICES.c.provider, PRICES.c.since)
        with self._engine.connect() as connection:
            return [_price(row) for row in connection.execute(of_project.order_by(*order)).all()]

    def put_price(self, project: str, wanted: str, entry: PriceEntry) -> PriceEntry | None:
        """Store an entry in the place of the one with the id `wanted`; None when the project has none of this id.

        With "" it is a new one, or takes the place of that for the same provider, model and day.

        Raises:
            BadInput: another entry is for the same provider, model and day already.
        """
        since = entry.since.isoformat() if entry.since else ""
        same = (PRICES.c.provider == entry.provider) & (PRICES.c.model == entry.model)
        mine = PRICES.c.project == project
        told = {
            "provider": entry.provider,
            "model": entry.model,
            "since": since,
            "prices": json.dumps({name: str(price) for name, price in entry.prices.items()}),
        }
        self.ensure_project(project)
        with self._engine.begin() as connection:
            taken = connection.execute(
                sa.select(PRICES.c.id).where(mine & same & (PRICES.c.since == since))
            ).scalar_one_or_none()
            if wanted and taken not in (None, wanted):
                when = f"from {since}" if since else "without a date"
                raise BadInput(
                    f"there is an entry for the model {entry.model!r} {when} already", id=taken
                )
            price_id = wanted or taken
            if price_id is None:
                price_id = secrets.token_hex(4)
                connection.execute(
                    PRICES.insert(), {**told, "id": price_id, "project": project, "revision": 1}
                )
            else:
                connection.execute(
                    PRICES.update()
                    .where(mine & (PRICES.c.id == price_id))
                    .values(**told, revision=PRICES.c.revision + 1)
                )
            row = connection.execute(
                sa.select(PRICES).where(mine & (PRICES.c.id == price_id))
            ).one_or_none()
        return None if row is None else _price(row)

    def delete_price(self, project: str, price_id: str) -> bool:
        """Delete an entry; false when the project has none of this id."""
        one = (PRICES.c.project == project) & (PRICES.c.id == price_id)
        with self._engine.begin() as connection:
            gone = connection.execute(PRICES.delete().where(one))
        return bool(gone.rowcount)


def _price(row: sa.Row[tuple[object, ...]]) -> PriceEntry:
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    return PriceEntry(
        id=str(held["id"]),
        provider=str(held["provider"]),
        model=str(held["model"]),
        since=date.fromisoformat(held["since"]) if held["since"] else None,
        prices={name: Decimal(text) for name, text in json.loads(held["prices"]).items()},
        revision=held["revision"],
    )


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    return ApiKey(
        id=str(held["id"]),
        name=str(held["name"]),
        project=str(held["project"]),
        environment=str(held["environment"]),
        scopes=tuple(str(held["scopes"]).split()),
        created=held["created"].replace(tzinfo=UTC),
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _upgrade(path: Path) -> None:
    """Bring the database to `HEAD`; Alembic is imported only when there is something to do (0.3 s)."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            row = connection.execute("select version_num from alembic_version").fetchone()
        except sqlite3.OperationalError:
            row = None
    if row == (HEAD,):
        return
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", "clearspan_server:store/catalog_migrations")
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    command.upgrade(config, "head")
