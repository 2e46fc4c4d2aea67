"""Datasets, their items and the runs over them for Langfuse's clients; a run is an experiment here."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from clearspan_server.api.access import read_access, written_project
from clearspan_server.api.langfuse_shapes import (
    MAX_ID_CHARS,
    PageAsked,
    Sent,
    Shape,
    camel,
    missing,
    moment,
    paged,
)
from clearspan_server.api.messages import Json
from clearspan_server.api.privacy import found_as, named_as, without_secrets
from clearspan_server.api.state import State, state_of
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model.langfuse_ids import span_id, trace_id
from clearspan_server.model.pseudonym import spellings
from clearspan_server.model.told_answer import ToldAnswer
from clearspan_server.query.spans import trace_of_span
from clearspan_server.store.datasets import Answer, Dataset, Experiment, Item, Page

router = APIRouter(prefix="/api/public", tags=["Langfuse"], include_in_schema=False)

Name = Annotated[str, Field(min_length=1, max_length=500)]
Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]


class DatasetSent(Sent):
    """A dataset to be kept under its name."""

    name: Name
    description: str | None = Field(default=None, max_length=10_000)
    metadata: Json = None
    input_schema: Json = None
    expected_output_schema: Json = None


class ItemSent(Sent):
    """An example of a dataset; under a known id it replaces what it says."""

    dataset_name: Name
    id: Id | None = None
    input: Json = None
    expected_output: Json = None
    metadata: Json = None
    source_trace_id: Id | None = None
    source_observation_id: Id | None = None
    status: Literal["ACTIVE", "ARCHIVED"] | None = None


class RunItemSent(Sent):
    """What answered an example within a run."""

    run_name: Name
    run_description: str | None = Field(default=None, max_length=10_000)
    metadata: Json = None
    dataset_item_id: Id
    trace_id: Id | None = None
    observation_id: Id | None = None


class ItemsPage(PageAsked):
    """Which examples."""

    dataset_name: str = ""
    source_trace_id: str = ""
    source_observation_id: str = ""


class RunItemsPage(PageAsked):
    """Of which run."""

    dataset_id: str
    run_name: str


@router.post("/datasets", name="post_langfuse_dataset_v1")
@router.post("/v2/datasets")
def post_langfuse_dataset(request: Request, sent: DatasetSent) -> Shape:
    """Keep a dataset; what is not said of one that is known stays."""
    project = written_project(request, "")
    server = state_of(request)
    server.catalog.ensure_project(project)
    said = _said(sent, {"expected_output_schema": "output_schema"}, ("name",))
    made = server.datasets.put(project, sent.name, without_secrets(server, project, said))
    return _dataset(made, project)


@router.get("/v2/datasets")
def get_langfuse_datasets(request: Request, asked: Annotated[PageAsked, Query()]) -> Shape:
    """A page of the project's datasets."""
    project = read_access(request).project
    rows, total = state_of(request).datasets.datasets(project, _page(asked))
    return paged([_dataset(row, project) for row in rows], total, asked)


@router.get("/v2/datasets/{name:path}")
def get_langfuse_dataset(request: Request, name: str) -> Shape:
    """The dataset of a name."""
    project = read_access(request).project
    return _dataset(_found(state_of(request), project, name), project)


@router.post("/dataset-items")
def post_langfuse_item(request: Request, sent: ItemSent) -> Shape:
    """Keep an example of a dataset."""
    project = written_project(request, "")
    server = state_of(request)
    dataset = _found(server, project, sent.dataset_name)
    apart = ("dataset_name", "id", "source_trace_id", "source_observation_id")
    said = _said(sent, {"expected_output": "expected"}, apart)
    if sent.status:
        said["status"] = sent.status.lower()
    clean = without_secrets(server, project, said)
    if sent.source_trace_id:
        clean["trace_id"] = named_as(server, project, sent.source_trace_id, trace_id)
    if sent.source_observation_id:
        clean["span_id"] = named_as(server, project, sent.source_observation_id, span_id)
    item = server.datasets.put_item(project, dataset.id, sent.id or "", clean)
    return _item(item, dataset.name)


