"""The catalog: projects and API keys, small and mutable, through SQLAlchemy Core."""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

HEAD = "0001"  # the newest revision in catalog_migrations/versions

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
    """One database of projects and keys; thread-safe."""

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
