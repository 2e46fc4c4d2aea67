"""What people made beside traces and an erasure must reach: datasets, prompts, views, conversations and more."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from clearspan_server.model.langfuse_ids import trace_id
from clearspan_server.store.conversation_tables import (
    CONVERSATIONS,
    MESSAGES,
    chunks,
    close_gaps,
)
from clearspan_server.store.conversations import first_words
from clearspan_server.store.dashboards import DASHBOARDS, questions
from clearspan_server.store.datasets import ANSWERS, DATASETS, EXPERIMENTS, ITEMS
from clearspan_server.store.notes import BOOKMARKS
from clearspan_server.store.prompts import LABELS, PROMPTS, VERSIONS
from clearspan_server.store.scrub import scrub_database
from clearspan_server.store.shares import SHARES
from clearspan_server.store.targets import TARGETS
from clearspan_server.store.views import VIEWS

Key = tuple[object, ...]  # of a row, without its project


@dataclass(slots=True, frozen=True)
class Kind:
    """A table: where one of the columns `goes` holds a text the row goes, of the others the column is emptied."""

    noun: str
    table: sa.Table
    goes: tuple[str, ...]
    emptied: Mapping[str, str] = field(default_factory=dict)
    asks: Callable[[Mapping[str, object]], str] | None = None  # the filters and queries of a row
    of: tuple[str, ...] = ()  # where one of these is a word that is looked for, the row goes, too

    @property
    def keys(self) -> list[str]:
        return [column.name for column in self.table.primary_key if column.name != "project"]


# A test compares these with the columns that the catalog has.
KINDS = (
    Kind("items", ITEMS, ("id", "input", "expected", "metadata", "trace_id", "span_id")),
    Kind("experiment_items", ANSWERS, ("item_id", "trace_id", "span_id")),
    Kind(
        "datasets",
        DATASETS,
        ("name",),
        {"description": "", "metadata": "null", "input_schema": "null", "output_schema": "null"},
    ),
    Kind("experiments", EXPERIMENTS, ("name",), {"description": "", "metadata": "null"}),
    Kind("prompts", VERSIONS, ("name", "template", "config"), {"message": "", "author": ""}),
    Kind("prompt_labels", LABELS, ("label",)),
    Kind("prompt_tags", PROMPTS, (), {"tags": "[]"}),
    Kind(
        "views",
        VIEWS,
        ("name", "filter", "range", "sort", "columns"),
        asks=lambda row: str(row["filter"]),
    ),
    Kind(
        "dashboards",
        DASHBOARDS,
        ("name", "document"),
        {"author": "", "changed_by": ""},
        asks=lambda row: questions(json.loads(str(row["document"]))),
    ),
    Kind("scrape_targets", TARGETS, ("service", "url")),
    Kind(
        "conversations",
        CONVERSATIONS,
        ("provider", "model"),
        {"title": "", "system": "", "parameters": "{}", "author": ""},
        of=("id", "author"),
    ),
    Kind("messages", MESSAGES, ("text", "reasoning", "attachments", "error", "provider", "model")),
    Kind("bookmark_authors", BOOKMARKS, (), {"author": ""}),
    Kind("share_authors", SHARES, (), {"author": ""}),
)


@dataclass(slots=True)
class Named:
    """The rows of a project that go, and those of which columns are emptied, by what they are."""

    gone: dict[str, set[Key]] = field(default_factory=dict)
    emptied: dict[str, dict[Key, dict[str, str]]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many there are of each."""
        return {
            kind.noun: len(self.gone.get(kind.noun, ())) + len(self.emptied.get(kind.noun, ()))
            for kind in KINDS
        }


