"""Conversations with models: trees of messages, in the catalog's database."""

import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from clearspan_server.errors import BadInput, Conflict, NotFound
from clearspan_server.store.catalog import utc_now

MAX_CONVERSATIONS = 100_000  # of a project
MAX_MESSAGES = 2_000  # of a conversation
_TITLE_CHARS = 60
# An id is the session of traces: letters in place of digits, so that redaction takes it for nobody's number.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")

Role = Literal["user", "assistant"]
MessageStatus = Literal["answering", "ok", "stopped", "error", "interrupted"]
ContextKind = Literal["all", "turns", "tokens"]

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
)


@dataclass(slots=True, frozen=True)
class Context:
    """How much of a conversation a model is told: all, its last `count` turns, or what has so many tokens."""

    kind: ContextKind = "all"
    count: int = 0


@dataclass(slots=True, frozen=True)
class Attachment:
    """What lies beside a question: an image, which is a file of `store.media`, or a text."""

    kind: Literal["image", "text"]
    name: str
    media_id: str = ""
    media_type: str = "text/plain"
    text: str = ""


@dataclass(slots=True, frozen=True)
class Message:
    """A question or an answer; `parent` is "" of one that begins a conversation.

    `left_out` is how many earlier messages the model was not told.
    """

    id: str
    parent: str
    role: Role
    text: str
    created: datetime
    reasoning: str = ""
    attachments: tuple[Attachment, ...] = ()
    provider: str = ""
    model: str = ""
    status: MessageStatus = "ok"
    error: str = ""
    trace_id: str = ""
    left_out: int = 0


@dataclass(slots=True, frozen=True)
class Draft:
    """What a conversation is begun with."""

    title: str
    system: str
    provider: str
    model: str
    parameters: Mapping[str, Any]
    context: Context


@dataclass(slots=True, frozen=True)
class Head:
    """A conversation in a list; `count` is how many messages it has."""

    id: str
    title: str
    is_archived: bool
    created: datetime
    updated: datetime
    author: str
    provider: str
    model: str
    count: int


@dataclass(slots=True, frozen=True)
class Conversation:
    """A conversation with all its messages, in the order in which they came; `leaf` ends the path shown last."""

    head: Head
    system: str
    parameters: Mapping[str, Any]
    context: Context
    leaf: str
    messages: Sequence[Message] = ()

    def message(self, message_id: str, role: Role | None = None) -> Message | None:
        """The message of an id, and of a role; None when there is none."""
        for one in self.messages:
            if one.id == message_id:
                return one if role in (None, one.role) else None
        return None

    def path(self, message_id: str) -> list[Message]:
        """From the message that begins the conversation to this one."""
        known = {one.id: one for one in self.messages}
        found: list[Message] = []
        while (one := known.pop(message_id, None)) is not None:
            found.append(one)
            message_id = one.parent
        return found[::-1]


@dataclass(slots=True, frozen=True)
class Asked:
    """Which conversations: of which words, archived or not, and what comes after one of a moment."""

    words: str = ""
    is_archived: bool = False
    after: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(slots=True)
class Change:
    """What of a conversation becomes something else; None stays."""

    columns: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        said: Mapping[str, object],
        parameters: Mapping[str, Any] | None = None,
        context: Context | None = None,
    ) -> "Change":
        columns = {name: value for name, value in said.items() if value is not None}
        if parameters is not None:
            columns["parameters"] = json.dumps(parameters)
        if context is not None:
            columns["context"] = json.dumps(asdict(context))
        return cls(columns)


