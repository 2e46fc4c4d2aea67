"""`GET /histogram`: when the rows of a list start."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.narrowing import FilterQuery, narrowing
from clearspan_server.api.shapes_lists import Histogram, HistogramPoint, Table
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import rfc3339
from clearspan_server.query.histogram import MAX_BUCKETS, histogram

router = APIRouter(prefix="/api/v1", tags=["lists"])


class HistogramQuery(FilterQuery):
    """Which list, and into how many steps its window is cut at most."""

    of: Table = "traces"
    buckets: int = Field(default=60, ge=1, le=MAX_BUCKETS)


@router.get("/histogram")
def get_histogram(
    asked: Annotated[HistogramQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Histogram:
    """How many traces or spans start when, in steps of whole milliseconds from the window's beginning."""
    found = histogram(access.engine, asked.of, narrowing(asked, access, still), asked.buckets)
    points = [
        HistogramPoint(start=rfc3339(row["start_ns"]), count=row["count"], errors=row["errors"])
        for row in found.points
    ]
    return Histogram(step_ms=found.step_ms, points=points)
