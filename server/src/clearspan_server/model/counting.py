"""Which spans' usage counts, so that no call is paid twice in a total.

A span's usage counts unless a descendant has usage too (it is then a roll-up of its children), or another span of the
project that starts within an hour of it carries the same response id and already counts (two libraries recorded the
same call, in one trace or in two). Some recorders know no response id and tell of a call after its end: such an echo
does not count where a call with the same key, which began before it, is there; a call has one echo.

What a provider told comes before what was estimated: an estimate counts where neither a span below it has usage, nor
one above it a provider's that counts, nor another record of its response a provider's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    is_estimated: bool = False


def counted(traces: Mapping[str, Iterable[Bearer]]) -> dict[tuple[str, str], bool]:
    """Whether each span of a project's traces counts, by trace and span id; the order of spans does not matter."""
    counts: dict[tuple[str, str], bool] = {}
    answered: list[tuple[bool, int, str, str, str]] = []
    keyed: defaultdict[str, list[tuple[int, str, str, bool]]] = defaultdict(list)
    for trace_id, spans in traces.items():
        ordered = sorted(spans, key=lambda one: (one.start_ns, one.span_id))
        rolled_up = _rolled_up(ordered)
        for place, span in enumerate(ordered):
            counts[trace_id, span.span_id] = place not in rolled_up
            if span.has_usage and span.response_id and place not in rolled_up:
                is_told = not span.is_estimated
                answered.append((is_told, span.start_ns, span.span_id, trace_id, span.response_id))
            if span.has_usage and span.call_key and place not in rolled_up:
                keyed[span.call_key].append(
                    (span.start_ns, span.span_id, trace_id, not span.response_id)
                )
    last_counted: dict[str, int] = {}  # response id → start of the span that counts
    for _, start_ns, span_id, trace_id, response_id in sorted(answered, reverse=True):
        other_ns = last_counted.get(response_id)
        if other_ns is not None and abs(other_ns - start_ns) <= _HOUR_NS:
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
    """The positions of all spans whose usage others in the trace tell, or tell better."""
    parents = parents_of([(span.span_id, span.parent_id) for span in spans])
    bearing = [place for place, span in enumerate(spans) if span.has_usage]
    told = [place for place in bearing if not spans[place].is_estimated]
    above_told = _above(parents, told)
    if len(told) == len(bearing):
        return above_told
    leading = set(told) - above_told
    under = _under(parents, leading)
    estimated = {place for place in bearing if spans[place].is_estimated}
    return (_above(parents, bearing) - leading) | (estimated & under)


def _above(parents: Sequence[int | None], places: Iterable[int]) -> set[int]:
    """The positions of all their ancestors."""
    found: set[int] = set()
    for place in places:
        above = parents[place]
        while above is not None and above not in found:
            found.add(above)
            above = parents[above]
    return found


def _under(parents: Sequence[int | None], places: Collection[int]) -> set[int]:
    """The positions of all their descendants."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for place, above in enumerate(parents):
        if above is not None:
            children[above].append(place)
    found: set[int] = set()
    rest = list(places)
    while rest:
        below = [child for child in children[rest.pop()] if child not in found]
        found.update(below)
        rest += below
    return found