@router.get("/dataset-items")
def get_langfuse_items(request: Request, asked: Annotated[ItemsPage, Query()]) -> Shape:
    """A page of examples."""
    project = read_access(request).project
    server = state_of(request)
    dataset = _found(server, project, asked.dataset_name) if asked.dataset_name else None
    rows, total = server.datasets.items(
        project,
        _page(asked),
        dataset_id=dataset.id if dataset else "",
        trace_ids=_named(asked.source_trace_id, trace_id),
        span_ids=_named(asked.source_observation_id, span_id),
    )
    return paged(
        [_item(row, _name_of(server, project, dataset, row)) for row in rows], total, asked
    )


@router.get("/dataset-items/{item_id:path}")
def get_langfuse_item(request: Request, item_id: str) -> Shape:
    """The example of an id."""
    project = read_access(request).project
    server = state_of(request)
    item = _found_item(server, project, item_id)
    return _item(item, _name_of(server, project, None, item))


@router.delete("/dataset-items/{item_id:path}")
def delete_langfuse_item(request: Request, item_id: str) -> Shape:
    """Delete an example, and what answered it in runs; the traces stay."""
    project = written_project(request, "")
    if not state_of(request).datasets.delete_item(project, item_id):
        raise missing("dataset item", item_id, project)
    return {"message": f"the dataset item {item_id} is deleted"}


@router.post("/dataset-run-items")
def post_langfuse_run_item(request: Request, sent: RunItemSent) -> Shape:
    """Say which trace answered an example in a run; the first one makes the run."""
    project = written_project(request, "")
    server = state_of(request)
    item = _found_item(server, project, sent.dataset_item_id)
    if not sent.trace_id and not sent.observation_id:
        raise BadInput("traceId or observationId is missing: what answered the item?")
    said = {"description": sent.run_description, "metadata": sent.metadata}
    said = {name: value for name, value in said.items() if value is not None}
    known = _run_of(server, project, item.dataset_id, sent.run_name)
    run, made = _answer(
        server,
        project,
        item,
        known.name if known else found_as(server, project, sent.run_name),
        without_secrets(server, project, said),
        (sent.trace_id or "", sent.observation_id or ""),
    )
    return _run_item(made, run)


def keep_told_answer(request: Request, told: ToldAnswer) -> None:
    """Keep which trace answered an example of a dataset, as an event among spans told it.

    Raises:
        NotFound: there is no such run or example.
        BadInput: they are of different datasets.
        NotAllowed, NotAuthenticated: the caller may send spans, but change nothing.
    """
    project = written_project(request, "")
    server = state_of(request)
    item = _found_item(server, project, told.item_id)
    run = server.datasets.experiment_of_id(project, told.experiment_id)
    if run is None:
        raise missing("dataset run", told.experiment_id, project)
    if run.dataset_id != item.dataset_id:
        raise BadInput(f"the run {run.name!r} is not over the dataset of the item {item.id!r}")
    _answer(server, project, item, run.name, {}, (told.trace_id, told.span_id))


def _answer(
    server: State,
    project: str,
    item: Item,
    run_name: str,
    said: dict[str, object],
    ids: tuple[str, str],
) -> tuple[Experiment, Answer]:
    """Keep an answer; the ids of its trace and span are as they were sent, "" where they were not."""
    own_trace, own_span = ids
    trace = named_as(server, project, own_trace, trace_id)
    trace = trace or _trace_with(server, project, own_span)
    span = named_as(server, project, own_span, span_id)
    return server.datasets.answer(project, item, run_name, said, trace_id=trace, span_id=span)


@router.get("/dataset-run-items")
def get_langfuse_run_items(request: Request, asked: Annotated[RunItemsPage, Query()]) -> Shape:
    """A page of what answered in a run."""
    project = read_access(request).project
    server = state_of(request)
    run = _run_of(server, project, asked.dataset_id, asked.run_name)
    if run is None:
        raise missing("dataset run", asked.run_name, project)
    rows, total = server.datasets.answers(project, run.id, _page(asked))
    return paged([_run_item(row, run) for row in rows], total, asked)


@router.get("/datasets/{name:path}/runs")
def get_langfuse_runs(request: Request, name: str, asked: Annotated[PageAsked, Query()]) -> Shape:
    """A page of the runs over a dataset."""
    project = read_access(request).project
    server = state_of(request)
    dataset = _found(server, project, name)
    rows, total = server.datasets.experiments(project, dataset.id, _page(asked))
    return paged([_run(row, dataset.name) for row in rows], total, asked)


