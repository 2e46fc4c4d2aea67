"""`GET /values`: what can be typed into a filter."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.shapes import ValueCount, ValueField, Values
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import WindowQuery, window
from clearspan_server.query.values import list_values

router = APIRouter(prefix="/api/v1", tags=["values"])


class ValuesQuery(WindowQuery):
    """A field, and the letters that its values begin with."""

    field: ValueField
    prefix: str = Field(default="", max_length=200)


@router.get("/values")
def get_values(
    asked: Annotated[ValuesQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Values:
    """The 50 most frequent values of a field, compared without case."""
    rows = list_values(
        access.engine, access.project, window(asked), asked.field, asked.prefix, still
    )
    counts = [ValueCount(value=row["value"], count=row["count"]) for row in rows]
    return Values(field=asked.field, values=counts)
