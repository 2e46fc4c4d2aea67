"""Two traces step by step: which step of one is which of the other. Times tell only what ran side by side."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from clearspan_server.query.bottleneck import CLOCK_SLACK
from clearspan_server.query.steps import Steps

_EXACT = 100.0
_SAME_GIVEN = 10.0
_SAME_NAME = 4.0
_SAME_TOOL = 2.0
_MOST_TRIED = 20  # that one may be in another place
_MOST_MATCHES = 1_000  # of more siblings nobody asks what was moved
_MOST_SHIFTED = 8  # of one name, where only names are counted
_MOST_CELLS = 250_000  # of a table of siblings against siblings; beyond it only names are counted


class Like(NamedTuple):
    """What steps are recognised by: hashes of what went in, and of all that they said."""

    given: int
    said: int


@dataclass(slots=True, frozen=True)
class Sided:
    """One of the two traces; `likes` has a place for each step."""

    tree: Steps
    likes: Sequence[Like]


@dataclass(slots=True, frozen=True)
class Pair:
    """Positions of one step in both traces; None where it is missing.

    `moved` is a step that stands elsewhere among its siblings, which did not run beside it.
    """

    a: int | None
    b: int | None
    depth: int
    moved: bool = False


def aligned(a: Sided, b: Sided) -> list[Pair]:
    """Every step of both traces, parents before children, in the order of the first."""
    found: list[Pair] = []
    stack = [*reversed(_Siblings(a, b).of(-1, -1, 0))]
    while stack:
        pair = stack.pop()
        found.append(pair)
        below = _below(a, b, pair)
        stack.extend(reversed(below))
    return found


def _below(a: Sided, b: Sided, pair: Pair) -> list[Pair]:
    depth = pair.depth + 1
    if pair.b is None and pair.a is not None:
        return [Pair(at, None, depth) for at in a.tree.children(pair.a)]
    if pair.a is None and pair.b is not None:
        return [Pair(None, at, depth) for at in b.tree.children(pair.b)]
    return _Siblings(a, b).of(pair.a or 0, pair.b or 0, depth)


Match = tuple[int | None, int | None]
_Tell = Callable[[Sided, int], object]


class _Siblings:
    """The children of two steps that are the same."""

    def __init__(self, a: Sided, b: Sided) -> None:
        self.a, self.b = a, b

    def of(self, a_parent: int, b_parent: int, depth: int) -> list[Pair]:
        """The children of both, in the order of the first."""
        ours, theirs = _settled(self.a, a_parent), _settled(self.b, b_parent)
        head = self._same(ours, theirs)
        tail = self._same(ours[head:][::-1], theirs[head:][::-1])
        between = self._between(ours[head : len(ours) - tail], theirs[head : len(theirs) - tail])
        matches: list[Match] = [
            *zip(ours[:head], theirs[:head], strict=True),
            *between,
            *zip(ours[len(ours) - tail :], theirs[len(theirs) - tail :], strict=True),
        ]
        return self._completed(matches, depth)

    def _completed(self, matches: Sequence[Match], depth: int) -> list[Pair]:
        """With those paired that are missing on both sides, and are the same in another place."""
        pairs: dict[int, Pair] = {}
        taken: set[int] = set()
        tellers = (self._given, self._name, self._kind) if len(matches) <= _MOST_MATCHES else ()
        for tell in tellers:
            missing: defaultdict[object, list[int]] = defaultdict(list)
            for one, other in matches:
                if one is None and other is not None and other not in taken:
                    missing[tell(self.b, other)].append(other)
            left = [one for one, other in matches if one is not None and other is None]
            for one in left:
                free = [at for at in missing[tell(self.a, one)][:_MOST_TRIED] if at not in taken]
                if one not in pairs and (found := self._moved(matches, one, free, tell)):
                    there, is_beside = found
                    pairs[one] = Pair(one, there, depth, moved=not is_beside)
                    taken.add(there)
        return _by_start(
            [
                pairs.get(-1 if one is None else one, Pair(one, other, depth))
                for one, other in matches
                if one is not None or other not in taken
            ]
        )

    def _moved(
        self, matches: Sequence[Match], one: int, free: Sequence[int], tell: _Tell
    ) -> tuple[int, bool] | None:
        """Which of those that are free it is, and whether both only ran beside others in another order."""
        for there in free:
            is_beside = self._is_beside(matches, one, there)
            if is_beside or tell == self._given:
                return there, is_beside
        return None

    def _given(self, side: Sided, at: int) -> object:
        return (self._name(side, at), side.likes[at].given)

    def _name(self, side: Sided, at: int) -> object:
        step = side.tree.steps[at]
        return (step.kind, step.name)

    def _kind(self, side: Sided, at: int) -> object:
        return side.tree.steps[at].kind

    def _is_beside(self, matches: Sequence[Match], one: int, other: int) -> bool:
        """Whether it ran beside every sibling on whose other side it stands in the other trace."""
        return not any(
            ours is not None
            and theirs is not None
            and (ours < one) != (theirs < other)
            and not _overlap(self.a.tree, one, ours)
            and not _overlap(self.b.tree, other, theirs)
            for ours, theirs in matches
        )

    def _same(self, ours: Sequence[int], theirs: Sequence[int]) -> int:
        """How many of the first are exactly alike."""
        count = 0
        for one, other in zip(ours, theirs, strict=False):
            if self._likeness(one, other) < _EXACT:
                break
            count += 1
        return count

    def _between(self, ours: Sequence[int], theirs: Sequence[int]) -> list[Match]:
        if len(ours) * len(theirs) > _MOST_CELLS:
            return self._by_name(ours, theirs)
        best = self._table(ours, theirs)
        found: list[Match] = []
        i, j = 0, 0
        while i < len(ours) and j < len(theirs):
            likeness = self._likeness(ours[i], theirs[j])
            if likeness and best[i][j] == likeness + best[i + 1][j + 1]:
                found.append((ours[i], theirs[j]))
                i, j = i + 1, j + 1
            elif best[i][j] == best[i + 1][j]:
                found.append((ours[i], None))
                i += 1
            else:
                found.append((None, theirs[j]))
                j += 1
        found += [(one, None) for one in ours[i:]]
        return found + [(None, other) for other in theirs[j:]]

    def _table(self, ours: Sequence[int], theirs: Sequence[int]) -> list[list[float]]:
        """The most likeness that the rest of both lists can have, from each two places on."""
        best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
        for i in range(len(ours) - 1, -1, -1):
            row, below = best[i], best[i + 1]
            for j in range(len(theirs) - 1, -1, -1):
                likeness = self._likeness(ours[i], theirs[j])
                both = likeness + below[j + 1] if likeness else 0
                row[j] = max(both, below[j], row[j + 1])
        return best

    def _likeness(self, one: int, other: int) -> float:
        """How much two steps are alike; 0 where only what is left over may be the same.

        What says the same counts for much more than what has the same place: of calls side by side the order is chance.
        """
        ours, theirs = self.a.tree.steps[one], self.b.tree.steps[other]
        if ours.kind != theirs.kind:
            return 0
        like, also = self.a.likes[one], self.b.likes[other]
        same_status = 0.5 if ours.status == theirs.status else 0.0
        is_same_name = ours.name == theirs.name
        if is_same_name and like == also and same_status:
            return _EXACT
        if is_same_name and like.given == also.given:
            return _SAME_GIVEN + same_status
        # A model is part of the name of a call.
        if not is_same_name and ours.kind != "llm":
            return 0
        # Tools come in bunches, between calls of which each has its place.
        return (_SAME_TOOL if ours.kind == "tool" else _SAME_NAME) + same_status

    def _by_name(self, ours: Sequence[int], theirs: Sequence[int]) -> list[Match]:
        """The first of a name is the first of that name or one of the next, as far as this keeps the order."""
        places: defaultdict[object, list[int]] = defaultdict(list)
        for other in theirs:
            places[self._name(self.b, other)].append(other)
        before: Counter[object] = Counter()
        pairs: list[tuple[int, int]] = []
        for one in ours:
            name = self._name(self.a, one)
            nth, before[name] = before[name], before[name] + 1
            near = places[name][max(nth - _MOST_SHIFTED, 0) : nth + _MOST_SHIFTED + 1]
            # The last first: of a rising chain only one of them can be part.
            pairs += [(one, other) for other in reversed(near)]
        kept = dict(_rising(pairs))
        found: list[Match] = []
        rest = list(reversed(theirs))
        for one in ours:
            match = kept.get(one)
            while match is not None and rest[-1] != match:
                found.append((None, rest.pop()))
            if match is not None:
                rest.pop()
            found.append((one, match))
        return found + [(None, other) for other in reversed(rest)]


def _settled(side: Sided, parent: int) -> list[int]:
    """The children of a step in their order; those that ran side by side, in which it is chance, by what they are."""
    found: list[int] = []
    group: list[int] = []
    until_ns = -inf
    for at in [*side.tree.children(parent), None]:
        if at is None or side.tree.steps[at].start_ns >= until_ns:
            found += sorted(group, key=lambda one: _nature(side, one))
            group = []
        if at is not None:
            group.append(at)
            until_ns = max(until_ns, side.tree.until(at) - _slack_ns(side.tree, at))
    return found


def _nature(side: Sided, at: int) -> tuple[str, str, int]:
    step = side.tree.steps[at]
    return (step.kind, step.name, side.likes[at].given)


def _slack_ns(tree: Steps, at: int) -> float:
    return (tree.until(at) - tree.steps[at].start_ns) * CLOCK_SLACK


def _by_start(pairs: Sequence[Pair]) -> list[Pair]:
    """In the order of the first trace; what is only in the second stays behind what it stood behind."""
    before = -1
    places: list[tuple[int, int]] = []
    for place, pair in enumerate(pairs):
        before = before if pair.a is None else pair.a
        places.append((before, place))
    return [pairs[place] for _, place in sorted(places)]


def _overlap(tree: Steps, one: int, other: int) -> bool:
    return tree.steps[one].start_ns < tree.until(other) and tree.steps[other].start_ns < tree.until(
        one
    )


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs in which the second numbers rise, too."""
    ends: list[int] = []
    at_end: list[int] = []
    before: list[int] = []
    for place, (_, other) in enumerate(pairs):
        at = bisect_left(ends, other)
        before.append(at_end[at - 1] if at else -1)
        ends[at : at + 1] = [other]
        at_end[at : at + 1] = [place]
    found: list[tuple[int, int]] = []
    place = at_end[-1] if at_end else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]
