"""The command `clearspan monitor`."""

import sys
from typing import Annotated

import typer

from clearspan_server.cli.options import Data, Project, Url, the_server
from clearspan_server.errors import BadInput


def monitor(
    filter_: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]", help="As in the browser: `env:production`."),
    ] = None,
    window: Annotated[str, typer.Option(help="15m, 1h, 6h, 1d or 7d.")] = "15m",
    theme: Annotated[str, typer.Option(help="dark, light, nord, dracula or matrix.")] = "dark",
    data: Data = None,
    url: Url = None,
    project: Project = None,
) -> None:
    """Watch throughput, latency, errors, cost, models, traces and failures, live and full-screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(
            "monitor draws on a terminal, and this is none; `clearspan tail` prints lines"
        )
    # Textual takes a third of a second to import, which a refusal should not pay.
    from clearspan_server.cli.monitor.app import Monitor, View  # noqa: PLC0415 - see above

    view = View(" ".join(filter_ or ()), window)
    server = the_server(data, url, project)
    server.ask(
        "/api/v1/traces", filter=view.filter, limit=1
    )  # a filter that cannot be read is refused here
    Monitor(server, view, theme).run()
