"""Metrics for people: their names, and a line a series with its course."""

from typing import Any

from rich.text import Text

from clearspan_server.cli.columns import Column, Row, show_rows
from clearspan_server.cli.figures import ago, count, duration, trimmed
from clearspan_server.cli.printing import console, line_of
from clearspan_server.cli.sparkline import sparkline

_SECONDS = {"s": 1e9, "ms": 1e6, "us": 1e3, "µs": 1e3, "ns": 1.0}


def show_names(found: dict[str, Any]) -> None:
    """Print the list of metrics of a project."""
    show_rows(
        found["names"],
        (
            Column("metric", lambda row: row["name"], least=30),
            Column("type", lambda row: row["type"].replace("_", " "), rank=1),
            Column("unit", lambda row: row["unit"]),
            Column("series", lambda row: count(row["series"]), right=True),
            Column("ago", lambda row: ago(row["last_seen"]), right=True, style=lambda _: "dim"),
            Column(
                "labels",
                lambda row: ", ".join(row["labels"]),
                least=12,
                rank=3,
                style=lambda _: "dim",
            ),
            Column("what", lambda row: row["description"], least=16, rank=4, style=lambda _: "dim"),
        ),
    )
    if found["truncated"]:
        console(stderr=True).print(
            Text("▸ there are more: `clearspan metrics NAME` shows any", "dim")
        )


def show(reply: dict[str, Any]) -> None:
    """Print one metric: a line a series, its course and its bounds."""
    out = console()
    unit = "/s" if reply["stat"] == "rate" else ""
    head = f"{reply['stat']} by {duration(reply['step_ms'] * 1e6).replace('.0 ', ' ')}, {reply['unit']}{unit}".rstrip(
        ", "
    )
    out.print(Text.assemble((line_of(reply["name"]), "bold"), "  ", (line_of(head), "dim")))
    unit = "" if reply["stat"] in {"rate", "count"} else reply["unit"]
    rows = [row for row in reply["series"] if _known(row)]
    if not rows:
        out.print(
            Text(
                f"nothing since {reply['start'][:19].replace('T', ' ')} UTC: `--since 7d` looks further back",
                "dim",
            )
        )
    else:
        _series(rows, unit)
    for left in reply["left_out"]:
        out.print(Text(line_of(left), "dim"))


def _series(rows: list[dict[str, Any]], unit: str) -> None:
    show_rows(
        rows,
        (
            Column("series", _labels, least=16),
            Column(
                "", lambda _: "", least=20, drawn=lambda row, width: sparkline(row["values"], width)
            ),
            Column("last", lambda row: _figure(_known(row)[-1], unit), right=True),
            Column("lowest", lambda row: _figure(min(_known(row)), unit), right=True, rank=1),
            Column("highest", lambda row: _figure(max(_known(row)), unit), right=True, rank=1),
        ),
    )


def _known(row: Row) -> list[float]:
    return [value for value in row["values"] if value is not None]


def _labels(row: Row) -> str:
    return ", ".join(f"{name}={value}" for name, value in row["labels"].items()) or "all"


def _figure(value: float, unit: str) -> str:
    """In the unit that it was sent with, if that is time; else the number with four digits."""
    if unit in _SECONDS:
        return duration(value * _SECONDS[unit])
    return f"{trimmed(value)}{f' {unit}' if unit not in {'', '1'} else ''}"
