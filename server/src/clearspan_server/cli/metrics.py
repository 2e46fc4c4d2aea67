"""`clearspan metrics`: which metrics there are, and how each went."""

import sys
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.asked import Since, Until
from clearspan_server.cli.client import Server
from clearspan_server.cli.moments import moment
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server


def metrics(  # noqa: PLR0913, PLR0917 - its options are its arguments
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Metrics; without one, the list of them."),
    ] = None,
    stat: Annotated[
        str, typer.Option(help="avg, min, max, sum, last, count, rate, p50, p90, p95 or p99.")
    ] = "avg",
    by: Annotated[
        list[str] | None, typer.Option(help="A label that tells series apart; may be repeated.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help='A label and its value: `model="gpt-4o"`; repeated.')
    ] = None,
    step: Annotated[str, typer.Option(help="30s, 5m, 1h or 1d; else what suits.")] = "",
    since: Since = "1d",
    until: Until = None,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """List metrics, or show how those that are named went: a line a series."""
    server = the_server(data, url, project)
    if not names:
        _list(server, as_json=as_json)
        return
    asked = {"from": moment(since), "to": moment(until), "stat": stat, "step": step}
    for name in names:
        reply = server.ask("/api/v1/metrics/query", name=name, by=by, where=where, **asked)
        if as_json:
            printing.print_json(reply)
        else:
            _print(reply)


def _list(server: Server, *, as_json: bool) -> None:
    found = server.ask("/api/v1/metrics/names")
    if as_json:
        printing.print_json(found)
        return
    if not found["names"]:
        _say(f"no metrics in the project {server.project!r}")
        _say(
            "▸ `clearspan.metric(…)` of the SDK sends one, any OpenTelemetry meter does; docs/metrics.md tells how"
        )
        return
    from clearspan_server.cli import metrics_page  # noqa: PLC0415 - Rich, which JSON needs not

    metrics_page.show_names(found)


def _print(reply: dict[str, Any]) -> None:
    from clearspan_server.cli import metrics_page  # noqa: PLC0415 - as above

    metrics_page.show(reply)


def _say(text: str) -> None:
    print(printing.line_of(text), file=sys.stderr)  # noqa: T201 - the command's own output
