"""Traces and spans as one coloured line each."""

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from clearspan_server.cli import figures
from clearspan_server.cli.kinds import is_failure, kind_mark, status_mark
from clearspan_server.cli.printing import line_of

_WIDE = 110  # columns from which on there is room for tokens, a model and longer names
_SHORT_ID = 8

Row = dict[str, Any]
Draw = Callable[[Row, int, bool], Text]


def print_line(console: Console, draw: Draw, row: Row, again: bool) -> None:
    """On a terminal cut at its edge, else whole."""
    width = console.width if console.is_terminal else 10_000
    line = draw(row, width, again)
    if console.is_terminal:
        line.truncate(width, overflow="ellipsis")
    console.print(line, soft_wrap=True)


def trace_line(row: Row, width: int, again: bool = False) -> Text:
    """When it ended and how, what it took, its id, and what it said or what went wrong."""
    wide = width >= _WIDE
    line = _beginning(row, 24 if wide else 15, again)
    line.append(_right(figures.duration(row["duration_ns"]), 9))
    line.append(_right(figures.money(row["total_cost"]), 10))
    if wide:
        line.append(_right(figures.flow(row["input_tokens"], row["output_tokens"]), 13), "dim")
    line.append(f"  {_id(row, wide)}  ", "dim")
    _end(line, row, _models(row["models"]) if wide else "")
    return line


def span_line(row: Row, width: int, again: bool = False) -> Text:
    """The same of a span; its trace's id is the one that commands take."""
    wide = width >= _WIDE
    line = _beginning(row, 28 if wide else 15, again)
    line.append(_right(figures.duration(row["duration_ns"]), 9))
    line.append(_right(figures.money(row["total_cost"]), 10))
    if wide:
        line.append(_right(figures.flow(row["input_tokens"], row["output_tokens"]), 13), "dim")
    line.append(f"  {_id(row, wide)}  ", "dim")
    _end(line, row, (row["response_model"] or row["request_model"]) if wide else "")
    return line


def cell(text: object, width: int) -> str:
    """Captured text in so many columns, cut with an ellipsis."""
    whole = line_of(text)
    return (
        set_cell_size(whole, width)
        if cell_len(whole) <= width
        else set_cell_size(whole, width - 1) + "…"
    )


def _beginning(row: Row, name_width: int, again: bool) -> Text:
    kind, status = kind_mark(row["kind"]), status_mark(row["status"])
    line = Text(figures.clock(row["end"] or row["start"])[11:19], style="dim")
    line = Text.assemble(
        line, " ", (status.glyph, status.colour), " ", (kind.glyph, kind.colour), " "
    )
    style = f"bold {status.colour}" if is_failure(row["status"]) else "bold"
    line.append(cell(f"↻ {row['name']}" if again else row["name"], name_width), style)
    return line


def _end(line: Text, row: Row, models: str) -> None:
    status = row["status"]
    if status != "ok":
        line.append(f"{status}  ", status_mark(status).colour)
    if models:
        line.append(f"{line_of(models)}  ", kind_mark("llm").colour)
    if is_failure(status):
        said = ": ".join(filter(None, (row["error_type"], row["error_message"])))
        line.append(line_of(said), status_mark(status).colour)
    else:
        line.append(line_of(row["output_preview"] or row["input_preview"]), "dim")


def _id(row: Row, wide: bool) -> str:
    """As much of it as commands need, where the rest would leave no room for what went wrong."""
    return line_of(row["trace_id"] if wide else row["trace_id"][:_SHORT_ID])


def _models(models: list[str]) -> str:
    return f"{models[0]} +{len(models) - 1}" if len(models) > 1 else "".join(models)


def _right(text: str, width: int) -> str:
    return " " * max(0, width - cell_len(text)) + text
