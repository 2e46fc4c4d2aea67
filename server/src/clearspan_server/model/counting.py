"""Which spans' usage counts, so that no call is paid twice in a total.

A span's usage counts unless a descendant has usage too (it is then a roll-up of its children), or another span of the
trace with the same response id already counts (two libraries recorded the same call).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Bearer:
    """What the rule needs of a span. `start_ns` decides which of two equal responses counts: the later, inner one."""

    span_id: str
    parent_id: str
    has_usage: bool
    response_id: str
    start_ns: int


def counted(spans: Iterable[Bearer]) -> dict[str, bool]:
    """Whether each span of one trace counts, by span id. Cycles of parents end where they began."""
    by_id = {span.span_id: span for span in spans}
    rolled_up: set[str] = set()
    for span in by_id.values():
        if span.has_usage:
            rolled_up |= _ancestors(span, by_id)
    counts = {span_id: span_id not in rolled_up for span_id in by_id}
    seen: set[str] = set()
    for span in sorted(by_id.values(), key=lambda one: (-one.start_ns, one.span_id)):
        if not (span.has_usage and span.response_id and counts[span.span_id]):
            continue
        counts[span.span_id] = span.response_id not in seen
        seen.add(span.response_id)
    return counts


def _ancestors(span: Bearer, by_id: dict[str, Bearer]) -> set[str]:
    above: set[str] = set()
    parent = by_id.get(span.parent_id)
    while parent is not None and parent.span_id not in above and parent is not span:
        above.add(parent.span_id)
        parent = by_id.get(parent.parent_id)
    return above
