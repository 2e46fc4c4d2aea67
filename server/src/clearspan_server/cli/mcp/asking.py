"""How tools ask the API: as whoever called them, and with refusals that a model can read."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from clearspan_server.cli.client import Server
from clearspan_server.cli.mcp.telling import short, visible
from clearspan_server.errors import ClearspanError

_MOST_REFUSAL = 1_000  # characters

Since = Annotated[str, Field(description="How long ago, `2h`, `7d`, or a time.")]


@dataclass(slots=True, frozen=True)
class Serving:
    """Whom tools ask; pinned, about the one project of the server and no other."""

    server: Server
    is_pinned: bool


Asking = Context[Serving, Any]  # what each tool is given beside its arguments


@dataclass(slots=True, frozen=True)
class Asked:
    """A server, with the credential and the project of one call of a tool."""

    server: Server

    def ask(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 - foreign JSON
        """GET of the project.

        Raises:
            ToolError: the server refuses, in its words.
        """
        try:
            return self.server.ask(path, **parameters)
        except ClearspanError as error:
            raise ToolError(short(visible(error.message), _MOST_REFUSAL)) from error

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401 - foreign JSON
        """POST to the project; raises as `ask` does."""
        try:
            return self.server.post(self.server.asking(path, {}), body)
        except ClearspanError as error:
            raise ToolError(short(visible(error.message), _MOST_REFUSAL)) from error


def asked_of(context: Asking, project: str = "") -> Asked:
    """Who is asked: over HTTP with the credential that the caller presented, never with another.

    Raises:
        ToolError: of another project than the pinned one.
    """
    serving = context.request_context.lifespan_context
    server, presented = serving.server, get_access_token()
    if serving.is_pinned and project not in {"", server.project}:
        raise ToolError(f"these tools read the project {server.project!r} and no other")
    if presented is not None:
        server = replace(server, token=presented.token)
    return Asked(replace(server, project=project) if project else server)
