"""Media beside traces: what is known of each in the catalog's database, and its bytes in a folder, by their hash."""

import hashlib
import os
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.store.catalog import utc_now

MAX_MEDIA = 1_000_000  # of a project

_METADATA = sa.MetaData()
_MEDIA = sa.Table(
    "media",
    _METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),  # of what was announced
    sa.Column("content_type", sa.String(200), nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("blob", sa.String(64), nullable=False),  # the hash of what is kept, "" until it came
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("uploaded", sa.DateTime(timezone=True), nullable=True),
)
_USES = sa.Table(
    "media_uses",
    _METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("media_id", sa.String(64), primary_key=True),
    sa.Column("trace_id", sa.String(32), primary_key=True),
    sa.Column("span_id", sa.String(16), primary_key=True),
    sa.Column("field", sa.String(100), primary_key=True),  # input, output or metadata
)


@dataclass(slots=True, frozen=True)
class Medium:
    """One file: an image, a recording, a document; `uploaded` is None until its bytes came."""

    id: str
    sha256: str
    content_type: str
    size_bytes: int
    blob: str
    uploaded: datetime | None


@dataclass(slots=True, frozen=True)
class Use:
    """Where a file stands: in a field of a trace, or of one span of it."""

    trace_id: str
    span_id: str
    field: str


class Media:
    """The files of all projects; thread-safe. Each project has a folder of its own, which no other reads."""

    def __init__(
        self, database: sa.Engine, folder: Path, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock

    def announce(self, project: str, told: Medium, use: Use | None) -> Medium:
        """Note a file that is to come, and where it stands; one that has come stays as it is.

        Raises:
            BadInput: the project has `MAX_MEDIA`.
        """
        row = {"project": project, "id": told.id, "sha256": told.sha256, "blob": ""}
        row |= {"content_type": told.content_type}
        with self._database.begin() as connection:
            added = connection.execute(
                _MEDIA.insert().prefix_with("or ignore", dialect="sqlite"),
                {**row, "size_bytes": told.size_bytes, "created": self._clock()},
            )
            of_project = sa.select(sa.func.count()).where(_MEDIA.c.project == project)
            if added.rowcount and connection.execute(of_project).scalar_one() > MAX_MEDIA:
                raise BadInput(f"project {project!r} has {MAX_MEDIA} files, which is the most")
            awaited = _one(project, told.id) & _MEDIA.c.uploaded.is_(None)
            again = {"size_bytes": told.size_bytes, "content_type": told.content_type}
            connection.execute(_MEDIA.update().where(awaited).values(**again, sha256=told.sha256))
            if use is not None:
                of = {"project": project, "media_id": told.id, "trace_id": use.trace_id}
                connection.execute(
                    _USES.insert().prefix_with("or ignore", dialect="sqlite"),
                    {**of, "span_id": use.span_id, "field": use.field},
                )
            return _medium(
                connection.execute(sa.select(_MEDIA).where(_one(project, told.id))).one()
            )

    def find(self, project: str, media_id: str) -> Medium | None:
        """What is known of a file."""
        with self._database.connect() as connection:
            row = connection.execute(sa.select(_MEDIA).where(_one(project, media_id))).one_or_none()
        return None if row is None else _medium(row)

    def keep(self, project: str, media_id: str, content: bytes) -> None:
        """Keep the bytes of a file that was announced; they are on disk when this returns."""
        blob = hashlib.sha256(content).hexdigest()
        path = self._path(project, blob)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f"{blob}.{secrets.token_hex(4)}")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        for parent in (path.parent, path.parent.parent, self._folder):
            _sync(parent)  # a file is there after a power cut only where its name is, too
        kept = {"blob": blob, "size_bytes": len(content), "uploaded": self._clock()}
        with self._database.begin() as connection:
            connection.execute(_MEDIA.update().where(_one(project, media_id)).values(**kept))

    def path(self, project: str, medium: Medium) -> Path | None:
        """The file with the bytes; None while they have not come, and when they are gone."""
        path = self._path(project, medium.blob)
        return path if medium.blob and path.is_file() else None

    def of_traces(self, project: str, trace_ids: Collection[str]) -> set[str]:
        """The files of a project that stand in these traces and in no other; their ids."""
        uses = sa.select(_USES.c.media_id, _USES.c.trace_id).where(_USES.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(uses).all()
        elsewhere = {row.media_id for row in rows if row.trace_id not in trace_ids}
        return {row.media_id for row in rows} - elsewhere

    def erase(self, project: str, trace_ids: Collection[str]) -> None:
        """Delete the files that stand in these traces alone, with their bytes."""
        gone = self.of_traces(project, trace_ids)
        with self._database.begin() as connection:
            uses = sa.select(_USES.c.trace_id).where(_USES.c.project == project).distinct()
            for trace_id in {*connection.scalars(uses)} & set(trace_ids):
                of_trace = (_USES.c.project == project) & (_USES.c.trace_id == trace_id)
                connection.execute(_USES.delete().where(of_trace))
            blobs = {
                connection.scalar(sa.select(_MEDIA.c.blob).where(_one(project, media_id)))
                for media_id in gone
            }
            for media_id in gone:
                connection.execute(_MEDIA.delete().where(_one(project, media_id)))
            kept = sa.select(_MEDIA.c.blob).where(_MEDIA.c.project == project)
            unused = blobs - {*connection.scalars(kept)} - {"", None}
        for blob in unused:
            self._path(project, str(blob)).unlink(missing_ok=True)

    def _path(self, project: str, blob: str) -> Path:
        # A project's name has no slash, but may be "..".
        return self._folder / f"of-{project}" / blob[:2] / blob


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _one(project: str, media_id: str) -> sa.ColumnElement[bool]:
    return (_MEDIA.c.project == project) & (_MEDIA.c.id == media_id)


def _medium(row: sa.Row[Any]) -> Medium:
    uploaded = row.uploaded.replace(tzinfo=UTC) if row.uploaded else None
    return Medium(row.id, row.sha256, row.content_type, row.size_bytes, row.blob, uploaded)
