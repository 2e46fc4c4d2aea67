"""`GET /cost`: what the window cost, and on what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.agenda import Due
from clearspan_server.api.encode import as_json, money
from clearspan_server.api.narrowing import FilterQuery, narrowing
from clearspan_server.api.origin import origin
from clearspan_server.api.shapes_cost import (
    CacheSavings,
    CostBefore,
    CostFigures,
    CostGroup,
    CostLine,
    CostReport,
    CostRow,
    CostUnits,
    UnpricedModel,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import rfc3339
from clearspan_server.query.cost import cost_report
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["cost"])


class CostQuery(FilterQuery):
    """The window, a filter within it, and by what its cost is told apart."""

    by: CostGroup = "model"


@router.get("/cost", response_model=CostReport)
def get_cost(
    asked: Annotated[CostQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
    agenda: Due,
) -> Response:
    """The cost of the window by a dimension: over time, in a table and by the trace; default the last day.

    The filter asks spans, and traces for what a trace, a user or a session costs.
    """
    narrowed = narrowing(asked, access, still, ahead_ns=0)
    found = cost_report(access.engine, narrowed, asked.by, agenda)
    answer = CostReport(
        by=asked.by,
        start=rfc3339(found.window.from_ns),
        end=rfc3339(found.window.to_ns),
        step_ns=found.step_ns,
        origin=origin(found.source),
        estimated=found.estimated,
        totals=CostFigures.model_validate(_priced(found.totals)),
        previous=CostBefore.model_validate(_priced(found.previous)),
        units=CostUnits.model_validate(_priced(found.units)),
        previous_units=CostUnits.model_validate(_priced(found.previous_units)),
        starts=[rfc3339(start_ns) for start_ns in found.starts_ns],
        lines=[
            CostLine(
                value=row["value"], detail=row["detail"], costs=[money(cost) for cost in costs]
            )
            for row, costs in zip(found.rows, found.lines, strict=False)
        ],
        others=[money(cost) for cost in found.others],
        rows=[CostRow.model_validate(_priced(row)) for row in found.rows],
        value_count=found.value_count,
        unpriced=[UnpricedModel.model_validate(row) for row in found.unpriced],
        savings=CacheSavings(saved=money(found.saved), unknown_tokens=found.unsaved_tokens),
    )
    return as_json(answer)


def _priced(row: Row) -> Row:
    """Money as text, wherever a name says that it is."""
    return {
        name: money(value) if "cost" in name and value is not None else value
        for name, value in row.items()
    }
