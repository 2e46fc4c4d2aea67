"""What a set of changes means for each step of a trace; web/src/model/whatIfPlan.ts does the same."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Literal

from clearspan_server.query.steps import Step, Steps

Action = Literal["scale", "timeout", "retry", "remove", "parallel", "model"]

_LONGEST_PAUSE_NS = 8_000_000_000


@dataclass(slots=True, frozen=True)
class ModelFacts:
    """What is known of a model: what each span would cost on it, in US dollars, and how fast it was in this project.

    Of a span that is not in `costs` nobody knows the price. `ttft_ns` and `tokens_per_s`, after the first, are medians
    of the project's own calls; None where there are none.
    """

    costs: Mapping[str, Decimal | None]
    ttft_ns: float | None = None
    tokens_per_s: float | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class Change:
    """One thing that is supposed of `target`: `span:<id>`, `kind:<kind>` or `name:<name>`.

    `factor` is of *scale*, `after_ns` of *timeout*, `times` and the first pause of *retry*, a name and what is known of
    it of *model*.
    """

    action: Action
    target: str
    factor: float = 1
    after_ns: float = 0
    times: int = 0
    pause_ns: float = 0
    model: str = ""
    facts: ModelFacts | None = None


@dataclass(slots=True)
class Plan:
    """By position, what is done to each step.

    `factors` are without what is supposed of the steps above; `limits_ns` NaN where nothing is cut off; `pauses` one
    for each further attempt; `leaders` the siblings with which steps begin; `first_shares` at which share of its time a
    first token comes instead, None where that is not known.
    """

    factors: list[float]
    limits_ns: list[float]
    pauses: dict[int, list[float]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    leaders: dict[int, int] = field(default_factory=dict)
    costs: dict[int, Decimal | None] = field(default_factory=dict)
    first_shares: dict[int, float | None] = field(default_factory=dict)


def plan_of(tree: Steps, changes: Iterable[Change]) -> Plan:
    """What the changes do to each step. A change whose target is not here does nothing."""
    count = len(tree.steps)
    plan = Plan([1.0] * count, [math.nan] * count)
    for change in changes:
        places = matches(tree, change.target)
        match change.action:
            case "parallel":
                plan.leaders.update(_together(tree, set(places)))
            case "model":
                _swap(tree, plan, places, change.facts)
            case _:
                for at in places:
                    _set(plan, at, change)
    return plan


def _set(plan: Plan, at: int, change: Change) -> None:
    """What a change does to one step by itself."""
    if change.action == "scale":
        plan.factors[at] *= change.factor
    elif change.action == "timeout":
        plan.limits_ns[at] = change.after_ns
    elif change.action == "retry":
        plan.pauses.setdefault(at, []).extend(_pauses(change))
    elif change.action == "remove":
        plan.removed.add(at)


def matches(tree: Steps, target: str) -> list[int]:
    """The positions of the steps that a target means; of such below each other the outermost alone."""
    by, _, value = target.partition(":")
    if by == "span":
        return [at for at, step in enumerate(tree.steps) if step.span_id == value][-1:]
    found: list[int] = []
    for at, step in enumerate(tree.steps):
        is_such = (step.kind if by == "kind" else step.name) == value
        if is_such and (not found or at >= tree.ends[found[-1]]):
            found.append(at)
    return found


def paying(tree: Steps, places: Iterable[int]) -> Iterator[int]:
    """Those that pay among these steps, and the model calls that do below them."""
    for top in places:
        for at in range(top, tree.ends[top]):
            step = tree.steps[at]
            if step.pays and (at == top or step.kind == "llm"):
                yield at


def _pauses(change: Change) -> list[float]:
    return [min(change.pause_ns * 2**place, _LONGEST_PAUSE_NS) for place in range(change.times)]


def _together(tree: Steps, places: set[int]) -> Iterator[tuple[int, int]]:
    """Siblings of one kind that stand next to each other, one of these among them, begin with their first."""
    for parent in {tree.parents[at] for at in places}:
        for _, siblings in groupby(tree.children(parent), lambda at: tree.steps[at].kind):
            first, *others = run = list(siblings)
            if not places.isdisjoint(run):
                yield from ((at, first) for at in others)


def _swap(tree: Steps, plan: Plan, places: Sequence[int], facts: ModelFacts | None) -> None:
    """Calls on another model: its price, and, where its speed is known, first token and writing at that speed."""
    if facts is None:
        return
    for at in paying(tree, places):
        step = tree.steps[at]
        plan.costs[at] = facts.costs.get(step.span_id)
        took_ns = _took_ns(step, facts)
        was_ns = 0 if step.end_ns is None else step.end_ns - step.start_ns
        if took_ns is None or not was_ns:
            continue
        plan.factors[at] *= took_ns / was_ns
        if step.ttft_ns is not None:
            plan.first_shares[at] = None if facts.ttft_ns is None else facts.ttft_ns / took_ns


def _took_ns(step: Step, facts: ModelFacts) -> float | None:
    """How long the call would take; None where that is not known."""
    if facts.tokens_per_s is None or step.output_tokens is None:
        return None
    return (facts.ttft_ns or 0) + step.output_tokens / facts.tokens_per_s * 1e9
