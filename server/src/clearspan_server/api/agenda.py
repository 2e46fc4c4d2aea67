"""The agenda at a request: which hours of the roll-ups do not hold yet; None where no server is behind the routes."""

from typing import Annotated

from fastapi import Depends, Request

from clearspan_server.api.state import State
from clearspan_server.store.agenda import Agenda


def agenda_of(request: Request) -> Agenda | None:
    """The server's agenda."""
    server: State | None = getattr(request.app.state, "server", None)
    return server.agenda if server else None


Due = Annotated[Agenda | None, Depends(agenda_of)]
