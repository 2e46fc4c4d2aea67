"""The catalog: projects, API keys and prices, small and mutable, through SQLAlchemy Core."""

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from clearspan_server.errors import BadInput, StartRefused
from clearspan_server.model.price_entry import PriceEntry

HEAD = "0014"  # the newest revision in catalog_migrations/versions

_USED_EVERY = timedelta(minutes=1)  # a write for each request would be one too many

METADATA = sa.MetaData()
PROJECTS = sa.Table(
    "projects",
    METADATA,
    sa.Column("id", sa.String(100), primary_key=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("label", sa.String(200), nullable=False, server_default=""),
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
    sa.Column("expires", sa.DateTime(timezone=True), nullable=True),
    sa.Column("last_used", sa.DateTime(timezone=True), nullable=True),
    # The secret that was rotated out, and until when it is still good.
    sa.Column("old_hash", sa.String(64), nullable=False, server_default=""),
    sa.Column("old_until", sa.DateTime(timezone=True), nullable=True),
    # What a virtual key may call, names with spaces between; all where there are none.
    sa.Column("models", sa.Text, nullable=False, server_default=""),
    sa.Column("providers", sa.Text, nullable=False, server_default=""),
    sa.Column("calls_per_minute", sa.Integer, nullable=True),
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
    """A key without its secret. Scopes are of: ingest, read, write, admin, gateway.

    `models` (with `*` for anything) and `providers` are what a virtual key may call; empty, all of them.
    """

    id: str
    name: str
    project: str
    environment: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None = None
    last_used: datetime | None = None  # to the minute
    old_until: datetime | None = None  # how long the secret before a rotation is still good
    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    calls_per_minute: int | None = None

    def may(self, scope: str) -> bool:
        """Whether the key has a scope; admin is all of them that concern the key's own project alone."""
        return scope in self.scopes or "admin" in self.scopes

    @property
    def is_virtual(self) -> bool:
        """Whether the key stands for keys of providers, which the whole install shares: said of it, or not so."""
        return "gateway" in self.scopes


@dataclass(slots=True, frozen=True)
class KeyLimits:
    """What a virtual key may call, as in `ApiKey`."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    calls_per_minute: int | None = None


_UNLIMITED = KeyLimits()


@dataclass(slots=True, frozen=True)
class ProjectRow:
    """A project; the label is what people call it, "" for its id."""

    id: str
    label: str
    created: datetime


def utc_now() -> datetime:
    """The clock of everything in the catalog."""
    return datetime.now(UTC)


class Catalog:
    """One database of projects, keys and prices; thread-safe."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = utc_now) -> None:
        _upgrade(path)
        self.database = sa.create_engine(f"sqlite:///{path}")
        self._clock = clock
        self._known: set[str] = set(self.projects())  # so that a request costs no query

    def close(self) -> None:
        self.database.dispose()

    def projects(self) -> list[str]:
        """The ids of all projects, in order of their names."""
        with self.database.connect() as connection:
            return list(connection.scalars(sa.select(PROJECTS.c.id).order_by(PROJECTS.c.id)))

    def project_rows(self) -> list[ProjectRow]:
        """All projects, in order of their names."""
        with self.database.connect() as connection:
            rows = connection.execute(sa.select(PROJECTS).order_by(PROJECTS.c.id)).all()
        return [ProjectRow(row.id, row.label, row.created.replace(tzinfo=UTC)) for row in rows]

    def label_project(self, project: str, label: str) -> None:
        """Give a project the name that people call it by; it is created unless it is there."""
        self.ensure_project(project)
        with self.database.begin() as connection:
            one = PROJECTS.c.id == project
            connection.execute(PROJECTS.update().where(one).values(label=label))

    def ensure_project(self, project: str) -> None:
        """Create the project unless it is there."""
        if project in self._known:
            return
        with self.database.begin() as connection:
            connection.execute(
                PROJECTS.insert().prefix_with("or ignore", dialect="sqlite"),
                {"id": project, "created": self._clock()},
            )
        self._known.add(project)

    def create_key(
        self,
        project: str,
        *,
        name: str,
        environment: str,
        scopes: Sequence[str],
        expires: datetime | None = None,
        limits: KeyLimits = _UNLIMITED,
    ) -> tuple[str, ApiKey]:
        """A new key of a project: the whole key, which is shown this once, and its row."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(24)
        row = ApiKey(key_id, name, project, environment, tuple(scopes), self._clock(), expires)
        row = replace(row, **asdict(limits))
        self.ensure_project(project)
        with self.database.begin() as connection:
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
                    "expires": expires,
                    "models": " ".join(limits.models),
                    "providers": " ".join(limits.providers),
                    "calls_per_minute": limits.calls_per_minute,
                },
            )
        return f"cs_{key_id}_{secret}", row

    def rotate_key(self, key_id: str, grace_s: int) -> tuple[str, ApiKey] | None:
        """Another secret for a key: the whole key, shown this once, and its row; None when there is none of this id.

        The secret of before stays good for `grace_s` seconds; one that was rotated out earlier does not.
        """
        secret = secrets.token_urlsafe(24)
        one = API_KEYS.c.id == key_id
        changed = {
            "old_hash": API_KEYS.c.secret_hash if grace_s else "",
            "old_until": self._clock() + timedelta(seconds=grace_s) if grace_s else None,
            "secret_hash": _hash(secret),
        }
        with self.database.begin() as connection:
            connection.execute(API_KEYS.update().where(one).values(changed))
            row = connection.execute(sa.select(API_KEYS).where(one)).one_or_none()
        return None if row is None else (f"cs_{key_id}_{secret}", _key(row))

    def find_key(self, key: str) -> ApiKey | None:
        """The row of a whole key `cs_<id>_<secret>`; None when it is not one of ours, or has expired."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "cs" or not key_id or not secret:
            return None
        with self.database.connect() as connection:
            row = connection.execute(
                sa.select(API_KEYS).where(API_KEYS.c.id == key_id)
            ).one_or_none()
        # An unknown id costs the same comparisons as a known one.
        given = _hash(secret)
        is_new = hmac.compare_digest(row.secret_hash if row is not None else "", given)
        is_old = hmac.compare_digest(row.old_hash if row is not None else "", given)
        if row is None:
            return None
        found, now = _key(row), self._clock()
        is_good = is_new or (is_old and found.old_until is not None and now < found.old_until)
        if not is_good or (found.expires is not None and found.expires <= now):
            return None
        if found.last_used is None or now - found.last_used >= _USED_EVERY:
            self._used(key_id, now)
        return found

    def _used(self, key_id: str, now: datetime) -> None:
        # On a full disk keys must go on reading, and what they delete may make room.
        with suppress(OperationalError), self.database.begin() as connection:
            one = API_KEYS.c.id == key_id
            connection.execute(API_KEYS.update().where(one).values(last_used=now))

    def list_keys(self) -> list[ApiKey]:
        """All keys, oldest first."""
        with self.database.connect() as connection:
            rows = connection.execute(sa.select(API_KEYS).order_by(API_KEYS.c.created)).all()
        return [_key(row) for row in rows]

    def delete_key(self, key_id: str) -> bool:
        """Revoke a key; false when there is none of this id."""
        with self.database.begin() as connection:
            gone = connection.execute(API_KEYS.delete().where(API_KEYS.c.id == key_id))
        return bool(gone.rowcount)

    def list_prices(self, project: str) -> list[PriceEntry]:
        """The project's own prices, in order of their models and dates."""
        of_project = sa.select(PRICES).where(PRICES.c.project == project)
        order = (PRICES.c.model, PRICES.c.provider, PRICES.c.since)
        with self.database.connect() as connection:
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
        with self.database.begin() as connection:
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
        with self.database.begin() as connection:
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
        expires=_moment(held["expires"]),
        last_used=_moment(held["last_used"]),
        old_until=_moment(held["old_until"]),
        models=tuple(str(held["models"]).split()),
        providers=tuple(str(held["providers"]).split()),
        calls_per_minute=held["calls_per_minute"],
    )


def _moment(held: datetime | None) -> datetime | None:
    """SQLite forgets the zone."""
    return None if held is None else held.replace(tzinfo=UTC)


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
    if row is not None and row[0] > HEAD:
        raise StartRefused(
            f"the catalog {path} is one of a newer clearspan (revision {row[0]}); start that one"
        )
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", "clearspan_server:store/catalog_migrations")
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    command.upgrade(config, "head")
