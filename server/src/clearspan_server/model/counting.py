"""Which spans' usage counts, so that no call is paid twice in a total.

A span's usage counts unless a descendant has usage too (it is then a roll-up of its children), or another span of the
trace with the same response id already counts (two libraries recorded the same call).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clearspan_server.model.tree import parents_of


@dataclass(slots=True, frozen=True)
class Bearer:
    """What the rule needs of a span. `start_ns` decides which of two equal responses counts: the later, inner one."""

    span_id: str
    parent_id: str
    has_usage: bool
    response_id: str
    start_ns: int


def counted(spans: Iterable[Bearer]) -> dict[str, bool]:
    """Whether each span of one trace counts, by span id; in time linear in their number."""
    ordered = sorted(spans, key=lambda one: (one.start_ns, one.span_id))
    rolled_up = _rolled_up(ordered)
    counts = {span.span_id: place not in rolled_up for place, span in enumerate(ordered)}
    seen: set[str] = set()
    for span in reversed(ordered):
        if not (span.has_usage and span.response_id and counts[span.span_id]):
            continue
        counts[span.span_id] = span.response_id not in seen
        seen.add(span.response_id)
    return counts


def _rolled_up(spans: Sequence[Bearer]) -> set[int]:
    """The positions of all spans with a descendant that has usage."""
    parents = parents_of([(span.span_id, span.parent_id) for span in spans])
    found: set[int] = set()
    for place, span in enumerate(spans):
        above = parents[place] if span.has_usage else None
        while above is not None and above not in found:
            found.add(above)
            above = parents[above]
    return found
