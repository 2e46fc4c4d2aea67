"""The tree of a trace with a bar for each span: where in the trace it was, and how long."""

from rich.text import Text

from clearspan_server.cli import figures
from clearspan_server.cli.kinds import is_failure, kind_mark, status_mark
from clearspan_server.cli.lines import cell
from clearspan_server.cli.monitor.drawing import right
from clearspan_server.cli.monitor.rows import Rows
from clearspan_server.cli.monitor.themes import Palette
from clearspan_server.cli.monitor.tree import Tree
from clearspan_server.cli.waterfall import Branch, bar


class Waterfall(Rows):
    """The spans of a trace that are not folded away."""

    def __init__(self) -> None:
        super().__init__(self._line, id="spans", title="Spans", empty=" reading the trace …")
        self._lasts_ns = 0
        self._folded: set[str] = set()

    def show_tree(self, tree: Tree) -> None:
        """The branches of a tree; the cursor stays with its span."""
        self._lasts_ns, self._folded = tree.lasts_ns, tree.folded
        shown = tree.shown()
        self.border_title = f"Spans · {figures.duration(tree.lasts_ns)}"
        self.show(shown, [branch.span["span_id"] for branch in shown], follow=False)

    def _line(self, branch: Branch, width: int, palette: Palette) -> Text:
        span = branch.span
        kind, status = kind_mark(span["kind"]), status_mark(span["status"])
        colour = palette.status(span["status"])
        failed = is_failure(span["status"])
        name_width = max(18, width * 2 // 5)
        fold = "▸" if branch.below and span["span_id"] in self._folded else " "
        told = Text()
        told.append(f"{fold}{branch.guides[-(name_width // 2) :]}", palette.line)
        told.append(f"{kind.glyph} ", palette.kind(span["kind"]))
        room = max(4, name_width - told.cell_len)
        told.append(cell(span["name"], room), f"bold {colour}" if failed else "")
        told.append("" if span["status"] == "ok" else status.glyph, colour)
        told.append(" " if span["status"] == "ok" else "")
        told.append(right(figures.duration(span["duration_ns"]), 9), palette.dim)
        told.append(" ")
        bar_colour = colour if span["status"] != "ok" else palette.kind(span["kind"])
        return told.append(bar(span, self._lasts_ns, width - told.cell_len - 1), bar_colour)
