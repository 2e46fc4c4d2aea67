"""The first line: whose data, of which window and filter, and whether it is live."""

from rich.text import Text
from textual.widget import Widget
from typing_extensions import override

from clearspan_server.cli.monitor.themes import PALETTES
from clearspan_server.cli.monitor.view import View
from clearspan_server.cli.printing import line_of


class Heading(Widget):
    """What is told of the view at the left, of the server at the right."""

    DEFAULT_CSS = "Heading { height: 1; background: $panel; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._project = ""
        self._trouble = ""

    def show(
        self, *, view: View | None = None, project: str | None = None, trouble: str | None = None
    ) -> None:
        """Other things than before; what is None stays."""
        self._view = view or self._view
        self._project = self._project if project is None else project
        self._trouble = self._trouble if trouble is None else trouble
        self.refresh()

    @override
    def render(self) -> Text:
        palette = PALETTES[self.app.theme]
        state, colour = self._state()
        room = max(0, self.content_size.width - len(state) - 2)
        text = Text.assemble(
            ("clearspan", f"bold {palette.accent}"), "  ", (line_of(self._project), "bold")
        )
        if self._trouble:
            text.append(f"  ✗ {line_of(self._trouble)}", palette.error)
        elif self._view is not None:
            text.append(f"  last {self._view.window}", palette.dim)
            text.append("  ✗ errors" if self._view.only_errors else "", palette.error)
            text.append(
                f"  / {line_of(self._view.filter)}" if self._view.filter else "", palette.text
            )
        text.truncate(room, overflow="ellipsis", pad=True)
        return text.append(f"  {state}", getattr(palette, colour))

    def _state(self) -> tuple[str, str]:
        if self._view is not None and self._view.paused:
            return "‖ paused", "warn"
        waits_s = getattr(self.app, "waits_s", None)
        if waits_s is None:
            return "● live", "ok"
        return f"○ away, again in {waits_s:.0f} s", "error"
