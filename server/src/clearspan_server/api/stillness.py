"""What filters are read with at the moment of a request: since when a trace is quiet or idle, and the install's key."""

import time
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from clearspan_server.api.state import State
from clearspan_server.model.pseudonym import pseudonym
from clearspan_server.query.filter import Stillness
from clearspan_server.settings import Settings

_SECOND_NS = 1_000_000_000


def _stillness(request: Request) -> Stillness:
    server: State | None = getattr(request.app.state, "server", None)
    settings = server.settings if server else Settings()
    now_ns = time.time_ns()
    quiet_ns, idle_ns = (now_ns - one * _SECOND_NS for one in (settings.quiet_s, settings.idle_s))
    if server is None:
        return Stillness(quiet_ns, idle_ns)
    return Stillness(quiet_ns, idle_ns, partial(pseudonym, key=server.token.encode()))


Still = Annotated[Stillness, Depends(_stillness)]
