"""Two traces beside each other for people."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from clearspan_server.cli import kinds
from clearspan_server.cli.columns import Column, Row, name_text, show_rows, status_text
from clearspan_server.cli.figures import ago, duration, flow, money
from clearspan_server.cli.list_columns import RED
from clearspan_server.cli.printing import console, line_of

_AMBER = "#c98a1b"


def show(found: Mapping[str, Any], *, whole: bool) -> None:
    """Print a comparison of the API; only what differs and what is above it, or the `whole`."""
    out = console()
    show_rows([found["first"] | {"side": "A"}, found["second"] | {"side": "B"}], _SIDES)
    out.print()
    if found["equal"]:
        out.print(Text("✓ the same steps, which were given the same and said the same", "bold"))
    elif found["divergence"]:
        out.print(Text.assemble(("≠ ", RED), (line_of(found["divergence"]["says"]), "bold")))
    where = found["divergence"]["row"] if found["divergence"] else None
    rows = [dict(row) | {"is_first": at == where} for at, row in enumerate(found["rows"])]
    shown = [row for row in rows if whole or _differs(row)]
    if shown:
        out.print()
        show_rows(shown, _STEPS)
    same = len(rows) - len(shown)
    if same:
        out.print(
            Text(
                f"… {same} step{'s are' if same > 1 else ' is'} the same: `--all` shows them", "dim"
            )
        )
    if found["cut"]:
        out.print(Text("only the first 20 000 spans of each were compared", _AMBER))


def _differs(row: Row) -> bool:
    return bool(row["differs"]) or row["first"] is None or row["second"] is None


def _side_name(row: Row) -> str:
    return (
        line_of(row["name"]) if row["traces"] == 1 else f"what is usual of {row['traces']} traces"
    )


_SIDES = (
    Column("", lambda row: row["side"]),
    Column("trace", lambda row: row["trace_id"] or "–"),
    Column("name", _side_name, least=12),
    Column("took", lambda row: duration(row["duration_ns"]), right=True),
    Column("cost", lambda row: money(row["total_cost"]), right=True),
    Column("", status_text, style=lambda row: kinds.status_mark(row["status"]).colour),
    Column(
        "tokens", lambda row: flow(row["input_tokens"], row["output_tokens"]), right=True, rank=2
    ),
    Column("spans", lambda row: row["span_count"], right=True, rank=3),
    Column("ago", lambda row: ago(row["start"]) if row["start"] else "", right=True, rank=1),
)


def _mark(row: Row) -> str:
    """Also without colours: `−` is only in A, `+` only in B, `≠` in both and not the same."""
    if row["second"] is None:
        return "−"
    if row["first"] is None:
        return "+"
    return "≠" if row["differs"] else "="


def _name(row: Row) -> str:
    one = row["first"] or row["second"]
    other = row["second"] or row["first"]
    renamed = f" → {other['name']}" if other["name"] != one["name"] else ""
    return name_text({"kind": row["kind"], "name": one["name"]}) + renamed


def _style(row: Row) -> str:
    if row["is_first"]:
        return f"bold {RED}"
    return "dim" if not _differs(row) else ""


def _both(row: Row, side: str, field: str) -> Any:  # noqa: ANN401 - foreign JSON
    return row[side][field] if row[side] else None


def _took(side: str) -> Column:
    def text(row: Row) -> str:
        return duration(_both(row, side, "duration_ns")) if row[side] else ""

    return Column("A took" if side == "first" else "B took", text, right=True)


def _what(row: Row) -> str:
    if row["second"] is None:
        said = "only in A"
    elif row["first"] is None:
        said = "only in B"
    else:
        said = ", ".join(word.replace("_", " ") for word in row["differs"])
    return said


def _paid(row: Row) -> str:
    sides = [money(_both(row, side, "total_cost")) for side in ("first", "second")]
    return " → ".join(side or "–" for side in sides) if any(sides) else ""


_STEPS = (
    Column("", lambda row: "▶" * row["is_first"] + _mark(row), right=True, style=_style),
    Column("step", _name, least=20, style=_style, lead=lambda row: "  " * min(row["depth"], 20)),
    _took("first"),
    _took("second"),
    Column("cost", _paid, right=True, rank=2),
    Column("differs", _what, least=18, style=_style),
)
