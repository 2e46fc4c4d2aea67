"""`GET /export`: a whole list as a file, streamed."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, get_args

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import span_row, trace_row
from clearspan_server.api.export_formats import FORMATS, Format
from clearspan_server.api.export_otlp import MEDIA_TYPE, OTLP, lines
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
from clearspan_server.query.exporting import all_pages, count_rows, counted, one_page
from clearspan_server.query.filter import Stillness
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.page import Paging
from clearspan_server.query.traces import state_of
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["lists"])

MOST_OF_A_PAGE = 2_000
MAX_S = 1_800.0  # a reader that is slower has left, or would better ask for less
_THREADS = anyio.CapacityLimiter(2)  # exports wait for each other, and pages for neither

List = Literal["traces", "spans", "sessions", "users", "failures"]
FormatName = Literal["csv", "json", "jsonl", "markdown", "otlp"]


Piece = str | bytes
_Encode = Callable[[Sequence[Row]], Iterable[Shape]]  # a page of the list


class ExportQuery(FilterQuery):
    """Which list, in which form, and what of it."""

    of: List = "traces"
    format: FormatName = "csv"
    sort: str = Field(default="", max_length=40, description="As of the list; empty for its own.")
    fields: str = Field(default="", max_length=2_000, description=FIELDS)
    category: FailureCategory = "failed"
    limit: int = Field(
        default=0,
        ge=0,
        le=MOST_OF_A_PAGE,
        description="Only so many rows; the header `clearspan-cursor` says where to go on, and is missing at the end.",
    )
    cursor: str = Field(
        default="",
        max_length=2_000,
        description="Where to go on: with `limit`, the rest of the file.",
    )
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
    Markdown, nothing that was recorded is markup. OTLP is whole traces, in the JSON lines of OpenTelemetry's file
    exporter: what receives them stores the same spans.

    With `limit` a file comes in as many requests as the reader likes, without an end to its rows: the answers one after
    the other are the file. `clearspan-page-rows` says how many rows one has. Where new spans arrive, sort by `start`
    (sums by `first_seen`), and name the end of the window: such rows stay where they are.
    """
    kind = _KINDS[asked.of]
    sort = asked.sort or kind.sorts[0]
    if sort not in kind.sorts:
        raise BadInput(f"sort: {asked.of} are not sorted by {sort!r}", field="sort", value=sort)
    if asked.format == "otlp" and asked.of != "traces":
        message = f"format: otlp is of whole traces, not of {asked.of}"
        raise BadInput(message, field="format", value=asked.format)
    if asked.cursor and not asked.limit:
        raise BadInput("cursor goes with limit", field="cursor")
    fields = chosen_fields(asked.fields, kind.shape, kind.ids) or list(kind.shape.model_fields)
    wanted = Narrowing(access.project, window(asked), asked.filter, still, asked.id)
    if not asked.limit:
        every = count_rows(access.engine, asked.of, wanted, asked.category)
        pages = all_pages(access.engine, asked.of, wanted, asked.category, sort)
        return _answer(asked, access, _Part(pages, every), fields, still)
    count = None if asked.cursor else counted(access.engine, asked.of, wanted, asked.category)
    paging = Paging(sort, asked.limit, asked.cursor)
    page = one_page(access.engine, asked.of, wanted, asked.category, paging)
    part = _Part(iter([page.rows]), count, len(page.rows), not asked.cursor, page.next_cursor)
    return _answer(asked, access, part, fields, still)


@dataclass(slots=True, frozen=True)
class _Part:
    """Of a file the pages that one answer has; how many rows file and answer have, where it begins and goes on."""

    pages: Iterator[list[Row]]
    count: int | None
    rows: int | None = None
    is_first: bool = True
    next_cursor: str | None = None


def _answer(
    asked: ExportQuery, access: ReadAccess, part: _Part, fields: Sequence[str], still: Stillness
) -> StreamingResponse:
    pages = _while_allowed(part.pages, access)
    pieces: Iterator[Piece]
    if asked.format == "otlp":
        media_type, suffix = MEDIA_TYPE, OTLP
        pieces = _in_time(lines(access, pages))
    else:
        form = FORMATS[asked.format]
        media_type, suffix = form.media_type, form.suffix
        encode = _encoder(asked.of, access, still, asked.category)
        pieces = _in_time(_pieces(form, fields, replace(part, pages=pages), encode))
    said = {
        "clearspan-rows": part.count,
        "clearspan-page-rows": part.rows,
        "clearspan-cursor": part.next_cursor,
    }
    named = {"content-disposition": f'attachment; filename="{asked.of}.{suffix}"'}
    headers = named | {name: str(value) for name, value in said.items() if value is not None}
    return StreamingResponse(_in_threads(pieces), media_type=media_type, headers=headers)


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


def _pieces(form: Format, fields: Sequence[str], part: _Part, encode: _Encode) -> Iterator[str]:
    """The file, or a part of it, a page of the list at a time."""
    include = set(fields)
    if part.is_first:
        yield form.head(fields)
    between = "" if part.is_first else form.between
    for rows in part.pages:
        if rows:
            encoded = [row.model_dump(include=include) for row in encode(rows)]
            yield between + form.page(fields, encoded)
            between = form.between
    if part.next_cursor is None:
        yield form.end


def _in_time(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces of a file.

    Raises:
        TimeoutError: the whole of it took too long; the reader sees that it breaks off.
    """
    due_s = time.monotonic() + MAX_S
    for piece in pieces:
        if time.monotonic() > due_s:
            raise TimeoutError(f"an export took longer than {MAX_S:g} s")
        yield piece


async def _in_threads(pieces: Iterator[Piece]) -> AsyncIterator[Piece]:
    """The pieces as they are read; who leaves is noticed between two of them, and the rest is never read."""
    while (
        piece := await anyio.to_thread.run_sync(next, pieces, None, limiter=_THREADS)
    ) is not None:
        yield piece
