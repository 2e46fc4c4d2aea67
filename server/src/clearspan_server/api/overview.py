"""`GET /overview`: the window in numbers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.agenda import Due
from clearspan_server.api.encode import as_json, money
from clearspan_server.api.narrowing import FilterQuery, narrowing
from clearspan_server.api.origin import origin
from clearspan_server.api.shapes_overview import Bin, ModelRow, Overview, Point, Totals
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import rfc3339
from clearspan_server.query.overview import overview
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["overview"])

_OF_POINT = tuple(name for name in Point.model_fields if name not in ("start", "cost"))


@router.get("/overview", response_model=Overview)
def get_overview(
    asked: Annotated[FilterQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
    agenda: Due,
) -> Response:
    """Throughput, failures, latency, tokens and cost over the window, by time and by model; default the last day.

    The filter asks traces where figures are of traces, and spans where they are of spans.
    """
    found = overview(access.engine, narrowing(asked, access, still, ahead_ns=0), agenda)
    answer = Overview(
        start=rfc3339(found.window.from_ns),
        end=rfc3339(found.window.to_ns),
        step_ns=found.step_ns,
        origin=origin(found.source),
        totals=Totals.model_validate(_priced(found.totals)),
        previous=Totals.model_validate(_priced(found.previous)),
        series=[_point(row) for row in found.series],
        previous_series=[_point(row) for row in found.previous_series],
        models=[ModelRow.model_validate(_priced(row)) for row in found.models],
        latencies=[Bin(low=low, high=high, traces=count) for low, high, count in found.latencies],
        tokens=[Bin(low=low, high=high, traces=count) for low, high, count in found.tokens],
    )
    return as_json(answer)


def _point(row: Row) -> Point:
    plain = {name: row[name] for name in _OF_POINT}
    return Point(**plain, start=rfc3339(row["start_ns"]), cost=money(row["cost"]))


def _priced(row: Row) -> Row:
    return row | {"cost": money(row["cost"])}
