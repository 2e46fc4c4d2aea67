"""Dashboards: documents of panels, each with a version and a place in its project; kept in the catalog's database."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from clearspan_server.errors import BadInput, Conflict
from clearspan_server.store.catalog import utc_now

MAX_DASHBOARDS = 200  # of a project

Document = Mapping[str, Any]  # as `api.shapes_dashboards.DashboardDocument` has it

_METADATA = sa.MetaData()
DASHBOARDS = sa.Table(
    "dashboards",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("document", sa.Text, nullable=False),  # JSON
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_by", sa.String(200), nullable=False),
)


@dataclass(slots=True, frozen=True)
class Dashboard:
    """A dashboard of a project; `version` counts its changes from 1."""

    id: str
    document: Document
    version: int
    created: datetime
    author: str
    changed: datetime
    changed_by: str


class Dashboards:
    """The dashboards of all projects; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def list(self, project: str) -> list[Dashboard]:
        """The project's dashboards, in their order."""
        asked = sa.select(DASHBOARDS).where(DASHBOARDS.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(asked.order_by(*_ORDER)).all()
        return [_dashboard(row) for row in rows]

    def find(self, project: str, dashboard_id: str) -> Dashboard | None:
        """The dashboard of an id; None when the project has none."""
        with self._database.connect() as connection:
            return _find(connection, project, dashboard_id)

    def create(self, project: str, document: Document, author: str) -> Dashboard:
        """A new dashboard, behind all others.

        Raises:
            BadInput: the project has as many as it may have.
        """
        now = self._clock()
        made = Dashboard(secrets.token_hex(6), document, 1, now, author, now, author)
        told = {"id": made.id, "project": project, "created": now, "author": author}
        told |= {"changed": now, "changed_by": author, "version": 1}
        of_project = DASHBOARDS.c.project == project
        asked = sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.max(DASHBOARDS.c.place), -1)
        ).where(of_project)
        with self._database.begin() as connection:
            count, last = connection.execute(asked).one()
            if count >= MAX_DASHBOARDS:
                raise BadInput(
                    f"project {project!r} has {MAX_DASHBOARDS} dashboards; delete one first"
                )
            connection.execute(DASHBOARDS.insert(), told | _columns(document) | {"place": last + 1})
        return made

    def replace(
        self, project: str, dashboard_id: str, document: Document, version: int, author: str
    ) -> Dashboard | None:
        """Put a document in the place of the one of `version`; None when the project has no dashboard of the id.

        Raises:
            Conflict: somebody put another there meanwhile.
        """
        one = _one(project, dashboard_id)
        told = _columns(document) | {"changed": self._clock(), "changed_by": author}
        newer = DASHBOARDS.update().where(one, DASHBOARDS.c.version == version)
        with self._database.begin() as connection:
            done = connection.execute(newer.values(**told, version=version + 1))
            found = _find(connection, project, dashboard_id)
        if found is not None and not done.rowcount:
            when = found.changed.isoformat(timespec="seconds").replace("+00:00", "Z")
            raise Conflict(
                f"{found.changed_by or 'somebody'} changed this dashboard at {when}: it has version {found.version},"
                f" not {version}",
                version=found.version,
                changed=when,
                changed_by=found.changed_by,
            )
        return found

    def order(self, project: str, ids: Sequence[str]) -> None:
        """Put the project's dashboards into an order; what is not named comes behind, as it was.

        Raises:
            BadInput: an id is none of the project's, or comes twice.
        """
        with self._database.begin() as connection:
            asked = sa.select(DASHBOARDS.c.id).where(DASHBOARDS.c.project == project)
            known = [row.id for row in connection.execute(asked.order_by(*_ORDER))]
            strange = next((one for one in ids if one not in known), None)
            if strange is not None:
                raise BadInput(
                    f"no dashboard {strange!r} is in project {project!r}",
                    field="ids",
                    value=strange,
                )
            if len(set(ids)) < len(ids):
                raise BadInput("a dashboard is named twice", field="ids")
            for place, one in enumerate([*ids, *(one for one in known if one not in ids)]):
                moved = DASHBOARDS.update().where(_one(project, one))
                connection.execute(moved.values(place=place))

    def delete(self, project: str, dashboard_id: str) -> bool:
        """Delete a dashboard; false when the project has none of this id."""
        with self._database.begin() as connection:
            gone = connection.execute(DASHBOARDS.delete().where(_one(project, dashboard_id)))
        return bool(gone.rowcount)


_ORDER = (DASHBOARDS.c.place, DASHBOARDS.c.created, DASHBOARDS.c.id)


def questions(document: Document) -> str:
    """The filters and queries of a document: what in it may ask for somebody by name."""
    sources = (panel["source"] for panel in document["panels"])
    asked = (one.get(name, "") for one in sources for name in ("filter", "sql"))
    return "\n".join((str(document["filter"]), *map(str, asked)))


def _columns(document: Document) -> dict[str, object]:
    return {"name": document["name"], "document": json.dumps(document)}


def _one(project: str, dashboard_id: str) -> sa.ColumnElement[bool]:
    return (DASHBOARDS.c.project == project) & (DASHBOARDS.c.id == dashboard_id)


def _find(connection: sa.Connection, project: str, dashboard_id: str) -> Dashboard | None:
    row = connection.execute(sa.select(DASHBOARDS).where(_one(project, dashboard_id))).one_or_none()
    return None if row is None else _dashboard(row)


def _dashboard(row: sa.Row[tuple[object, ...]]) -> Dashboard:
    held = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Dashboard(
        id=str(held["id"]),
        document=json.loads(held["document"]),
        version=int(held["version"]),
        created=held["created"].replace(tzinfo=UTC),
        author=str(held["author"]),
        changed=held["changed"].replace(tzinfo=UTC),
        changed_by=str(held["changed_by"]),
    )
