"""How a command is called, told to people."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typer._click import Command, Parameter


def needs(command: "Command") -> bool:
    """Whether a command does nothing without arguments."""
    return bool(below(command)) or any(one.required for one in command.params)


def usage(path: str, command: "Command") -> str:
    """A command with its arguments; of a group the commands below it."""
    if names := below(command):
        return f"{path} {' | '.join(names)}"
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    return " ".join([path, *map(metavar, arguments)])


def metavar(argument: "Parameter") -> str:
    """An argument as usage has it: [NAME] where it can be left out, NAME... where there can be several."""
    name = str(argument.name).upper().strip("_") + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def below(command: "Command") -> list[str]:
    """The names of a group's commands."""
    return list(getattr(command, "commands", ()))
