"""`GET /series`: one measure over time, told apart by a field."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.agenda import Due
from clearspan_server.api.encode import as_json
from clearspan_server.api.narrowing import FilterQuery, narrowing
from clearspan_server.api.origin import origin
from clearspan_server.api.shapes_series import (
    MeasureInfo,
    MeasureName,
    Series,
    SeriesChoices,
    SeriesLine,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.query.series import (
    MAX_SPLIT_CHARS,
    MAX_TOP,
    MEASURES,
    SeriesOf,
    SeriesQuestion,
    series,
    splits,
)

router = APIRouter(prefix="/api/v1", tags=["dashboards"])

_ROWS: tuple[SeriesOf, ...] = ("spans", "traces")


class SeriesQuery(FilterQuery):
    """The window, a filter within it, what is measured of which rows, and by what they are told apart."""

    of: SeriesOf = "traces"
    measure: MeasureName = "count"
    split: str = Field(
        default="",
        max_length=MAX_SPLIT_CHARS,
        description='A field of the filter language, or `attr["key"]`: a line for each of its largest values.',
    )
    top: int = Field(default=8, ge=1, le=MAX_TOP, description="How many values have a line.")


@router.get("/series", response_model=Series)
def get_series(
    asked: Annotated[SeriesQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
    agenda: Due,
) -> Response:
    """A measure of the traces or spans that pass a filter, in steps of the window; default the last day.

    Values with the most of what is added up have lines of their own, of anything else those that are most frequent.
    """
    question = SeriesQuestion(asked.of, asked.measure, asked.split.strip(), asked.top)
    found = series(access.engine, narrowing(asked, access, still, ahead_ns=0), question, agenda)
    answer = Series(
        start=rfc3339(found.window.from_ns),
        end=rfc3339(found.window.to_ns),
        step_ns=found.step_ns,
        starts=[rfc3339(start_ns) for start_ns in found.starts_ns],
        origin=origin(found.source),
        unit=found.unit,
        estimated=found.estimated,
        lines=[
            SeriesLine(value=one.value, is_others=one.is_others, total=one.total, points=one.points)
            for one in found.lines
        ],
        value_count=found.value_count,
        truncated=found.value_count > asked.top,
    )
    return as_json(answer)


@router.get("/series/choices")
def get_series_choices(
    _asked: Annotated[ScopeQuery, Query()],
    _access: Annotated[ReadAccess, Depends(read_access)],
) -> SeriesChoices:
    """The measures that there are, and the fields that tell rows apart."""
    return SeriesChoices(
        measures=[
            MeasureInfo.model_validate(
                {
                    "name": name,
                    "unit": one.unit,
                    "of": [of for of in _ROWS if (one.spans if of == "spans" else one.traces)],
                    "is_sum": one.is_sum,
                }
            )
            for name, one in MEASURES.items()
        ],
        splits_of_spans=splits("spans"),
        splits_of_traces=splits("traces"),
    )
