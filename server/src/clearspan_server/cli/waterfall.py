"""Spans as a tree in the order of their starts, each with a bar for when it ran."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Span = Mapping[str, Any]

_DEEPEST = 24  # levels that are drawn as such: beyond them names would leave the screen


@dataclass(slots=True, frozen=True)
class Branch:
    """A span in the tree: how deep it stands, the lines before its name, and how many spans are below it."""

    span: Span
    depth: int
    guides: str
    below: int


def branches(spans: Sequence[Span]) -> list[Branch]:
    """All spans, parents before their children; those whose parent is not there, or that are in a ring, are roots."""
    known = {span["span_id"] for span in spans}
    children: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        children[span["parent_id"] if span["parent_id"] in known else ""].append(span)
    found: list[Branch] = []
    seen: set[str] = set()
    for root in (*children[""], *spans):
        found += _below(root, children, seen)
    return _counted(found)


def _below(root: Span, children: Mapping[str, list[Span]], seen: set[str]) -> Iterator[Branch]:
    """A root and what is below it, without what was seen; not recursive, for a chain can be long."""
    waiting: list[tuple[Span, int, str, str]] = [(root, 0, "", "")]
    while waiting:
        span, depth, guides, stem = waiting.pop()
        if span["span_id"] in seen:
            continue
        seen.add(span["span_id"])
        yield Branch(span, depth, guides, 0)
        under = children.get(span["span_id"], [])
        last = len(under) - 1
        waiting += [
            (under[at], depth + 1, *_lines(depth, stem, last=at == last))
            for at in range(last, -1, -1)
        ]


def _lines(depth: int, stem: str, *, last: bool) -> tuple[str, str]:
    if depth >= _DEEPEST:
        return stem + "⋯ ", stem
    return (stem + "╰─ ", stem + "   ") if last else (stem + "├─ ", stem + "│  ")


def _counted(found: list[Branch]) -> list[Branch]:
    """With the number of spans below each."""
    below = [0] * len(found)
    open_: list[int] = []
    for at, branch in enumerate(found):
        while open_ and found[open_[-1]].depth >= branch.depth:
            _close(open_, below)
        open_.append(at)
    while open_:
        _close(open_, below)
    return [
        Branch(one.span, one.depth, one.guides, count)
        for one, count in zip(found, below, strict=True)
    ]


def _close(open_: list[int], below: list[int]) -> None:
    ended = open_.pop()
    if open_:
        below[open_[-1]] += below[ended] + 1


def shortened(guides: str, most: int) -> str:
    """The lines before a name, or the last of them: of a deep span the name is worth more."""
    return guides if len(guides) <= most else "⋯" + guides[1 - most :]


def bar(span: Span, whole_ns: int, width: int) -> str:
    """When a span ran, in half columns: `▒` until its first token, `░` where it has not ended."""
    halves = 2 * width
    whole_ns = max(whole_ns, 1)
    start = min(halves - 1, max(0, span["start_offset_ns"] * halves // whole_ns))
    lasted = span["duration_ns"]
    end = halves if lasted is None else -((span["start_offset_ns"] + lasted) * -halves // whole_ns)
    end = min(halves, max(start + 1, end))
    first = start
    if span["ttft_ns"] and lasted is not None:
        first = (span["start_offset_ns"] + span["ttft_ns"]) * halves // whole_ns
    return "".join(
        _block(2 * at, start, end, min(first, end - 1), is_open=lasted is None)
        for at in range(width)
    )


def _block(left: int, start: int, end: int, first: int, *, is_open: bool) -> str:
    """The column of which `left` is the left half."""
    halves = (start <= left < end, start <= left + 1 < end)
    if halves == (False, False):
        return " "
    if is_open:
        return "░"
    if left + 1 < first:
        return "▒"
    return {(True, True): "█", (True, False): "▌", (False, True): "▐"}[halves]
