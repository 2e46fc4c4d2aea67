"""The SQL files of a package: one statement a file, loaded once."""

from functools import cache
from importlib.resources import files


@cache
def statement(package: str, name: str) -> str:
    """The text of `name`.sql in a package's folder, such as `("clearspan_server.store.schema", "spans")`."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")
