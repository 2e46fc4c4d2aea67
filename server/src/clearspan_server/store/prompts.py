"""Prompts: each a name with versions, and labels that point at one of them; kept in the catalog's database."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.model.half_characters import read_stored
from clearspan_server.store.catalog import utc_now

MAX_PROMPTS = 10_000  # of a project
MAX_VERSIONS = 10_000  # of a prompt
LATEST = "latest"  # the label that the newest version has by itself

PromptKind = Literal["text", "chat"]

_METADATA = sa.MetaData()
PROMPTS = sa.Table(
    "prompts",
    _METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(500), primary_key=True),
    sa.Column("tags", sa.Text, nullable=False),  # JSON: a list of words
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)
VERSIONS = sa.Table(
    "prompt_versions",
    _METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(500), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("template", sa.Text, nullable=False),  # JSON: a text, or a list of messages
    sa.Column("config", sa.Text, nullable=False),  # JSON
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("author", sa.String(200), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
)
LABELS = sa.Table(
    "prompt_labels",
    _METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(500), primary_key=True),
    sa.Column("label", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
_HEAD = [VERSIONS.c[name] for name in ("version", "kind", "message", "author", "created")]


@dataclass(slots=True, frozen=True, kw_only=True)
class NewVersion:
    """A version that is to be kept; `tags` are the prompt's, None leaves them as they are."""

    name: str
    kind: PromptKind
    template: object  # a text, or a list of messages
    config: object
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    message: str = ""
    author: str = ""


@dataclass(slots=True, frozen=True)
class PromptVersion:
    """One version of a prompt; `labels` are sorted, and those of the newest hold `LATEST`."""

    name: str
    version: int
    kind: PromptKind
    template: object
    config: object
    labels: tuple[str, ...]
    tags: tuple[str, ...]
    message: str
    author: str
    created: datetime


@dataclass(slots=True, frozen=True)
class VersionHead:
    """A version without its text."""

    version: int
    kind: PromptKind
    labels: tuple[str, ...]
    message: str
    author: str
    created: datetime


@dataclass(slots=True, frozen=True)
class PromptHistory:
    """Versions of a prompt, the newest first."""

    name: str
    tags: tuple[str, ...]
    versions: tuple[VersionHead, ...]


@dataclass(slots=True, frozen=True)
class PromptSummary:
    """A prompt in a list; kind and config are of its newest version."""

    name: str
    kind: PromptKind
    config: object
    versions: tuple[int, ...]
    labels: tuple[str, ...]
    tags: tuple[str, ...]
    updated: datetime


@dataclass(slots=True, frozen=True)
class PromptsAsked:
    """Which prompts of a project; "" and None are any."""

    name: str = ""
    label: str = ""
    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""  # each is in the name or in a tag, in any case


