"""Saved views: how somebody looked at a page, under a name; kept in the catalog's database."""

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from clearspan_server.errors import BadInput
from clearspan_server.store.catalog import utc_now

MAX_VIEWS = 500  # of a project

_METADATA = sa.MetaData()
VIEWS = sa.Table(
    "views",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("page", sa.String(40), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("filter", sa.Text, nullable=False),
    sa.Column("range", sa.String(200), nullable=False),
    sa.Column("sort", sa.String(40), nullable=False),
    sa.Column("columns", sa.Text, nullable=False),  # JSON: a list of names
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("project", "page", "name", name="views_by_name"),
)


@dataclass(slots=True, frozen=True)
class Look:
    """What of a page a view keeps: the values of its address."""

    name: str
    page: str
    filter: str
    range: str
    sort: str
    columns: tuple[str, ...]


@dataclass(slots=True, frozen=True)
class View:
    """A saved view of a project."""

    id: str
    look: Look
    created: datetime


class Views:
    """The views of all projects; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def list(self, project: str) -> list[View]:
        """The project's views, by page and name."""
        asked = sa.select(VIEWS).where(VIEWS.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(asked.order_by(VIEWS.c.page, VIEWS.c.name)).all()
        return [_view(row) for row in rows]

    def create(self, project: str, look: Look) -> View:
        """A new view.

        Raises:
            BadInput: the page has a view of this name, or the project as many as it may have.
        """
        view = View(secrets.token_hex(6), look, self._clock())
        told = {"id": view.id, "project": project, "created": view.created, **_columns(look)}
        how_many = sa.select(sa.func.count()).where(VIEWS.c.project == project)
        try:
            with self._database.begin() as connection:
                if connection.execute(how_many).scalar_one() >= MAX_VIEWS:
                    raise BadInput(f"project {project!r} has {MAX_VIEWS} views; delete one first")
                connection.execute(VIEWS.insert(), told)
        except IntegrityError:
            raise _taken(look) from None
        return view

    def replace(self, project: str, view_id: str, look: Look) -> View | None:
        """Keep another look under an id; None when the project has no view of it.

        Raises:
            BadInput: the page has another view of this name.
        """
        one = (VIEWS.c.project == project) & (VIEWS.c.id == view_id)
        try:
            with self._database.begin() as connection:
                connection.execute(VIEWS.update().where(one).values(**_columns(look)))
                row = connection.execute(sa.select(VIEWS).where(one)).one_or_none()
        except IntegrityError:
            raise _taken(look) from None
        return None if row is None else _view(row)

    def delete(self, project: str, view_id: str) -> bool:
        """Delete a view; false when the project has none of this id."""
        one = (VIEWS.c.project == project) & (VIEWS.c.id == view_id)
        with self._database.begin() as connection:
            gone = connection.execute(VIEWS.delete().where(one))
        return bool(gone.rowcount)


def _columns(look: Look) -> dict[str, object]:
    return asdict(look) | {"columns": json.dumps(look.columns)}


def _taken(look: Look) -> BadInput:
    return BadInput(
        f"the page {look.page} has a view {look.name!r} already", field="name", value=look.name
    )


def _view(row: sa.Row[tuple[object, ...]]) -> View:
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    look = Look(
        name=str(held["name"]),
        page=str(held["page"]),
        filter=str(held["filter"]),
        range=str(held["range"]),
        sort=str(held["sort"]),
        columns=tuple(json.loads(held["columns"])),
    )
    return View(str(held["id"]), look, held["created"].replace(tzinfo=UTC))
