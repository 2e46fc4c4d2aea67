"""One trace: a tree with waterfall bars, and what the span under the cursor says."""

from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Static
from typing_extensions import override

from clearspan_server.cli import figures
from clearspan_server.cli.client import Server
from clearspan_server.cli.feed import News, trace_ids
from clearspan_server.cli.kinds import is_failure, kind_mark, status_mark
from clearspan_server.cli.monitor.asking import Answered, Asking
from clearspan_server.cli.monitor.detail import detail_of
from clearspan_server.cli.monitor.heading import Heading
from clearspan_server.cli.monitor.rows import Rows
from clearspan_server.cli.monitor.themes import PALETTES, Palette
from clearspan_server.cli.monitor.tree import Tree, spans_of, tree_of
from clearspan_server.cli.monitor.waterfall import Waterfall
from clearspan_server.cli.printing import line_of
from clearspan_server.cli.waterfall import Branch

_LOOK_S = 0.15  # a cursor that stands so long asks what its span says
_AGAIN_S = 1.0  # and a trace that changes is read so often at the most

Row = dict[str, Any]


class TraceScreen(Screen[None]):
    """A trace as it went, and goes on."""

    DEFAULT_CSS = """
    TraceScreen {
        background: $background;
        #summary { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #parts { layout: grid; grid-size: 1 2; grid-rows: 3fr 2fr; }
        #detail { border-top: solid $line; padding: 0 1; scrollbar-size-vertical: 1; }
        #detail:focus { border-top: solid $accent; }
        &.-wide #parts { grid-size: 2 1; grid-rows: 1fr; grid-columns: 3fr 2fr; }
        #parts.whole { grid-size: 1 1; grid-rows: 1fr; grid-columns: 1fr; }
        &.-wide #parts.whole { grid-size: 1 1; grid-columns: 1fr; }
        #parts.whole #spans { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("right,l", "fold(False)", "Unfold"),
        Binding("left,h", "fold(True)", "Fold"),
        Binding("n", "next_failure", "Next failure"),
        Binding("d", "whole", "Detail"),
        Binding("t", "app.next_theme", "Theme"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, server: Server, asking: Asking, trace_id: str, span_id: str) -> None:
        super().__init__()
        self._server = server
        self._asking = asking
        self._trace_id = trace_id
        self._wanted = span_id
        self._trace: Row | None = None
        self._tree: Tree | None = None
        self._contents: dict[str, Row] = {}
        self._resting: Timer | None = None
        self._reading: Timer | None = None

    @override
    def compose(self) -> ComposeResult:
        yield Heading()
        yield Static(id="summary")
        with Container(id="parts"):
            yield Waterfall()
            with VerticalScroll(id="detail"):
                yield Static(id="said")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one(Heading).show(project=f"{self._server.project}  {self._trace_id}")
        self.query_one(Waterfall).focus()
        self.watch(self.app, "theme", self._draw, init=False)
        self._read()

    def happened(self, news: list[News]) -> None:
        """The trace may have changed."""
        if self._trace_id in trace_ids(news) and self._reading is None:
            self._reading = self.set_timer(_AGAIN_S, self._read)

    def _read(self) -> None:
        self._reading = None
        path = f"/api/v1/traces/{self._trace_id}/outline"
        self._asking.ask(self, "outline", lambda: self._server.ask(path))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if message.error is not None:
            self.query_one(Heading).show(trouble=message.error.message)
            return
        if message.name == "outline":
            self._show(message.answer)
        else:
            self._contents |= {one["span_id"]: one for one in message.answer["spans"]}
            self._draw()

    def _show(self, outline: Row) -> None:
        folded = self._tree.folded if self._tree else set()
        self._trace, self._tree = outline["trace"], tree_of(spans_of(outline["spans"]))
        self._tree.folded = folded
        self._contents.clear()
        self._unfolded()
        if self._wanted:
            self.query_one(Waterfall).select(self._wanted)
            self._wanted = ""
        self._draw()

    def _unfolded(self) -> None:
        if self._tree is not None:
            self.query_one(Waterfall).show_tree(self._tree)

    def _draw(self) -> None:
        palette = PALETTES[self.app.theme]
        if self._trace is not None:
            self.query_one("#summary", Static).update(_summary(self._trace, palette))
        node = self.query_one(Waterfall).row
        if node is not None:
            content = self._contents.get(node.span["span_id"])
            self.query_one("#said", Static).update(detail_of(node.span, content, palette))

    @on(Rows.Moved)
    def _moved(self, message: Rows.Moved) -> None:
        self.query_one("#detail").scroll_home(animate=False)
        self._draw()
        if self._resting is not None:
            self._resting.stop()
        if message.row is not None and message.row.span["span_id"] not in self._contents:
            self._resting = self.set_timer(_LOOK_S, self._read_contents)

    def _read_contents(self) -> None:
        node = self.query_one(Waterfall).row
        if node is not None:
            path, span_id = f"/api/v1/traces/{self._trace_id}/contents", node.span["span_id"]
            self._asking.ask(self, "contents", lambda: self._server.ask(path, span=span_id))

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        self.action_whole()

    def action_whole(self) -> None:
        """The detail on the whole screen, or beside the tree again."""
        parts = self.query_one("#parts")
        parts.toggle_class("whole")
        self.query_one("#detail" if parts.has_class("whole") else "#spans").focus()

    def action_back(self) -> None:
        if self.query_one("#parts").has_class("whole"):
            self.action_whole()
        else:
            # Not by this screen itself, which would wait for its own end.
            self.app.call_later(self.app.pop_screen)

    def action_fold(self, folds: bool) -> None:
        node: Branch | None = self.query_one(Waterfall).row
        if node is None or self._tree is None:
            return
        if folds and node.below:
            self._tree.folded.add(node.span["span_id"])
        elif not folds:
            self._tree.folded.discard(node.span["span_id"])
        self._unfolded()

    def action_next_failure(self) -> None:
        """The next span that failed, after the last the first."""
        if self._tree is None:
            return
        self._tree.folded.clear()
        self._unfolded()
        spans = [node.span for node in self._tree.shown()]
        at = self.query_one(Waterfall).cursor + 1
        failed = [span for span in spans[at:] + spans[:at] if is_failure(span["status"])]
        if failed:
            self.query_one(Waterfall).select(failed[0]["span_id"])


def _summary(trace: Row, palette: Palette) -> Text:
    kind, status = kind_mark(trace["kind"]), status_mark(trace["status"])
    text = Text.assemble(
        (f"{kind.glyph} ", palette.kind(trace["kind"])), (line_of(trace["name"]), "bold")
    )
    text.append(f"  {status.glyph} {trace['status']}", palette.status(trace["status"]))
    text.append(f"  {figures.duration(trace['duration_ns'])}")
    for said in (
        figures.flow(trace["input_tokens"], trace["output_tokens"]),
        figures.money(trace["total_cost"]),
        f"{trace['span_count']} spans",
        f"{trace['error_count']} failed" if trace["error_count"] else "",
        f"user {line_of(trace['user_id'])}" if trace["user_id"] else "",
        f"session {line_of(trace['session_id'])}" if trace["session_id"] else "",
    ):
        text.append(f"  {said}" if said else "", palette.dim)
    return text
