"""A trace as it would be, for people."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from clearspan_server.cli.columns import (
    Column,
    Row,
    name_style,
    name_text,
    room_for_names,
    show_rows,
    status_style,
    status_text,
)
from clearspan_server.cli.figures import change, duration, money, share
from clearspan_server.cli.list_columns import RED
from clearspan_server.cli.printing import console, line_of
from clearspan_server.cli.waterfall import bar, branches, shortened

_MOST = 200  # spans


def show(found: Mapping[str, Any], trace: Mapping[str, Any]) -> None:
    """Print what was and what would be, then the waterfall as it would be with how long each span took before."""
    out = console()
    out.print(Text(line_of(name_text(trace["trace"])), f"bold {name_style(trace['trace'])}"))
    show_rows(_figures(found["before"], found["after"]), _FIGURES)
    out.print()
    whole_ns = max(found["after"]["duration_ns"], 1)
    was = {span["span_id"]: span["duration_ns"] for span in trace["spans"]}
    tree = branches(found["spans"])
    rows = [
        dict(one.span) | {"guides": one.guides, "was": was.get(one.span["span_id"])} for one in tree
    ]
    show_rows(rows[:_MOST], _columns(whole_ns))
    if len(rows) > _MOST:
        out.print(Text(f"… {len(rows) - _MOST} more spans: `--json` has them", "dim"))
    out.print()
    for line in found["assumptions"]:
        out.print(Text(f"▸ {line_of(line)}", "dim"))


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    unpriced = [one["unpriced"] for one in (before, after)]
    rows: list[Row] = [
        {
            "what": "took",
            "was": duration(before["duration_ns"]),
            "would": duration(after["duration_ns"]),
            "by": change(after["duration_ns"], before["duration_ns"]),
        },
        {
            "what": "cost",
            "was": _cost(before),
            "would": _cost(after),
            "by": "" if any(unpriced) else change(float(after["cost"]), float(before["cost"])),
        },
        {"what": "slowest", "was": _slowest(before), "would": _slowest(after), "by": ""},
    ]
    return rows


def _cost(figures: Mapping[str, Any]) -> str:
    """What is known of it: of calls without a price nobody knows what they would cost."""
    if not (unpriced := figures["unpriced"]):
        return money(figures["cost"])
    known = f"{money(figures['cost'])} and " if float(figures["cost"]) else ""
    return f"{known}{unpriced} {'call' if unpriced == 1 else 'calls'} without a price"


def _slowest(figures: Mapping[str, Any]) -> str:
    said = figures["bottleneck"]
    return f"{share(said['share'])} {said['name']}" if said else ""


_FIGURES = (
    Column("", lambda row: row["what"], style=lambda _: "dim"),
    Column("was", lambda row: row["was"], least=16),
    Column("would be", lambda row: row["would"], least=16, style=lambda _: "bold"),
    Column("", lambda row: row["by"]),
)


def _columns(whole_ns: int) -> tuple[Column, ...]:
    room = room_for_names()
    return (
        Column(
            "span",
            name_text,
            least=room,
            style=name_style,
            lead=lambda row: shortened(row["guides"], room // 2),
        ),
        Column(
            f"0 to {duration(whole_ns)}",
            lambda _: "",
            least=12,
            drawn=lambda row, width: bar(row, whole_ns, width),
            style=lambda row: RED if row["status"] == "error" else name_style(row),
        ),
        Column(
            "was", lambda row: duration(row["was"]) if row["was"] is not None else "", right=True
        ),
        Column("would", lambda row: duration(row["duration_ns"]), right=True, style=_changed),
        Column("cost", lambda row: money(row["total_cost"]), right=True),
        Column(
            "", lambda row: "" if row["status"] == "ok" else status_text(row), style=status_style
        ),
        Column("span id", lambda row: row["span_id"], rank=4, style=lambda _: "dim"),
    )


def _changed(row: Row) -> str:
    return "bold" if row["was"] != row["duration_ns"] else "dim"
