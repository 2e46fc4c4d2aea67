"""The query parameters of a list: filter, sort and page."""

from pydantic import Field

from clearspan_server.api.narrowing import FilterQuery
from clearspan_server.api.shapes import TraceSort
from clearspan_server.query.page import Paging


class ListQuery(FilterQuery):
    """A page of a list of traces or spans."""

    sort: TraceSort = "-start"
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str = Field(default="", description="`next_cursor` of the page before.")

    def paging(self) -> Paging:
        return Paging(sort=self.sort, limit=self.limit, cursor=self.cursor)
