"""`clearspan trace`: one trace as a tree, with what took how long and what it cost."""

import re
import sys
from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.errors import BadInput, ClearspanError, NotFound

TraceId = Annotated[
    str, typer.Argument(metavar="TRACE", help="Its id, or how the id begins: 8 characters do.")
]

_ID = re.compile(r"[0-9a-f]{32}")
_BEGINNING = re.compile(r"[0-9a-f]{8,31}")


def trace(  # noqa: PLR0913, PLR0917 - its options are its arguments
    trace_id: TraceId,
    depth: Annotated[
        int | None, typer.Option(help="Levels of the tree; without it all of them.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", help="Spans to show; 0 shows all of them.")
    ] = 500,
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Show a trace as a tree: when each span ran, for how long, for how much, and what failed."""
    server = the_server(data, url, project)
    known = whole_id(server, trace_id)
    found = server.ask(f"/api/v1/traces/{known}")
    if as_json:
        printing.print_json(found)
        return
    from clearspan_server.cli import trace_page  # noqa: PLC0415 - Rich, which JSON needs not

    trace_page.show(found, _waited_for(server, known), depth=depth, limit=limit or sys.maxsize)


def whole_id(server: Server, typed: str) -> str:
    """The id of a trace of which somebody typed how it begins.

    Raises:
        BadInput: it is no id, or several begin like it.
        NotFound: none does.
    """
    typed = typed.strip().lower()
    if _ID.fullmatch(typed):
        return typed
    if not _BEGINNING.fullmatch(typed):
        raise BadInput(
            f"{typed!r} is no id of a trace: 32 hexadecimal digits, or at least the first 8 of them;"
            " `clearspan traces` lists them"
        )
    asked = {"filter": f"trace:{typed}*", "from": "1970-01-01T00:00:00Z"}
    found = server.ask("/api/v1/traces", limit=2, fields="trace_id", **asked)["traces"]
    if not found:
        raise NotFound(f"no trace of the project {server.project!r} has an id that begins {typed}")
    if len(found) > 1:
        raise BadInput(f"several traces have an id that begins {typed}: type more of it")
    return str(found[0]["trace_id"])


def _waited_for(server: Server, trace_id: str) -> dict[str, Any] | None:
    """The critical path and the bottleneck, where they can be told: not of a trace that is still open."""
    path = f"/api/v1/traces/{trace_id}/whatif?project={printing.in_path(server.project)}"
    try:
        found: dict[str, Any] = server.post(path, {"changes": []})["before"]
    except ClearspanError:
        return None
    return found
