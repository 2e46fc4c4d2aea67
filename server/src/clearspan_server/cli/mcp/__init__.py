"""`clearspan mcp`: the recorded traces as tools of the Model Context Protocol, for coding agents."""

import os
from typing import Annotated

import typer

from clearspan_server.cli.options import Data, Project, Url, the_server


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve on a port instead of standard input and output.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address of this machine to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 4319,
    project: Project = None,
    data: Data = None,
    url: Url = None,
) -> None:
    """Give coding agents tools that search and read traces (Model Context Protocol)."""
    server = the_server(data, url, project)
    from clearspan_server.cli.mcp import asking, serving  # noqa: PLC0415 - no other command needs the SDK

    is_pinned = bool(project or os.environ.get("CLEARSPAN_PROJECT"))
    if http:
        serving.on_http(asking.Serving(server, is_pinned), host, port)
    else:
        serving.on_stdio(asking.Serving(server, is_pinned))
