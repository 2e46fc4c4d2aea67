"""`clearspan up`, `status`, `open`: a server starts, is well, is opened."""

import json
from typing import Annotated

import typer

from clearspan_server.cli import client
from clearspan_server.cli.importing import load_lightly
from clearspan_server.cli.options import AsJson, Data
from clearspan_server.settings import load


def up(  # noqa: PLR0913, PLR0917 - its options are its arguments
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes a free one.")] = None,
    grpc_port: Annotated[int | None, typer.Option(help="gRPC port; 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also run the demo agent.")] = False,
    as_json: AsJson = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,
) -> None:
    """Serve the pages, the API and OTLP on one port, from one folder."""
    from clearspan_server.cli.doors import taken  # noqa: PLC0415 - no other command needs gRPC

    settings = load({"data": data, "host": host, "port": port, "grpc_port": grpc_port})
    with taken(settings) as held:
        load_lightly()
        # The engine's import takes a second, which neither another command should pay nor a refusal.
        from clearspan_server.cli.serve import Options, serve  # noqa: PLC0415 - see above

        asked = Options(demo=demo, as_json=as_json, open_browser=open_browser, until_eof=until_eof)
        serve(settings, held, asked)


def open_(data: Data = None) -> None:
    """Print the address of the running server, with the token that lets you in while there is no account."""
    server = client.find(load({"data": data}).data)
    typer.echo(server.page)  # asks it: one that was killed leaves its announcement behind


def status(data: Data = None, as_json: AsJson = False) -> None:
    """Whether the server of a folder is ready; ends with 1 when it is not."""
    server = client.find(load({"data": data}).data)
    health = server.health()
    checks = health["checks"]
    lines = [f"{server.url} is {health['status']}", *(f"  {k}: {v}" for k, v in checks.items())]
    typer.echo(json.dumps(health) if as_json else "\n".join(lines))
    if any(says != "ok" for says in checks.values()):
        raise typer.Exit(1)
