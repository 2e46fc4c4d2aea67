"""`GET /values/{field}`, `/filter/fields` and `/filter/check`: what can be typed into a filter, and what is wrong."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.narrowing import FilterQuery
from clearspan_server.api.shapes import ValueCount, Values
from clearspan_server.api.shapes_filter import FilterCheck, FilterField, FilterFields, FilterProblem
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery, window
from clearspan_server.errors import BadFilter
from clearspan_server.query.fields import FIELDS, PRESENCES
from clearspan_server.query.language import parse
from clearspan_server.query.values import ValueQuestion, list_values

router = APIRouter(prefix="/api/v1", tags=["filter"])


class ValuesQuery(FilterQuery):
    """The letters that the values begin with, and what else the rows must fulfil."""

    key: str = Field(
        default="",
        max_length=500,
        description="Of `attr` and `resource`: the attribute whose values are meant; without, the keys are.",
    )
    prefix: str = Field(default="", max_length=200)


class CheckQuery(ScopeQuery):
    """A filter that somebody is typing."""

    filter: str


@router.get("/values/{field}")
def get_values(
    field: str,
    asked: Annotated[ValuesQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Values:
    """The 50 most frequent values of a field of words, compared without case."""
    question = ValueQuestion(field, asked.key, asked.prefix, asked.filter)
    rows = list_values(access.engine, access.project, window(asked), question, still)
    counts = [ValueCount(value=row["value"], count=row["count"]) for row in rows]
    return Values(field=field, values=counts)


@router.get("/filter/fields")
def get_fields(
    _asked: Annotated[ScopeQuery, Query()], _access: Annotated[ReadAccess, Depends(read_access)]
) -> FilterFields:
    """Every field of the filter language, and what `has:` can ask for beside them."""
    return FilterFields(
        fields=[
            FilterField(
                name=field.name,
                aliases=field.aliases,
                type=field.type,
                of=list(field.of),
                hint=field.hint,
                example=field.example,
                choices=list(field.choices),
            )
            for field in (*FIELDS, *PRESENCES.values())
        ]
    )


@router.get("/filter/check")
def check_filter(
    asked: Annotated[CheckQuery, Query()], _access: Annotated[ReadAccess, Depends(read_access)]
) -> FilterCheck:
    """What every list would say of a filter, without asking for rows."""
    try:
        parse(asked.filter)
    except BadFilter as error:
        told = {"did_you_mean": None, **error.details, "message": error.message}
        return FilterCheck(problem=FilterProblem.model_validate(told))
    return FilterCheck(problem=None)
