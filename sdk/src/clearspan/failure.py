"""What is kept of an exception: its type, message and stack, without its frames."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from clearspan.capture import mode
from clearspan.errors import report
from clearspan.masks import masked_text, redacted, rules

MAX_MESSAGE_CHARS = 8_192
MAX_STACK_CHARS = 32_768
MAX_FRAMES = 100
MAX_LINKS = 50  # exceptions that led to one, or are in its groups
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_GROUP: type = getattr(builtins, "BaseExceptionGroup", type(None))  # none before Python 3.11

# In an address, as messages quote it: keys among its parameters, and a password before its host.
_SECRET = re.compile(
    r"([?&;](?:[\w.-]{0,32}[-_])?(?:api)?(?:key|token|secret|sig|signature|password)=)[^&\s\"'#)>]+"
    r"|(?<=://)[^/\s@:]{0,128}:[^/\s@]{1,128}(?=@)",
    re.IGNORECASE,
)


class Trace(Protocol):
    """What can be formatted later: a chain, or a StackSummary, which has no messages."""

    def format(self) -> Iterable[str]:
        """The lines."""


class Failure:
    """Why a span failed."""

    __slots__ = ("text", "trace", "type")

    def __init__(self, kind: str, text: str = "") -> None:
        self.type = kind
        self.text = text
        # Holds file names and line numbers, no frames and no variables, and reads the source files
        # only when it is formatted, on the delivery thread.
        self.trace: Trace | None = None

    @property
    def message(self) -> str:
        """The text as it may leave the process; what formats it runs on the delivery thread."""
        return _shown("error.message", self.text) if rules().content else ""

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
        if self.trace is None or (isinstance(self.trace, _Chain) and not rules().content):
            return ""
        return _shown("error.stack", "".join(self.trace.format())[-MAX_STACK_CHARS:])


def _shown(name: str, text: str) -> str:
    shown = redacted(name, masked_text(_SECRET.sub(r"\1***", text))) if text else ""
    return shown if isinstance(shown, str) else ""


def is_stop(error: BaseException) -> bool:
    """Whether ``error`` means that somebody stopped the work, as opposed to leaving in order."""
    # The BaseExceptions: CancelledError of asyncio and trio, GeneratorExit, KeyboardInterrupt.
    return not (isinstance(error, SystemExit) and error.code in {None, 0})


def _trace(error: BaseException) -> Trace:
    return _Chain(_links(error, 0, set())) if mode.content else _frames(error)


def _frames(error: BaseException) -> Trace:
    # Slow to import (5 ms), and needed only once something failed.
    import traceback  # noqa: PLC0415

    # Not with the exception itself: since Python 3.12 that looks for names like one that is missing,
    # and so asks the program's objects for theirs.
    return traceback.TracebackException(
        Exception, Exception(), error.__traceback__, limit=-MAX_FRAMES, lookup_lines=False
    ).stack


class _Link(NamedTuple):
    """One of several exceptions: how it came after the one before it, its frames, type and text."""

    depth: int  # of the groups that it is in
    how: str
    frames: Trace
    lines: list[str]


class _Chain(NamedTuple):
    """An exception after those that led to it, formatted as Python does."""

    links: list[_Link]

    def format(self) -> Iterator[str]:
        """The lines."""
        for link in self.links:
            frames = list(link.frames.format())
            header = ["Traceback (most recent call last):\n"] if frames else []
            text = "".join([link.how, *header, *frames, *(f"{line}\n" for line in link.lines)])
            margin = "  | " * link.depth
            yield from (margin + line for line in text.splitlines(keepends=True))


def _links(error: BaseException, depth: int, seen: set[int]) -> list[_Link]:
    links: list[_Link] = []
    later: BaseException | None = error
    while later is not None and id(later) not in seen and len(seen) < MAX_LINKS:
        seen.add(id(later))
        earlier, how = _earlier(later)
        link = _Link(depth, how, _frames(later), _lines(later))
        inner = [found for one in _members(later) for found in _links(one, depth + 1, seen)]
        links = [link, *inner, *links]
        later = earlier
    if links:
        links[0] = links[0]._replace(how="")
    return links


def _earlier(error: BaseException) -> tuple[BaseException | None, str]:
    """What led to ``error``, and how."""
    if error.__cause__ is not None:
        return error.__cause__, CAUSE
    return (None, "") if error.__suppress_context__ else (error.__context__, CONTEXT)


def _members(error: BaseException) -> Sequence[BaseException]:
    return error.exceptions if isinstance(error, _GROUP) else ()  # type: ignore[attr-defined]  # a group has


def _lines(error: BaseException) -> list[str]:
    """Type and text, and notes."""
    kind = type(error)
    own = kind.__module__ in {"builtins", "__main__"}
    name = kind.__qualname__ if own else f"{kind.__module__}.{kind.__qualname__}"
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # the program's code; its frames are still worth keeping
        text = "<its text cannot be told>"
    notes = getattr(error, "__notes__", None)
    told = [str(note) for note in notes if isinstance(note, str)] if type(notes) is list else []
    return [f"{name}: {text}" if text else name, *told]
