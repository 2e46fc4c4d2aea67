"""`clearspan traces`, `spans`, `sessions`, `users` and `failures`: what there is, a row each."""

from typing import Annotated

import typer

from clearspan_server.cli import asked, printing
from clearspan_server.cli.asked import Cursor, Filter, Limit, Since, Until
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server

_OfRuns = Annotated[str, typer.Option(help="-start, -duration, -cost or -tokens.")]
_OfPeople = Annotated[str, typer.Option(help="-last_seen, -traces, -errors, -tokens, -cost.")]


def traces(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    since: Since = "1d",
    until: Until = None,
    sort: _OfRuns = "-start",
    limit: Limit = 20,
    cursor: Cursor = "",
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List traces, the newest first."""
    wanted = asked.page(asked.window(since, until, filter_), limit, cursor, sort=sort)
    _list("traces", wanted, the_server(data, url, project), as_json=as_json)


def spans(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    since: Since = "1d",
    until: Until = None,
    sort: _OfRuns = "-start",
    limit: Limit = 20,
    cursor: Cursor = "",
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List spans, the newest first."""
    wanted = asked.page(asked.window(since, until, filter_), limit, cursor, sort=sort)
    _list("spans", wanted, the_server(data, url, project), as_json=as_json)


def sessions(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    since: Since = "1d",
    until: Until = None,
    sort: _OfPeople = "-last_seen",
    limit: Limit = 20,
    cursor: Cursor = "",
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List sessions, the one that was last seen first."""
    wanted = asked.page(asked.window(since, until, filter_), limit, cursor, sort=sort)
    _list("sessions", wanted, the_server(data, url, project), as_json=as_json)


def users(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    since: Since = "1d",
    until: Until = None,
    sort: _OfPeople = "-last_seen",
    limit: Limit = 20,
    cursor: Cursor = "",
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List the users of your application, the one that was last seen first."""
    wanted = asked.page(asked.window(since, until, filter_), limit, cursor, sort=sort)
    _list("users", wanted, the_server(data, url, project), as_json=as_json)


def failures(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    since: Since = "1d",
    until: Until = None,
    category: Annotated[
        str, typer.Option(help="failed, cancelled, retried, slow or timed_out.")
    ] = "failed",
    sort: Annotated[
        str, typer.Option(help="-count, -last_seen, -first_seen, -traces or -users.")
    ] = "-count",
    limit: Limit = 20,
    cursor: Cursor = "",
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List what failed, the same failures as one row with a trace as its example."""
    window = asked.window(since, until, filter_)
    wanted = asked.page(window, limit, cursor, sort=sort, category=category)
    _list("failures", wanted, the_server(data, url, project), as_json=as_json)


def _list(noun: str, wanted: dict[str, object], server: Server, *, as_json: bool) -> None:
    path = f"/api/v1/{noun}"
    page = server.ask(path, **wanted)
    if as_json:
        printing.print_json(page)
        return
    if not page[noun]:
        asked.say_nothing(server, path, noun, wanted)
        return
    from clearspan_server.cli import columns, list_columns  # noqa: PLC0415 - Rich, which JSON needs not

    columns.show_rows(page[noun], list_columns.COLUMNS[noun])
    asked.say_more(page, len(page[noun]))
