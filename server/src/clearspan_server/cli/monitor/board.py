"""The dashboard: figures on top, traces, models and failures below; live."""

import time
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widgets import Footer, Input
from typing_extensions import override

from clearspan_server.cli.client import Server
from clearspan_server.cli.feed import Connected, News, trace_ids
from clearspan_server.cli.monitor.asking import Answered, Asking
from clearspan_server.cli.monitor.drawing import failure_row, model_row, trace_row
from clearspan_server.cli.monitor.heading import Heading
from clearspan_server.cli.monitor.rows import Rows
from clearspan_server.cli.monitor.tiles import Tiles
from clearspan_server.cli.monitor.trace import TraceScreen
from clearspan_server.cli.monitor.view import WINDOWS, View
from clearspan_server.errors import BadInput, ClearspanError

_TRACES = 200
_FAILURES = 50
_LOOKS_EVERY_S = 1.0
_LEAST_PAUSE_S = 2.0  # between two looks while much happens
_PAUSE_SHARE = 4  # and so many times as long as the look took, so that a busy server is left alone
_LONGEST_PAUSE_S = 30.0  # after which the window has moved on even if nothing happened

Row = dict[str, Any]


class Board(Screen[None]):
    """What happens in a project, at a glance."""

    DEFAULT_CSS = """
    Board {
        background: $background;
        #filter { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
        #filter.open { display: block; }
        #lists { layout: grid; grid-size: 2 2; grid-rows: 2fr 1fr; grid-columns: 3fr 4fr; }
        #traces { column-span: 2; }
        &.-wide Tiles { height: 6; }
        &.-wide #lists { grid-rows: 1fr 2fr; grid-columns: 4fr 3fr; }
        &.-wide #traces { column-span: 1; row-span: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter"),
        Binding("w", "window", "Window"),
        Binding("e", "errors", "Errors"),
        Binding("p", "pause", "Pause"),
        Binding("t", "app.next_theme", "Theme"),
        Binding("tab", "app.focus_next", "Panel"),
        Binding("q", "app.quit", "Quit"),
        Binding("escape", "close_filter", show=False),
    ]

    def __init__(self, server: Server, asking: Asking, view: View) -> None:
        super().__init__()
        self._server = server
        self._asking = asking
        self._view = view
        self._is_stale = True
        self._is_asking = False
        self._asked_s = 0.0
        self._took_s = 0.0

    @override
    def compose(self) -> ComposeResult:
        yield Heading()
        yield Input(
            self._view.filter, id="filter", placeholder="status:error cost>0.05", compact=True
        )
        yield Tiles()
        with Container(id="lists"):
            nothing = " nothing in this window; w widens it"
            yield Rows(trace_row, id="traces", title="Traces", empty=nothing)
            yield Rows(
                model_row, id="models", title="Tokens by model", empty=" no model was called"
            )
            yield Rows(failure_row, id="failures", title="Failures", empty=" nothing failed")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#traces").focus()
        self.query_one(Heading).show(view=self._view, project=self._server.project)
        self.set_interval(_LOOKS_EVERY_S, self.look)
        self.look()

    def happened(self, news: list[News]) -> None:
        """Something may have changed."""
        came_back = any(isinstance(one, Connected) for one in news)
        self._is_stale = self._is_stale or came_back or bool(trace_ids(news))
        self.look()

    def look(self) -> None:
        """Ask again where something happened and the last look was not just now."""
        rested_s = time.monotonic() - self._asked_s
        pause_s = max(_LEAST_PAUSE_S, _PAUSE_SHARE * self._took_s)
        is_due = (self._is_stale and rested_s >= pause_s) or rested_s >= _LONGEST_PAUSE_S
        if is_due and not self._is_asking and not self._view.paused:
            self._ask()

    def _ask(self) -> None:
        self._is_stale, self._is_asking, self._asked_s = False, True, time.monotonic()
        view = replace(self._view)
        self._asking.ask(self, view.asked().filter, lambda: _read(self._server, view))

    def _ask_anew(self) -> None:
        """What is shown is of another question."""
        self.query_one(Heading).show(view=self._view)
        self._is_asking = False
        self._ask()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self._is_asking = False
        self._took_s = time.monotonic() - self._asked_s
        if message.name != self._view.asked().filter:
            return
        if message.error is not None:
            self._refused(message.error)
            return
        overview, traces, failures = message.answer
        self.query_one(Heading).show(trouble="")
        self.query_one(Tiles).show(overview)
        models = _with_shares(overview["models"])
        running = sum(row["status"] == "open" for row in traces)
        shown = self.query_one("#traces", Rows)
        shown.border_title = f"Traces · {running} running" if running else "Traces"
        shown.show(traces, [row["trace_id"] for row in traces])
        self.query_one("#models", Rows).show(
            models, [f"{row['provider']} {row['model']}" for row in models]
        )
        self.query_one("#failures", Rows).show(failures, [row["fingerprint"] for row in failures])

    def _refused(self, error: ClearspanError) -> None:
        self.query_one(Heading).show(trouble=error.message)
        self._is_stale = not isinstance(error, BadInput)

    @on(Rows.Chosen)
    def _chosen(self, message: Rows.Chosen) -> None:
        row = message.row
        match message.rows.id:
            case "traces":
                self._open(row["trace_id"])
            case "failures":
                self._open(row["example"]["trace_id"], row["example"]["span_id"])
            case _:
                name = str(row["model"]).replace("\\", "\\\\").replace('"', '\\"')
                self._filter_by(f'model:"{name}"')

    def _open(self, trace_id: str, span_id: str = "") -> None:
        screen = TraceScreen(self._server, self._asking, trace_id, span_id)
        self.call_later(self.app.push_screen, screen)

    def _filter_by(self, filter_: str) -> None:
        self._view.filter = filter_
        self.query_one("#filter", Input).value = filter_
        self._ask_anew()

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.add_class("open")
        field.focus()

    def action_close_filter(self) -> None:
        """Back to the traces; without a field open, the filter goes."""
        field = self.query_one("#filter", Input)
        if field.has_class("open"):
            field.remove_class("open")
            field.value = self._view.filter
            self.query_one("#traces").focus()
        elif self._view.filter:
            self._filter_by("")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        self._view.filter = message.value.strip()
        message.input.remove_class("open")
        self.query_one("#traces").focus()
        self._ask_anew()

    def action_window(self) -> None:
        names = list(WINDOWS)
        self._view.window = names[(names.index(self._view.window) + 1) % len(names)]
        self._ask_anew()

    def action_errors(self) -> None:
        self._view.only_errors = not self._view.only_errors
        self._ask_anew()

    def action_pause(self) -> None:
        self._view.paused = not self._view.paused
        self.query_one(Heading).show(view=self._view)


def _read(server: Server, view: View) -> tuple[Row, list[Row], list[Row]]:
    """The window in numbers, whatever failed or not; its newest traces, and what failed most."""
    since = WINDOWS[view.window]
    overview = server.ask("/api/v1/overview", **{"filter": view.filter, "from": since})
    asked = {"filter": view.asked().filter, "from": since}
    traces = server.ask("/api/v1/traces", limit=_TRACES, **asked)["traces"]
    failures = server.ask("/api/v1/failures", limit=_FAILURES, **asked)["failures"]
    return overview, traces, failures


def _with_shares(models: list[Row]) -> list[Row]:
    """Models by tokens, the most first, each with its share of the largest."""
    ordered = sorted(models, key=lambda row: -(row["input_tokens"] + row["output_tokens"]))
    most = max((row["input_tokens"] + row["output_tokens"] for row in models), default=0) or 1
    return [row | {"share": (row["input_tokens"] + row["output_tokens"]) / most} for row in ordered]
