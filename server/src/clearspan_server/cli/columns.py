"""Rows in columns that fit: what matters less is left out of a narrow terminal, and nothing is cut where nobody looks.

Each cell is captured text until it has been through `line_of`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from clearspan_server.cli import kinds
from clearspan_server.cli.printing import console, line_of

Row = Mapping[str, Any]

_GAP = "  "
_DRAWN = 48  # columns of a cell that is drawn, where there is room
_MOST = (
    200  # characters of a cell where nothing is cut for the width: what is longer is in the JSON
)


@dataclass(slots=True, frozen=True)
class Column:
    """What a column says of a row.

    `least` is the width to which it may be cut, 0 for a column that is whole or not there; of the columns with a
    `rank` those with the highest go first where the room is short. `lead` stands before the text, dim and as it is;
    `drawn` makes a cell of any width from `least` on, instead of a text.
    """

    title: str
    text: Callable[[Row], object]
    right: bool = False
    least: int = 0
    rank: int = 0
    style: Callable[[Row], str] = lambda _: ""
    lead: Callable[[Row], str] = lambda _: ""
    drawn: Callable[[Row, int], str] | None = None


def show_rows(rows: Sequence[Row], columns: Sequence[Column], *, empty: bool = False) -> None:
    """Print the rows below the titles of the columns; without `empty` those that are empty in all rows are left out."""
    out = console()
    cells = [[_cell(column, row) for row in rows] for column in columns]
    kept = [at for at, texts in enumerate(cells) if empty or any(texts)]
    widths = _widths(
        [columns[at] for at in kept],
        [max(cell_len(text) for text in (columns[at].title, *cells[at])) for at in kept],
        out.width if out.is_terminal else None,
    )
    shown = [(at, width) for at, width in zip(kept, widths, strict=True) if width]
    print_line(out, [_title(columns[at], width) for at, width in shown])
    for number, row in enumerate(rows):
        line = [_sized(columns[at], row, cells[at][number], width) for at, width in shown]
        print_line(out, line)


def room_for_names() -> int:
    """How many columns the names of a tree have at the least on this terminal; where there is none, enough for any."""
    out = console()
    return max(24, out.width * 45 // 100) if out.is_terminal else _MOST


def print_line(out: Console, cells: Sequence[Text]) -> None:
    """One line, which is never wrapped nor cut, without blanks at its end."""
    line = Text(_GAP).join(cells)
    line.rstrip()
    out.print(line, no_wrap=True, overflow="ignore", crop=False)


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Exactly so wide on a screen, whatever script it is in; what is cut ends with `…`."""
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def status_text(row: Row) -> str:
    """`✗ error`; the mark alone where all is well."""
    mark = kinds.status_mark(row["status"])
    return mark.glyph if row["status"] == "ok" else f"{mark.glyph} {row['status']}"


def status_style(row: Row) -> str:
    """The colour of how it ended."""
    return kinds.status_mark(row["status"]).colour


def name_text(row: Row) -> str:
    """The kind's glyph and the name; of one without a name its kind."""
    return f"{kinds.kind_mark(row['kind']).glyph} {row['name'].strip() or row['kind']}"


def name_style(row: Row) -> str:
    """The colour of its kind."""
    return kinds.kind_mark(row["kind"]).colour


def _cell(column: Column, row: Row) -> str:
    """What a cell would say if nothing were cut."""
    if column.drawn:
        return column.drawn(row, _DRAWN)
    text = column.text(row)
    return column.lead(row) + ("" if text is None else _short(line_of(text)))


def _short(text: str) -> str:
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"


def _title(column: Column, width: int) -> Text:
    return Text(fitted(column.title, width, right=column.right), "dim")


def _sized(column: Column, row: Row, text: str, width: int) -> Text:
    if column.drawn:
        return Text(column.drawn(row, width), column.style(row))
    sized = Text(fitted(text, width, right=column.right), column.style(row))
    sized.stylize("dim default", 0, len(column.lead(row)))
    return sized


def _widths(columns: list[Column], natural: list[int], room: int | None) -> list[int]:
    """The width of each column, 0 of one that is left out; without a bound each has what it needs."""
    if room is None:
        return natural
    least = [min(wanted, one.least or wanted) for one, wanted in zip(columns, natural, strict=True)]
    left = set(range(len(columns)))
    for at in sorted(left, key=lambda at: -columns[at].rank):
        if columns[at].rank == 0 or _taken(least, left) <= room:
            break
        left.remove(at)
    spare = room - _taken(least, left)
    widths = [least[at] if at in left else 0 for at in range(len(columns))]
    for at in sorted(left, key=lambda at: (columns[at].rank, natural[at])):
        more = max(0, min(natural[at] - widths[at], spare))
        widths[at] += more
        spare -= more
    return widths


def _taken(widths: list[int], left: set[int]) -> int:
    return sum(widths[at] + len(_GAP) for at in left) - len(_GAP)
