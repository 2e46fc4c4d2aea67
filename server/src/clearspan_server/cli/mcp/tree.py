"""A trace as a tree of lines that a model can afford: what failed and what leads to it first, then from the top."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from clearspan_server.cli import figures
from clearspan_server.cli.mcp.telling import Telling, joined, short

MOST_SPANS = 40
_FINE = {"ok", "open"}

Span = Mapping[str, Any]


def tell_tree(telling: Telling, spans: Sequence[Span], under: str = "") -> None:
    """The spans of a trace, or of one of them with all below it, in the order of the tree."""
    children: dict[str, list[Span]] = {}
    known = {span["span_id"]: span for span in spans}
    for span in spans:
        parent = span["parent_id"] if span["parent_id"] in known else ""
        children.setdefault(parent, []).append(span)
    roots = [known[under]] if under in known else children.get("", [])
    chosen = _chosen(roots, children, known)
    for span, depth in _walk(roots, children):
        if span["span_id"] not in chosen:
            continue
        hidden = sum(one["span_id"] not in chosen for one in children.get(span["span_id"], []))
        more = f"(+{hidden} spans below: under={span['span_id']})" if hidden else ""
        telling.say("  " * depth + _line(span, more), _row(span))
    total = sum(1 for _ in _walk(roots, children))
    if total > len(chosen):
        telling.leave(f"{total - len(chosen)} of {total} spans; `under` shows those of one")


def _chosen(
    roots: Sequence[Span], children: Mapping[str, list[Span]], known: Mapping[str, Span]
) -> set[str]:
    """The ids of the spans that are shown."""
    chosen: dict[str, None] = {}
    below = {span["span_id"] for span, _ in _walk(roots, children)}
    for span, _ in _walk(roots, children):
        if span["status"] in _FINE:
            continue
        path = _path(span, known, below)
        if len(chosen.keys() | path) <= MOST_SPANS:
            chosen |= dict.fromkeys(path)
    waiting = deque(roots)
    while waiting and len(chosen) < MOST_SPANS:
        span = waiting.popleft()
        chosen[span["span_id"]] = None
        waiting.extend(children.get(span["span_id"], []))
    return set(chosen)


def _path(span: Span, known: Mapping[str, Span], below: set[str]) -> set[str]:
    """A span and those above it."""
    path: set[str] = set()
    at: Span | None = span
    while at is not None and at["span_id"] in below and at["span_id"] not in path:
        path.add(at["span_id"])
        at = known.get(at["parent_id"])
    return path


def _walk(roots: Sequence[Span], children: Mapping[str, list[Span]]) -> "deque[tuple[Span, int]]":
    """All spans, parents before their children."""
    order: deque[tuple[Span, int]] = deque()
    seen: set[str] = set()
    waiting = [(span, 0) for span in reversed(roots)]
    while waiting:
        span, depth = waiting.pop()
        if span["span_id"] in seen:
            continue
        seen.add(span["span_id"])
        order.append((span, depth))
        waiting += [(one, depth + 1) for one in reversed(children.get(span["span_id"], []))]
    return order


def _line(span: Span, more: str) -> str:
    failed = span["status"] not in _FINE
    error = f"{span['error_type']}: {short(span['error_message'])}" if failed else ""
    return joined(
        (
            span["span_id"],
            span["kind"],
            short(span["name"], 80),
            span["status"].upper() if failed else span["status"],
            figures.duration(span["duration_ns"]),
            figures.flow(span["input_tokens"], span["output_tokens"]),
            figures.money(span["total_cost"]),
            error.removesuffix(": "),
            more,
        )
    )


def _row(span: Span) -> dict[str, Any]:
    kept = ("span_id", "parent_id", "name", "kind", "status")
    return {name: span[name] for name in kept}
