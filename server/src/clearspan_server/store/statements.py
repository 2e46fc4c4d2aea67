"""The SQL files of a package: one statement a file, loaded once."""

import re
from functools import cache
from importlib.resources import files

_COMMENT = re.compile(r"[ \t]*--[^\n]*")  # no text in a statement holds two dashes


@cache
def statement(package: str, name: str) -> str:
    """The text of `name`.sql in a package's folder, such as `("clearspan_server.store.schema", "spans")`.

    Without its comments: they are for readers, and the driver and the engine would read them for every question.
    """
    text = (files(package) / f"{name}.sql").read_text(encoding="utf-8")
    return _COMMENT.sub("", text).strip()
