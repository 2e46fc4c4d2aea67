"""`clearspan project`: which there are, and what people call them."""

from typing import Annotated, Any

import typer

from clearspan_server.cli import client, printing
from clearspan_server.cli.options import AsJson, Data, Url, the_server

Id = Annotated[str, typer.Argument(help="As keys, senders and addresses name it.")]
Label = Annotated[str, typer.Option(help="What people call it.")]

app = typer.Typer(help="Projects of a server.", no_args_is_help=True)


@app.command("list")
def list_projects(data: Data = None, url: Url = None, as_json: AsJson = False) -> None:
    """List the projects that you may read."""
    found = the_server(data, url).get("/api/v1/projects")
    if as_json:
        printing.print_json(found)
        return
    from clearspan_server.cli.columns import Column, show_rows  # noqa: PLC0415 - Rich takes long to import

    columns = (
        Column("project", lambda row: row["id"]),
        Column("called", lambda row: row["label"], least=8),
        Column("since", lambda row: (row["created"] or "")[:10]),
    )
    show_rows(found["projects"], columns)


@app.command("create")
def create_project(
    project: Id, label: Label = "", data: Data = None, url: Url = None, as_json: AsJson = False
) -> None:
    """Make a project; one is also made by the first record that names it."""
    made = the_server(data, url).post("/api/v1/projects", {"id": project, "label": label})
    _told("made", made, as_json=as_json)


@app.command("label")
def label_project(
    project: Id,
    label: Annotated[str, typer.Argument(help="What people call it from now on.")],
    data: Data = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Say what people call a project; its id stays."""
    path = f"/api/v1/projects/{printing.in_path(project)}"
    changed = the_server(data, url).put(path, client.json_of({"label": label}))
    _told("changed", changed, as_json=as_json)


def _told(what: str, row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        printing.print_json(row)
    else:
        called = f", called {row['label']!r}" if row["label"] else ""
        typer.echo(printing.line_of(f"{what} the project {row['id']}{called}"))