class Prompts:
    """The prompts of all projects; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def add(self, project: str, new: NewVersion) -> PromptVersion:
        """Keep the next version of a prompt, the first of one that is not known; its labels leave older versions.

        Raises:
            BadInput: the project has `MAX_PROMPTS`, or the prompt `MAX_VERSIONS`.
        """
        now = self._clock()
        head = {"project": project, "name": new.name, "tags": "[]", "updated": now}
        with self._database.begin() as connection:
            # Writing first takes the database's lock: nobody else finds the same next number.
            added = connection.execute(
                PROMPTS.insert().prefix_with("or ignore", dialect="sqlite"), head
            )
            if added.rowcount:
                _check_count(connection, project)
            one = _named(VERSIONS, project, new.name)
            newest = connection.scalar(sa.select(sa.func.max(VERSIONS.c.version)).where(one)) or 0
            if newest >= MAX_VERSIONS:
                raise BadInput(f"the prompt {new.name!r} has {newest} versions, which is the most")
            row = {"project": project, "name": new.name, "version": newest + 1, "created": now}
            row |= {"kind": new.kind, "message": new.message, "author": new.author}
            row |= {"template": json.dumps(new.template), "config": json.dumps(new.config)}
            connection.execute(VERSIONS.insert(), row)
            changed: dict[str, object] = {"updated": now}
            if new.tags is not None:
                changed["tags"] = json.dumps(new.tags)
            of_prompt = _named(PROMPTS, project, new.name)
            connection.execute(PROMPTS.update().where(of_prompt).values(**changed))
            _point(connection, (project, new.name), newest + 1, new.labels)
            return _read(connection, (project, new.name), newest + 1)

    def find(
        self, project: str, name: str, *, version: int | None = None, label: str = ""
    ) -> PromptVersion | None:
        """The version of a number, else the one with a label; None where there is none."""
        key = (project, name)
        with self._database.connect() as connection:
            found = _number(connection, key, version, label)
            return None if found is None else _read(connection, key, found)

    def history(self, project: str, name: str, limit: int) -> PromptHistory | None:
        """The newest versions of a prompt without their texts, the newest first; None where it is not known."""
        one = _named(VERSIONS, project, name)
        newest = sa.select(*_HEAD).where(one).order_by(VERSIONS.c.version.desc()).limit(limit)
        pointed = sa.select(LABELS.c.version, LABELS.c.label).where(_named(LABELS, project, name))
        with self._database.connect() as connection:
            rows = connection.execute(newest).all()
            labels: defaultdict[int, list[str]] = defaultdict(list)
            for version, label in connection.execute(pointed):
                labels[version].append(label)
            tags = connection.scalar(
                sa.select(PROMPTS.c.tags).where(_named(PROMPTS, project, name))
            )
        if not rows:
            return None
        labels[rows[0].version].append(LATEST)
        versions = tuple(
            VersionHead(
                version=row.version,
                kind=row.kind,
                labels=tuple(sorted(labels[row.version])),
                message=row.message,
                author=row.author,
                created=row.created.replace(tzinfo=UTC),
            )
            for row in rows
        )
        return PromptHistory(name=name, tags=tuple(read_stored(tags or "[]")), versions=versions)

    def tags(self, project: str) -> "list[str]":
        """Every tag of a project's prompts, in their order."""
        asked = sa.select(PROMPTS.c.tags).where(PROMPTS.c.project == project).distinct()
        with self._database.connect() as connection:
            return sorted({tag for tags in connection.scalars(asked) for tag in json.loads(tags)})

    def list(
        self, project: str, asked: PromptsAsked, offset: int, limit: int
    ) -> tuple[list[PromptSummary], int]:
        """A page of a project's prompts in order of their names, and how many there are."""
        wanted = PROMPTS.c.project == project
        if asked.name:
            wanted &= PROMPTS.c.name == asked.name
        if asked.since is not None:
            wanted &= PROMPTS.c.updated >= asked.since
        if asked.until is not None:
            wanted &= PROMPTS.c.updated <= asked.until
        with self._database.connect() as connection:
            heads = connection.execute(
                sa.select(PROMPTS).where(wanted).order_by(PROMPTS.c.name)
            ).all()
            numbers, labels = _numbers(connection, project), _labels(connection, project)
            chosen = [
                head
                for head in heads
                if (not asked.tag or asked.tag in json.loads(head.tags))
                and _has_words(head, asked.words)
                and (not asked.label or asked.label in (*labels.get(head.name, ()), LATEST))
                and head.name in numbers
            ]
            rows = [
                _summary(connection, head, numbers[head.name], labels.get(head.name, ()))
                for head in chosen[offset : offset + limit]
            ]
        return rows, len(chosen)

    def label(
        self, project: str, name: str, version: int, labels: Sequence[str]
    ) -> PromptVersion | None:
        """Give a version labels beside those that it has; they leave other versions. None where there is none."""
        key = (project, name)
        with self._database.begin() as connection:
            of_prompt = _named(PROMPTS, project, name)
            connection.execute(PROMPTS.update().where(of_prompt).values(updated=self._clock()))
            if _number(connection, key, version, "") is None:
                return None
            _point(connection, key, version, labels)
            return _read(connection, key, version)

    def unlabel(self, project: str, name: str, label: str) -> bool:
        """Let a label point at no version; false where it did not."""
        one = _named(LABELS, project, name) & (LABELS.c.label == label)
        with self._database.begin() as connection:
            return bool(connection.execute(LABELS.delete().where(one)).rowcount)

    def delete(
        self, project: str, name: str, *, version: int | None = None, label: str = ""
    ) -> int:
        """Delete the version of a number, or that with a label, or all; how many went."""
        key = (project, name)
        with self._database.begin() as connection:
            gone = _named(VERSIONS, project, name)
            pointers = _named(LABELS, project, name)
            if version is not None or label:
                found = _number(connection, key, version, label)
                gone &= VERSIONS.c.version == found
                pointers &= LABELS.c.version == found
            count = connection.execute(VERSIONS.delete().where(gone)).rowcount
            connection.execute(LABELS.delete().where(pointers))
            left = sa.select(sa.func.count()).where(_named(VERSIONS, project, name))
            if not connection.scalar(left):
                connection.execute(PROMPTS.delete().where(_named(PROMPTS, project, name)))
        return count


