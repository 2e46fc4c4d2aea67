"""Model providers as admins entered them: base URL, key, models, whether they are on; in the catalog's database.

A row replaces parts of what the gateway knows by itself; what is "" or empty in it is as there. The key is sealed for
this name and for the base URL that requests go to, from wherever that is known: who changes one of them, in the file,
in the settings or in the environment, cannot have it sent elsewhere.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

import orjson
import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.store.catalog import utc_now
from clearspan_server.store.secrets import Secrets, UnreadableError

MAX_PROVIDERS = 200

Usual = Callable[
    [str], str
]  # the base URL of a provider of this name where no admin enters one, or ""

_METADATA = sa.MetaData()
PROVIDERS = sa.Table(
    "providers",
    _METADATA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("form", sa.String(20), nullable=False),
    sa.Column("base_url", sa.String(2000), nullable=False),
    sa.Column("sealed_key", sa.Text, nullable=False),
    sa.Column("models", sa.Text, nullable=False),  # JSON: a list of names
    sa.Column("is_enabled", sa.Boolean, nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_by", sa.String(200), nullable=False),
)


@dataclass(slots=True, frozen=True)
class StoredProvider:
    """One row. `key` is the provider's, "" without one; `is_unreadable` where there is one that cannot be opened."""

    name: str
    title: str = ""
    form: str = ""
    base_url: str = ""
    key: str = field(default="", repr=False)
    models: tuple[str, ...] = ()
    is_enabled: bool = True
    is_unreadable: bool = False


class StoredProviders:
    """The providers of an install; thread-safe."""

    def __init__(
        self, database: sa.Engine, secrets: Secrets, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._clock = clock

    def all(self, usual: Usual) -> list[StoredProvider]:
        """Every row with its key, in order of their names; `usual` tells where requests go without a base URL."""
        with self._database.connect() as connection:
            rows = connection.execute(sa.select(PROVIDERS).order_by(PROVIDERS.c.name)).all()
        return [self._opened(row, usual) for row in rows]

    def put(self, wanted: StoredProvider, usual: Usual, *, keeps_key: bool, author: str) -> None:
        """Store a provider in the place of the one of its name; `keeps_key` leaves the sealed key as it is.

        Raises:
            BadInput: there are as many as may be.
            Unavailable: the key cannot be sealed.
        """
        told = asdict(wanted)
        key, _ = told.pop("key"), told.pop("is_unreadable")
        told["models"] = orjson.dumps(wanted.models).decode()
        told |= {"changed": self._clock().astimezone(UTC), "changed_by": author}
        if not keeps_key:
            told["sealed_key"] = self._secrets.seal(key, _bound(wanted, usual)) if key else ""
        one = PROVIDERS.c.name == wanted.name
        with self._database.begin() as connection:
            if connection.execute(PROVIDERS.update().where(one).values(told)).rowcount:
                return
            how_many = sa.select(sa.func.count()).select_from(PROVIDERS)
            if connection.execute(how_many).scalar_one() >= MAX_PROVIDERS:
                raise BadInput(f"there are {MAX_PROVIDERS} providers; delete one first")
            connection.execute(PROVIDERS.insert(), {"sealed_key": "", **told})

    def delete(self, name: str) -> bool:
        """Forget a provider with its key; false when there is none of this name."""
        with self._database.begin() as connection:
            gone = connection.execute(PROVIDERS.delete().where(PROVIDERS.c.name == name))
        return bool(gone.rowcount)

    def _opened(self, row: sa.Row[tuple[object, ...]], usual: Usual) -> StoredProvider:
        held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
        plain = StoredProvider(
            name=str(held["name"]),
            title=str(held["title"]),
            form=str(held["form"]),
            base_url=str(held["base_url"]),
            models=tuple(orjson.loads(held["models"])),
            is_enabled=bool(held["is_enabled"]),
        )
        if not held["sealed_key"]:
            return plain
        try:
            key = self._secrets.open(held["sealed_key"], _bound(plain, usual))
            return replace(plain, key=key)
        except UnreadableError:
            return replace(plain, is_unreadable=True)


def _bound(provider: StoredProvider, usual: Usual) -> str:
    return f"{provider.name}\n{provider.base_url or usual(provider.name)}"
