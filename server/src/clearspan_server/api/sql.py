"""`/sql`: the console, which asks of a project's rows in SQL and changes nothing."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import as_json
from clearspan_server.api.shapes_sql import SqlAnswer, SqlColumn, SqlRequest, SqlSchema
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, WindowQuery, window
from clearspan_server.query.console import ask, tables
from clearspan_server.query.console_functions import NAMES
from clearspan_server.query.window import Window
from clearspan_server.store.console import Console, Ticket

router = APIRouter(prefix="/api/v1", tags=["sql"])

_LOOK_S = 0.25  # how often it is looked whether whoever asked is still there


def console_of(request: Request) -> Console:
    """The server's console."""
    return state_of(request).console


@router.post("/sql", response_model=SqlAnswer)
async def ask_sql(
    given: SqlRequest,
    request: Request,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    console: Annotated[Console, Depends(console_of)],
) -> Response:
    """The rows that a `select` gives, of one project; nothing can be changed by it.

    With `from` or `to`, every table has only what was in that window.

    It runs for at most 10 s, two at once; when whoever asked goes away it is stopped.
    """
    within = _window(given)
    ticket = console.begin()
    asking = asyncio.ensure_future(
        run_in_threadpool(_answer, console, ticket, access.project, given.sql, within)
    )
    # Asked again and again: it may not have come to the engine yet.
    while not (await asyncio.wait((asking,), timeout=_LOOK_S))[0]:
        if await request.is_disconnected():
            await run_in_threadpool(console.stop, ticket)
    return asking.result()


def _window(given: SqlRequest) -> Window | None:
    """The window asked for; without one, every row is."""
    if given.since is None and given.until is None:
        return None
    framed = WindowQuery.model_validate({"from": given.since or "0", "to": given.until})
    return window(framed)


def _answer(
    console: Console, ticket: Ticket, project: str, text: str, within: Window | None
) -> Response:
    try:
        found = ask(console, ticket, project, text, within)
    finally:
        console.end()
    answer = SqlAnswer(
        columns=[SqlColumn(name=one.name, type=one.type) for one in found.columns],
        rows=found.rows,
        truncated=found.truncated,
        elapsed_ms=round(found.elapsed_ms, 1),
    )
    return as_json(answer)


@router.get("/sql/schema", response_model=SqlSchema)
def get_sql_schema(
    _asked: Annotated[ScopeQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> Response:
    """The tables that `/sql` knows, their columns, and the functions."""
    found = [asdict(one) for one in tables(access.engine)]
    return as_json(SqlSchema.model_validate({"tables": found, "functions": list(NAMES)}))
