"""`GET /export`: a whole list as a file, streamed."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import span_row, trace_row
from clearspan_server.api.export_formats import FORMATS, Format
from clearspan_server.api.failures import failure_row
from clearspan_server.api.fields import FIELDS, chosen_fields
from clearspan_server.api.groups import group_row
from clearspan_server.api.judged import judged_spans, said_of_traces
from clearspan_server.api.narrowing import FilterQuery
from clearspan_server.api.shapes import ListedSpan, Shape, TraceRow, TraceSort
from clearspan_server.api.shapes_lists import (
    FailureCategory,
    FailureRow,
    FailureSort,
    SessionRow,
    SessionSort,
    UserRow,
    UserSort,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import window
from clearspan_server.errors import BadInput
from clearspan_server.query.exporting import all_pages, count_rows
from clearspan_server.query.filter import Stillness
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.traces import state_of
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["lists"])

MAX_S = 1_800.0  # a reader that is slower has left, or would better ask for less
_THREADS = anyio.CapacityLimiter(2)  # exports wait for each other, and pages for neither

List = Literal["traces", "spans", "sessions", "users", "failures"]
FormatName = Literal["csv", "json", "jsonl", "markdown"]


_Encode = Callable[[Sequence[Row]], Iterable[Shape]]  # a page of the list


class ExportQuery(FilterQuery):
    """Which list, in which form, and what of it."""

    of: List = "traces"
    format: FormatName = "csv"
    sort: str = Field(default="", max_length=40, description="As of the list; empty for its own.")
    fields: str = Field(default="", max_length=2_000, description=FIELDS)
    category: FailureCategory = "failed"
    id: tuple[Annotated[str, Field(max_length=20_000)], ...] = Field(
        default=(),
        max_length=1_000,
        description="Of the list only these rows; a span's id is `trace_id/span_id`.",
    )


@dataclass(slots=True, frozen=True)
class _Kind:
    """One of the lists: its row, the ids of a row, and its sorts, the usual one first."""

    shape: type[Shape]
    ids: tuple[str, ...]
    sorts: tuple[str, ...]


_KINDS: Mapping[str, _Kind] = {
    "traces": _Kind(TraceRow, ("trace_id",), get_args(TraceSort)),
    "spans": _Kind(ListedSpan, ("trace_id", "span_id"), get_args(TraceSort)),
    "sessions": _Kind(SessionRow, ("session_id",), get_args(SessionSort)),
    "users": _Kind(UserRow, ("user_id",), get_args(UserSort)),
    "failures": _Kind(FailureRow, ("fingerprint",), get_args(FailureSort)),
}


@router.get("/export", response_class=StreamingResponse)
def get_export(
    asked: Annotated[ExportQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> StreamingResponse:
    """The whole of a list as a file, at most a million rows; the header `clearspan-rows` says how many are coming.

    In CSV, a cell that a spreadsheet would take for a formula begins with an apostrophe, and lists are JSON; in
    Markdown, nothing that was recorded is markup.
    """
    kind = _KINDS[asked.of]
    sort = asked.sort or kind.sorts[0]
    if sort not in kind.sorts:
        raise BadInput(f"sort: {asked.of} are not sorted by {sort!r}", field="sort", value=sort)
    fields = chosen_fields(asked.fields, kind.shape, kind.ids) or list(kind.shape.model_fields)
    wanted = Narrowing(access.project, window(asked), asked.filter, still, asked.id)
    count = count_rows(access.engine, asked.of, wanted, asked.category)
    pages = all_pages(access.engine, asked.of, wanted, asked.category, sort)
    form = FORMATS[asked.format]
    encode = _encoder(asked.of, access, still, asked.category)
    return StreamingResponse(
        _in_threads(_pieces(form, fields, _while_allowed(pages, access), encode)),
        media_type=form.media_type,
        headers={
            "clearspan-rows": str(count),
            "content-disposition": f'attachment; filename="{asked.of}.{form.suffix}"',
        },
    )


def _while_allowed(pages: Iterator[list[Row]], access: ReadAccess) -> Iterator[list[Row]]:
    """The pages, as long as they may be read: who was sent away gets no more of them.

    Raises:
        PermissionError: the credential has ended; the reader sees that the file breaks off.
    """
    for rows in pages:
        if not access.holds():
            raise PermissionError("the credential of an export has ended")
        yield rows


def _encoder(of: str, access: ReadAccess, still: Stillness, category: FailureCategory) -> _Encode:
    encoders: Mapping[str, _Encode] = {
        "traces": lambda rows: [
            trace_row(row, state_of(row, still), said)
            for row, said in zip(rows, said_of_traces(access, rows), strict=True)
        ],
        "spans": lambda rows: map(span_row, rows, judged_spans(access, rows)),
        "sessions": lambda rows: [group_row(SessionRow, row) for row in rows],
        "users": lambda rows: [group_row(UserRow, row) for row in rows],
        "failures": lambda rows: [failure_row(row, category) for row in rows],
    }
    return encoders[of]


def _pieces(
    form: Format,
    fields: Sequence[str],
    pages: Iterator[list[Row]],
    encode: _Encode,
) -> Iterator[str]:
    """The file, a page of the list at a time.

    Raises:
        TimeoutError: the whole of it took too long; the reader sees that it breaks off.
    """
    due_s = time.monotonic() + MAX_S
    include = set(fields)
    yield form.head(fields)
    between = ""
    for rows in pages:
        if time.monotonic() > due_s:
            raise TimeoutError(f"an export took longer than {MAX_S:g} s")
        if rows:
            encoded = [row.model_dump(include=include) for row in encode(rows)]
            yield between + form.page(fields, encoded)
            between = form.between
    yield form.end


async def _in_threads(pieces: Iterator[str]) -> AsyncIterator[str]:
    """The pieces as they are read; who leaves is noticed between two of them, and the rest is never read."""
    while (
        piece := await anyio.to_thread.run_sync(next, pieces, None, limiter=_THREADS)
    ) is not None:
        yield piece
