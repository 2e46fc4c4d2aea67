"""One page of a list: the window is read slice by slice until the page is full."""

from dataclasses import dataclass, replace
from decimal import Decimal

from clearspan_server.query.cursor import Cursor, decode
from clearspan_server.query.filter import Clauses, Order, compose
from clearspan_server.query.window import Window, slices
from clearspan_server.store.engine import Engine, Row


@dataclass(slots=True, frozen=True)
class Paging:
    """Which page: `sort` as `-start` or `cost` (a minus is descending), rows a page, where the last one ended."""

    sort: str = "-start"
    limit: int = 50
    cursor: str = ""

    def order(self, ids: tuple[str, ...]) -> Order:
        return Order(self.sort.removeprefix("-"), self.sort.startswith("-"), ids)


@dataclass(slots=True, frozen=True)
class Page:
    """Rows in the order asked for."""

    rows: list[Row]
    next_cursor: str | None  # None on the last page


@dataclass(slots=True, frozen=True)
class Listing:
    """A statement that lists something: its marks are described at `filter.compose`."""

    statement: str
    ids: tuple[str, ...]  # columns that tell one row from another


def read_page(
    engine: Engine, listing: Listing, window: Window, clauses: Clauses, paging: Paging
) -> Page:
    """The page of a listing; `clauses` bind the project.

    Raises:
        BadInput: the cursor is not one of this list.
    """
    order = paging.order(listing.ids)
    by_start = order.measure == "start"
    if paging.cursor:
        cursor = decode(paging.cursor, paging.sort, len(listing.ids))
        clauses = clauses.and_(order.after(cursor.value, cursor.ids))
        if by_start and isinstance(cursor.value, int):
            window = _rest(window, cursor.value, order)
    statement = compose(listing.statement, clauses, order)
    parts = slices(window, newest_first=order.descending) if by_start else iter([window])
    rows: list[Row] = []
    for part in parts:
        wanted: dict[str, object] = {"limit": paging.limit + 1 - len(rows)}
        rows += engine.query(statement, clauses.values | part.values() | wanted)
        if len(rows) > paging.limit:
            break
    if len(rows) <= paging.limit:
        return Page(rows, None)
    rows = rows[: paging.limit]
    return Page(rows, _cursor(rows[-1], paging.sort, order).encode())


def _rest(window: Window, start_ns: int, order: Order) -> Window:
    if order.descending:
        return replace(window, to_ns=min(window.to_ns, start_ns + 1))
    return replace(window, from_ns=max(window.from_ns, start_ns))


def _cursor(row: Row, sort: str, order: Order) -> Cursor:
    return Cursor(sort, _measured(row, order.measure), tuple(row[name] for name in order.ids))


def _measured(row: Row, measure: str) -> int | Decimal | None:
    if measure == "duration":
        return None if row["end_ns"] is None else int(row["end_ns"] - row["start_ns"])
    value: int | Decimal | None = row[
        {"start": "start_ns", "cost": "total_cost", "tokens": "total_tokens"}[measure]
    ]
    return value
