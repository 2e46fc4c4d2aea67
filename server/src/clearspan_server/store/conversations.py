"""Conversations with models: trees of messages, in the catalog's database."""

import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from clearspan_server.errors import BadInput, Conflict, NotFound
from clearspan_server.model.half_characters import mended
from clearspan_server.store.catalog import utc_now
from clearspan_server.store.conversation_tables import (
    CONVERSATIONS,
    MESSAGES,
    conversation_of,
    head_row,
    messages_of,
    next_place,
    older,
)

MAX_CONVERSATIONS = 100_000  # of a project
_TITLE_CHARS = 60
# An id is the session of traces: letters in place of digits, so that redaction takes it for nobody's number.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")

# What of an answer changes while it is written; of a message, all but what is there for the database alone.
_SAID = ("text", "folded", "reasoning", "status", "error", "size_bytes")
_MESSAGE = sa.select(*(one for one in MESSAGES.c if one.name != "folded"))

Role = Literal["user", "assistant"]
MessageStatus = Literal["answering", "ok", "stopped", "error", "interrupted"]
ContextKind = Literal["all", "turns", "tokens"]


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
class Gone:
    """What a deleted conversation leaves behind: its traces, and when each of its images was last asked with."""

    trace_ids: Collection[str]
    images: Mapping[str, datetime]


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
            columns["parameters"] = _json(parameters)
        if context is not None:
            columns["context"] = _json(asdict(context))
        return cls(mended(columns))


