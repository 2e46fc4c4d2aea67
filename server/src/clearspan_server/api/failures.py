"""`GET /failures`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.fields import as_page, chosen_fields
from clearspan_server.api.narrowing import PageQuery, narrowing
from clearspan_server.api.shapes_lists import (
    FailureCategory,
    FailureList,
    FailureRow,
    FailureSort,
    SpanId,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import rfc3339
from clearspan_server.query.failures import list_failures
from clearspan_server.query.page import Paging
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["failures"])


class FailureQuery(PageQuery):
    """A page of failures of one category."""

    category: FailureCategory = "failed"
    sort: FailureSort = "-count"


@router.get("/failures", response_model=FailureList)
def get_failures(
    asked: Annotated[FailureQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """Spans that went wrong in the window, grouped by fingerprint: error class and type, name, and message.

    The filter asks the spans. Numbers, identifiers and quoted texts within a message do not tell failures apart.
    Slow is what took over a second and longer than 95 % of the window's spans of the same kind and name.
    """
    fields = chosen_fields(asked.fields, FailureRow, ("fingerprint",))
    paging = Paging(asked.sort, asked.limit, asked.cursor)
    page = list_failures(access.engine, asked.category, narrowing(asked, access, still), paging)
    rows = [failure_row(row, asked.category) for row in page.rows]
    return as_page("failures", rows, page.next_cursor, fields)


def failure_row(row: Row, category: FailureCategory) -> FailureRow:
    """A group of failures as JSON."""
    trace_id, span_id = row["example"]
    said = {
        "category": category,
        "first_seen": rfc3339(row["first_seen_ns"]),
        "last_seen": rfc3339(row["last_seen_ns"]),
        "example": SpanId(trace_id=trace_id, span_id=span_id),
    }
    plain = {name: row[name] for name in FailureRow.model_fields if name not in said}
    return FailureRow.model_validate(plain | said)
