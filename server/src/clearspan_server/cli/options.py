"""Options that several commands have, and the server that they name."""

import os
from pathlib import Path
from typing import Annotated

import typer

from clearspan_server.cli import client, opening
from clearspan_server.cli.client import Server
from clearspan_server.settings import load

Data = Annotated[Path | None, typer.Option(help="The data folder (CLEARSPAN_DATA).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", help="A server's address (CLEARSPAN_ENDPOINT); its key is CLEARSPAN_KEY."
    ),
]
Project = Annotated[
    str | None, typer.Option("--project", "-p", help="Whose data (CLEARSPAN_PROJECT).")
]


def the_server(
    data: Path | None = None,
    url: str | None = None,
    project: str | None = None,
    *,
    opens: bool = True,
    begins: bool = False,
) -> Server:
    """The server to ask: that of `--url`, `--data`, CLEARSPAN_ENDPOINT or the usual folder, the first that is named.

    A folder that no server runs on is opened for the length of the command, unless `opens` is false;
    with `begins` also one that has no data yet. One that another command opened is shared with it.

    Raises:
        ClearspanError: there is no such server, and no such folder.
    """
    folder = load({"data": data}).data
    project = project or os.environ.get("CLEARSPAN_PROJECT", "") or "default"
    if address := named(data, url):
        return client.at(address, os.environ.get("CLEARSPAN_KEY", ""), folder, project)
    if not opens:
        return opening.asked(client.find(folder, project))
    return opening.opened(folder, project, begins=begins)


def named(data: Path | None, url: str | None) -> str:
    """The address that is named, or "" where a folder is."""
    return url or ("" if data else os.environ.get("CLEARSPAN_ENDPOINT", ""))
