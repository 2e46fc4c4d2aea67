"""What people made of traces and an erasure must reach: items of datasets, and which trace a run of one led to."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from clearspan_server.model.langfuse_ids import trace_id
from clearspan_server.store.datasets import ANSWERS, ITEMS
from clearspan_server.store.scrub import scrub_database

_TEXTS = (ITEMS.c.input, ITEMS.c.expected, ITEMS.c.metadata)


class Curated:
    """The items of all datasets; thread-safe."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database

    def count(self, project: str, trace_ids: Collection[str], texts: Sequence[str]) -> int:
        """How many items were made of these traces, or hold one of the texts in any case."""
        return len(self._items(project, trace_ids, texts))

    def erase(self, project: str, trace_ids: Collection[str], texts: Sequence[str]) -> None:
        """Delete them, and what says that a run led to one of the traces; nothing of them stays on disk."""
        ids = self._items(project, trace_ids, texts)
        with self._database.begin() as connection:
            for item_id in ids:
                of_item = (ITEMS.c.project == project) & (ITEMS.c.id == item_id)
                connection.execute(ITEMS.delete().where(of_item))
            runs = sa.select(ANSWERS.c.id, ANSWERS.c.trace_id, ANSWERS.c.item_id)
            for row in connection.execute(runs.where(ANSWERS.c.project == project)).all():
                if _is_of(row.trace_id, trace_ids) or row.item_id in ids:
                    connection.execute(ANSWERS.delete().where(ANSWERS.c.id == row.id))
        scrub_database(self._database)

    def _items(self, project: str, trace_ids: Collection[str], texts: Sequence[str]) -> set[str]:
        asked = sa.select(ITEMS.c.id, ITEMS.c.trace_id, *_TEXTS).where(ITEMS.c.project == project)
        with self._database.connect() as connection:
            rows = connection.execute(asked).all()
        lowered = [text.lower() for text in texts]
        return {
            row.id
            for row in rows
            if _is_of(row.trace_id, trace_ids)
            or any(text in f"{row.input} {row.expected} {row.metadata}".lower() for text in lowered)
        }


def _is_of(named: str, trace_ids: Collection[str]) -> bool:
    """Whether a trace is one of these, which whoever made the item may call by an id of its own."""
    return named != "" and trace_id(named) in trace_ids
