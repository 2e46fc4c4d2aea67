"""What people note on traces: comments and bookmarks, in the catalog's database."""

import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from clearspan_server.errors import BadInput, Conflict
from clearspan_server.store.catalog import METADATA
from clearspan_server.store.scrub import scrub_database

MAX_COMMENTS = 1_000  # of one trace

COMMENTS = sa.Table(
    "comments",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("trace_id", sa.String(32), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Index("comments_of_trace", "project", "trace_id"),
)
BOOKMARKS = sa.Table(
    "bookmarks",
    METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("trace_id", sa.String(32), primary_key=True),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
)


@dataclass(slots=True, frozen=True)
class Comment:
    """What somebody wrote about a trace."""

    id: str
    trace_id: str
    author: str
    text: str
    created: datetime


@dataclass(slots=True, frozen=True)
class Noted:
    """What a list shows of the notes on a trace; `comments` is their number."""

    bookmarked: bool = False
    comments: int = 0


def unnoted(_trace_ids: Sequence[str]) -> Mapping[str, Noted]:
    """The notes on traces where there is no catalog."""
    return {}


class Notes:
    """Comments and bookmarks of all projects; thread-safe. A trace need not be here yet, or any more."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._noting = threading.Lock()
        self._going = frozenset[
            tuple[str, str]
        ]()  # the traces that are being removed because they are old

    def of_traces(self, project: str, trace_ids: Sequence[str]) -> Mapping[str, Noted]:
        """The notes on some traces of a project; one that has none is left out."""
        counted = (
            sa.select(COMMENTS.c.trace_id, sa.func.count())
            .where(COMMENTS.c.project == project, COMMENTS.c.trace_id.in_(trace_ids))
            .group_by(COMMENTS.c.trace_id)
        )
        marked = sa.select(BOOKMARKS.c.trace_id).where(
            BOOKMARKS.c.project == project, BOOKMARKS.c.trace_id.in_(trace_ids)
        )
        with self._database.connect() as connection:
            counts = {row[0]: row[1] for row in connection.execute(counted)}
            marks = set(connection.scalars(marked))
        return {
            trace_id: Noted(trace_id in marks, counts.get(trace_id, 0))
            for trace_id in marks | counts.keys()
        }

    def comments(self, project: str, trace_id: str) -> list[Comment]:
        """The comments on a trace, oldest first."""
        of_trace = sa.select(COMMENTS).where(_on(COMMENTS, project, trace_id))
        with self._database.connect() as connection:
            rows = connection.execute(of_trace.order_by(COMMENTS.c.created, COMMENTS.c.id)).all()
        return [_comment(row) for row in rows]

    def comment(self, project: str, comment_id: str) -> Comment | None:
        """The comment of an id."""
        one = (COMMENTS.c.project == project) & (COMMENTS.c.id == comment_id)
        with self._database.connect() as connection:
            row = connection.execute(sa.select(COMMENTS).where(one)).one_or_none()
        return None if row is None else _comment(row)

    def all_comments(self, project: str) -> list[Comment]:
        """Every comment of a project."""
        asked = sa.select(COMMENTS).where(COMMENTS.c.project == project)
        with self._database.connect() as connection:
            return [_comment(row) for row in connection.execute(asked).all()]

    def rewrite(self, project: str, texts: Mapping[str, str]) -> None:
        """Give comments, by their ids, other texts; nothing of those before stays on disk."""
        with self._database.begin() as connection:
            for comment_id, text in texts.items():
                one = (COMMENTS.c.project == project) & (COMMENTS.c.id == comment_id)
                connection.execute(COMMENTS.update().where(one).values(text=text))
        scrub_database(self._database)

    def add_comment(self, project: str, trace_id: str, author: str, text: str) -> Comment:
        """Write a comment.

        Raises:
            BadInput: the trace has `MAX_COMMENTS` already.
            Conflict: it is being removed.
        """
        made = Comment(secrets.token_hex(8), trace_id, author, text, datetime.now(UTC))
        counted = sa.select(sa.func.count()).where(_on(COMMENTS, project, trace_id))
        with self._staying(project, trace_id), self._database.begin() as connection:
            if connection.execute(counted).scalar_one() >= MAX_COMMENTS:
                raise BadInput(
                    f"the trace {trace_id} has {MAX_COMMENTS} comments, which is the most"
                )
            connection.execute(
                COMMENTS.insert(),
                {
                    "id": made.id,
                    "project": project,
                    "trace_id": trace_id,
                    "author": author,
                    "text": text,
                    "created": made.created,
                },
            )
        return made

    def delete_comment(self, project: str, trace_id: str, comment_id: str) -> bool:
        """Delete a comment; false when the trace has none of this id."""
        one = _on(COMMENTS, project, trace_id) & (COMMENTS.c.id == comment_id)
        with self._database.begin() as connection:
            gone = connection.execute(COMMENTS.delete().where(one))
        return bool(gone.rowcount)

    def bookmark(self, project: str, trace_id: str, author: str) -> None:
        """Bookmark a trace; one that is stays as it is.

        Raises:
            Conflict: it is being removed.
        """
        marked = {"project": project, "trace_id": trace_id, "author": author}
        with self._staying(project, trace_id), self._database.begin() as connection:
            connection.execute(
                BOOKMARKS.insert().prefix_with("or ignore", dialect="sqlite"),
                {**marked, "created": datetime.now(UTC)},
            )

    def unmark(self, project: str, trace_id: str) -> None:
        """Take the bookmark of a trace away, if it has one."""
        with self._database.begin() as connection:
            connection.execute(BOOKMARKS.delete().where(_on(BOOKMARKS, project, trace_id)))

    def all_traces(self, project: str) -> set[str]:
        """The traces of a project that somebody has commented or bookmarked."""
        with self._database.connect() as connection:
            return {
                trace_id
                for table in (COMMENTS, BOOKMARKS)
                for trace_id in connection.scalars(
                    sa.select(table.c.trace_id).where(table.c.project == project).distinct()
                )
            }

    def saying(self, project: str, texts: Sequence[str]) -> set[str]:
        """The comments of a project that hold one of the texts, in any case, or are by whom it names; their ids."""
        lowered = [text.lower() for text in texts]
        asked = sa.select(COMMENTS.c.id, COMMENTS.c.text, COMMENTS.c.author)
        with self._database.connect() as connection:
            rows = connection.execute(asked.where(COMMENTS.c.project == project)).all()
        said = {row.id: f"{row.text} {row.author}".lower() for row in rows}
        return {one for one, words in said.items() if any(text in words for text in lowered)}

    def count(
        self, project: str, trace_ids: Collection[str], comment_ids: Collection[str] = ()
    ) -> dict[str, int]:
        """How many comments and bookmarks there are on these traces, comments under these ids included."""
        found = {"comments": 0, "bookmarks": 0}
        with self._database.connect() as connection:
            for table, name in ((COMMENTS, "comments"), (BOOKMARKS, "bookmarks")):
                rows = connection.execute(sa.select(table).where(table.c.project == project))
                found[name] = sum(
                    row.trace_id in trace_ids or (name == "comments" and row.id in comment_ids)
                    for row in rows
                )
        return found

    def erase_unless_noted(
        self, project: str, trace_ids: Collection[str], known: Collection[str]
    ) -> bool:
        """Delete what was noted on these traces, unless one has notes that was not `known` to have any.

        From then on nobody notes anything on them, until they are `gone`.
        """
        with self._noting:
            if (self.all_traces(project) - set(known)) & set(trace_ids):
                return False
            self.erase(project, trace_ids)
            self._going = frozenset((project, one) for one in trace_ids)
        return True

    def gone(self) -> None:
        """What was being removed is, or stays for now."""
        self._going = frozenset()

    @contextmanager
    def _staying(self, project: str, trace_id: str) -> Iterator[None]:
        with self._noting:
            if (project, trace_id) in self._going:
                raise Conflict(f"the trace {trace_id} is old, and being removed")
            yield

    def erase(
        self, project: str, trace_ids: Collection[str], comment_ids: Collection[str] = ()
    ) -> None:
        """Delete what was noted on these traces, and comments, so that nothing of them stays on disk."""
        with self._database.begin() as connection:
            for table in (COMMENTS, BOOKMARKS):
                noted = connection.execute(
                    sa.select(table.c.trace_id).where(table.c.project == project).distinct()
                )
                for trace_id in {row.trace_id for row in noted} & set(trace_ids):
                    connection.execute(table.delete().where(_on(table, project, trace_id)))
            for comment_id in comment_ids:
                one = (COMMENTS.c.project == project) & (COMMENTS.c.id == comment_id)
                connection.execute(COMMENTS.delete().where(one))
        scrub_database(self._database)


def _comment(row: sa.Row[Any]) -> Comment:
    return Comment(row.id, row.trace_id, row.author, row.text, row.created.replace(tzinfo=UTC))


def _on(table: sa.Table, project: str, trace_id: str) -> sa.ColumnElement[bool]:
    return (table.c.project == project) & (table.c.trace_id == trace_id)
