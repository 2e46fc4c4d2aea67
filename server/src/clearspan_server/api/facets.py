"""`GET /facets`: which values a list has, and how often."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.narrowing import FilterQuery, narrowing
from clearspan_server.api.shapes_lists import Facet, Facets, FacetValue, Table
from clearspan_server.api.stillness import Still
from clearspan_server.query.facets import facets

router = APIRouter(prefix="/api/v1", tags=["lists"])


class FacetQuery(FilterQuery):
    """Which list, and the fields whose values are counted."""

    of: Table = "traces"
    field: tuple[str, ...] = Field(min_length=1, max_length=20)
    limit: int = Field(default=10, ge=1, le=100)


@router.get("/facets")
def get_facets(
    asked: Annotated[FacetQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Facets:
    """The most frequent values of each field among the traces or spans of a list, with how many of them have it."""
    narrowed = narrowing(asked, access, still)
    found = facets(access.engine, asked.of, narrowed, asked.field, asked.limit)
    return Facets(
        facets=[
            Facet(field=field, values=[FacetValue.model_validate(row) for row in rows])
            for field, rows in zip(asked.field, found, strict=True)
        ]
    )
