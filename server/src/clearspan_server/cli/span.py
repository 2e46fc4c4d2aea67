"""`clearspan span`: one span whole, with what went in and came out."""

from typing import Annotated, Any

import typer

from clearspan_server.cli import printing
from clearspan_server.cli.client import Server
from clearspan_server.cli.options import AsJson, Data, Project, Url, the_server
from clearspan_server.cli.trace import TraceId, whole_id
from clearspan_server.errors import BadInput, NotFound


def span(
    trace_id: TraceId,
    span_id: Annotated[
        str,
        typer.Argument(
            metavar="SPAN", help="Its id, or how the id begins; `clearspan trace` has them."
        ),
    ],
    data: Data = None,
    url: Url = None,
    project: Project = None,
    as_json: AsJson = False,
) -> None:
    """Show one span: what went in and came out, what it used and cost, its error, events and attributes."""
    server = the_server(data, url, project)
    known = whole_id(server, trace_id)
    path = f"/api/v1/traces/{known}/spans/{_whole_span_id(server, known, span_id)}"
    found: dict[str, Any] = server.ask(path)
    if as_json:
        printing.print_json(found)
        return
    from clearspan_server.cli import span_page  # noqa: PLC0415 - Rich, which JSON needs not

    span_page.show(found)


def _whole_span_id(server: Server, trace_id: str, typed: str) -> str:
    """The id of a span of which somebody typed how it begins.

    Raises:
        BadInput: several begin like it.
        NotFound: none does.
    """
    typed = typed.strip().lower()
    spans = server.ask(f"/api/v1/traces/{trace_id}/outline")["spans"]
    found = [one for one in spans["span_id"] if typed and str(one).startswith(typed)]
    if not found:
        raise NotFound(f"no span of the trace {trace_id} has an id that begins {typed!r}")
    if len(found) > 1:
        raise BadInput(f"{len(found)} spans have an id that begins {typed!r}: type more of it")
    return str(found[0])
