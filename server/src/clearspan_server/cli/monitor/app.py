"""The application: themes, the live feed, and the screens."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from typing_extensions import override

from clearspan_server.cli.client import Server
from clearspan_server.cli.feed import Away, Connected, Feed, Over
from clearspan_server.cli.hanging_up import end_with_terminal
from clearspan_server.cli.monitor.asking import Asking, Happened, follow
from clearspan_server.cli.monitor.board import Board
from clearspan_server.cli.monitor.heading import Heading
from clearspan_server.cli.monitor.themes import PALETTES, theme_of
from clearspan_server.cli.monitor.trace import TraceScreen
from clearspan_server.cli.monitor.view import WINDOWS, View
from clearspan_server.errors import BadInput

__all__ = ["Monitor", "View"]


class Monitor(App[None]):
    """A project as it lives, full-screen."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "quit", show=False, priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as it is declared there

    def __init__(self, server: Server, view: View, theme: str) -> None:
        _check(view.window, WINDOWS, "window")
        _check(theme, PALETTES, "theme")
        super().__init__()
        for name, palette in PALETTES.items():
            self.register_theme(theme_of(name, palette))
        self.theme = theme
        self.waits_s: float | None = None  # until the server is asked again
        self._server = server
        self._board = Board(server, Asking(), view)

    @override
    def get_default_screen(self) -> Board:
        return self._board

    def on_mount(self) -> None:
        end_with_terminal(self)
        follow(self, Feed(self._server))

    def on_happened(self, message: Happened) -> None:
        """The board hears of everything; a trace that is looked at, too."""
        for one in message.news:
            match one:
                case Away(wait_s):
                    self.waits_s = wait_s
                case Connected():
                    self.waits_s = None
                case Over(error):
                    self.exit(return_code=2, message=f"clearspan: {error.message}")
                case _:
                    pass
        self._board.happened(message.news)
        for screen in self.screen_stack:
            screen.query(Heading).refresh()
            if isinstance(screen, TraceScreen):
                screen.happened(message.news)

    def action_next_theme(self) -> None:
        names = list(PALETTES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]


def _check(given: str, known: Iterable[str], what: str) -> None:
    if given not in known:
        raise BadInput(f"there is no {what} {given!r}; {', '.join(known)} are there")
