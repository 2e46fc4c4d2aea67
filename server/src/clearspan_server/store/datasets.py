"""Datasets: examples by name, and experiments that tell which trace answered which; in the catalog's database."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from clearspan_server.errors import BadInput
from clearspan_server.model.half_characters import read_stored
from clearspan_server.store.catalog import utc_now

MAX_DATASETS = 10_000  # of a project
MAX_ITEMS = 100_000  # of a dataset, and of an experiment

ItemStatus = Literal["active", "archived"]

_METADATA = sa.MetaData()
DATASETS = sa.Table(
    "datasets",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("name", sa.String(500), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),  # JSON, as all below that may hold anything
    sa.Column("input_schema", sa.Text, nullable=False),
    sa.Column("output_schema", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)
ITEMS = sa.Table(
    "dataset_items",
    _METADATA,
    sa.Column("project", sa.String(100), primary_key=True),
    sa.Column("id", sa.String(800), primary_key=True),
    sa.Column("dataset_id", sa.String(32), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("expected", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),
    # Where it was taken from, as the sender names it: ids may be of any form. One with personal data in it is in hex.
    sa.Column("trace_id", sa.String(800), nullable=False),
    sa.Column("span_id", sa.String(800), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)
EXPERIMENTS = sa.Table(
    "experiments",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("dataset_id", sa.String(32), nullable=False),
    sa.Column("name", sa.String(500), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)
ANSWERS = sa.Table(
    "experiment_items",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("project", sa.String(100), nullable=False),
    sa.Column("experiment_id", sa.String(32), nullable=False),
    sa.Column("item_id", sa.String(800), nullable=False),
    sa.Column("trace_id", sa.String(800), nullable=False),
    sa.Column("span_id", sa.String(800), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
)


@dataclass(slots=True, frozen=True)
class Page:
    """Which rows of a list, in order of their creation."""

    offset: int
    limit: int


@dataclass(slots=True, frozen=True, kw_only=True)
class Dataset:
    """A dataset; the schemas are JSON Schema, None where there is none."""

    id: str
    name: str
    description: str
    metadata: object
    input_schema: object
    output_schema: object
    created: datetime
    updated: datetime


@dataclass(slots=True, frozen=True, kw_only=True)
class Item:
    """One example of a dataset; trace and span are where it was taken from, as the sender names them."""

    id: str
    dataset_id: str
    status: ItemStatus
    input: object
    expected: object
    metadata: object
    trace_id: str
    span_id: str
    created: datetime
    updated: datetime


@dataclass(slots=True, frozen=True, kw_only=True)
class Experiment:
    """One pass over a dataset."""

    id: str
    dataset_id: str
    name: str
    description: str
    metadata: object
    created: datetime
    updated: datetime


@dataclass(slots=True, frozen=True, kw_only=True)
class Answer:
    """What answered an example within an experiment: a trace, or one span of it, as the sender names them."""

    id: str
    experiment_id: str
    item_id: str
    trace_id: str
    span_id: str
    created: datetime


class Datasets:
    """The datasets and experiments of all projects; thread-safe."""

    def __init__(self, database: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def put(self, project: str, name: str, said: dict[str, object]) -> Dataset:
        """Keep a dataset under its name; `said` are the fields that are known, and replace those of before.

        Raises:
            BadInput: the project has `MAX_DATASETS`.
        """
        now = self._clock()
        given = {key: _text(key, value) for key, value in said.items()}
        new = {"id": secrets.token_hex(12), "project": project, "name": name, "description": ""}
        new |= {"metadata": "null", "input_schema": "null", "output_schema": "null"}
        one = _by_name(project, name)
        with self._database.begin() as connection:
            added = connection.execute(
                DATASETS.insert().prefix_with("or ignore", dialect="sqlite"),
                {**new, "created": now, "updated": now, **given},
            )
            if added.rowcount:
                _check(connection, DATASETS, DATASETS.c.project == project, MAX_DATASETS)
            else:
                connection.execute(DATASETS.update().where(one).values(updated=now, **given))
            return _dataset(connection.execute(sa.select(DATASETS).where(one)).one())

    def find(self, project: str, name: str) -> Dataset | None:
        """The dataset of a name."""
        return self._first_dataset(_by_name(project, name))

    def of_id(self, project: str, dataset_id: str) -> Dataset | None:
        """The dataset of an id."""
        return self._first_dataset(_one(DATASETS, project, dataset_id))

    def datasets(self, project: str, page: Page) -> tuple[Sequence[Dataset], int]:
        """A page of a project's datasets, the newest first, and how many there are."""
        rows, total = self._page(DATASETS, DATASETS.c.project == project, page)
        return [_dataset(row) for row in rows], total

    def put_item(
        self, project: str, dataset_id: str, item_id: str, said: dict[str, object]
    ) -> Item:
        """Keep an example under its id, "" for a new one; `said` are the fields that are known.

        Raises:
            BadInput: the id is one of another dataset, or the dataset has `MAX_ITEMS`.
        """
        now = self._clock()
        given = {key: _text(key, value) for key, value in said.items()}
        new = {"project": project, "id": item_id or secrets.token_hex(12), "status": "active"}
        new |= {"dataset_id": dataset_id, "trace_id": "", "span_id": ""}
        new |= {"input": "null", "expected": "null", "metadata": "null"}
        one = _one(ITEMS, project, new["id"])
        with self._database.begin() as connection:
            added = connection.execute(
                ITEMS.insert().prefix_with("or ignore", dialect="sqlite"),
                {**new, "created": now, "updated": now, **given},
            )
            if added.rowcount:
                _check(connection, ITEMS, ITEMS.c.dataset_id == dataset_id, MAX_ITEMS)
            else:
                connection.execute(ITEMS.update().where(one).values(updated=now, **given))
            row = connection.execute(sa.select(ITEMS).where(one)).one()
            if row.dataset_id != dataset_id:
                raise BadInput(f"the item {item_id!r} is one of another dataset", value=item_id)
        return _item(row)

    def item(self, project: str, item_id: str) -> Item | None:
        """The example of an id."""
        with self._database.connect() as connection:
            row = connection.execute(
                sa.select(ITEMS).where(_one(ITEMS, project, item_id))
            ).one_or_none()
        return None if row is None else _item(row)

    def items(
        self,
        project: str,
        page: Page,
        *,
        dataset_id: str = "",
        trace_ids: Sequence[str] = (),
        span_ids: Sequence[str] = (),
    ) -> tuple[Sequence[Item], int]:
        """A page of examples, the newest first, and how many there are; "" and none are any."""
        wanted = ITEMS.c.project == project
        for column, values in (
            ("dataset_id", [dataset_id] if dataset_id else []),
            ("trace_id", trace_ids),
            ("span_id", span_ids),
        ):
            wanted &= ITEMS.c[column].in_(values) if values else sa.true()
        rows, total = self._page(ITEMS, wanted, page)
        return [_item(row) for row in rows], total

    def delete_item(self, project: str, item_id: str) -> bool:
        """Delete an example and what answered it; false where there is none."""
        answers = (ANSWERS.c.project == project) & (ANSWERS.c.item_id == item_id)
        with self._database.begin() as connection:
            gone = connection.execute(ITEMS.delete().where(_one(ITEMS, project, item_id)))
            connection.execute(ANSWERS.delete().where(answers))
        return bool(gone.rowcount)

    def answer(
        self,
        project: str,
        item: Item,
        experiment: str,
        said: dict[str, object],
        *,
        trace_id: str,
        span_id: str,
    ) -> tuple[Experiment, Answer]:
        """Keep what answered an example in the experiment of a name, which is made unless it is there; once.

        Raises:
            BadInput: the experiment has `MAX_ITEMS`.
        """
        now = self._clock()
        given = {key: _text(key, value) for key, value in said.items()}
        new = {"id": secrets.token_hex(12), "project": project, "dataset_id": item.dataset_id}
        new |= {"name": experiment, "description": "", "metadata": "null"}
        same = (EXPERIMENTS.c.dataset_id == item.dataset_id) & (EXPERIMENTS.c.name == experiment)
        with self._database.begin() as connection:
            connection.execute(
                EXPERIMENTS.insert().prefix_with("or ignore", dialect="sqlite"),
                {**new, "created": now, "updated": now, **given},
            )
            connection.execute(EXPERIMENTS.update().where(same).values(updated=now, **given))
            run = _experiment(connection.execute(sa.select(EXPERIMENTS).where(same)).one())
            before = _told(connection, run.id, item.id, trace_id, span_id)
            if before is not None:  # sent again
                return run, before
            made = Answer(
                id=secrets.token_hex(12),
                experiment_id=run.id,
                item_id=item.id,
                trace_id=trace_id,
                span_id=span_id,
                created=now,
            )
            row = {name: getattr(made, name) for name in Answer.__slots__}
            connection.execute(ANSWERS.insert(), row | {"project": project})
            _check(connection, ANSWERS, ANSWERS.c.experiment_id == run.id, MAX_ITEMS)
        return run, made

    def experiment(self, project: str, dataset_id: str, name: str) -> Experiment | None:
        """The experiment of a name over a dataset."""
        same = (EXPERIMENTS.c.dataset_id == dataset_id) & (EXPERIMENTS.c.name == name)
        return self._first_experiment((EXPERIMENTS.c.project == project) & same)

    def experiment_of_id(self, project: str, experiment_id: str) -> Experiment | None:
        """The experiment of an id."""
        return self._first_experiment(_one(EXPERIMENTS, project, experiment_id))

    def experiments(
        self, project: str, dataset_id: str, page: Page
    ) -> tuple[Sequence[Experiment], int]:
        """A page of the experiments over a dataset, the newest first, and how many there are."""
        wanted = (EXPERIMENTS.c.project == project) & (EXPERIMENTS.c.dataset_id == dataset_id)
        rows, total = self._page(EXPERIMENTS, wanted, page)
        return [_experiment(row) for row in rows], total

    def answers(self, project: str, experiment_id: str, page: Page) -> tuple[Sequence[Answer], int]:
        """A page of what answered in an experiment, the newest first, and how many there are."""
        wanted = (ANSWERS.c.project == project) & (ANSWERS.c.experiment_id == experiment_id)
        rows, total = self._page(ANSWERS, wanted, page)
        return [_answer(row) for row in rows], total

    def delete_experiment(self, project: str, experiment_id: str) -> None:
        """Delete an experiment; the traces stay."""
        answers = (ANSWERS.c.project == project) & (ANSWERS.c.experiment_id == experiment_id)
        with self._database.begin() as connection:
            connection.execute(ANSWERS.delete().where(answers))
            connection.execute(
                EXPERIMENTS.delete().where(_one(EXPERIMENTS, project, experiment_id))
            )

    def _first_dataset(self, wanted: sa.ColumnElement[bool]) -> Dataset | None:
        with self._database.connect() as connection:
            row = connection.execute(sa.select(DATASETS).where(wanted)).one_or_none()
        return None if row is None else _dataset(row)

    def _first_experiment(self, wanted: sa.ColumnElement[bool]) -> Experiment | None:
        with self._database.connect() as connection:
            row = connection.execute(sa.select(EXPERIMENTS).where(wanted)).one_or_none()
        return None if row is None else _experiment(row)

    def _page(
        self, table: sa.Table, wanted: sa.ColumnElement[bool], page: Page
    ) -> tuple[Sequence[sa.Row[Any]], int]:
        newest = sa.select(table).where(wanted).order_by(table.c.created.desc(), table.c.id)
        with self._database.connect() as connection:
            total = connection.scalar(sa.select(sa.func.count()).select_from(table).where(wanted))
            rows = connection.execute(newest.offset(page.offset).limit(page.limit)).all()
        return rows, total or 0


