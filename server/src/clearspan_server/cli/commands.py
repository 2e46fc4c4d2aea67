"""The table of commands. A row is read when its command is called, so that each starts as fast as its own part."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.main
from typer.core import TyperGroup
from typing_extensions import override

from clearspan_server import __version__

if TYPE_CHECKING:
    from typer._click import Command, Context


_OF_THE_WHOLE = {"install_completion", "show_completion"}  # what Typer gives to each part


@dataclass(slots=True, frozen=True)
class Entry:
    """A function of a module of this package, or its `typer.Typer` with commands of its own; a part of the help."""

    module: str
    name: str
    panel: str

    def command(self, called: str) -> "Command":
        found: Callable[..., object] | typer.Typer
        found = getattr(import_module(f"clearspan_server.cli.{self.module}"), self.name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer()
            alone.command(called)(found)
            found = alone
        made = typer.main.get_command(found)
        made.params = [one for one in made.params if one.name not in _OF_THE_WHOLE]
        made.name = called
        made.rich_help_panel = self.panel  # type: ignore[attr-defined]  # commands and groups have it
        return made


PANELS = _SERVE, _LOOK, _RUN, _KEEP = "Serve", "Look", "Programs", "Keep"  # as help has them

COMMANDS: Mapping[str, Entry] = {
    "up": Entry("up", "up", _SERVE),
    "status": Entry("up", "status", _SERVE),
    "open": Entry("up", "open_", _SERVE),
    "doctor": Entry("maintaining", "doctor", _SERVE),
    "traces": Entry("lists", "traces", _LOOK),
    "spans": Entry("lists", "spans", _LOOK),
    "sessions": Entry("lists", "sessions", _LOOK),
    "users": Entry("lists", "users", _LOOK),
    "failures": Entry("lists", "failures", _LOOK),
    "trace": Entry("trace", "trace", _LOOK),
    "span": Entry("span", "span", _LOOK),
    "tail": Entry("tail", "tail", _LOOK),
    "replay": Entry("replay", "replay", _LOOK),
    "compare": Entry("compare", "compare", _LOOK),
    "whatif": Entry("whatif", "whatif", _LOOK),
    "logs": Entry("log_records", "logs", _LOOK),
    "cost": Entry("cost", "cost", _LOOK),
    "metrics": Entry("metrics", "metrics", _LOOK),
    "sql": Entry("sql", "sql", _LOOK),
    "monitor": Entry("monitor.command", "monitor", _LOOK),
    "run": Entry("programs", "run", _RUN),
    "exec": Entry("programs", "exec_", _RUN),
    "demo": Entry("programs", "demo", _RUN),
    "mcp": Entry("mcp", "mcp", _RUN),
    "call": Entry("calling", "call", _RUN),
    "sim": Entry("simulating", "sim", _RUN),
    "export": Entry("moving.exports", "export", _KEEP),
    "import": Entry("moving.imports", "import_", _KEEP),
    "project": Entry("projects", "app", _KEEP),
    "key": Entry("keys", "app", _KEEP),
    "user": Entry("users", "app", _KEEP),
    "prices": Entry("prices", "app", _KEEP),
    "normalise": Entry("maintaining", "normalise", _KEEP),
    "backup": Entry("maintaining", "backup", _KEEP),
    "restore": Entry("maintaining", "restore", _KEEP),
    "openapi": Entry("maintaining", "openapi", _KEEP),
}


class _Table(TyperGroup):
    """The commands of the table."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - those of the group
        super().__init__(**attributes)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # names alone, for "did you mean"

    @override
    def list_commands(self, ctx: "Context") -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        entry = COMMANDS.get(cmd_name)
        return entry.command(cmd_name) if entry else None


app = typer.Typer(
    name="clearspan",
    cls=_Table,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Flight recorder for applications built on language models. Without a command: a palette of them."""
    del version  # its callback has acted
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(context.get_help())
        return
    from clearspan_server.cli import palette  # noqa: PLC0415 - Textual takes long to import

    palette.run({name: entry.command(name) for name, entry in COMMANDS.items()})