class Conversations:
    """The conversations of all projects; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def list(self, project: str, asked: Asked) -> list[Head]:
        """Conversations of a project, those that changed last first."""
        of, row = CONVERSATIONS.c, MESSAGES.c
        count = sa.select(sa.func.count()).where(row.conversation_id == of.id).scalar_subquery()
        wanted = (of.project == project) & (of.is_archived == asked.is_archived)
        for word in asked.words.casefold().split():
            in_title = sa.func.instr(sa.func.folded(of.title), word) > 0
            said = sa.select(row.id).where(
                row.project == project,
                row.conversation_id == of.id,
                sa.func.instr(sa.func.folded(row.text), word) > 0,
            )
            wanted &= in_title | said.exists()
        if asked.after is not None:
            at, last = asked.after
            wanted &= (of.updated < at) | ((of.updated == at) & (of.id < last))
        statement = sa.select(CONVERSATIONS, count.label("message_count")).where(wanted)
        statement = statement.order_by(of.updated.desc(), of.id.desc()).limit(asked.limit)
        with self._database.connect() as connection:
            _fold(connection)
            return [_head(one) for one in connection.execute(statement)]

    def find(self, project: str, conversation_id: str) -> Conversation | None:
        """A conversation with its messages; None when the project has none of this id."""
        with self._database.connect() as connection:
            return _find(connection, project, conversation_id)

    def create(self, project: str, draft: Draft, author: str) -> Conversation:
        """A new conversation.

        Raises:
            BadInput: the project has as many as it may have.
        """
        now = self._clock()
        row = {"id": _new_id(), "project": project, "created": now, "updated": now}
        row |= {"author": author, "title": draft.title, "is_archived": False, "leaf": ""}
        row |= {"provider": draft.provider, "model": draft.model, "system": draft.system}
        row |= {
            "parameters": json.dumps(draft.parameters),
            "context": json.dumps(asdict(draft.context)),
        }
        of_project = sa.select(sa.func.count()).where(CONVERSATIONS.c.project == project)
        with self._database.begin() as connection:
            if connection.execute(of_project).scalar_one() >= MAX_CONVERSATIONS:
                raise BadInput(
                    f"project {project!r} has {MAX_CONVERSATIONS} conversations; delete some first"
                )
            connection.execute(CONVERSATIONS.insert(), row)
            return _there(connection, project, str(row["id"]))

    def change(self, project: str, conversation_id: str, change: Change) -> Conversation | None:
        """Change a conversation; None when the project has none of this id.

        Raises:
            BadInput: its leaf is none of its messages.
        """
        columns, one = change.columns, _one(project, conversation_id)
        is_only_looked_at = set(columns) <= {"leaf", "is_archived"}
        moved = {} if is_only_looked_at else {"updated": self._clock()}
        with self._database.begin() as connection:
            found = _find(connection, project, conversation_id)
            if found is None:
                return None
            leaf = columns.get("leaf")
            if leaf and found.message(str(leaf)) is None:
                raise BadInput(
                    f"no message {leaf!r} is in conversation {conversation_id!r}", field="leaf"
                )
            if columns:
                connection.execute(CONVERSATIONS.update().where(one).values(columns | moved))
            return _find(connection, project, conversation_id)

    def delete(self, project: str, conversation_id: str) -> Conversation | None:
        """Delete a conversation; as it was, None when the project has none of this id."""
        with self._database.begin() as connection:
            found = _find(connection, project, conversation_id)
            of_it = MESSAGES.c.conversation_id == conversation_id
            connection.execute(MESSAGES.delete().where(MESSAGES.c.project == project, of_it))
            connection.execute(CONVERSATIONS.delete().where(_one(project, conversation_id)))
        return found

    def ask(
        self, project: str, conversation_id: str, question: Message, answer: Message
    ) -> tuple[Message, Message]:
        """Add a question below the message that it names, and the answer that begins; the title, where there is none.

        Raises:
            NotFound: the project has no such conversation.
            BadInput: the parent is no answer in it, or it is full.
            Conflict: the parent is still being written.
        """
        with self._database.begin() as connection:
            found = _there(connection, project, conversation_id)
            if question.parent:
                parent = found.message(question.parent, "assistant")
                if parent is None:
                    raise no_parent(question.parent, "answer", conversation_id)
                if parent.status == "answering":
                    raise Conflict(f"the answer {parent.id!r} is still being written")
            asked = replace(question, id=_new_id(), created=self._clock())
            place = _place(connection, found, 2)
            connection.execute(MESSAGES.insert(), _row(project, conversation_id, place, asked))
            columns: dict[str, object] = {"provider": answer.provider, "model": answer.model}
            if not found.head.title:
                columns["title"] = first_words(asked.text)
            begun = replace(answer, parent=asked.id)
            return asked, self._begin(connection, project, found, begun, columns, place + 1)

    def answer(self, project: str, conversation_id: str, answer: Message) -> Message:
        """Add an answer that begins, below the question that it names.

        Raises:
            NotFound: the project has no such conversation.
            BadInput: its parent is no question in it, or it is full.
        """
        with self._database.begin() as connection:
            found = _there(connection, project, conversation_id)
            if found.message(answer.parent, "user") is None:
                raise no_parent(answer.parent, "question", conversation_id)
            place = _place(connection, found, 1)
            return self._begin(connection, project, found, answer, {}, place)

    def _begin(
        self,
        connection: sa.Connection,
        project: str,
        found: Conversation,
        answer: Message,
        columns: Mapping[str, object],
        place: int,
    ) -> Message:
        now, conversation_id = self._clock(), found.head.id
        begun = replace(answer, id=_new_id(), created=now, status="answering")
        connection.execute(MESSAGES.insert(), _row(project, conversation_id, place, begun))
        changed = {**columns, "leaf": begun.id, "updated": now}
        one = _one(project, conversation_id)
        connection.execute(CONVERSATIONS.update().where(one).values(changed))
        return begun

    def save(self, project: str, message: Message) -> bool:
        """Keep what an answer under way has become; false when it has ended, or was deleted meanwhile."""
        said = {"text": message.text, "reasoning": message.reasoning, "status": message.status}
        one = (MESSAGES.c.project == project) & (MESSAGES.c.id == message.id)
        one &= MESSAGES.c.status == "answering"
        changed = MESSAGES.update().where(one).values(**said, error=message.error)
        with self._database.begin() as connection:
            return bool(connection.execute(changed).rowcount)

    def count_older(self, project: str, before: datetime) -> int:
        """How many conversations changed last before a moment."""
        older = sa.select(sa.func.count()).where(*_older(project, before))
        with self._database.connect() as connection:
            return int(connection.execute(older).scalar_one())

    def delete_older(self, project: str, before: datetime) -> None:
        """Delete conversations that changed last before a moment."""
        older = sa.select(CONVERSATIONS.c.id).where(*_older(project, before))
        of_them = (MESSAGES.c.project == project) & MESSAGES.c.conversation_id.in_(older)
        with self._database.begin() as connection:
            connection.execute(MESSAGES.delete().where(of_them))
            connection.execute(CONVERSATIONS.delete().where(*_older(project, before)))

    def interrupt(self) -> int:
        """Say of every answer that was being written that it was interrupted; how many there were."""
        under_way = MESSAGES.c.status == "answering"
        with self._database.begin() as connection:
            done = connection.execute(
                MESSAGES.update().where(under_way).values(status="interrupted")
            )
        return done.rowcount


def close_gaps(connection: sa.Connection, project: str, gone: Collection[str]) -> None:
    """Before messages go: those below one of them stand below the one above it."""
    of_project = sa.select(MESSAGES.c.id, MESSAGES.c.parent).where(MESSAGES.c.project == project)
    parents = {row.id: row.parent for row in connection.execute(of_project)} if gone else {}
    for message_id in gone:
        above, passed = parents.get(message_id, ""), {message_id}
        while above in gone:
            passed.add(above)
            above = parents.get(above, "")
            above = "" if above in passed else above
        below, leaf = MESSAGES.c.parent == message_id, CONVERSATIONS.c.leaf == message_id
        connection.execute(MESSAGES.update().where(below).values(parent=above))
        connection.execute(CONVERSATIONS.update().where(leaf).values(leaf=above))


def first_words(text: str) -> str:
    """A title: as many words of the first question as a list has place for."""
    words = " ".join(text.split())
    if len(words) <= _TITLE_CHARS:
        return words or "Without words"
    cut = words[: _TITLE_CHARS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _new_id() -> str:
    return secrets.token_hex(8).translate(_LETTERS)


def _fold(connection: sa.Connection) -> None:
    """`folded`, for SQLite's own `lower` knows no letters beyond ASCII."""
    driver: Any = connection.connection.driver_connection
    driver.create_function("folded", 1, str.casefold, deterministic=True)


