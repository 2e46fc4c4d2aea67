"""`clearspan traces`: what there is, newest first."""

from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.moments import moment
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server

Filter = Annotated[str, typer.Argument(help="As in the browser: `status:error cost>0.05`.")]
Since = Annotated[str, typer.Option(help="So long ago (7d), a day (UTC), or a time.")]
Until = Annotated[str | None, typer.Option(help="The same, exclusive; else now.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="Rows, at most 500.")]


def traces(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = "",
    since: Since = "1d",
    until: Until = None,
    sort: Annotated[str, typer.Option(help="-start, -duration, -cost or -tokens.")] = "-start",
    limit: Limit = 20,
    cursor: Annotated[str, typer.Option(help="`next_cursor` of the page before.")] = "",
    project: Project = None,
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List traces, the newest first."""
    server = the_server(data, url, project)
    window = {"from": moment(since), "to": moment(until)}
    asked = window | {"filter": filter_, "sort": sort, "limit": limit, "cursor": cursor}
    page = server.ask("/api/v1/traces", **asked)
    if as_json:
        printing.print_json(page)
        return
    _print(page["traces"])


def _print(rows: list[dict[str, Any]]) -> None:
    shown = printing.table("trace", "name", ">duration", ">cost", "status")
    for row in rows:
        duration = f"{(row['duration_ns'] or 0) / 1e9:.2f} s"
        cells = (row["trace_id"], row["name"], duration, row["total_cost"] or "", row["status"])
        shown.add_row(*map(printing.line_of, cells))
    printing.console().print(shown)
