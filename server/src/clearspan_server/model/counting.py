"""Which spans' usage counts, so that no call is paid twice in a total.

A span's usage counts unless a descendant has usage too (it is then a roll-up of its children), or another span of the
project that starts within an hour of it carries the same response id and already counts (two libraries recorded the
same call, in one trace or in two: the records overlap, or have the same usage). Some recorders know no response id and
tell of a call after its end: such an echo does not count where a call with the same key, which began before it, is
there; a call has one echo.

What a provider told comes before what was estimated: an estimate counts where neither a span below it has usage, nor
one above it a provider's that counts, nor another record of its response a provider's.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from clearspan_server.model.tree import parents_of

_HOUR_NS = 3_600_000_000_000
_COMPARED = 50  # calls of one response id that a further one is held against


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
    end_ns: int | None = None
    tokens: tuple[int | None, int | None] = (None, None)  # input, output


def counted(traces: Mapping[str, Iterable[Bearer]]) -> dict[tuple[str, str], bool]:
    """Whether each span of a project's traces counts, by trace and span id; the order of spans does not matter."""
    counts: dict[tuple[str, str], bool] = {}
    answered: list[tuple[bool, int, str, str, Bearer]] = []
    keyed: defaultdict[str, list[tuple[int, str, str, bool]]] = defaultdict(list)
    for trace_id, spans in traces.items():
        ordered = sorted(spans, key=lambda one: (one.start_ns, one.span_id))
        rolled_up = _rolled_up(ordered)
        for place, span in enumerate(ordered):
            counts[trace_id, span.span_id] = place not in rolled_up
            if span.has_usage and span.response_id and place not in rolled_up:
                is_told = not span.is_estimated
                answered.append((is_told, span.start_ns, span.span_id, trace_id, span))
            if span.has_usage and span.call_key and place not in rolled_up:
                keyed[span.call_key].append(
                    (span.start_ns, span.span_id, trace_id, not span.response_id)
                )
    counting: defaultdict[str, deque[Bearer]] = defaultdict(lambda: deque(maxlen=_COMPARED))
    for _, _, span_id, trace_id, span in sorted(answered, key=itemgetter(0, 1, 2, 3), reverse=True):
        others = counting[span.response_id]
        if any(_is_copy(span, other) for other in others):
            counts[trace_id, span_id] = False
        else:
            others.append(span)
    for spans_of_key in keyed.values():
        counts |= dict.fromkeys(_echoes(sorted(spans_of_key)), False)
    return counts


def _is_copy(span: Bearer, other: Bearer) -> bool:
    """Whether two spans with one response id tell of one call: some servers give an id to several calls."""
    if abs(other.start_ns - span.start_ns) > _HOUR_NS:
        return False
    ends_ns = (span.end_ns, other.end_ns)
    starts_ns = (other.start_ns, span.start_ns)
    is_overlapping = all(
        end_ns is None or start_ns <= end_ns
        for end_ns, start_ns in zip(ends_ns, starts_ns, strict=True)
    )
    return is_overlapping or span.tokens == other.tokens


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
