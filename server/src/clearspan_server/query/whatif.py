"""What if: a trace with some of its steps slower, failed, repeated, gone, side by side, or on another model.

Pure functions; web/src/model/whatIf.ts does the same in a browser, and web/src/model/whatIfCases.json holds both to the
same results.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from clearspan_server.query.bottleneck import Bottleneck, Segment, bottleneck, critical_path
from clearspan_server.query.steps import Step, Steps, ordered
from clearspan_server.query.whatif_plan import Action, Change, Plan, plan_of
from clearspan_server.query.whatif_schedule import Schedule, schedule_of

ALWAYS = "A span waits for what had ended when it began; what its parent did in between takes as long as it did."
ASSUMED: Mapping[Action, str] = {
    "scale": "A slower span is slower in all that it does.",
    "timeout": "A call that times out costs what it did, and what follows goes on as before.",
    "retry": "Each attempt takes as long and costs as much as the call did.",
    "remove": "What follows goes on as before, without what is gone.",
    "parallel": "What runs side by side is not slower for it.",
    "model": "Another model answers in as many tokens, with as many of the input cached.",
}
"""What is taken for granted; the sentences of web/src/model/whatIfAssumed.ts."""

_Charge = tuple[Decimal | None, int]  # what a call costs, and how often it is made


@dataclass(slots=True, frozen=True)
class Outcome:
    """A trace in figures, as it was or as it would be.

    `cost` is in US dollars of what has a price, `unpriced` the number of calls that have none.
    """

    tree: Steps
    path: list[Segment]
    duration_ns: float
    cost: Decimal
    unpriced: int
    bottleneck: Bottleneck | None


def outcome_of(tree: Steps) -> Outcome:
    """What was."""
    return _told(tree, [(step.cost, 1) for step in tree.steps if step.pays])


def what_if(tree: Steps, changes: Iterable[Change]) -> Outcome:
    """What would be. Changes add up, whatever their order; without any it is what was."""
    plan = plan_of(tree, changes)
    schedule = schedule_of(tree, plan)
    steps = [one for at in range(len(tree.steps)) for one in _supposed(tree, plan, schedule, at)]
    steps.sort(key=lambda step: step.start_ns)
    return _told(ordered(steps), _charges(tree, plan, schedule))


def assumptions(changes: Sequence[Change]) -> list[str]:
    """What is taken for granted when these changes are supposed."""
    said = [ALWAYS, *dict.fromkeys(ASSUMED[change.action] for change in changes)]
    for change in changes:
        facts = change.facts
        if facts is None:
            continue
        if facts.tokens_per_s is None:
            said.append(
                f"{change.model} was not called here lately: its calls take as long as they did."
            )
        if None in facts.costs.values():
            said.append(f"Nobody knows what some calls would cost on {change.model}.")
    return said


def _told(tree: Steps, charges: Iterable[_Charge]) -> Outcome:
    path = critical_path(tree)
    cost, unpriced = Decimal(0), 0
    for one, times in charges:
        if one is None:
            unpriced += times
        else:
            cost += one * times
    return Outcome(tree, path, tree.end_ns, cost, unpriced, bottleneck(tree, path))


def _supposed(tree: Steps, plan: Plan, schedule: Schedule, at: int) -> Iterator[Step]:
    """The step as it would be, behind its further attempts; nothing where it would not begin."""
    step = tree.steps[at]
    attempts = list(_attempts(step, at, plan, schedule))
    yield from attempts
    if not schedule.begins[at]:
        return
    is_cut = not math.isnan(plan.limits_ns[at])
    first_ns = schedule.firsts_ns[at]
    yield replace(
        step,
        start_ns=_rounded(schedule.starts_ns[at]),
        end_ns=_rounded(schedule.ends_ns[at]),
        ttft_ns=None if math.isnan(first_ns) else _rounded(first_ns),
        retry_of=step.retry_of or (attempts[0].span_id if attempts else ""),
        status="error" if is_cut else step.status,
        cost=plan.costs.get(at, step.cost),
    )


def _attempts(step: Step, at: int, plan: Plan, schedule: Schedule) -> Iterator[Step]:
    """The attempts before the last; what is below them is not told again."""
    for place, start_ns in enumerate(_begun_ns(at, plan, schedule)):
        end_ns = min(start_ns + schedule.lengths_ns[at], schedule.cuts_ns[at])
        yield replace(
            step,
            span_id=f"{step.span_id}~{place + 1}",
            start_ns=_rounded(start_ns),
            end_ns=_rounded(end_ns),
            ttft_ns=None,
            status="error",
            cost=plan.costs.get(at, step.cost),
            retry_of=step.retry_of or (f"{step.span_id}~1" if place else ""),
        )


def _begun_ns(at: int, plan: Plan, schedule: Schedule) -> list[float]:
    """When the attempts before the last begin, as far as nothing cuts them off."""
    begun: list[float] = []
    start_ns = schedule.starts_ns[at] - schedule.leads_ns[at]
    for pause_ns in [] if at in plan.removed else plan.pauses.get(at, []):
        if start_ns < schedule.cuts_ns[at]:
            begun.append(start_ns)
        start_ns += schedule.lengths_ns[at] + pause_ns
    return begun


def _charges(tree: Steps, plan: Plan, schedule: Schedule) -> Iterator[_Charge]:
    """What is charged: once for each time that a call is made."""
    times: list[int] = []  # how often what is below a step is done
    for at, (step, above) in enumerate(zip(tree.steps, tree.parents, strict=True)):
        begins = schedule.begins[at]
        made = len(_begun_ns(at, plan, schedule)) + begins
        made *= times[above] if above >= 0 else 1
        times.append(made if begins else 0)
        if step.pays and made:
            yield plan.costs.get(at, step.cost), made


def _rounded(ns: float) -> int:
    """Half up, as a browser rounds."""
    return math.floor(ns + 0.5)
