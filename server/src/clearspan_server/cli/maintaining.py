"""`clearspan doctor`, `normalise`, `backup`, `restore`, `openapi`: an install is looked after."""

import json
from pathlib import Path
from typing import Annotated

import typer

from clearspan_server.cli.options import AsJson, Data, Url, the_server
from clearspan_server.settings import load


def doctor(
    trace_id: Annotated[str, typer.Argument(help="Tell the story of this trace.")] = "",
    project: Annotated[str | None, typer.Option(help="Of the trace; else any.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Whether the installation is well, or where a trace is; ends with 1 when something is wrong."""
    from clearspan_server.cli import doctor as at  # noqa: PLC0415 - no other command needs it

    report = (
        at.trace_story(the_server(data), trace_id, project)
        if trace_id
        else at.examine(load({"data": data}))
    )
    if as_json:
        typer.echo(json.dumps(report.json()))
    else:
        at.print_report(report)
    if not report.ok:
        raise typer.Exit(1)


def normalise(  # noqa: PLR0913, PLR0917 - its options are its arguments
    since: Annotated[str, typer.Option(help="So long ago (7d), a day (UTC), or a time.")],
    until: Annotated[str | None, typer.Option(help="The same, exclusive; else now.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also spans that the rules of now have filled.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only tell what would change.")
    ] = False,
    project: Annotated[str, typer.Option(help="Whose spans; else those of all projects.")] = "",
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Fill stored spans by the rules of now; of use after an upgrade."""
    from clearspan_server.cli import normalising  # noqa: PLC0415 - Rich takes long to import

    server = the_server(data, url)
    asked = {"project": project, "from": since, "to": until, "all": every, "preview": preview}
    normalising.normalise(server, asked, as_json=as_json)


def backup(
    path: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    data: Data = None,
) -> None:
    """Copy the data folder of a running server, as of now."""
    from clearspan_server.cli import backup as at  # noqa: PLC0415 - Rich takes long to import

    at.backup(the_server(data, opens=False), path)


def restore(
    path: Annotated[Path, typer.Argument(help="What `clearspan backup` made.")],
    data: Data = None,
) -> None:
    """Make a data folder of a backup; nobody may use that folder."""
    from clearspan_server.cli import backup as at  # noqa: PLC0415 - Rich takes long to import

    at.bring_back(path, load({"data": data}).data)


def openapi() -> None:
    """Print the API's OpenAPI document."""
    # The routes import the engine's driver.
    from clearspan_server.app import schema_app  # noqa: PLC0415 - see above

    typer.echo(json.dumps(schema_app().openapi(), indent=1))
