"""Which spans' usage counts, so that no call is paid twice in a total.

A span's usage counts unless a descendant has usage too (it is then a roll-up of its children), or another span of the
project that starts within an hour of it carries the same response id and already counts (two libraries recorded the
same call, in one trace or in two). Some recorders know no response id and tell of a call after its end: such an echo
does not count where a call with the same key, which began before it, is there; a call has one echo.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clearspan_server.model.tree import parents_of

_HOUR_NS = 3_600_000_000_000


@dataclass(slots=True, frozen=True)
class Bearer:
    """What the rule needs of a span. `start_ns` decides which of two equal responses counts: the later, inner one.

    `call_key` is what a call and its echo have in common; an echo is who has one and no response id.
    """

    span_id: str
    parent_id: str
    has_usage: bool
    response_id: str
    start_ns: int
    call_key: str = ""


def counted(traces: Mapping[str, Iterable[Bearer]]) -> dict[tuple[str, str], bool]:
    """Whether each span of a project's traces counts, by trace and span id; the order of spans does not matter."""
    counts: dict[tuple[str, str], bool] = {}
    answered: list[tuple[int, str, str, str]] = []
    keyed: defaultdict[str, list[tuple[int, str, str, bool]]] = defaultdict(list)
    for trace_id, spans in traces.items():
        ordered = sorted(spans, key=lambda one: (one.start_ns, one.span_id))
        rolled_up = _rolled_up(ordered)
        for place, span in enumerate(ordered):
            counts[trace_id, span.span_id] = place not in rolled_up
            if span.has_usage and span.response_id and place not in rolled_up:
                answered.append((span.start_ns, span.span_id, trace_id, span.response_id))
            if span.has_usage and span.call_key and place not in rolled_up:
                keyed[span.call_key].append(
                    (span.start_ns, span.span_id, trace_id, not span.response_id)
                )
    last_counted: dict[str, int] = {}  # response id → start of the span that counts
    for start_ns, span_id, trace_id, response_id in sorted(answered, reverse=True):
        later_ns = last_counted.get(response_id)
        if later_ns is not None and later_ns - start_ns <= _HOUR_NS:
            counts[trace_id, span_id] = False
        else:
            last_counted[response_id] = start_ns
    for spans_of_key in keyed.values():
        counts |= dict.fromkeys(_echoes(sorted(spans_of_key)), False)
    return counts


def _echoes(keyed: Sequence[tuple[int, str, str, bool]]) -> Iterator[tuple[str, str]]:
    """The echoes, by trace and span id, of spans with one key in order of their start; each takes the latest call."""
    calls: list[int] = []
    for start_ns, span_id, trace_id, is_echo in keyed:
        if not is_echo:
            calls.append(start_ns)
        elif calls and start_ns - calls[-1] <= _HOUR_NS:
            calls.pop()
            yield trace_id, span_id


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
