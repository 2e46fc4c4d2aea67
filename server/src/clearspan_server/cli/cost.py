"""`clearspan cost`: what was spent, and on what."""

from typing import Annotated

import typer

from clearspan_server.cli import asked, printing
from clearspan_server.cli.asked import Filter, Since, Until
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server

_PATH = "/api/v1/cost"


def cost(  # noqa: PLR0913, PLR0917 - its options are its arguments
    filter_: Filter = None,
    by: Annotated[
        str,
        typer.Option(
            help="model, provider, feature, customer, user, prompt, environment, release or service."
        ),
    ] = "model",
    since: Since = "7d",
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="Rows, the dearest first.")] = 20,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Show what model calls cost, by model, feature, customer and other things, beside the time before."""
    server = the_server(data, url, project)
    wanted = asked.window(since, until, filter_)
    report = server.ask(_PATH, by=by, **wanted)
    if as_json:
        printing.print_json(report)
        return
    if not report["rows"]:
        asked.say_nothing(server, "/api/v1/spans", "model calls", wanted, "has:tokens")
        return
    from clearspan_server.cli import cost_page  # noqa: PLC0415 - Rich, which JSON needs not

    cost_page.show(report, limit)
