"""The costs of a window for people."""

from typing import Any

from rich.text import Text

from clearspan_server.cli.columns import Column, Row, show_rows
from clearspan_server.cli.figures import change, count, flow, money, share
from clearspan_server.cli.printing import console, line_of

_AMBER = "#c98a1b"


def show(report: dict[str, Any], limit: int) -> None:
    """Print a report of the API: its totals, and its dearest rows."""
    out = console()
    out.print(Text(_total(report), "bold"))
    out.print(Text(_units(report), "dim"))
    out.print()
    rows = report["rows"][:limit]
    dearest = max((float(row["cost"]) for row in rows), default=0.0)
    show_rows(rows, _columns(report["by"], dearest))
    if report["value_count"] > len(rows):
        out.print(Text(f"… of {count(report['value_count'])}: `-n` shows more", "dim"))
    if report["unpriced"]:
        out.print()
        out.print(
            Text(f"without a price: {_unpriced(report)}; `clearspan prices` adds one", _AMBER)
        )
    if report["estimated"]:
        out.print(Text("estimated: of some traces only a share was kept", _AMBER))


def _total(report: dict[str, Any]) -> str:
    totals = report["totals"]
    grown = change(float(totals["cost"]), float(report["previous"]["cost"]))
    parts = [
        f"{money(totals['cost'])}{f' {grown}' if grown else ''}",
        f"{count(totals['calls'])} calls",
        flow(round(totals["input_tokens"]), round(totals["output_tokens"])),
        f"{money(totals['cost_per_call'])} a call" if totals["cost_per_call"] else "",
    ]
    return " · ".join(part for part in parts if part)


def _units(report: dict[str, Any]) -> str:
    """What a trace, a session and a user cost, and what caching saved."""
    units = report["units"]
    saved = report["savings"]["saved"]
    parts = [
        f"{report['start'][:16].replace('T', ' ')} to {report['end'][:16].replace('T', ' ')} UTC"
    ]
    parts += [
        f"{money(units[f'cost_per_{unit}'])} a {unit}"
        for unit in ("trace", "session", "user")
        if units[f"cost_per_{unit}"]
    ]
    parts += [f"caching saved {money(saved)}"] if float(saved) else []
    return " · ".join(parts)


def _unpriced(report: dict[str, Any]) -> str:
    return ", ".join(
        f"{line_of(one['value'])} ({one['calls']:.0f} call{'s' * (one['calls'] != 1)})"
        for one in report["unpriced"]
    )


def _columns(by: str, dearest: float) -> tuple[Column, ...]:
    return (
        Column(by, _value, least=16),
        Column("cost", lambda row: money(row["cost"]), right=True),
        Column(
            "share", lambda row: "" if row["share"] is None else share(row["share"]), right=True
        ),
        Column(
            "", lambda _: "", least=10, rank=4, drawn=lambda row, width: _bar(row, dearest, width)
        ),
        Column(
            "before",
            lambda row: change(float(row["cost"]), float(row["previous_cost"])),
            right=True,
            rank=1,
        ),
        Column("calls", lambda row: count(row["calls"]), right=True),
        Column("a call", lambda row: money(row["cost_per_call"]), right=True, rank=2),
        Column("tokens", _tokens, right=True, rank=3),
        Column("from cache", _cached, right=True, rank=5),
        Column(
            "unpriced",
            lambda row: count(row["unpriced_calls"]) if row["unpriced_calls"] else "",
            right=True,
        ),
    )


def _value(row: Row) -> str:
    return f"{row['value'] or '(none)'}{' · ' + row['detail'] if row['detail'] else ''}"


def _tokens(row: Row) -> str:
    return flow(round(row["input_tokens"]), round(row["output_tokens"]))


def _cached(row: Row) -> str:
    return share(row["cache_read_tokens"] / row["input_tokens"]) if row["cache_read_tokens"] else ""


def _bar(row: Row, dearest: float, width: int) -> str:
    """As long as its share of the dearest, in half columns."""
    halves = round(float(row["cost"]) / dearest * 2 * width) if dearest else 0
    return "█" * (halves // 2) + "▌" * (halves % 2) + " " * (width - halves // 2 - halves % 2)
