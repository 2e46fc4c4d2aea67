"""The query parameters of a list of traces or spans."""

from clearspan_server.api.narrowing import PageQuery
from clearspan_server.api.shapes import TraceSort
from clearspan_server.query.page import Paging


class ListQuery(PageQuery):
    """A page of a list of traces or spans."""

    sort: TraceSort = "-start"

    def paging(self) -> Paging:
        return Paging(sort=self.sort, limit=self.limit, cursor=self.cursor)
