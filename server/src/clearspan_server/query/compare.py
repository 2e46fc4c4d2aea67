"""Two traces, step by step: where they first go different ways, and what differs at each step. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from clearspan_server.query.bottleneck import named
from clearspan_server.query.compare_align import Pair, Sided
from clearspan_server.query.compare_texts import Renaming
from clearspan_server.query.steps import Step
from clearspan_server.store.engine import Row

Aspect = Literal[
    "only_first",
    "only_second",
    "order",
    "model",
    "name",
    "prompt",
    "parameters",
    "tools",
    "input",
    "query",
    "arguments",
    "documents",
    "result",
    "output",
    "answered_by",
    "finish",
    "status",
]

# Aspect → the columns that tell it apart; of texts a hash, and the column of the text itself.
_AT_START: Mapping[Aspect, tuple[str, ...]] = {
    "model": ("request_model",),  # often part of the name, and then what is said
    "name": ("name", "tool_name", "agent_name"),
    "prompt": ("prompt_name", "prompt_version"),
    "parameters": ("parameters",),
}
_AT_END: Mapping[Aspect, tuple[str, ...]] = {
    "answered_by": ("response_model",),
    "finish": ("finish_reason",),
    "status": ("status", "error_type"),
}
TEXTS_AT_START: Mapping[Aspect, str] = {
    "tools": "tool_definitions",
    "input": "input",
    "query": "retrieval_query",
    "arguments": "tool_arguments",
}
TEXTS_AT_END: Mapping[Aspect, str] = {
    "documents": "documents",
    "result": "tool_result",
    "output": "output",
}
_STRUCTURE: tuple[Aspect, ...] = ("name", "status")


@dataclass(slots=True, frozen=True)
class Compared:
    """One of two traces: its steps, and beside each the row that it was made of."""

    sided: Sided
    rows: Sequence[Row]


@dataclass(slots=True, frozen=True)
class Compare:
    """Every step of both, what differs at each, and where they first go different ways.

    `first` is a place in `pairs` and the aspect that differs there; None where both are equal.
    """

    pairs: list[Pair]
    differs: list[list[Aspect]]
    first: tuple[int, Aspect] | None


@dataclass(slots=True)
class _Judge:
    """Goes through the steps of both in the order in which things happened."""

    a: Compared
    b: Compared
    texts: Mapping[str, Mapping[str, Row]]
    only_structure: bool
    renaming: Renaming = field(default_factory=Renaming)

    def differs(self, pair: Pair, *, at_end: bool) -> Iterator[Aspect]:
        """What differs at the beginning of a step, or at its end."""
        if pair.a is None or pair.b is None:
            if not at_end:
                yield "only_first" if pair.b is None else "only_second"
            return
        if pair.moved and not at_end:
            yield "order"
        ours, theirs = self.a.rows[pair.a], self.b.rows[pair.b]
        for aspect, columns in (_AT_END if at_end else _AT_START).items():
            is_asked = not self.only_structure or aspect in _STRUCTURE
            if is_asked and any(ours[one] != theirs.get(one, ours[one]) for one in columns):
                yield aspect
        if self.only_structure:
            return
        for aspect, column in (TEXTS_AT_END if at_end else TEXTS_AT_START).items():
            if not self._is_same(ours, theirs, aspect, column):
                yield aspect

    def _is_same(self, ours: Row, theirs: Row, aspect: Aspect, column: str) -> bool:
        one = self.texts["a"].get(ours["span_id"])
        other = self.texts["b"].get(theirs["span_id"])
        if one and other:
            return self.renaming.same(one[column], other[column])
        # Of very large traces not every text is read.
        return bool(ours[f"{aspect}_hash"] == theirs[f"{aspect}_hash"])


def compare(
    a: Compared,
    b: Compared,
    pairs: list[Pair],
    texts: Mapping[str, Mapping[str, Row]],
    *,
    only_structure: bool = False,
) -> Compare:
    """What differs, in the order in which things happened: what a step was given first, what came of it last.

    Args:
        a: The first trace.
        b: The second one.
        pairs: As `aligned` gives them.
        texts: Of "a" and "b" the bodies of steps, by span id; where there are none, hashes are compared.
        only_structure: Steps, names and statuses alone, as where `b` is what is usual of many.
    """
    judge = _Judge(a, b, texts, only_structure)
    differs: list[list[Aspect]] = [[] for _ in pairs]
    first: tuple[int, Aspect] | None = None
    for place, at_end in _events(pairs):
        for aspect in judge.differs(pairs[place], at_end=at_end):
            first = first or (place, aspect)
            differs[place].append(aspect)
    return Compare(pairs, differs, first)


def _events(pairs: Sequence[Pair]) -> Iterator[tuple[int, bool]]:
    """Beginnings and ends (true) of steps: a step ends behind all that is within it."""
    open_places: list[int] = []
    for place, pair in enumerate(pairs):
        while open_places and pairs[open_places[-1]].depth >= pair.depth:
            yield open_places.pop(), True
        yield place, False
        open_places.append(place)
    while open_places:
        yield open_places.pop(), True


_SAYS: Mapping[Aspect, str] = {
    "only_first": "Only the first has {one}{where}.",
    "only_second": "Only the second has {other}{where}.",
    "order": "{one} ran in another order.",
    "name": "Instead of {one} the second has {other}.",
    "model": "{one} was asked of {ours[request_model]} in the first, of {theirs[request_model]} in the second.",
    "prompt": "{one} had another prompt, or another version of it.",
    "parameters": "{one} had other parameters.",
    "tools": "{one} was offered other tools.",
    "input": "{one} was given another input.",
    "query": "{one} was asked another query.",
    "arguments": "{one} was called with other arguments.",
    "documents": "{one} found other documents.",
    "result": "{one} returned another result.",
    "output": "{one} answered otherwise.",
    "answered_by": "{ours[response_model]} answered {one} in the first, {theirs[response_model]} in the second.",
    "finish": "{one} stopped for another reason.",
    "status": "{one} ended {ours[status]} in the first, {theirs[status]} in the second.",
}


def says(found: Compare, a: Compared, b: Compared) -> str:
    """The first difference in a sentence; "" without one."""
    if found.first is None:
        return ""
    place, aspect = found.first
    pair = found.pairs[place]
    ours = a.rows[pair.a] if pair.a is not None else {}
    theirs = b.rows[pair.b] if pair.b is not None else {}
    one = named(a.sided.tree.steps[pair.a]) if pair.a is not None else ""
    other = named(b.sided.tree.steps[pair.b]) if pair.b is not None else ""
    before = _before(found.pairs, place)
    where = f", after {_named(before, a, b)}" if before else ""
    said = _SAYS[aspect].format(one=one, other=other, ours=ours, theirs=theirs, where=where)
    return said[0].upper() + said[1:]


def _before(pairs: Sequence[Pair], place: int) -> Pair | None:
    """The sibling before a step."""
    for pair in reversed(pairs[:place]):
        if pair.depth <= pairs[place].depth:
            return pair if pair.depth == pairs[place].depth else None
    return None


def _named(pair: Pair, a: Compared, b: Compared) -> str:
    steps = b.sided.tree.steps if pair.a is None else a.sided.tree.steps
    at = pair.b if pair.a is None else pair.a
    step: Step = steps[at or 0]
    return named(step)
