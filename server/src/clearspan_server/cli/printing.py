"""How commands print: JSON for programs, text that a terminal only shows for people.

Captured text is foreign: nothing of it may move a cursor, change a colour or turn the direction of a line.
"""

import json
import re
import sys
import urllib.parse
from typing import TYPE_CHECKING

from clearspan_server.model.unseen import UNSEEN

if TYPE_CHECKING:
    from rich.console import Console

_UNBOUND = 10_000  # columns

_UNSEEN = re.compile(f"[{UNSEEN}]")


def plain(text: object) -> str:
    r"""Text of any origin for a terminal: controls as their escapes (`\x1b`); tabs and line feeds stay."""
    return _UNSEEN.sub(lambda found: _escaped(found[0]), str(text))


def line_of(text: object) -> str:
    """The same on one line, white space joined."""
    return plain(" ".join(str(text).split()))


def print_json(value: object) -> None:
    """One document on one line; on a terminal, indented. Controls are escaped in ways that JSON knows."""
    sys.stdout.write(_json(value, indent=2 if sys.stdout.isatty() else None))


def print_json_line(value: object) -> None:
    """One document of a stream, at once, on one line wherever it goes."""
    sys.stdout.write(_json(value, indent=None))
    sys.stdout.flush()


def console(*, stderr: bool = False) -> "Console":
    """Where people read: coloured only on a terminal, without markup of its own in what is printed.

    What goes into a pipe or a file is as wide as it needs: nobody can widen it there.
    """
    from rich.console import Console  # noqa: PLC0415 - takes long to import, and JSON needs none

    width = None if (sys.stderr if stderr else sys.stdout).isatty() else _UNBOUND
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _json(value: object, *, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    safe = _UNSEEN.sub(_as_json, text)  # those below a space are escapes by now
    return safe.encode("utf-8", "replace").decode() + "\n"


def _as_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def in_path(text: str) -> str:
    """Text of whoever types as one part of an address's path."""
    return urllib.parse.quote(text, safe="")