_Key = tuple[str, str]  # project, name


def _has_words(head: sa.Row[tuple[object, ...]], words: str) -> bool:
    said = f"{head.name} {' '.join(json.loads(head.tags))}".casefold()
    return all(word in said for word in words.casefold().split())


def _named(table: sa.Table, project: str, name: str) -> sa.ColumnElement[bool]:
    return (table.c.project == project) & (table.c.name == name)


def _check_count(connection: sa.Connection, project: str) -> None:
    counted = sa.select(sa.func.count()).where(PROMPTS.c.project == project)
    if connection.execute(counted).scalar_one() > MAX_PROMPTS:
        raise BadInput(f"project {project!r} has {MAX_PROMPTS} prompts, which is the most")


def _number(connection: sa.Connection, key: _Key, version: int | None, label: str) -> int | None:
    """The number of the version that is asked for, if it is there."""
    asked = sa.select(sa.func.max(VERSIONS.c.version)).where(_named(VERSIONS, *key))
    if version is not None:
        asked = asked.where(VERSIONS.c.version == version)
    elif label != LATEST:
        pointed = _named(LABELS, *key) & (LABELS.c.label == label)
        asked = sa.select(LABELS.c.version).where(pointed)
    found: int | None = connection.scalar(asked)
    return found


def _point(connection: sa.Connection, key: _Key, version: int, labels: Collection[str]) -> None:
    """Let labels point at a version, wherever they pointed before."""
    for label in sorted(set(labels) - {LATEST}):
        one = _named(LABELS, *key) & (LABELS.c.label == label)
        connection.execute(LABELS.delete().where(one))
        row = {"project": key[0], "name": key[1], "label": label, "version": version}
        connection.execute(LABELS.insert(), row)


def _read(connection: sa.Connection, key: _Key, version: int) -> PromptVersion:
    one = _named(VERSIONS, *key) & (VERSIONS.c.version == version)
    row = connection.execute(sa.select(VERSIONS).where(one)).one()
    pointing = _named(LABELS, *key) & (LABELS.c.version == version)
    labels = list(connection.scalars(sa.select(LABELS.c.label).where(pointing)))
    if version == _number(connection, key, None, LATEST):
        labels.append(LATEST)
    tags = connection.scalar(sa.select(PROMPTS.c.tags).where(_named(PROMPTS, *key)))
    return PromptVersion(
        name=row.name,
        version=row.version,
        kind=row.kind,
        template=read_stored(row.template),
        config=read_stored(row.config),
        labels=tuple(sorted(labels)),
        tags=tuple(read_stored(tags or "[]")),
        message=row.message,
        author=row.author,
        created=row.created.replace(tzinfo=UTC),
    )


def _numbers(connection: sa.Connection, project: str) -> Mapping[str, Sequence[int]]:
    """The numbers of the versions of each prompt, in their order."""
    asked = sa.select(VERSIONS.c.name, VERSIONS.c.version).where(VERSIONS.c.project == project)
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name, version in connection.execute(asked.order_by(VERSIONS.c.version)):
        found[name].append(version)
    return found


def _labels(connection: sa.Connection, project: str) -> Mapping[str, Sequence[str]]:
    asked = sa.select(LABELS.c.name, LABELS.c.label).where(LABELS.c.project == project)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, label in connection.execute(asked.order_by(LABELS.c.label)):
        found[name].append(label)
    return found


def _summary(
    connection: sa.Connection,
    head: sa.Row[tuple[object, ...]],
    versions: Sequence[int],
    labels: Sequence[str],
) -> PromptSummary:
    held = head._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    newest = _read(connection, (str(held["project"]), str(held["name"])), versions[-1])
    return PromptSummary(
        name=newest.name,
        kind=newest.kind,
        config=newest.config,
        versions=tuple(versions),
        labels=tuple(sorted({*labels, LATEST})),
        tags=newest.tags,
        updated=held["updated"].replace(tzinfo=UTC),
    )