def _place(connection: sa.Connection, found: Conversation, more: int) -> int:
    if len(found.messages) + more > MAX_MESSAGES:
        raise BadInput(
            f"conversation {found.head.id!r} has {len(found.messages)} messages; at most {MAX_MESSAGES} are kept"
        )
    last = sa.select(sa.func.coalesce(sa.func.max(MESSAGES.c.place), -1))
    of_it = MESSAGES.c.conversation_id == found.head.id
    return int(connection.execute(last.where(of_it)).scalar_one()) + 1


def no_parent(parent: str, what: str, conversation_id: str) -> BadInput:
    """The conversation has no such question or answer."""
    return BadInput(
        f"parent {parent!r} is no {what} in conversation {conversation_id!r}",
        field="parent",
        value=parent,
    )


def _one(project: str, conversation_id: str) -> sa.ColumnElement[bool]:
    return (CONVERSATIONS.c.project == project) & (CONVERSATIONS.c.id == conversation_id)


def _older(project: str, before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return CONVERSATIONS.c.project == project, CONVERSATIONS.c.updated < before


def _there(connection: sa.Connection, project: str, conversation_id: str) -> Conversation:
    found = _find(connection, project, conversation_id)
    if found is None:
        raise missing(conversation_id, project)
    return found


def missing(conversation_id: str, project: str) -> NotFound:
    """The project has no such conversation."""
    return NotFound(
        f"no conversation {conversation_id!r} is in project {project!r}",
        conversation_id=conversation_id,
    )


def _find(connection: sa.Connection, project: str, conversation_id: str) -> Conversation | None:
    asked = sa.select(CONVERSATIONS).where(_one(project, conversation_id))
    row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    of_it = (MESSAGES.c.project == project) & (MESSAGES.c.conversation_id == conversation_id)
    rows = connection.execute(sa.select(MESSAGES).where(of_it).order_by(MESSAGES.c.place)).all()
    return Conversation(
        head=_head(row, len(rows)),
        system=row.system,
        parameters=json.loads(row.parameters),
        context=Context(**json.loads(row.context)),
        leaf=row.leaf,
        messages=[_message(one) for one in rows],
    )


def _row(project: str, conversation_id: str, place: int, message: Message) -> dict[str, object]:
    row = asdict(message)
    attachments: Collection[object] = row.pop("attachments")
    of = {"project": project, "conversation_id": conversation_id, "place": place}
    return {**row, **of, "attachments": json.dumps(attachments, ensure_ascii=False)}


def _head(row: sa.Row[Any], count: int | None = None) -> Head:
    return Head(
        id=row.id,
        title=row.title,
        is_archived=row.is_archived,
        created=row.created.replace(tzinfo=UTC),
        updated=row.updated.replace(tzinfo=UTC),
        author=row.author,
        provider=row.provider,
        model=row.model,
        count=row.message_count if count is None else count,
    )


def _message(row: sa.Row[Any]) -> Message:
    return Message(
        id=row.id,
        parent=row.parent,
        role=row.role,
        text=row.text,
        created=row.created.replace(tzinfo=UTC),
        reasoning=row.reasoning,
        attachments=tuple(Attachment(**one) for one in json.loads(row.attachments)),
        provider=row.provider,
        model=row.model,
        status=row.status,
        error=row.error,
        trace_id=row.trace_id,
        left_out=row.left_out,
    )
