"""Sessions and users: what traces add up to; and one page of any groups, sorted by a sum."""

from dataclasses import dataclass

from clearspan_server.errors import NotFound
from clearspan_server.query import SQL
from clearspan_server.query.cursor import TEXT, Cursor, decode
from clearspan_server.query.filter import Clauses, compose
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.page import Page, Paging
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement


@dataclass(slots=True, frozen=True)
class Grouping:
    """A statement that adds up groups (its marks are described at `filter.compose`), and the column that names them."""

    statement: str
    id: str


SESSIONS = Grouping(statement(SQL, "sessions"), id="session_id")
USERS = Grouping(statement(SQL, "users"), id="user_id")

# The columns of sums that are called otherwise than what sorts by them.
_COLUMNS = {
    "last_seen": "last_seen_ns",
    "first_seen": "first_seen_ns",
    "cost": "total_cost",
    "tokens": "total_tokens",
}


def list_groups(engine: Engine, grouping: Grouping, asked: Narrowing, paging: Paging) -> Page:
    """Sessions or users of which a trace starts in the window and passes the filter; their totals are over those.

    Raises:
        BadInput: the filter or the cursor cannot be read.
    """
    clauses = narrowed(engine, "traces", asked, grouping.id)
    return read_groups(engine, grouping, asked.window, clauses, paging)


def read_group(engine: Engine, grouping: Grouping, asked: Narrowing) -> Row:
    """The totals of one session or user: the only id that is asked for.

    Raises:
        NotFound: no trace of it starts in the window and passes the filter.
        BadInput: the filter cannot be read.
    """
    clauses = narrowed(engine, "traces", asked, grouping.id)
    values = clauses.values | asked.window.values() | {"limit": 1}
    rows = engine.query(compose(grouping.statement, clauses), values)
    if not rows:
        [wanted] = asked.ids
        raise NotFound(
            f"no trace with {grouping.id} {wanted!r} in project {asked.project!r}",
            **{grouping.id: wanted},
        )
    return rows[0]


def read_groups(
    engine: Engine, grouping: Grouping, window: Window, clauses: Clauses, paging: Paging
) -> Page:
    """The page of groups; `clauses` bind the project and narrow what is added up.

    Raises:
        BadInput: the cursor is not one of this list.
    """
    order = paging.order((grouping.id,))
    after = Clauses()
    if paging.cursor:
        cursor = decode(paging.cursor, paging.sort, 1, TEXT)
        after = order.after(cursor.value, cursor.ids)
    composed = compose(grouping.statement, clauses, order, after)
    wanted: dict[str, object] = {"limit": paging.limit + 1}
    rows = engine.query(composed, clauses.values | after.values | window.values() | wanted)
    if len(rows) <= paging.limit:
        return Page(rows, None)
    rows = rows[: paging.limit]
    value = rows[-1][_COLUMNS.get(order.measure, order.measure)]
    return Page(rows, Cursor(paging.sort, value, (rows[-1][grouping.id],)).encode())
