"""The whole of a list, page after page: what an export is made of."""

from collections.abc import Iterator, Mapping

from clearspan_server.errors import BadInput
from clearspan_server.query.failures import FAILURES, narrowed_failures
from clearspan_server.query.filter import Clauses, compose, counting
from clearspan_server.query.groups import SESSIONS, USERS, Grouping, read_groups
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.page import Listing, Page, Paging, read_page
from clearspan_server.query.spans import LISTING as SPANS
from clearspan_server.query.traces import LISTING as TRACES
from clearspan_server.store.engine import Engine, Row

MAX_ROWS = 1_000_000
_PAGE_ROWS = 2_000  # a few megabytes with their previews

_LISTINGS: Mapping[str, tuple[Listing, str]] = {
    "traces": (TRACES, "trace_id"),
    "spans": (SPANS, "concat(trace_id, '/', span_id)"),
}
_GROUPINGS: Mapping[str, Grouping] = {"sessions": SESSIONS, "users": USERS, "failures": FAILURES}


def count_rows(engine: Engine, of: str, asked: Narrowing, category: str) -> int:
    """How many rows the list has, of which `category` tells the failures.

    Raises:
        BadInput: the filter cannot be read, or there are more than `MAX_ROWS`.
    """
    count = counted(engine, of, asked, category)
    if count > MAX_ROWS:
        raise BadInput(
            f"more than {MAX_ROWS} {of} are asked for; narrow the window or the filter",
            limit=MAX_ROWS,
        )
    return count


def counted(engine: Engine, of: str, asked: Narrowing, category: str = "") -> int:
    """As `count_rows`; of more than `MAX_ROWS` it tells no more than that.

    Raises:
        BadInput: the filter cannot be read.
    """
    clauses = _clauses(engine, of, asked, category)
    grouping = _GROUPINGS.get(of)
    text = grouping.statement if grouping else _LISTINGS[of][0].rows
    values = clauses.values | asked.window.values() | {"limit": MAX_ROWS + 1}
    [row] = engine.query(counting(compose(text, clauses)), values)
    return int(row["rows"])


def all_pages(
    engine: Engine, of: str, asked: Narrowing, category: str, sort: str
) -> Iterator[list[Row]]:
    """The rows of the list in the order of `sort`; a page is read when it is asked for.

    Raises:
        BadInput: the filter cannot be read.
    """
    cursor: str | None = ""
    while cursor is not None:
        page = one_page(engine, of, asked, category, Paging(sort, _PAGE_ROWS, cursor))
        yield page.rows
        cursor = page.next_cursor


def one_page(engine: Engine, of: str, asked: Narrowing, category: str, paging: Paging) -> Page:
    """A page of the list.

    Raises:
        BadInput: the filter or the cursor cannot be read.
    """
    return _page(engine, of, asked, _clauses(engine, of, asked, category), paging)


def _clauses(engine: Engine, of: str, asked: Narrowing, category: str) -> Clauses:
    if of == "failures":
        return narrowed_failures(engine, category, asked)
    if of in _GROUPINGS:
        return narrowed(engine, "traces", asked, _GROUPINGS[of].id)
    return narrowed(engine, of, asked, _LISTINGS[of][1])


def _page(engine: Engine, of: str, asked: Narrowing, clauses: Clauses, paging: Paging) -> Page:
    if of in _GROUPINGS:
        return read_groups(engine, _GROUPINGS[of], asked.window, clauses, paging)
    return read_page(engine, _LISTINGS[of][0], asked.window, clauses, paging)