class Curated:
    """The catalog's rows of all projects; thread-safe. `told` hears when targets of scraping are gone."""

    def __init__(self, database: sa.Engine, told: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._told = told

    def named(
        self, project: str, trace_ids: Collection[str], texts: Sequence[str], words: Sequence[str]
    ) -> Named:
        """What was made of these traces, or holds one of the texts in any case, or asks for one of the words."""
        found = Named()
        lowered = [text.lower() for text in texts]
        whole = re.compile("|".join(rf"(?<![\w.@-]){re.escape(word)}(?![\w.@-])" for word in words))
        with self._database.connect() as connection:
            for kind in KINDS:
                for row in _rows(connection, kind.table, project):
                    key = tuple(row[name] for name in kind.keys)
                    is_gone = _holds([row[name] for name in kind.goes], lowered)
                    if kind.table in (ITEMS, ANSWERS, MESSAGES):
                        is_gone |= _is_of(str(row["trace_id"]), trace_ids)
                    is_gone |= any(row[name] in words for name in kind.of)
                    if kind.asks is not None and words:
                        is_gone |= whole.search(kind.asks(row)) is not None
                    empty = {
                        name: nothing
                        for name, nothing in kind.emptied.items()
                        if _holds([row[name]], lowered)
                    }
                    if is_gone:
                        found.gone.setdefault(kind.noun, set()).add(key)
                    elif empty:
                        found.emptied.setdefault(kind.noun, {})[key] = empty
            _add_messages(connection, project, found)
            _add_questions(connection, project, found)
        return found

    def erase(self, project: str, found: Named) -> None:
        """Delete and empty it, with what depends on it; nothing of it stays on disk."""
        with self._database.begin() as connection:
            close_gaps(connection, project, {str(one) for (one,) in found.gone.get("messages", ())})
            for kind in KINDS:
                for key in found.gone.get(kind.noun, ()):
                    connection.execute(kind.table.delete().where(_one(kind, project, key)))
                for key, empty in found.emptied.get(kind.noun, {}).items():
                    one = _one(kind, project, key)
                    connection.execute(kind.table.update().where(one).values(**empty))
            _cascade(connection, project)
        scrub_database(self._database)
        if found.gone.get("scrape_targets"):
            self._told()


def _add_messages(connection: sa.Connection, project: str, found: Named) -> None:
    """All that was said in a conversation goes with it."""
    whole = [str(one) for (one,) in sorted(found.gone.get("conversations", ()), key=str)]
    for some in chunks(whole):
        of = MESSAGES.c
        asked = sa.select(of.id).where(of.project == project, of.conversation_id.in_(some))
        found.gone.setdefault("messages", set()).update((one,) for one in connection.scalars(asked))


def _add_questions(connection: sa.Connection, project: str, found: Named) -> None:
    """A question of which every answer goes, goes, too, with the title that is its words: these were recorded."""
    gone = found.gone.get("messages")
    if not gone:
        return
    of = MESSAGES.c
    asked = sa.select(of.id, of.parent).where(of.project == project, of.role == "assistant")
    answers = connection.execute(asked).all()
    kept = {row.parent for row in answers if (row.id,) not in gone}
    gone |= {(row.parent,) for row in answers if (row.id,) in gone and row.parent not in kept}
    titles: set[tuple[object, str]] = set()
    for some in chunks(sorted(str(one) for (one,) in gone)):
        texts = sa.select(of.conversation_id, of.text).where(of.project == project, of.id.in_(some))
        titles |= {
            (row.conversation_id, first_words(row.text)) for row in connection.execute(texts)
        }
    for row in _rows(connection, CONVERSATIONS, project):
        is_gone = (row["id"],) in found.gone.get("conversations", ())
        if (row["id"], row["title"]) in titles and not is_gone:
            emptied = found.emptied.setdefault("conversations", {})
            emptied.setdefault((row["id"],), {})["title"] = ""


def _rows(
    connection: sa.Connection, table: sa.Table, project: str
) -> Iterator[Mapping[str, object]]:
    rows = connection.execute(sa.select(table).where(table.c.project == project))
    for row in rows.mappings():
        yield {str(name): value for name, value in row.items()}


def _one(kind: Kind, project: str, key: Key) -> sa.ColumnElement[bool]:
    wanted = kind.table.c.project == project
    for name, value in zip(kind.keys, key, strict=True):
        wanted &= kind.table.c[name] == value
    return wanted


def _holds(said: Sequence[object], lowered: Sequence[str]) -> bool:
    together = " ".join(str(one) for one in said).lower()
    return any(text in together for text in lowered)


def _cascade(connection: sa.Connection, project: str) -> None:
    """Without their dataset, experiment or item these say nothing; a prompt is its versions."""
    sets = sa.select(DATASETS.c.id).where(DATASETS.c.project == project)
    for table in (ITEMS, EXPERIMENTS):
        orphans = (table.c.project == project) & table.c.dataset_id.not_in(sets)
        connection.execute(table.delete().where(orphans))
    runs = sa.select(EXPERIMENTS.c.id).where(EXPERIMENTS.c.project == project)
    items = sa.select(ITEMS.c.id).where(ITEMS.c.project == project)
    lost = ANSWERS.c.experiment_id.not_in(runs) | ANSWERS.c.item_id.not_in(items)
    connection.execute(ANSWERS.delete().where((ANSWERS.c.project == project) & lost))
    held = sa.select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.project == project)
    lone = (MESSAGES.c.project == project) & MESSAGES.c.conversation_id.not_in(held)
    connection.execute(MESSAGES.delete().where(lone))
    versions = sa.select(VERSIONS.c.version).where(
        (VERSIONS.c.project == LABELS.c.project) & (VERSIONS.c.name == LABELS.c.name)
    )
    pointless = (LABELS.c.project == project) & LABELS.c.version.not_in(versions)
    connection.execute(LABELS.delete().where(pointless))
    names = sa.select(VERSIONS.c.name).where(VERSIONS.c.project == project)
    empty = (PROMPTS.c.project == project) & PROMPTS.c.name.not_in(names)
    connection.execute(PROMPTS.delete().where(empty))


def _is_of(named: str, trace_ids: Collection[str]) -> bool:
    """Whether a trace is one of these, which whoever made the item may call by an id of its own."""
    return named != "" and trace_id(named) in trace_ids
