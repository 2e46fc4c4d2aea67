"""`GET /sessions` and `GET /users`, and one of each."""

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import money_or_none
from clearspan_server.api.fields import as_page, chosen_fields
from clearspan_server.api.narrowing import FilterQuery, PageQuery, narrowing
from clearspan_server.api.shapes_lists import (
    SessionList,
    SessionRow,
    SessionSort,
    Totals,
    UserList,
    UserRow,
    UserSort,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ALL_TIME, rfc3339, window
from clearspan_server.query.groups import SESSIONS, USERS, Grouping, list_groups, read_group
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.page import Paging
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["sessions and users"])

_Row = TypeVar("_Row", bound=Totals)


class SessionQuery(PageQuery):
    """A page of sessions."""

    sort: SessionSort = "-last_seen"


class UserQuery(PageQuery):
    """A page of users."""

    sort: UserSort = "-last_seen"


@dataclass(slots=True, frozen=True)
class _Kind:
    """What one of the two lists is made of."""

    noun: str
    grouping: Grouping
    shape: type[Totals]


_SESSIONS = _Kind("sessions", SESSIONS, SessionRow)
_USERS = _Kind("users", USERS, UserRow)


@router.get("/sessions", response_model=SessionList)
def get_sessions(
    asked: Annotated[SessionQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """A page of sessions: of each the traces that start in the window and pass the filter, added up."""
    return _page(_SESSIONS, asked, access, still)


@router.get("/sessions/{session_id:path}")
def get_session(
    session_id: str,
    asked: Annotated[FilterQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> SessionRow:
    """One session: its traces of all time, or of the window that is given."""
    return group_row(SessionRow, _one(SESSIONS, session_id, asked, access, still))


@router.get("/users", response_model=UserList)
def get_users(
    asked: Annotated[UserQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """A page of end users: of each the traces that start in the window and pass the filter, added up."""
    return _page(_USERS, asked, access, still)


@router.get("/users/{user_id:path}")
def get_user(
    user_id: str,
    asked: Annotated[FilterQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> UserRow:
    """One end user: their traces of all time, or of the window that is given."""
    return group_row(UserRow, _one(USERS, user_id, asked, access, still))


def _page(
    kind: _Kind, asked: SessionQuery | UserQuery, access: ReadAccess, still: Still
) -> Response:
    fields = chosen_fields(asked.fields, kind.shape, (kind.grouping.id,))
    paging = Paging(asked.sort, asked.limit, asked.cursor)
    page = list_groups(access.engine, kind.grouping, narrowing(asked, access, still), paging)
    rows = [group_row(kind.shape, row) for row in page.rows]
    return as_page(kind.noun, rows, page.next_cursor, fields)


def group_row(shape: type[_Row], row: Row) -> _Row:
    """A session or a user as JSON."""
    said = {
        "first_seen": rfc3339(row["first_seen_ns"]),
        "last_seen": rfc3339(row["last_seen_ns"]),
        "total_cost": money_or_none(row["total_cost"]),
    }
    plain = {name: row[name] for name in shape.model_fields if name not in said}
    return shape.model_validate(plain | said)


def _one(
    grouping: Grouping, one_id: str, asked: FilterQuery, access: ReadAccess, still: Still
) -> Row:
    bounded = asked.since is not None or asked.until is not None
    when = window(asked) if bounded else ALL_TIME
    wanted = Narrowing(access.project, when, asked.filter, still, ids=(one_id,))
    return read_group(access.engine, grouping, wanted)
