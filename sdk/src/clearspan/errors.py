"""The funnel: what goes wrong inside Clearspan is told once and never reaches the program."""

import os

from clearspan.importing import importing

MOST_TOLD = 1_000

# What was told already. Most keys are literals of this package and names of exception types.
_told: set[tuple[str, str]] = set()


class SettingError(ValueError):
    """A setting has a value that it cannot have. Logged, and raised only in strict mode."""


def report(error: Exception, doing: str) -> None:
    """Logs an internal error with its stack, the first time; raises it when CLEARSPAN_STRICT is set.

    Args:
        error: what was caught.
        doing: what failed, as the end of "clearspan failed while …".
    """
    if os.environ.get("CLEARSPAN_STRICT"):
        raise error
    if not _is_first(doing, type(error).__qualname__):
        return
    if isinstance(error, SettingError):  # its place in our code would help nobody
        _log(f"clearspan failed while {doing}: {error}", None)
    else:
        _log(f"clearspan failed while {doing}; the program goes on, this is told once", error)


def warn_once(topic: str, message: str) -> None:
    """Logs a warning about something expected, such as a server that is away; once a topic."""
    if _is_first(topic, ""):
        _log(f"clearspan: {message}", None)


def counted(number: int, noun: str) -> str:
    """Such as ``1 span`` or ``2 spans``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _is_first(topic: str, kind: str) -> bool:
    if (topic, kind) in _told or len(_told) >= MOST_TOLD:
        return False
    _told.add((topic, kind))
    return True


def _log(message: str, error: Exception | None) -> None:
    try:
        # Slow to import (5 ms), and not needed while all goes well.
        with importing():
            import logging  # noqa: PLC0415

        logging.getLogger("clearspan").warning(message, exc_info=error)
    except Exception:  # noqa: BLE001  # a handler of the program failed, or the interpreter is ending
        return
