"""Targets: Prometheus endpoints that an admin lets this server read, by project; in the catalog's database."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from clearspan_server.errors import BadInput
from clearspan_server.model.scrape import Scrape
from clearspan_server.store.catalog import utc_now

MAX_TARGETS = 100  # of all projects

_METADATA = sa.MetaData()
TARGETS = sa.Table(
    "scrape_targets",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("service", sa.String(200), nullable=False),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("interval_s", sa.Integer, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("project", "url", name="scrape_targets_by_url"),
)


@dataclass(slots=True, frozen=True)
class Target:
    """An endpoint: into which project its metrics go, under what service, and how often it is read."""

    id: str
    project: str
    service: str
    url: str
    interval_s: int
    created: datetime


class Targets:
    """The targets of all projects, and how it stands with each since the server started; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._scrapes: dict[str, Scrape] = {}
        self.changed = threading.Event()  # there is another target, or one less

    def scrape(self, target_id: str) -> Scrape:
        """How it stands with a target; whoever reads it writes it down there."""
        return self._scrapes.setdefault(target_id, Scrape())

    def all(self) -> list[Target]:
        """Every target, oldest first."""
        with self._database.connect() as connection:
            rows = connection.execute(sa.select(TARGETS).order_by(TARGETS.c.created)).all()
        return [_target(row) for row in rows]

    def create(self, project: str, service: str, url: str, interval_s: int) -> Target:
        """A new target.

        Raises:
            BadInput: the project reads this address already, or there are as many targets as may be.
        """
        made = Target(secrets.token_hex(6), project, service, url, interval_s, self._clock())
        try:
            with self._database.begin() as connection:
                how_many = sa.select(sa.func.count()).select_from(TARGETS)
                if connection.execute(how_many).scalar_one() >= MAX_TARGETS:
                    raise BadInput(f"there are {MAX_TARGETS} targets; delete one first")
                connection.execute(TARGETS.insert(), asdict(made))
        except IntegrityError:
            raise BadInput(
                f"project {project!r} reads {url!r} already", field="url", value=url
            ) from None
        self.changed.set()
        return made

    def delete(self, project: str, target_id: str) -> bool:
        """Delete a target; false when the project has none of this id."""
        one = (TARGETS.c.project == project) & (TARGETS.c.id == target_id)
        with self._database.begin() as connection:
            is_gone = bool(connection.execute(TARGETS.delete().where(one)).rowcount)
        if is_gone:
            self._scrapes.pop(target_id, None)
            self.changed.set()
        return is_gone


def _target(row: sa.Row[tuple[object, ...]]) -> Target:
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Target(
        id=str(held["id"]),
        project=str(held["project"]),
        service=str(held["service"]),
        url=str(held["url"]),
        interval_s=int(held["interval_s"]),
        created=held["created"].replace(tzinfo=UTC),
    )
