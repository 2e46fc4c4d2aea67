"""The reference of the commands is what the commands are."""

from clearspan_server.cli.commands import COMMANDS, PANELS
from cli_reference import PAGE, page


def test_the_page_is_what_make_docs_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_command_stands_under_a_panel_of_the_help_and_says_what_it_does() -> None:
    assert {entry.panel for entry in COMMANDS.values()} <= set(PANELS)
    assert [name for name, entry in COMMANDS.items() if not entry.command(name).help] == []
