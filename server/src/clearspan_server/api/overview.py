"""`GET /overview`: the window in numbers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import money
from clearspan_server.api.shapes import ModelRow, Overview, Point, Totals
from clearspan_server.api.window import WindowQuery, rfc3339, window
from clearspan_server.query.overview import overview
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["overview"])


@router.get("/overview")
def get_overview(
    asked: Annotated[WindowQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> Overview:
    """Throughput, errors, latency, tokens and cost over the window, by time and by model; default the last day."""
    found = overview(access.engine, access.project, window(asked, ahead_ns=0))
    return Overview(
        start=rfc3339(found.window.from_ns),
        end=rfc3339(found.window.to_ns),
        step_ns=found.step_ns,
        totals=Totals.model_validate(_priced(found.totals)),
        previous=Totals.model_validate(_priced(found.previous)),
        series=[_point(row) for row in found.series],
        models=[ModelRow.model_validate(_priced(row)) for row in found.models],
    )


def _point(row: Row) -> Point:
    rest = {name: value for name, value in row.items() if name != "start_ns"}
    return Point.model_validate(_priced(rest) | {"start": rfc3339(row["start_ns"])})


def _priced(row: Row) -> Row:
    return row | {"cost": money(row["cost"])}
