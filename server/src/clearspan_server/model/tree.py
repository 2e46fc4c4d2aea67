"""Where a span stands in its trace, whatever its parents say: late, missing, or in a circle."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Place:
    """Depth 0 is a root. An orphan's parent is not in the trace; it counts as a root."""

    depth: int
    orphan: bool


def places(spans: Sequence[tuple[str, str]]) -> list[Place]:
    """The place of each span, in the order given.

    `spans` are (span id, parent id) in order of start; a parent id of "" is a root's. Of a circle of parents,
    the span that comes first is the root.
    """
    parents = parents_of(spans)
    known = {span_id for span_id, _ in spans}
    orphans = [bool(parent_id) and parent_id not in known for _, parent_id in spans]
    return [Place(depth, orphan) for depth, orphan in zip(_depths(parents), orphans, strict=True)]


def parents_of(spans: Sequence[tuple[str, str]]) -> list[int | None]:
    """The position of each span's parent among `spans` (as in `places`); None for roots and orphans."""
    position = {span_id: index for index, (span_id, _) in reversed(list(enumerate(spans)))}
    parents = [position.get(parent_id) if parent_id else None for _, parent_id in spans]
    _open_circles(parents)
    return parents


def _open_circles(parents: list[int | None]) -> None:
    """Make the first span of each circle a root, in place."""
    walk_of: dict[int, int] = {}  # span → the walk that came by first
    for start in range(len(parents)):
        at: int | None = start
        while at is not None and at not in walk_of:
            walk_of[at] = start
            at = parents[at]
        if at is not None and walk_of[at] == start:
            parents[_first_of_circle(parents, at)] = None


def _first_of_circle(parents: list[int | None], member: int) -> int:
    first, at = member, parents[member]
    while at is not None and at != member:
        first = min(first, at)
        at = parents[at]
    return first


def _depths(parents: list[int | None]) -> list[int]:
    depths = [-1] * len(parents)
    for start in range(len(parents)):
        path = []
        at: int | None = start
        while at is not None and depths[at] < 0:
            path.append(at)
            at = parents[at]
        depth = -1 if at is None else depths[at]
        for index in reversed(path):
            depth += 1
            depths[index] = depth
    return depths
