"""Since when a trace is quiet or idle at the moment of a request, by the settings."""

import time
from typing import Annotated

from fastapi import Depends, Request

from clearspan_server.api.state import State
from clearspan_server.query.filter import Stillness
from clearspan_server.settings import Settings

_SECOND_NS = 1_000_000_000


def _stillness(request: Request) -> Stillness:
    server: State | None = getattr(request.app.state, "server", None)
    settings = server.settings if server else Settings()
    now_ns = time.time_ns()
    return Stillness(now_ns - settings.quiet_s * _SECOND_NS, now_ns - settings.idle_s * _SECOND_NS)


Still = Annotated[Stillness, Depends(_stillness)]
