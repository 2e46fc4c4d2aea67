"""`GET /rollups`: sums by hour, over any time."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import money
from clearspan_server.api.shapes import RollupGroup, RollupRow, Rollups
from clearspan_server.api.window import WindowQuery, rfc3339, window
from clearspan_server.query.rollups import sums_by_hour
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["rollups"])

_SECOND_NS = 1_000_000_000
_LEVELS = ("p50_ns", "p90_ns", "p95_ns", "p99_ns")
_MONEY = ("input_cost", "output_cost", "cost")


class RollupQuery(WindowQuery):
    """The window, and what to tell apart within an hour."""

    by: RollupGroup = "hour"


@router.get("/rollups")
def get_rollups(
    asked: Annotated[RollupQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> Rollups:
    """Sums by whole hours that touch the window, at most 10 000 rows; some seconds behind the spans."""
    rows = sums_by_hour(access.engine, access.project, window(asked), asked.by)
    return Rollups(by=asked.by, rows=[_row(row) for row in rows])


def _row(row: Row) -> RollupRow:
    spread = {
        f"{name}_{level}": value
        for name in ("latency", "ttft")
        for level, value in zip(_LEVELS, row[f"{name}_quantiles_ns"], strict=True)
    }
    plain = {
        name: value
        for name, value in row.items()
        if name not in ("hour_s", "is_estimated", "latency_quantiles_ns", "ttft_quantiles_ns")
    }
    return RollupRow.model_validate(
        plain
        | spread
        | {name: money(row[name]) for name in _MONEY}
        | {"hour": rfc3339(row["hour_s"] * _SECOND_NS), "estimated": bool(row["is_estimated"])}
    )
