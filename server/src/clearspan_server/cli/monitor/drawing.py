"""How rows and figures of the dashboard look: a text a row, for any width."""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from clearspan_server.cli import figures
from clearspan_server.cli.kinds import is_failure, kind_mark, status_mark
from clearspan_server.cli.lines import cell
from clearspan_server.cli.monitor.themes import Palette
from clearspan_server.cli.printing import line_of

_BLOCKS = " ▁▂▃▄▅▆▇█"

Row = dict[str, Any]


def right(text: str, width: int) -> str:
    """Text that stands right in so many columns."""
    return " " * max(0, width - cell_len(text)) + text


def trace_row(row: Row, width: int, palette: Palette) -> Text:
    """One trace of the list; how long a running one has been running."""
    kind, status = kind_mark(row["kind"]), status_mark(row["status"])
    failed = is_failure(row["status"])
    colour = palette.status(row["status"])
    text = Text()
    text.append(f" {status.glyph} ", colour)
    text.append(f"{kind.glyph} ", palette.kind(row["kind"]))
    text.append(cell(row["name"], max(12, min(28, width // 5))), f"bold {colour}" if failed else "")
    text.append(right(figures.duration(row["duration_ns"]), 9))
    text.append(right(figures.money(row["total_cost"]), 10), palette.dim)
    if width >= 90:
        text.append(right(figures.flow(row["input_tokens"], row["output_tokens"]), 14), palette.dim)
    text.append(right(figures.ago(row["start"]), 6), palette.dim)
    text.append("  ")
    if failed:
        said = ": ".join(filter(None, (row["error_type"].rpartition(".")[2], row["error_message"])))
        text.append(line_of(said), palette.error)
    elif row["status"] != "ok":
        text.append(f"{row['status']}  {line_of(row['input_preview'])}", colour)
    else:
        text.append(line_of(row["output_preview"] or row["input_preview"]), palette.dim)
    return text


def model_row(row: Row, width: int, palette: Palette) -> Text:
    """A model: its share of all tokens as a bar, its calls, what they took, failed and cost."""
    text = Text(" ")
    is_narrow, is_wide = width < 46, width >= 70
    beside = 24 if is_narrow else 54 if is_wide else 32  # what stands right of the name
    name_width = max(10, min(30, width - beside))
    text.append(cell(row["model"] or row["provider"] or "unknown", name_width), palette.kind("llm"))
    text.append(right(figures.count(row["input_tokens"] + row["output_tokens"]), 6))
    text.append(" ")
    if is_wide:
        text.append(_bar(row["share"], 10), palette.kind("llm"))
        text.append(right(f"{figures.count(row['calls'])} calls", 12), palette.dim)
    if not is_narrow:
        text.append(right(figures.duration(row["latency_p95_ns"]), 8), palette.dim)
    text.append(right(figures.money(row["cost"]), 9))
    if row["errors"]:
        text.append(f"  ✗{figures.count(row['errors'])}", palette.error)
    return text


def failure_row(row: Row, width: int, palette: Palette) -> Text:
    """Failures of one kind: how many, where, when last, what they said."""
    text = Text()
    text.append(f"{right(figures.count(row['count']), 5)}× ", f"bold {palette.error}")
    text.append(f"{kind_mark(row['kind']).glyph} ", palette.kind(row["kind"]))
    text.append(cell(row["name"], max(10, min(22, width // 3))))
    text.append(right(figures.ago(row["last_seen"]), 5), palette.dim)
    text.append(f"  {line_of(row['message'] or row['error_type'])}", palette.dim)
    return text


def sparkline(values: Sequence[float | None], width: int, height: int = 1) -> list[str]:
    """The values as bars of so many columns and rows, the newest at the right; what is unknown is a gap."""
    shown = _resampled(values, width)
    most = max((one for one in shown if one is not None), default=0.0)
    eighths = [
        0 if not one or not most else max(1, round(one / most * 8 * height)) for one in shown
    ]
    rows = range(height - 1, -1, -1)
    return ["".join(_BLOCKS[max(0, min(8, one - 8 * row))] for one in eighths) for row in rows]


def _resampled(values: Sequence[float | None], width: int) -> list[float | None]:
    """As many values as there are columns; of several the greatest, so that no peak is lost."""
    if not values or width <= 0:
        return [None] * max(0, width)
    parts = (
        values[at * len(values) // width : max(at * len(values) // width + 1, (at + 1) * len(values) // width)]
        for at in range(width)
    )  # fmt: skip
    return [max((one for one in part if one is not None), default=None) for part in parts]


def _bar(share: float, width: int) -> str:
    filled = max(1, round(share * width)) if share > 0 else 0
    return "█" * filled + " " * (width - filled)
