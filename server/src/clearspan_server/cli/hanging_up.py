"""What draws on a terminal ends with it: a library that goes on reading one that has gone takes a whole core."""

import os
import select
import signal
import sys
from typing import Any

from textual.app import App

_LOOK_S = 2.0


def end_with_terminal(app: App[Any]) -> None:
    """Look every now and then whether the terminal of an application is still there."""
    app.set_interval(_LOOK_S, _end_if_gone)


def _end_if_gone() -> None:
    if sys.__stdin__ is None:
        return
    looking = select.poll()
    looking.register(sys.__stdin__.fileno(), 0)
    if any(event & select.POLLHUP for _, event in looking.poll(0)):
        # As the system tells programs whose terminal it is; others are told by nobody.
        os.kill(os.getpid(), signal.SIGHUP)
