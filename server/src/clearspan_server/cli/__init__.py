"""The command `clearspan`."""

import os
import sys

import typer
from typer._click.exceptions import ClickException, UsageError

from clearspan_server.cli.commands import app
from clearspan_server.errors import (
    ClearspanError,
    NoServer,
    NotAllowed,
    NotAuthenticated,
    NotFound,
)

__all__ = ["EXIT_CODES", "main"]

# What a command ends with.
EXIT_CODES = {
    0: "done",
    1: "no: not ready, not well, not all taken",
    2: "misused or refused",
    3: "not found",
    4: "not let in",
    5: "no server",
    130: "interrupted",
}
_REFUSED, _INTERRUPTED = 2, 130
_CODES: tuple[tuple[type[ClearspanError], int], ...] = (
    (NotFound, 3),
    (NotAuthenticated, 4),
    (NotAllowed, 4),
    (NoServer, 5),
)


def main() -> None:
    """Run the command; what goes wrong is one line, and the exit code tells its kind."""
    try:
        code = app(prog_name="clearspan", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code)
    except ClearspanError as error:
        _say(error.message)
        sys.exit(next((code for kind, code in _CODES if isinstance(error, kind)), _REFUSED))
    except ClickException as error:
        _say(_usage(error))
        sys.exit(_REFUSED)
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        _forget_output()  # who reads has enough: `clearspan spans | head`
    except OSError as error:
        _say(f"{error.filename or 'the output'}: {error.strerror or error}")
        _forget_output()
        sys.exit(_REFUSED)


def _forget_output() -> None:
    """What is still buffered has nowhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: ClickException) -> str:
    """What cannot be read, and who knows how to say it."""
    said = error.format_message().rstrip(".")
    if not isinstance(error, UsageError) or error.ctx is None:
        return said
    return f"{said[:1].lower()}{said[1:]}; `{error.ctx.command_path} --help` tells how"


def _say(message: str) -> None:
    from clearspan_server.cli.printing import line_of  # noqa: PLC0415 - only where something went wrong

    print(f"clearspan: {line_of(message)}", file=sys.stderr)  # noqa: T201 - the command's own output
