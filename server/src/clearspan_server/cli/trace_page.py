"""A trace for people: what it was, its tree beside its waterfall, and what failed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from clearspan_server.cli import kinds
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
from clearspan_server.cli.figures import ago, clock, count, duration, flow, money, share
from clearspan_server.cli.list_columns import RED
from clearspan_server.cli.printing import console, line_of, plain
from clearspan_server.cli.waterfall import Branch, bar, branches, shortened

_MOST_ERRORS = 10
_ERROR_CHARACTERS = 1_000


def show(
    found: Mapping[str, Any],
    waited_for: Mapping[str, Any] | None,
    *,
    depth: int | None,
    limit: int,
) -> None:
    """Print a trace of the API; `waited_for` is its critical path, where that is known."""
    out = console()
    _head(out, found["trace"], waited_for)
    whole_ns = max((_end(span) for span in found["spans"]), default=0)
    tree = branches(found["spans"])
    near = [branch for branch in tree if depth is None or branch.depth < depth]
    out.print()
    _tree(near[:limit], whole_ns, waited_for, depth)
    if len(near) > limit:
        out.print(Text(f"… {len(near) - limit} more spans: `-n 0` shows all of them", "dim"))
    _errors(out, found["spans"])


def _head(out: Console, trace: Mapping[str, Any], waited_for: Mapping[str, Any] | None) -> None:
    name = Text(line_of(name_text(trace))[:300], f"bold {name_style(trace)}")
    life = "" if trace["state"] == "finished" else f"  {line_of(trace['state'])}"
    out.print(Text.assemble(name, "  ", (status_text(trace), status_style(trace)), (life, "dim")))
    out.print(_joined(trace["trace_id"], clock(trace["start"]), f"{ago(trace['start'])} ago"))
    out.print(_joined(*_figures(trace)))
    about = _about(trace)
    if about:
        out.print(_joined(*about))
    if waited_for and waited_for["bottleneck"]:
        out.print(Text(_slowest(waited_for), "italic"))
    for label, text in (("in ", trace["input_preview"]), ("out", trace["output_preview"])):
        if text:
            out.print(Text.assemble((f"{label} ", "dim"), line_of(text)))


def _slowest(waited_for: Mapping[str, Any]) -> str:
    said = waited_for["bottleneck"]
    times = f" ({said['spans']} times)" if said["spans"] > 1 else ""
    whole = duration(waited_for["duration_ns"])
    return f"{share(said['share'])} of {whole} was {line_of(said['name'])[:100]}{times}"


def _figures(trace: Mapping[str, Any]) -> list[str]:
    unpriced = trace["unpriced_count"]
    return [
        duration(trace["duration_ns"]),
        _counted(trace["span_count"], "span"),
        _counted(trace["llm_count"], "model call"),
        _counted(trace["tool_count"], "tool call"),
        flow(trace["input_tokens"], trace["output_tokens"]),
        money(trace["total_cost"]),
        f"{count(unpriced)} calls without a price" if unpriced else "",
        *(line_of(model) for model in trace["models"]),
    ]


def _about(trace: Mapping[str, Any]) -> list[str]:
    names = ("user_id", "session_id", "feature", "environment", "release")
    named = [f"{name.removesuffix('_id')} {line_of(trace[name])}" for name in names if trace[name]]
    if trace["tags"]:
        named.append("tags " + ", ".join(map(line_of, trace["tags"])))
    scores = [f"{line_of(name)} {line_of(value)}" for name, value in trace["scores"].items()]
    return named + scores


def _tree(
    near: Sequence[Branch],
    whole_ns: int,
    waited_for: Mapping[str, Any] | None,
    depth: int | None,
) -> None:
    critical = {one["span_id"] for one in waited_for["critical_path"]} if waited_for else None
    rows = [dict(branch.span) | {"branch": branch, "hidden": 0} for branch in near]
    for row in rows:
        branch = row["branch"]
        if depth is not None and branch.depth == depth - 1:
            row["hidden"] = branch.below
    room = room_for_names()
    show_rows(
        rows,
        (
            Column(
                "span",
                _label,
                least=room,
                style=_label_style,
                lead=lambda row: shortened(row["branch"].guides, room // 2),
            ),
            Column(
                _axis(whole_ns),
                lambda _: "",
                least=12,
                drawn=lambda row, width: bar(row, whole_ns, width),
                style=lambda row: _bar_style(row, critical),
            ),
            Column("took", lambda row: duration(row["duration_ns"]), right=True),
            Column("cost", lambda row: money(row["total_cost"]), right=True),
            Column(
                "",
                lambda row: "" if row["status"] == "ok" else status_text(row),
                style=status_style,
            ),
            Column("tokens", _tokens, right=True, rank=2),
            Column(
                "first token",
                lambda row: duration(row["ttft_ns"]) if row["ttft_ns"] else "",
                True,
                rank=3,
            ),
            Column("span id", lambda row: row["span_id"], rank=4, style=lambda _: "dim"),
        ),
    )


def _axis(whole_ns: int) -> str:
    return f"0 to {duration(whole_ns)}"


def _label(row: Row) -> str:
    said = name_text(row)
    if row["attempt"] and row["attempt"] > 1:
        said += f" (attempt {row['attempt']})"
    if row["orphan"]:
        said += " (its parent is missing)"
    if row["hidden"]:
        said += f" (+{row['hidden']} below)"
    return said


def _label_style(row: Row) -> str:
    return RED if kinds.is_failure(row["status"]) else name_style(row)


def _bar_style(row: Row, critical: set[str] | None) -> str:
    colour = _label_style(row)
    return colour if critical is None or row["span_id"] in critical else f"dim {colour}"


def _tokens(row: Row) -> str:
    return flow(row["input_tokens"], row["output_tokens"])


def _errors(out: Console, spans: Sequence[Mapping[str, Any]]) -> None:
    """What failed, the same message once, beginning where it began: below those that it made fail."""
    failed = [span for span in spans if kinds.is_failure(span["status"])]
    above = {span["parent_id"] for span in failed}
    failed.sort(key=lambda span: span["span_id"] in above)
    said = Counter((span["error_type"], span["error_message"]) for span in failed)
    first = {(span["error_type"], span["error_message"]): span for span in reversed(failed)}
    if failed:
        out.print()
    for key, times in list(said.items())[:_MOST_ERRORS]:
        type_, message = key
        more = f" and {times - 1} more" if times > 1 else ""
        mark = kinds.status_mark(first[key]["status"]).glyph
        name = line_of(first[key]["name"])[:100]
        out.print(Text(f"{mark} {name} ({first[key]['span_id']}){more}", RED))
        text = f"{type_}: {message}" if type_ and message else type_ or message or "no message"
        out.print(
            Padding(Text(plain(text[:_ERROR_CHARACTERS]).rstrip()), (0, 0, 0, 2), expand=False)
        )
    if len(said) > _MOST_ERRORS:
        out.print(Text(f"… {len(said) - _MOST_ERRORS} other errors: `--json` has them", "dim"))


def _joined(*parts: str) -> Text:
    return Text(" · ".join(part for part in parts if part), "default")


def _counted(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}" if number else ""


def _end(span: Mapping[str, Any]) -> int:
    return int(span["start_offset_ns"]) + int(span["duration_ns"] or 0)
