"""Sessions and users: what traces add up to; and one page of any groups, sorted by a sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearspan_server.errors import NotFound
from clearspan_server.query import SQL
from clearspan_server.query.cursor import TEXT, Cursor, decode
from clearspan_server.query.filter import MEASURES, Clauses, compose, only
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.query.page import Page, Paging
from clearspan_server.query.window import HOUR_NS, Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement


@dataclass(slots=True, frozen=True)
class Grouping:
    """A statement that adds up groups (its marks are described at `filter.compose`), and the column that names them.

    With `keys_first` it is asked which groups are on the page, from as little as tells it, before these are added up:
    that pays where a sum is of texts, or most groups are on no page.
    """

    statement: str
    id: str
    keys_first: bool = False


SESSIONS = Grouping(statement(SQL, "sessions"), id="session_id", keys_first=True)
USERS = Grouping(statement(SQL, "users"), id="user_id", keys_first=True)

_ENDS_NS = (2 * HOUR_NS, 24 * HOUR_NS)


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
    cursor = decode(paging.cursor, paging.sort, 1, TEXT) if paging.cursor else None
    after = order.after(cursor.value, cursor.ids) if cursor else Clauses()
    asked = compose(grouping.statement, clauses, order, after)
    parts = [window]
    if grouping.keys_first:
        asked = only(asked, grouping.id, order)
        parts = list(_parts(window, paging.sort, cursor))
    found: list[Row] = []
    for part in parts:
        wanted = after.values | part.values() | {"limit": paging.limit + 1}
        found = engine.query(asked, clauses.values | wanted)
        if len(found) > paging.limit:
            break
    next_cursor = None
    if len(found) > paging.limit:
        found = found[: paging.limit]
        value = found[-1][MEASURES[order.measure].expression]
        next_cursor = Cursor(paging.sort, value, (found[-1][grouping.id],)).encode()
    if grouping.keys_first and found:
        totals = _totals(engine, grouping, window, clauses, [row[grouping.id] for row in found])
        found = [totals[row[grouping.id]] for row in found if row[grouping.id] in totals]
    return Page(found, next_cursor)


def _parts(window: Window, sort: str, cursor: Cursor | None) -> Iterator[Window]:
    """Ever longer ends of the window: the groups seen last are those of its last hours."""
    if sort == "-last_seen":
        newest_ns = window.to_ns
        if cursor is not None and isinstance(cursor.value, int):
            newest_ns = min(newest_ns, cursor.value)
        for width_ns in _ENDS_NS:
            if window.from_ns < newest_ns - width_ns:
                yield Window(newest_ns - width_ns, window.to_ns)
    yield window


def _totals(
    engine: Engine, grouping: Grouping, window: Window, clauses: Clauses, ids: Sequence[str]
) -> dict[str, Row]:
    """The sums of these groups, by their ids."""
    chosen = Clauses([f"{grouping.id} in {{page:Array(String)}}"], {"page": ids})
    text = compose(grouping.statement, clauses.and_(chosen))
    values = clauses.values | chosen.values | window.values() | {"limit": len(ids)}
    return {row[grouping.id]: row for row in engine.query(text, values)}
