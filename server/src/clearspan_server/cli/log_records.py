"""`clearspan logs`: log records, of a window or of a trace."""

from typing import Annotated

import typer

from clearspan_server.cli import asked, printing
from clearspan_server.cli.asked import Cursor, Filter, Limit, Since, Until
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.cli.trace import whole_id

_PATH = "/api/v1/logs"


def logs(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    trace: Annotated[
        str,
        typer.Option(
            help="Only those of a trace, whenever that was: its id, or 8 characters of it."
        ),
    ] = "",
    since: Since = "1d",
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = "",
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List log records, the newest last, as in a file."""
    server = the_server(data, url, project)
    window = asked.window("1970-01-01" if trace else since, until, filter_)
    trace_id = whole_id(server, trace) if trace else ""
    wanted = asked.page(window, limit, cursor, trace_id=trace_id)
    page = server.ask(_PATH, **wanted)
    if as_json:
        printing.print_json(page)
        return
    if not page["logs"]:
        asked.say_nothing(server, _PATH, "log records", wanted)
        return
    from clearspan_server.cli import columns, list_columns  # noqa: PLC0415 - Rich, which JSON needs not

    columns.show_rows(page["logs"][::-1], list_columns.LOGS)
    asked.say_more(page, len(page["logs"]))
