"""`clearspan compare`: two traces step by step, and where they first went different ways."""

from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.asked import window
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.cli.trace import whole_id
from clearspan_server.errors import NotFound


def compare(  # noqa: PLR0913, PLR0917 - its options are its arguments
    first: Annotated[
        str, typer.Argument(metavar="A", help="The id of a trace, or its first 8 characters.")
    ],
    second: Annotated[
        str,
        typer.Argument(
            metavar="[B]", help="The other; else what is usual of the newest 50 of its name."
        ),
    ] = "",
    like: Annotated[
        str, typer.Option("--filter", help="Without B: which traces tell what is usual.")
    ] = "",
    since: Annotated[str, typer.Option(help="Without B: of which time.")] = "30d",
    all_steps: Annotated[
        bool, typer.Option("--all", help="Also the steps that are the same in both.")
    ] = False,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Compare two traces: what differs, and which difference came first; ends with 1 where they are not the same."""
    server = the_server(data, url, project)
    one = whole_id(server, first)
    asked: dict[str, object] = {"a": one}
    if second:
        asked["b"] = whole_id(server, second)
    else:
        asked |= window(since, None, [like or _of_its_name(server, one)])
    found = server.ask("/api/v1/compare", **asked)
    if as_json:
        printing.print_json(found)
    else:
        from clearspan_server.cli import compare_page  # noqa: PLC0415 - Rich, which JSON needs not

        compare_page.show(found, whole=all_steps)
    if not found["equal"]:
        raise typer.Exit(1)


def _of_its_name(server: Server, trace_id: str) -> str:
    """The filter that a person would type: traces of the same name that ended well."""
    asked = {"filter": f"trace:{trace_id}", "from": "1970-01-01T00:00:00Z", "limit": 1}
    found: list[dict[str, Any]] = server.ask("/api/v1/traces", **asked)["traces"]
    if not found:
        raise NotFound(f"there is no trace {trace_id} in the project {server.project!r}")
    name = found[0]["name"].replace("\\", "\\\\").replace('"', '\\"')
    return f'root.name:"{name}" status:ok -trace:{trace_id}'