_PLAIN = frozenset(("description", "status", "trace_id", "span_id"))  # text; all else is JSON


def _text(field: str, value: object) -> str:
    return str(value) if field in _PLAIN else json.dumps(value)


def _one(table: sa.Table, project: str, row_id: str) -> sa.ColumnElement[bool]:
    return (table.c.project == project) & (table.c.id == row_id)


def _told(
    connection: sa.Connection, experiment_id: str, item_id: str, trace_id: str, span_id: str
) -> Answer | None:
    same = (ANSWERS.c.experiment_id == experiment_id) & (ANSWERS.c.item_id == item_id)
    same &= (ANSWERS.c.trace_id == trace_id) & (ANSWERS.c.span_id == span_id)
    row = connection.execute(sa.select(ANSWERS).where(same).limit(1)).one_or_none()
    return None if row is None else _answer(row)


def _by_name(project: str, name: str) -> sa.ColumnElement[bool]:
    return (DATASETS.c.project == project) & (DATASETS.c.name == name)


def _check(
    connection: sa.Connection, table: sa.Table, wanted: sa.ColumnElement[bool], most: int
) -> None:
    counted = sa.select(sa.func.count()).select_from(table).where(wanted)
    if connection.execute(counted).scalar_one() > most:
        raise BadInput(f"there are {most} {table.name.replace('_', ' ')} here, which is the most")


