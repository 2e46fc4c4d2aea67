"""A list of lines of which those in view are drawn, with a cursor: traces, models, failures, the spans of a trace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from typing_extensions import override

from clearspan_server.cli.monitor.themes import PALETTES, Palette

Draw = Callable[[Any, int, Palette], Text]  # a row, the width there is, colours


class Rows(ScrollView, can_focus=True):
    """Rows with keys that stay the same: the cursor stays with its row, and on top with the newest."""

    DEFAULT_CSS = """
    Rows { height: 1fr; border-top: solid $line; border-title-color: $dim; border-title-style: none;
           scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; }
    Rows:focus { border-top: solid $accent; border-title-color: $foreground; border-title-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move(-1000000)", "First", show=False),
        Binding("end,G", "move(1000000)", "Last", show=False),
        Binding("enter", "choose", "Open"),
    ]

    cursor = reactive(0)

    @dataclass
    class Chosen(Message):
        """Enter was pressed, or the row under the cursor clicked."""

        rows: "Rows"
        row: Any

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        rows: "Rows"
        row: Any

    def __init__(self, draw: Draw, *, id: str, title: str, empty: str) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._draw = draw
        self._empty = empty
        self._rows: Sequence[Any] = ()
        self._keys: Sequence[str] = ()

    @property
    def row(self) -> Any:  # noqa: ANN401 - whatever the list is of
        """The row under the cursor; None in an empty list."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[Any], keys: Sequence[str], *, follow: bool = True) -> None:
        """Other rows. With `follow` a cursor on top stays there."""
        key = self._keys[self.cursor] if self.cursor < len(self._keys) else ""
        stays_on_top = follow and self.cursor == 0
        self._rows, self._keys = rows, keys
        self.virtual_size = Size(self.size.width, len(rows))
        found = 0 if stays_on_top or key not in keys else keys.index(key)
        if found == self.cursor:
            self._told()
        self.cursor = found
        self.refresh()

    def select(self, key: str) -> None:
        """Put the cursor on the row of a key."""
        if key in self._keys:
            self.cursor = self._keys.index(key)

    def watch_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self._told()

    def _told(self) -> None:
        self.post_message(self.Moved(self, self.row))

    def action_move(self, by: int) -> None:
        self.cursor = max(0, min(len(self._rows) - 1, self.cursor + by))

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.scrollable_content_region.height - 1))

    def action_choose(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def on_click(self, event: events.Click) -> None:
        at = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= at < len(self._rows):
            if at == self.cursor:
                self.action_choose()
            self.cursor = at

    @override
    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        palette = PALETTES[self.app.theme]
        at = y + self.scroll_offset.y
        base = Style(color=palette.text, bgcolor=palette.bg)
        if at < len(self._rows):
            text = self._draw(self._rows[at], width, palette)
            if at == self.cursor and self.has_focus:
                base += Style(bgcolor=palette.selected)
        else:
            text = Text(self._empty if at == 0 else "", palette.dim)
        text.truncate(width, overflow="ellipsis")
        strip = Strip(text.render(self.app.console, end="")).apply_style(base)
        return strip.adjust_cell_length(width, base)
