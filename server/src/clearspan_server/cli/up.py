"""`clearspan up`, `status`, `open`: a server starts, is well, is opened."""

from typing import Annotated

import typer

from clearspan_server.cli import client, printing
from clearspan_server.cli.browser import show
from clearspan_server.cli.greeting import standing
from clearspan_server.cli.importing import load_lightly
from clearspan_server.cli.options import AsJson, Data, Url, the_server
from clearspan_server.settings import load
from clearspan_server.store.folder import running

Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open the page where there is a screen.")
]


def up(  # noqa: PLR0913, PLR0917 - its options are its arguments
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes a free one.")] = None,
    grpc_port: Annotated[int | None, typer.Option(help="gRPC port; 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Also run the demo agent.")] = False,
    as_json: AsJson = False,
    browser: Browser = True,
    check: Annotated[
        bool, typer.Option("--check", help="Only start, say whether all is well, and stop.")
    ] = False,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,
) -> None:
    """Serve the pages, the API and OTLP on one port, from one folder."""
    from clearspan_server.cli.doors import taken  # noqa: PLC0415 - no other command needs gRPC

    settings = load({"data": data, "host": host, "port": port, "grpc_port": grpc_port})
    with taken(settings) as held:
        load_lightly()
        # The engine's import takes a second, which neither another command should pay nor a refusal.
        from clearspan_server.cli.serve import Options, serve  # noqa: PLC0415 - see above

        asked = Options(
            demo=demo, as_json=as_json, browser=browser, check=check, until_eof=until_eof
        )
        if not serve(settings, held, asked) and check:
            raise typer.Exit(1)


def open_(
    data: Data = None,
    browser: Browser = True,
) -> None:
    """Open the page of the running server; its address is printed, with the token that lets you in."""
    server = client.find(load({"data": data}).data)
    page = server.page  # asks it: one that was killed leaves its announcement behind
    typer.echo(page)
    if browser:
        show(page)


def status(data: Data = None, url: Url = None, as_json: AsJson = False) -> None:
    """Whether a server is ready, and how its parts do; ends with 1 when something is not well."""
    server = the_server(data, url, opens=False)
    grpc = running(load({"data": data}).data)
    found = standing(server, grpc.grpc if grpc and grpc.http == server.url else "")
    if as_json:
        printing.print_json(found.health)
    else:
        typer.echo(f"{server.url} is {found.health['status']}\n" + "\n".join(found.lines()))
    if not found.ok:
        raise typer.Exit(1)