class Conversations:
    """The conversations of all projects; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def list(self, project: str, asked: Asked) -> list[Head]:
        """Conversations of a project, those that changed last first."""
        of, row = CONVERSATIONS.c, MESSAGES.c
        here = (row.project == project) & (row.conversation_id == of.id)  # as of the index
        count = sa.select(sa.func.count()).where(here).scalar_subquery()
        wanted = (of.project == project) & (of.is_archived == asked.is_archived)
        for word in asked.words.casefold().split():
            in_title = sa.func.instr(sa.func.folded(of.title), word) > 0
            said = sa.select(row.id).where(here, sa.func.instr(row.folded, word) > 0)
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

    def message(self, project: str, conversation_id: str, message_id: str) -> Message | None:
        """One message of a conversation, without reading the others; None when there is none."""
        with self._database.connect() as connection:
            return _one_message(connection, project, conversation_id, message_id)

    def traces(self, project: str, conversation_id: str) -> Mapping[str, str] | None:
        """The answer that each trace is, by their ids; None when the project has no such conversation."""
        asked = sa.select(MESSAGES.c.trace_id, MESSAGES.c.id)
        asked = asked.where(messages_of(project, conversation_id)).order_by(MESSAGES.c.place)
        with self._database.connect() as connection:
            if head_row(connection, project, conversation_id) is None:
                return None
            return {row.trace_id: row.id for row in connection.execute(asked) if row.trace_id}

    def create(self, project: str, draft: Draft, author: str) -> Conversation:
        """A new conversation.

        Raises:
            BadInput: the project has as many as it may have.
        """
        now = self._clock()
        row = {"id": _new_id(), "project": project, "created": now, "updated": now}
        row |= {"author": author, "title": draft.title, "is_archived": False, "leaf": ""}
        row |= {"provider": draft.provider, "model": draft.model, "system": draft.system}
        row |= {"parameters": _json(draft.parameters), "context": _json(asdict(draft.context))}
        mended(row)
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
        columns = change.columns
        is_only_looked_at = set(columns) <= {"leaf", "is_archived"}
        moved = {} if is_only_looked_at else {"updated": self._clock()}
        with self._database.begin() as connection:
            if head_row(connection, project, conversation_id) is None:
                return None
            leaf = str(columns.get("leaf", ""))
            if leaf and _one_message(connection, project, conversation_id, leaf) is None:
                raise BadInput(
                    f"no message {leaf!r} is in conversation {conversation_id!r}", field="leaf"
                )
            if columns:
                one = conversation_of(project, conversation_id)
                connection.execute(CONVERSATIONS.update().where(one).values(columns | moved))
            return _find(connection, project, conversation_id)

    def delete(self, project: str, conversation_id: str) -> Gone | None:
        """Delete a conversation; None when the project has none of this id."""
        of_it, row = messages_of(project, conversation_id), MESSAGES.c
        with self._database.begin() as connection:
            if head_row(connection, project, conversation_id) is None:
                return None
            trace_ids = {*connection.scalars(sa.select(row.trace_id).where(of_it))} - {""}
            beside = sa.select(row.created, row.attachments).where(of_it, row.attachments != "[]")
            images = {
                one["media_id"]: message.created.replace(tzinfo=UTC)
                for message in connection.execute(beside.order_by(row.place))
                for one in json.loads(message.attachments)
                if one["media_id"]
            }
            connection.execute(MESSAGES.delete().where(of_it))
            connection.execute(
                CONVERSATIONS.delete().where(conversation_of(project, conversation_id))
            )
        return Gone(trace_ids, images)

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
            head = _head_there(connection, project, conversation_id)
            if question.parent:
                parent = _one_message(connection, project, conversation_id, question.parent)
                if parent is None or parent.role != "assistant":
                    raise no_parent(question.parent, "answer", conversation_id)
                if parent.status == "answering":
                    raise Conflict(f"the answer {parent.id!r} is still being written")
            asked = _whole(replace(question, id=_new_id(), created=self._clock()))
            row = _row(project, conversation_id, asked)
            place = next_place(connection, project, conversation_id, 2, row["size_bytes"])
            connection.execute(MESSAGES.insert(), row | {"place": place})
            columns: dict[str, object] = {"provider": answer.provider, "model": answer.model}
            if not head.title:
                columns["title"] = first_words(asked.text)
            begun = replace(answer, parent=asked.id)
            return asked, self._begin(connection, head, begun, columns, place + 1)

    def answer(self, project: str, conversation_id: str, answer: Message) -> Message:
        """Add an answer that begins, below the question that it names.

        Raises:
            NotFound: the project has no such conversation.
            BadInput: its parent is no question in it, or it is full.
        """
        with self._database.begin() as connection:
            head = _head_there(connection, project, conversation_id)
            parent = _one_message(connection, project, conversation_id, answer.parent)
            if parent is None or parent.role != "user":
                raise no_parent(answer.parent, "question", conversation_id)
            place = next_place(connection, project, conversation_id, 1, 0)
            return self._begin(connection, head, answer, {}, place)

    def _begin(
        self,
        connection: sa.Connection,
        head: sa.Row[Any],
        answer: Message,
        columns: Mapping[str, object],
        place: int,
    ) -> Message:
        now = self._clock()
        begun = replace(answer, id=_new_id(), created=now, status="answering")
        row = _row(head.project, head.id, begun) | {"place": place}
        connection.execute(MESSAGES.insert(), row)
        changed = {**columns, "leaf": begun.id, "updated": now}
        one = conversation_of(head.project, head.id)
        connection.execute(CONVERSATIONS.update().where(one).values(changed))
        return begun

    def save(self, project: str, message: Message) -> bool:
        """Keep what an answer under way has become; false when it has ended, or was deleted meanwhile."""
        row = _row(project, "", message)
        said = {name: row[name] for name in _SAID}
        one = (MESSAGES.c.project == project) & (MESSAGES.c.id == message.id)
        one &= MESSAGES.c.status == "answering"
        changed = MESSAGES.update().where(one).values(**said)
        with self._database.begin() as connection:
            return bool(connection.execute(changed).rowcount)

    def count_older(self, project: str, before: datetime) -> int:
        """How many conversations changed last before a moment."""
        found = sa.select(sa.func.count()).where(*older(project, before))
        with self._database.connect() as connection:
            return int(connection.execute(found).scalar_one())

    def delete_older(self, project: str, before: datetime) -> None:
        """Delete conversations that changed last before a moment."""
        found = sa.select(CONVERSATIONS.c.id).where(*older(project, before))
        of_them = (MESSAGES.c.project == project) & MESSAGES.c.conversation_id.in_(found)
        with self._database.begin() as connection:
            connection.execute(MESSAGES.delete().where(of_them))
            connection.execute(CONVERSATIONS.delete().where(*older(project, before)))

    def interrupt(self) -> int:
        """Say of every answer that was being written that it was interrupted; how many there were."""
        under_way = MESSAGES.c.status == "answering"
        with self._database.begin() as connection:
            done = connection.execute(
                MESSAGES.update().where(under_way).values(status="interrupted")
            )
        return done.rowcount


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


def no_parent(parent: str, what: str, conversation_id: str) -> BadInput:
    """The conversation has no such question or answer."""
    return BadInput(
        f"parent {parent!r} is no {what} in conversation {conversation_id!r}",
        field="parent",
        value=parent,
    )


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


def _head_there(connection: sa.Connection, project: str, conversation_id: str) -> sa.Row[Any]:
    row = head_row(connection, project, conversation_id)
    if row is None:
        raise missing(conversation_id, project)
    return row


def _one_message(
    connection: sa.Connection, project: str, conversation_id: str, message_id: str
) -> Message | None:
    wanted = messages_of(project, conversation_id) & (MESSAGES.c.id == message_id)
    row = connection.execute(_MESSAGE.where(wanted)).one_or_none()
    return None if row is None else _message(row)


def _find(connection: sa.Connection, project: str, conversation_id: str) -> Conversation | None:
    row = head_row(connection, project, conversation_id)
    if row is None:
        return None
    of_it = messages_of(project, conversation_id)
    rows = connection.execute(_MESSAGE.where(of_it).order_by(MESSAGES.c.place)).all()
    return Conversation(
        head=_head(row, len(rows)),
        system=row.system,
        parameters=json.loads(row.parameters),
        context=Context(**json.loads(row.context)),
        leaf=row.leaf,
        messages=[_message(one) for one in rows],
    )


def _json(value: object) -> str:
    """With every letter as it is: an erasure looks for it in any case."""
    return json.dumps(value, ensure_ascii=False)


def _whole(message: Message) -> Message:
    """The message without halves of characters, which no database takes."""
    beside = (Attachment(**mended(asdict(one))) for one in message.attachments)
    said = mended({name: getattr(message, name) for name in ("text", "reasoning", "error")})
    return replace(message, **said, attachments=tuple(beside))


def _row(project: str, conversation_id: str, message: Message) -> dict[str, Any]:
    row = asdict(_whole(message))
    row["attachments"] = _json(row["attachments"])
    texts = (row["text"], row["reasoning"], row["attachments"])
    size_bytes = sum(len(text.encode()) for text in texts)
    of = {"project": project, "conversation_id": conversation_id, "size_bytes": size_bytes}
    return {**row, **of, "folded": row["text"].casefold()}


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
