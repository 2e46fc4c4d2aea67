"""A trace as a tree of lines that a model can afford: what failed and what leads to it first, then from the top."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from clearspan_server.cli import figures
from clearspan_server.cli.mcp.telling import Telling, bounded, joined, short, size_of, visible

MOST_SPANS = 40
_MOST_INDENTED = 20  # deeper ones stand at the same place
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
    placed = _walk(roots, children)
    chosen = _chosen(roots, children, placed, telling.room)
    for span, depth in placed:
        if span["span_id"] not in chosen:
            continue
        hidden = sum(one["span_id"] not in chosen for one in children.get(span["span_id"], []))
        telling.say(_line(span, depth, hidden), _row(span))
    if len(placed) > len(chosen):
        telling.leave(
            f"{len(placed) - len(chosen)} of {len(placed)} spans; `under` shows those of one"
        )


def _chosen(
    roots: Sequence[Span],
    children: Mapping[str, list[Span]],
    placed: Iterable[tuple[Span, int]],
    room: int,
) -> set[str]:
    """The ids of the spans that are shown: what failed with all above it, or alone where that is too much."""
    sizes = {
        span["span_id"]: size_of(visible(_line(span, depth, 1)), bounded(_row(span)))
        for span, depth in placed
    }
    known = {span["span_id"]: span for span, _ in placed}
    chosen: dict[str, None] = {}

    def choose(ids: Iterable[str]) -> bool:
        nonlocal room
        new = [one for one in ids if one not in chosen]
        size = sum(sizes[one] for one in new)
        if len(chosen) + len(new) > MOST_SPANS or size > room:
            return False
        room -= size
        chosen.update(dict.fromkeys(new))
        return True

    failed = [(depth, span) for span, depth in placed if span["status"] not in _FINE]
    for _, span in sorted(failed, key=itemgetter(0), reverse=True):  # the deepest is the cause
        if not choose(_path(span, known)):
            choose([span["span_id"]])
    waiting = deque(roots)
    while waiting and choose([(span := waiting.popleft())["span_id"]]):
        waiting.extend(children.get(span["span_id"], []))
    return set(chosen)


def _path(span: Span, known: Mapping[str, Span]) -> dict[str, None]:
    """The ids of a span and of those above it that are looked at."""
    path: dict[str, None] = {}
    at: Span | None = span
    while at is not None and at["span_id"] not in path:
        path[at["span_id"]] = None
        at = known.get(at["parent_id"])
    return path


def _walk(roots: Sequence[Span], children: Mapping[str, list[Span]]) -> list[tuple[Span, int]]:
    """All spans with their depths, parents before their children."""
    order: list[tuple[Span, int]] = []
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


def _line(span: Span, depth: int, hidden: int) -> str:
    failed = span["status"] not in _FINE
    error = f"{span['error_type']}: {short(span['error_message'])}" if failed else ""
    said = joined(
        (
            span["span_id"],
            span["kind"],
            short(span["name"], 80),
            span["status"].upper() if failed else span["status"],
            figures.duration(span["duration_ns"]),
            figures.flow(span["input_tokens"], span["output_tokens"]),
            figures.money(span["total_cost"]),
            error.removesuffix(": "),
            f"(+{hidden} spans below: under={span['span_id']})" if hidden else "",
        )
    )
    return "  " * min(depth, _MOST_INDENTED) + said


def _row(span: Span) -> dict[str, Any]:
    kept = ("span_id", "parent_id", "name", "kind", "status")
    return {name: span[name] for name in kept}
