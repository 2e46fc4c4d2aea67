"""`clearspan` without arguments: every command, found by a few letters of its name or of what it does."""

import os
import shlex
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.fuzzy import Matcher
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from clearspan_server.cli.hanging_up import end_with_terminal
from clearspan_server.cli.usage import needs, usage

if TYPE_CHECKING:
    from typer._click import Command

_NAME_CHARS = 12


def run(commands: "Mapping[str, Command]") -> None:
    """Let somebody choose, and become that command; nothing happens when nobody does."""
    line = Palette(commands).run()
    if line is None:
        return
    print(f"$ clearspan {line}", flush=True)  # noqa: T201 - the command's own output
    arguments = [sys.executable, "-m", "clearspan_server", *shlex.split(line)]
    os.execv(sys.executable, arguments)  # noqa: S606 - our own command, with what was typed here


class Palette(App[str]):
    """A command line above the commands that fit its first word; it ends with the line, or with None."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: $background; }
    Input { border: none; height: 1; margin: 1 2 0 2; padding: 0; background: $background; }
    OptionList {
        border: none; height: 1fr; margin: 1 2; padding: 0; background: $background;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    #usage { height: 1; margin: 0 2; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
        Binding("tab", "complete", "Complete", priority=True),
        Binding("escape", "quit", "Leave"),
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(self, commands: "Mapping[str, Command]") -> None:
        super().__init__()
        self._commands = commands

    @override
    def compose(self) -> ComposeResult:
        yield Input(placeholder="a command, and its arguments", compact=True)
        yield OptionList(*self._options(""), compact=True)
        yield Static(id="usage")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """The first command is chosen, and every key is the line's."""
        end_with_terminal(self)
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._choose(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what fits the first word."""
        shown = self.query_one(OptionList)
        shown.clear_options()
        shown.add_options(self._options(event.value.strip().partition(" ")[0]))
        self._choose(0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run it, unless it needs something that is not there yet."""
        name = self._chosen()
        _, _, given = event.value.strip().partition(" ")
        if name is None:
            return
        if not given and needs(self._commands[name]):
            self.action_complete()
            return
        self.exit(f"{name} {given}".strip())

    def action_complete(self) -> None:
        """Write the chosen command's name."""
        if (name := self._chosen()) is not None:
            line = self.query_one(Input)
            line.value = f"{name} {line.value.strip().partition(' ')[2]}"
            line.cursor_position = len(line.value)

    def action_move(self, by: int) -> None:
        """Choose another one."""
        self._choose((self.query_one(OptionList).highlighted or 0) + by)

    def _choose(self, at: int) -> None:
        shown = self.query_one(OptionList)
        shown.highlighted = max(0, min(at, shown.option_count - 1)) if shown.option_count else None
        name = self._chosen()
        self.query_one("#usage", Static).update(
            Text(usage(f"clearspan {name}", self._commands[name]) if name else "no such command")
        )

    def _chosen(self) -> str | None:
        shown = self.query_one(OptionList)
        if shown.highlighted is None:
            return None
        return shown.get_option_at_index(shown.highlighted).id

    def _options(self, typed: str) -> list[Option]:
        scored = []
        for name, command in self._commands.items():
            told = " ".join((command.help or "").split())
            if score := _fit(typed, name, told):
                called = (f"{name:<{_NAME_CHARS}}", "bold")
                row = Text.assemble(called, (told, "dim"), no_wrap=True, overflow="ellipsis")
                scored.append((-score, Option(row, id=name)))
        scored.sort(key=lambda one: one[0])
        return [option for _, option in scored]


def _fit(typed: str, name: str, told: str) -> float:
    """How well what is typed fits: letters of the name before words of what it does; 0 is not at all."""
    if not typed:
        return 1.0
    return float(Matcher(typed).match(name)) or 0.01 * (typed.casefold() in told.casefold())
