"""What is kept of an exception: its type, message and stack, without its frames."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from clearspan.capture import mode
from clearspan.errors import report
from clearspan.masks import masked_text, redacted

MAX_MESSAGE_CHARS = 8_192
MAX_STACK_CHARS = 32_768
MAX_FRAMES = 100


# In an address, as messages quote it: keys among its parameters, and a password before its host.
_SECRET = re.compile(
    r"([?&;](?:[\w.-]{0,32}[-_])?(?:api)?(?:key|token|secret|sig|signature|password)=)[^&\s\"'#)>]+"
    r"|(?<=://)[^/\s@:]{0,128}:[^/\s@]{1,128}(?=@)",
    re.IGNORECASE,
)


class Trace(Protocol):
    """Of the standard library: a TracebackException, or a StackSummary, which has no messages."""

    def format(self) -> Iterable[str]:
        """The lines."""


@dataclass(slots=True)
class Failure:
    """Why a span failed."""

    type: str
    text: str = ""
    # Holds file names and line numbers, no frames and no variables, and reads the source files
    # only when it is formatted, on the delivery thread.
    trace: Trace | None = None

    @property
    def message(self) -> str:
        """The text as it may leave the process; what formats it runs on the delivery thread."""
        return _shown("error.message", self.text)

    @classmethod
    def of(cls, error: BaseException | str, message: str = "") -> Failure:
        """The failure that ``error``, an exception or the name of an error type, stands for."""
        if isinstance(error, str):
            return cls(error, message[:MAX_MESSAGE_CHARS] if mode.content else "")
        kind = type(error)
        name = kind.__qualname__
        failure = cls(name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}")
        try:
            failure.text = (message or str(error))[:MAX_MESSAGE_CHARS] if mode.content else ""
            failure.trace = _trace(error)
        except Exception as internal:  # noqa: BLE001  # the funnel: str() is the program's code
            report(internal, f"describing a {name}")
        return failure

    def stack(self) -> str:
        """The formatted traceback, cut in front."""
        stack = "".join(self.trace.format())[-MAX_STACK_CHARS:] if self.trace else ""
        return _shown("error.stack", stack)


def _shown(name: str, text: str) -> str:
    shown = redacted(name, masked_text(_SECRET.sub(r"\1***", text))) if text else ""
    return shown if isinstance(shown, str) else ""


def is_stop(error: BaseException) -> bool:
    """Whether ``error`` means that somebody stopped the work, as opposed to leaving in order."""
    # The BaseExceptions: CancelledError of asyncio and trio, GeneratorExit, KeyboardInterrupt.
    return not (isinstance(error, SystemExit) and error.code in {None, 0})


def _trace(error: BaseException) -> Trace:
    # Slow to import (5 ms), and needed only once something failed.
    import traceback  # noqa: PLC0415

    whole = traceback.TracebackException(
        type(error),
        error,
        error.__traceback__,
        limit=-MAX_FRAMES,
        lookup_lines=False,
        compact=True,
    )
    return whole if mode.content else whole.stack
