"""The command `clearspan`."""

import sys

from clearspan_server.cli.commands import app
from clearspan_server.errors import ClearspanError

__all__ = ["main"]


def main() -> None:
    """Run the command; an error of ours is one plain sentence and exit code 2."""
    try:
        app()
    except ClearspanError as error:
        print(f"clearspan: {error.message}", file=sys.stderr)  # noqa: T201 - the command's own output
        sys.exit(2)
