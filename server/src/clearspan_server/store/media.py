"""Media beside traces: what is known of each in the catalog's database, and its bytes in a folder, by their hash."""

import hashlib
import os
import secrets
import threading
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
MEDIA = sa.Table(
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
USES = sa.Table(
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
        self._files = (
            threading.Lock()
        )  # held while files and what is known of them are not the same

    def announce(self, project: str, told: Medium, use: Use | None) -> Medium:
        """Note a file that is to come, and where it stands; one that has come stays as it is.

        Raises:
            BadInput: the project has `MAX_MEDIA`.
        """
        row = {"project": project, "id": told.id, "sha256": told.sha256, "blob": ""}
        row |= {"content_type": told.content_type}
        with self._database.begin() as connection:
            added = connection.execute(
                MEDIA.insert().prefix_with("or ignore", dialect="sqlite"),
                {**row, "size_bytes": told.size_bytes, "created": self._clock()},
            )
            of_project = sa.select(sa.func.count()).where(MEDIA.c.project == project)
            if added.rowcount and connection.execute(of_project).scalar_one() > MAX_MEDIA:
                raise BadInput(f"project {project!r} has {MAX_MEDIA} files, which is the most")
            awaited = _one(project, told.id) & MEDIA.c.uploaded.is_(None)
            again = {"size_bytes": told.size_bytes, "content_type": told.content_type}
            connection.execute(MEDIA.update().where(awaited).values(**again, sha256=told.sha256))
            if use is not None:
                of = {"project": project, "media_id": told.id, "trace_id": use.trace_id}
                connection.execute(
                    USES.insert().prefix_with("or ignore", dialect="sqlite"),
                    {**of, "span_id": use.span_id, "field": use.field},
                )
            return _medium(connection.execute(sa.select(MEDIA).where(_one(project, told.id))).one())

    def find(self, project: str, media_id: str) -> Medium | None:
        """What is known of a file."""
        with self._database.connect() as connection:
            row = connection.execute(sa.select(MEDIA).where(_one(project, media_id))).one_or_none()
        return None if row is None else _medium(row)

    def keep(self, project: str, media_id: str, content: bytes) -> None:
        """Keep the bytes of a file that was announced; they are on disk when this returns."""
        blob = hashlib.sha256(content).hexdigest()
        path = self._path(project, blob)
        kept = {"blob": blob, "size_bytes": len(content), "uploaded": self._clock()}
        with self._files:
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
            with self._database.begin() as connection:
                known = connection.execute(
                    MEDIA.update().where(_one(project, media_id)).values(**kept)
                )
            if not known.rowcount:  # it was erased since it was announced
                self._sweep(project)

    def renew(self, project: str, media_id: str) -> bool:
        """Note that a file that is kept was sent again now; false when it is not kept."""
        kept = _one(project, media_id) & MEDIA.c.uploaded.is_not(None)
        with self._database.begin() as connection:
            changed = MEDIA.update().where(kept).values(uploaded=self._clock())
            return bool(connection.execute(changed).rowcount)

    def path(self, project: str, medium: Medium) -> Path | None:
        """The file with the bytes; None while they have not come, and when they are gone."""
        path = self._path(project, medium.blob)
        return path if medium.blob and path.is_file() else None

    def named(
        self, project: str, trace_ids: Collection[str], texts: Collection[str] = ()
    ) -> set[str]:
        """The files of a project that stand in these traces and in no other, or hold or are called a text, by id."""
        uses = sa.select(USES).where(USES.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(uses).all()
            kept = connection.execute(sa.select(MEDIA).where(MEDIA.c.project == project)).all()
        elsewhere = {row.media_id for row in rows if row.trace_id not in trace_ids}
        alone = {row.media_id for row in rows} - elsewhere
        if texts:
            lowered = [text.lower() for text in texts]
            alone |= {row.media_id for row in rows if _says(row.field, lowered)}
            alone |= {row.id for row in kept if self._holds(project, _medium(row), lowered)}
        return alone

    def _holds(self, project: str, medium: Medium, lowered: Collection[str]) -> bool:
        """Whether one of the texts stands in a file as it is; nobody looks into images, archives and recordings."""
        path = self.path(project, medium)
        said = "" if path is None else path.read_bytes().decode("utf-8", "replace")
        return _says(f"{medium.content_type} {said}", lowered)

    def erase(self, project: str, trace_ids: Collection[str], media_ids: Collection[str]) -> None:
        """Delete files with their bytes, and forget that any stand in these traces."""
        with self._files:
            with self._database.begin() as connection:
                uses = sa.select(USES.c.trace_id).where(USES.c.project == project).distinct()
                for trace_id in {*connection.scalars(uses)} & set(trace_ids):
                    of_trace = (USES.c.project == project) & (USES.c.trace_id == trace_id)
                    connection.execute(USES.delete().where(of_trace))
                for media_id in media_ids:
                    of_file = (USES.c.project == project) & (USES.c.media_id == media_id)
                    connection.execute(USES.delete().where(of_file))
                    connection.execute(MEDIA.delete().where(_one(project, media_id)))
            self._sweep(project)

    def _sweep(self, project: str) -> None:
        """Delete the files of a project that nobody knows: also what an interruption left behind."""
        # Of any project: a file system may take two names for one that differ in case.
        with self._database.connect() as connection:
            known = {*connection.scalars(sa.select(MEDIA.c.blob))}
        for file in self._of(project).glob("*/*"):
            if file.name not in known:
                file.unlink()

    def _of(self, project: str) -> Path:
        return self._folder / f"of-{project}"  # a project's name has no slash, but may be ".."

    def _path(self, project: str, blob: str) -> Path:
        return self._of(project) / blob[:2] / blob


def _says(said: str, lowered: Collection[str]) -> bool:
    said = said.lower()
    return any(text in said for text in lowered)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _one(project: str, media_id: str) -> sa.ColumnElement[bool]:
    return (MEDIA.c.project == project) & (MEDIA.c.id == media_id)


def _medium(row: sa.Row[Any]) -> Medium:
    uploaded = row.uploaded.replace(tzinfo=UTC) if row.uploaded else None
    return Medium(row.id, row.sha256, row.content_type, row.size_bytes, row.blob, uploaded)
