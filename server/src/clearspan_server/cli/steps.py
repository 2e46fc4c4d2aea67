"""A trace as steps in the order of time: what holds others is told when it begins, the rest when all of it is known."""

from dataclasses import dataclass
from typing import Any

_HOLDS = {"agent", "chain"}

Row = dict[str, Any]


@dataclass(slots=True, frozen=True)
class Step:
    """A moment of a trace, counted from its start, and the span that begins or ends there."""

    at_ns: int
    begins: bool
    span: Row


def steps_of(spans: list[Row]) -> list[Step]:
    """The steps of a trace's spans, as the API gives them. One that never ended is told where it began."""
    holding = {span["parent_id"] for span in spans}
    found: list[tuple[tuple[int, ...], Step]] = []
    for place, span in enumerate(spans):
        begin_ns, depth = span["start_offset_ns"], span["depth"]
        is_open = span["duration_ns"] is None
        if is_open or span["span_id"] in holding or span["kind"] in _HOLDS:
            found.append(((begin_ns, 0, place), Step(begin_ns, True, span)))
        if not is_open:
            end_ns = begin_ns + span["duration_ns"]
            # At one moment what is inside ends before what holds it.
            found.append(((end_ns, 1, -depth, place), Step(end_ns, False, span)))
    return [step for _, step in sorted(found, key=lambda one: one[0])]
