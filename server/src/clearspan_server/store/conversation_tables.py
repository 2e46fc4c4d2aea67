"""The tables of conversations: conditions on their rows, how much they take, and trees that lose messages."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clearspan_server.errors import BadInput

_METADATA = sa.MetaData()
CONVERSATIONS = sa.Table(
    "conversations",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),  # the session of its traces, too
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("is_archived", sa.Boolean, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("provider", sa.String(100), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("system", sa.Text, nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),  # JSON
    sa.Column("context", sa.Text, nullable=False),  # JSON of a `Context`
    sa.Column("leaf", sa.String(32), nullable=False),
)
MESSAGES = sa.Table(
    "messages",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("conversation_id", sa.String(32), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),  # counts the messages of a conversation
    sa.Column("parent", sa.String(32), nullable=False),  # "" of those that begin it
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("reasoning", sa.Text, nullable=False),
    sa.Column("attachments", sa.Text, nullable=False),  # JSON: a list of `Attachment`
    sa.Column("provider", sa.String(100), nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("trace_id", sa.String(32), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("left_out", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),  # of its texts, with what lies beside it
    sa.Column("folded", sa.Text, nullable=False),  # the text as it is searched
)
MAX_MESSAGES = 2_000  # of a conversation
MAX_BYTES = 32_000_000  # of a conversation: whoever asks or reads it holds all of it
_AT_ONCE = 500  # values that a statement binds


def close_gaps(connection: sa.Connection, project: str, gone: Collection[str]) -> None:
    """Before messages go: those below one of them stand below the one above it."""
    of = MESSAGES.c
    touched: set[str] = set()
    for some in chunks(sorted(gone)):
        touched |= {*connection.scalars(sa.select(of.conversation_id).where(of.id.in_(some)))}
    for some in chunks(sorted(touched)):
        whole = sa.select(of.id, of.parent).where(
            of.project == project, of.conversation_id.in_(some)
        )
        parents = {row.id: row.parent for row in connection.execute(whole)}
        for message_id, parent in parents.items():
            if parent in gone and message_id not in gone:
                above = _above(parents, parent, gone)
                moved = MESSAGES.update().where(of.id == message_id).values(parent=above)
                connection.execute(moved)
        shown = sa.select(CONVERSATIONS.c.id, CONVERSATIONS.c.leaf)
        for row in connection.execute(shown.where(CONVERSATIONS.c.id.in_(some))).all():
            if row.leaf in gone:
                one = CONVERSATIONS.c.id == row.id
                above = _above(parents, row.leaf, gone)
                connection.execute(CONVERSATIONS.update().where(one).values(leaf=above))


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as a statement may bind."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def next_place(
    connection: sa.Connection, project: str, conversation_id: str, more: int, size_bytes: int
) -> int:
    """Where the next message of a conversation stands, of so many more with so many bytes.

    Raises:
        BadInput: it is full.
    """
    place, size = MESSAGES.c.place, MESSAGES.c.size_bytes
    asked = sa.select(
        sa.func.count().label("messages"),
        sa.func.coalesce(sa.func.max(place), -1).label("last"),
        sa.func.coalesce(sa.func.sum(size), 0).label("bytes"),
    )
    known = connection.execute(asked.where(messages_of(project, conversation_id))).one()
    if known.messages + more > MAX_MESSAGES:
        raise BadInput(
            f"conversation {conversation_id!r} has {known.messages} messages; at most {MAX_MESSAGES} are kept"
        )
    if known.bytes + size_bytes > MAX_BYTES:
        raise BadInput(
            f"conversation {conversation_id!r} has {known.bytes} bytes of text, and this is {size_bytes};"
            f" at most {MAX_BYTES} are kept: begin another one"
        )
    return int(known.last) + 1


def conversation_of(project: str, conversation_id: str) -> sa.ColumnElement[bool]:
    """Whether a row is the conversation."""
    return (CONVERSATIONS.c.project == project) & (CONVERSATIONS.c.id == conversation_id)


def messages_of(project: str, conversation_id: str) -> sa.ColumnElement[bool]:
    """Whether a message is of the conversation; as the index has it, which begins with the project."""
    return (MESSAGES.c.project == project) & (MESSAGES.c.conversation_id == conversation_id)


def older(project: str, before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Whether a conversation changed last before a moment."""
    return CONVERSATIONS.c.project == project, CONVERSATIONS.c.updated < before


def head_row(connection: sa.Connection, project: str, conversation_id: str) -> sa.Row[Any] | None:
    """A conversation without its messages."""
    asked = sa.select(CONVERSATIONS).where(conversation_of(project, conversation_id))
    return connection.execute(asked).one_or_none()


def _above(parents: dict[str, str], message_id: str, gone: Collection[str]) -> str:
    """The nearest message above that stays; "" where there is none, and where they stand in a circle."""
    passed: set[str] = set()
    while message_id in gone:
        if message_id in passed:
            return ""
        passed.add(message_id)
        message_id = parents.get(message_id, "")
    return message_id
