"""The query parameters of lists of groups, histogram and facets: window, filter and page."""

from pydantic import Field

from clearspan_server.api.access import ReadAccess
from clearspan_server.api.fields import FIELDS
from clearspan_server.api.window import WindowQuery, window
from clearspan_server.query.filter import Stillness
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.window import HOUR_NS

FILTER = 'What rows must fulfil, in the filter language (docs/filter.md): `kind:llm cost>0.05 "refund policy"`.'


class FilterQuery(WindowQuery):
    """A window, and a filter within it."""

    filter: str = Field(default="", description=FILTER)


class PageQuery(FilterQuery):
    """A page of a list."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: str = Field(default="", description="`next_cursor` of the page before.")
    fields: str = Field(default="", max_length=2_000, description=FIELDS)


def narrowing(
    asked: FilterQuery, access: ReadAccess, still: Stillness, *, ahead_ns: int = HOUR_NS
) -> Narrowing:
    """What is asked for, in the units of the store; without an end the window ends `ahead_ns` from now."""
    framed = window(asked, ahead_ns=ahead_ns)
    return Narrowing(access.project, framed, asked.filter, still)