@router.get("/datasets/{name:path}/runs/{run_name:path}")
def get_langfuse_run(request: Request, name: str, run_name: str) -> Shape:
    """One run with what answered in it, the newest 1 000."""
    access = read_access(request)
    dataset, run = _found_run(request, access.project, name, run_name)
    answers, _ = state_of(request).datasets.answers(access.project, run.id, Page(0, 1_000))
    return {**_run(run, dataset.name), "datasetRunItems": [_run_item(one, run) for one in answers]}


@router.delete("/datasets/{name:path}/runs/{run_name:path}")
def delete_langfuse_run(request: Request, name: str, run_name: str) -> Shape:
    """Delete a run; the traces stay."""
    project = written_project(request, "")
    _, run = _found_run(request, project, name, run_name)
    state_of(request).datasets.delete_experiment(project, run.id)
    return {"message": f"the dataset run {run_name} is deleted"}


def _found(server: State, project: str, name: str) -> Dataset:
    dataset = server.datasets.find(project, name)
    if dataset is None:
        raise missing("dataset", name, project)
    return dataset


def _found_item(server: State, project: str, item_id: str) -> Item:
    item = server.datasets.item(project, item_id)
    if item is None:
        raise missing("dataset item", item_id, project)
    return item


def _found_run(
    request: Request, project: str, name: str, run_name: str
) -> tuple[Dataset, Experiment]:
    server = state_of(request)
    dataset = _found(server, project, name)
    run = _run_of(server, project, dataset.id, run_name)
    if run is None:
        raise missing("dataset run", run_name, project)
    return dataset, run


def _run_of(server: State, project: str, dataset_id: str, name: str) -> Experiment | None:
    """The run of a name, which may hold personal data and is kept under its hash then."""
    for spelling in spellings(name, server.token.encode()):
        run = server.datasets.experiment(project, dataset_id, spelling)
        if run is not None:
            return run
    return None


def _named(own_id: str, in_hex: Callable[[str], str]) -> list[str]:
    """Both names under which a trace or a span may be kept; none of none."""
    return [own_id, in_hex(own_id)] if own_id else []


def _name_of(server: State, project: str, dataset: Dataset | None, item: Item) -> str:
    known = dataset or server.datasets.of_id(project, item.dataset_id)
    return known.name if known else ""


def _trace_with(server: State, project: str, observation_id: str) -> str:
    """The trace of a span; "" while it has not come."""
    try:
        return trace_of_span(server.engine, project, span_id(observation_id))
    except NotFound:
        return ""


def _said(sent: Sent, names: dict[str, str], without: Sequence[str]) -> dict[str, object]:
    """The fields that the body has, under the names of the store."""
    given = sent.model_dump(exclude_none=True, exclude={*without, "status"})
    return {names.get(name, name): value for name, value in given.items()}


def _page(asked: PageAsked) -> Page:
    return Page(asked.offset, asked.limit)


def _dataset(dataset: Dataset, project: str) -> Shape:
    plain = asdict(dataset) | {"project_id": project}
    plain["expected_output_schema"] = plain.pop("output_schema")
    plain["description"] = dataset.description or None
    return _dated(plain)


def _item(item: Item, dataset: str) -> Shape:
    return _dated(
        {
            "id": item.id,
            "status": item.status.upper(),
            "input": item.input,
            "expected_output": item.expected,
            "metadata": item.metadata,
            "source_trace_id": item.trace_id or None,
            "source_observation_id": item.span_id or None,
            "dataset_id": item.dataset_id,
            "dataset_name": dataset,
            "media_references": [],
            "created": item.created,
            "updated": item.updated,
        }
    )


def _run(run: Experiment, dataset: str) -> Shape:
    plain = asdict(run) | {"dataset_name": dataset, "description": run.description or None}
    return _dated(plain)


def _run_item(answer: Answer, run: Experiment) -> Shape:
    return _dated(
        {
            "id": answer.id,
            "dataset_run_id": run.id,
            "dataset_run_name": run.name,
            "dataset_item_id": answer.item_id,
            "trace_id": answer.trace_id,
            "observation_id": answer.span_id or None,
            "created": answer.created,
            "updated": answer.created,
        }
    )


def _dated(fields: Shape) -> Shape:
    """In camel case, with the two moments as Langfuse calls them."""
    created, updated = fields.pop("created"), fields.pop("updated")
    return camel(fields) | {"createdAt": moment(created), "updatedAt": moment(updated)}