def _dataset(row: sa.Row[Any]) -> Dataset:
    return Dataset(
        id=row.id,
        name=row.name,
        description=row.description,
        metadata=read_stored(row.metadata),
        input_schema=read_stored(row.input_schema),
        output_schema=read_stored(row.output_schema),
        created=row.created.replace(tzinfo=UTC),
        updated=row.updated.replace(tzinfo=UTC),
    )


def _item(row: sa.Row[Any]) -> Item:
    return Item(
        id=row.id,
        dataset_id=row.dataset_id,
        status=row.status,
        input=read_stored(row.input),
        expected=read_stored(row.expected),
        metadata=read_stored(row.metadata),
        trace_id=row.trace_id,
        span_id=row.span_id,
        created=row.created.replace(tzinfo=UTC),
        updated=row.updated.replace(tzinfo=UTC),
    )


def _experiment(row: sa.Row[Any]) -> Experiment:
    return Experiment(
        id=row.id,
        dataset_id=row.dataset_id,
        name=row.name,
        description=row.description,
        metadata=read_stored(row.metadata),
        created=row.created.replace(tzinfo=UTC),
        updated=row.updated.replace(tzinfo=UTC),
    )


def _answer(row: sa.Row[Any]) -> Answer:
    return Answer(
        id=row.id,
        experiment_id=row.experiment_id,
        item_id=row.item_id,
        trace_id=row.trace_id,
        span_id=row.span_id,
        created=row.created.replace(tzinfo=UTC),
    )
